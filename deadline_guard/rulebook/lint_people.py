"""Checks of the rules against the people: every role held by somebody, every channel reaching somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.rulebook.problems import Mark, Problem, problem
from deadline_guard.rulebook.registry import Entry, Registry
from deadline_guard.rulebook.shapes import ProfileShape

_Check = Callable[[Rulebook, Registry, Directory], Iterator[Problem]]
_OF_THE_CASE: Final = ("owner", "manager")  # named on the case or by its owner


def roles_held(book: Rulebook, registry: Registry, directory: Directory) -> Iterator[Problem]:
    """A role that nobody holds ends at the last resort; that should be known before it happens."""
    in_teams = [set(team.roles) | {"lead"} for team in directory.teams.values()]
    everywhere = set.intersection(*in_teams) if in_teams else set()
    held = {*_OF_THE_CASE, *directory.roles, *directory.persons, *everywhere}
    reported: set[str] = set()
    for role, mark in _used_roles(registry):
        if role not in held and role not in reported:
            reported.add(role)
            yield problem("role_without_person", mark, "warning", role=role, fallback=directory.fallback)


def _used_roles(registry: Registry) -> Iterator[tuple[str, Mark]]:
    for entry in registry.profiles.values():
        yield from _profile_roles(entry, entry.shape, ())
    for case_type in registry.case_types.values():
        for i, stage in enumerate(case_type.shape.stages):
            if stage.owner is not None:
                yield stage.owner, case_type.at("stages", i, "owner")
    for rule in registry.rules.values():
        yield rule.shape.owner, rule.at("owner")
        yield from _profile_roles(rule, rule.shape.profile, ("profile",))


def _profile_roles(entry: Entry[Any], shape: ProfileShape, path: tuple[str | int, ...]) -> Iterator[tuple[str, Mark]]:
    for level, roles in (shape.tell or {}).items():
        for i, role in enumerate(roles):
            yield role, entry.at(*path, "tell", level, i)
    for i, step in enumerate(shape.chain or ()):
        for j, role in enumerate(step.tell):
            yield role, entry.at(*path, "chain", i, "tell", j)


def channels_reach_somebody(book: Rulebook, registry: Registry, directory: Directory) -> Iterator[Problem]:
    """A channel that nobody has is a spelling mistake or a hope."""
    had = {channel for person in directory.persons.values() for channel in person.channels}
    reported: set[str] = set()
    for entry in registry.profiles.values():
        for level, channels in (entry.shape.channels or {}).items():
            for i, channel in enumerate(channels):
                if channel not in had and channel not in reported:
                    reported.add(channel)
                    mark = entry.at("channels", level, i)
                    yield problem("channel_nobody_has", mark, "warning", channel=channel)


CHECKS: Final[tuple[_Check, ...]] = (roles_held, channels_reach_somebody)
