"""Rule folders → one checked rulebook, or every reason why not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Pack, Rule, Rulebook
from deadline_guard.rulebook import lint
from deadline_guard.rulebook.building import Builder
from deadline_guard.rulebook.names import Names
from deadline_guard.rulebook.problems import Problem, in_order
from deadline_guard.rulebook.registry import Registry, gathered
from deadline_guard.rulebook.ruling import rule
from deadline_guard.rulebook.sheets import calendar_names, sheets


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rulebook with the places of everything in it; ``rulebook`` is None when there are errors."""

    rulebook: Rulebook | None
    registry: Registry
    problems: list[Problem]


def load(
    folders: Sequence[Path], *, directory: Directory | None = None, calendars: Collection[str] | None = None
) -> tuple[Rulebook | None, list[Problem]]:
    """Return the rulebook of the folders (shipped first, the firm's own after) and every problem, by place.

    ``directory`` makes the firm's roles and persons known; ``calendars`` are the calendar ids that rules may
    name (absent: the shipped ones and those beside the rules). Warnings do not stand in the way of a rulebook.
    """
    loaded = load_with_places(folders, directory=directory, calendars=calendars)
    return loaded.rulebook, loaded.problems


def load_with_places(
    folders: Sequence[Path], *, directory: Directory | None = None, calendars: Collection[str] | None = None
) -> Loaded:
    """Return what :func:`load` returns together with the place of every name."""
    read = sheets(folders)
    registry = gathered(read.sheets)
    builder = Builder(registry)
    problems = read.problems + registry.problems
    book = _book(builder, read.revision)
    problems += builder.problems
    if read.whole:  # names of a file that cannot be read at all would all seem unknown

        def known() -> Collection[str]:
            return calendar_names(folders) if calendars is None else calendars

        problems += Names.of(registry, read, known, _persons(directory)).check()
    problems += lint.rules(book, registry)
    if not any(p.is_error for p in problems):
        problems += lint.book(book, registry)
    if directory is not None:
        problems += lint.people(book, registry, directory)
    failed = any(p.is_error for p in problems)
    return Loaded(None if failed else book, registry, in_order(problems))


def _book(builder: Builder, revision: str) -> Rulebook:
    registry = builder.registry
    events = {name: builder.event(name, entry) for name, entry in registry.events.items()}
    profiles = {name: found for name in registry.profiles if (found := builder.profile(name)) is not None}
    case_types = {name: builder.case_type(name, entry) for name, entry in registry.case_types.items()}
    rules: dict[str, Rule] = {}
    for name, entry in registry.rules.items():
        made = rule(builder, entry)
        if made is not None:
            rules[name] = made
    packs = {
        name: Pack(name, entry.shape.title.pair(), entry.shape.revised, entry.shape.reviewed)
        for name, entry in registry.packs.items()
    }
    return Rulebook(rules, case_types, events, profiles, packs, revision, builder.day_starts_at())


def _persons(directory: Directory | None) -> set[str]:
    """Return the ids and roles that the firm's people bring."""
    if directory is None:
        return set()
    of_teams = {role for team in directory.teams.values() for role in team.roles}
    of_persons = {role for person in directory.persons.values() for role in person.roles}
    return {*directory.persons, *directory.roles, *of_teams, *of_persons}
