"""Checks that need the whole rulebook: coverage of case types, stages, pairs of events, chained rules, titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any, Final

from deadline_guard.core.rules import Rulebook
from deadline_guard.core.text import Text
from deadline_guard.rulebook import phrases
from deadline_guard.rulebook.problems import Problem, problem
from deadline_guard.rulebook.registry import Entry, Registry
from deadline_guard.rulebook.shapes import TitleShape

_Check = Callable[[Rulebook, Registry], Iterator[Problem]]


def every_case_type_has_rules(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """A case type that no rule covers would be silent; a book without any rules is being begun."""
    for name, entry in registry.case_types.items():
        if book.rules and not book.by_type.get(name):
            yield problem("case_type_without_rules", entry.name_at, "warning", name=name)


def stages_answered_for(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """Where some stages of a type name the responsible role, all should."""
    for name, entry in registry.case_types.items():
        stages = entry.shape.stages
        named = any(stage.owner for stage in stages)
        for i, stage in enumerate(stages):
            if named and not stage.owner:
                mark = entry.at("stages", i)
                yield problem("stage_without_owner", mark, "warning", stage=stage.id, case_type=name)


def stages_distinct(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """Stage ids are unique inside a type, and an event enters one stage only."""
    for name, entry in registry.case_types.items():
        ids: set[str] = set()
        entering: dict[str, str] = {}
        for i, stage in enumerate(entry.shape.stages):
            if stage.id in ids:
                yield problem("stage_twice", entry.at("stages", i, "id"), stage=stage.id, case_type=name)
            ids.add(stage.id)
            for j, event in enumerate(stage.enter_on):
                if event in entering:
                    mark = entry.at("stages", i, "enter_on", j)
                    yield problem("enters_two_stages", mark, event=event, first=entering[event], second=stage.id)
                entering.setdefault(event, stage.id)


def pairs_fit(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """A stop ends with the event that the vocabulary pairs with its beginning."""
    for rule in book.rules.values():
        entry = registry.rules[rule.id]
        for key in ("excludes", "suspends"):
            for i, pair in enumerate(getattr(rule, key)):
                partner = book.events[pair.opens].pairs_with
                if partner is not None and partner != pair.closes:
                    mark = entry.at(key, i, "to")
                    yield problem("pair_mismatch", mark, "warning", opens=pair.opens, closes=partner, found=pair.closes)


def chains_end(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """A rule may start from the end of another one, never from its own by a detour."""
    for rule in book.rules.values():
        path = _way_back(book, rule.id)
        if path:
            kind, said = Text("the rule", "规则"), " → ".join(path)
            yield problem("from_itself", registry.rules[rule.id].at("trigger"), kind=kind, name=rule.id, path=said)


def _way_back(book: Rulebook, rule: str) -> tuple[str, ...]:
    """Return a chain of starts that leads from a rule to itself, or nothing."""
    waiting: list[tuple[str, ...]] = [(rule,)]
    seen = set[str]()
    while waiting:
        path = waiting.pop()
        last = book.rules[path[-1]]
        for above in (t.rule for t in (last.trigger, *last.trigger_any) if t.rule is not None):
            if above == rule:
                return (*path, above)
            if above in book.rules and above not in seen:
                seen.add(above)
                waiting.append((*path, above))
    return ()


def everything_titled(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """Events, case types, stages, roles and packs are shown to Chinese and English readers alike."""
    tables: tuple[Mapping[str, Entry[Any]], ...] = (registry.events, registry.case_types, registry.packs)
    titled: list[tuple[str, Entry[Any], tuple[str | int, ...], TitleShape]] = [
        (name, entry, ("title",), entry.shape.title) for table in tables for name, entry in table.items()
    ]
    titled += [(name, role, (), role.shape) for name, role in registry.roles.items()]
    for type_name, case_type in registry.case_types.items():
        for i, stage in enumerate(case_type.shape.stages):
            titled.append((f"{type_name}.{stage.id}", case_type, ("stages", i, "title"), stage.title))
    for name, entry, path, title in titled:
        for language in ("zh", "en"):
            if language not in title.pair():
                yield problem("title_missing", entry.at(*path), "warning", name=name, language=language)


def day_starts_in_the_morning(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    """Warnings of whole days told at night are read too late."""
    for text, mark in registry.day_starts_at:
        at = phrases.time_of_day(text)
        if at is not None and not time(5) <= at <= time(12):
            yield problem("day_starts_late", mark, "warning", at=text)


CHECKS: Final[tuple[_Check, ...]] = (
    every_case_type_has_rules,
    stages_answered_for,
    stages_distinct,
    pairs_fit,
    chains_end,
    everything_titled,
    day_starts_in_the_morning,
)
