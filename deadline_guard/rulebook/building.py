"""From checked shapes to the values of the core; every phrase that cannot be read is a problem at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any, TypeVar

from deadline_guard.core.period import Period, parse_period
from deadline_guard.core.rules import (
    Bucket,
    CaseType,
    ChainStep,
    EventKind,
    Level,
    Profile,
    Repeat,
    Stage,
    Threshold,
    Wait,
)
from deadline_guard.core.text import Text
from deadline_guard.rulebook import phrases
from deadline_guard.rulebook.problems import Problem, problem, shown
from deadline_guard.rulebook.registry import Entry, Registry
from deadline_guard.rulebook.shapes import CaseTypeShape, EventShape, ProfileShape

T = TypeVar("T")
_AFTER = {"not_a_threshold": "threshold_after_due", "not_internal": "internal_after_due"}


@dataclass(slots=True)
class Builder:
    """Builds core values and remembers what could not be read."""

    registry: Registry
    problems: list[Problem] = field(default_factory=list)
    profiles: dict[str, Profile] = field(default_factory=dict)

    def say(self, code: str, mark: Any, **args: object) -> None:
        """Remember a problem."""
        self.problems.append(problem(code, mark, **args))

    def phrase(
        self, read: Callable[[object], T | None], code: str, text: str, entry: Entry[Any], *path: str | int
    ) -> T | None:
        """Read a phrase, or say at its place that it cannot be read."""
        value = read(text)
        if value is None:
            code = _AFTER.get(code, code) if phrases.after_due(text) else code
            self.say(code, entry.at(*path), value=shown(text))
        return value

    def length(self, text: str | None, entry: Entry[Any], *path: str | int) -> Period | None:
        """Read a length such as "15 days"; None stays None."""
        if text is None:
            return None
        try:
            return parse_period(text)
        except ValueError as error:
            reason = error.args[0]
            said = reason if isinstance(reason, Text) else Text(str(reason), "请写数字、空格和单位")
            self.say("not_a_length", entry.at(*path), value=shown(text), reason=said)
            return None

    def wait(self, text: str, entry: Entry[Any], *path: str | int) -> Wait | None:
        """Read how long silence may last."""
        return self.phrase(phrases.wait, "not_a_wait", text, entry, *path)

    def profile(self, name: str) -> Profile | None:
        """Return a named profile, built on the one it comes from; None for an unknown one (said elsewhere)."""
        if name not in self.profiles:
            entry = self.registry.profiles.get(name)
            if entry is None:
                return None
            self.profiles[name] = Profile(name)  # stands in while a circle is followed; circles are refused
            self.profiles[name] = self.profile_of(name, entry.shape, entry)
        return self.profiles[name]

    def profile_of(self, name: str, shape: ProfileShape, entry: Entry[Any], *path: str | int) -> Profile:
        """Return the profile of a shape that stands at ``path`` of ``entry``."""
        base = self.profile(shape.base) if shape.base else None
        start = Profile(name) if base is None else replace(base, id=name)
        given: dict[str, Any] = {
            key: value for key in ("overdue", "tell_moved", "tell_closed") if (value := getattr(shape, key)) is not None
        }
        if shape.tell is not None:
            given["tell"] = _by_level(shape.tell)
        if shape.channels is not None:
            given["channels"] = _by_level(shape.channels)
        if shape.fallback_channels is not None:
            given["fallback_channels"] = tuple(shape.fallback_channels)
        if shape.chain_from is not None:
            given["chain_from"] = Level[shape.chain_from.upper()]
        if shape.ack_expires is not None:
            given["ack_expires"] = self.wait(shape.ack_expires, entry, *path, "ack_expires")
        return replace(start, **given, **self._rungs(shape, entry, *path))

    def _rungs(self, shape: ProfileShape, entry: Entry[Any], *path: str | int) -> dict[str, Any]:
        """Return thresholds, chain and repeats, as far as they can be read."""
        given: dict[str, Any] = {}
        if shape.thresholds is not None:
            given["thresholds"] = tuple(
                Threshold(Level[one.level.upper()], when)
                for i, one in enumerate(shape.thresholds)
                if (
                    when := self.phrase(
                        phrases.when, "not_a_threshold", one.when, entry, *path, "thresholds", i, "when"
                    )
                )
            )
            given["buckets"] = ()
        if shape.buckets is not None:
            given.setdefault("thresholds", ())
            given["buckets"] = tuple(
                Bucket(one.first, Level[one.level.upper()], one.label.pair()) for one in shape.buckets
            )
        if shape.chain is not None:
            given["chain"] = tuple(
                ChainStep(after, tuple(one.tell), one.action)
                for i, one in enumerate(shape.chain)
                if (after := self.wait(one.after, entry, *path, "chain", i, "after"))
            )
        if shape.repeat is not None:
            given["repeat"] = {
                Level[level.upper()]: Repeat(every, one.at_most)
                for level, one in shape.repeat.items()
                if (every := self.wait(one.every, entry, *path, "repeat", level, "every"))
            }
        return given

    def event(self, name: str, entry: Entry[EventShape]) -> EventKind:
        """Return an event kind."""
        shape = entry.shape
        return EventKind(name, shape.title.pair(), shape.pairs_with, dict(shape.data), shape.activity)

    def case_type(self, name: str, entry: Entry[CaseTypeShape]) -> CaseType:
        """Return a case type with its stages."""
        shape = entry.shape
        stages = tuple(
            Stage(
                one.id,
                one.title.pair(),
                tuple(one.enter_on),
                tuple(one.leave_on),
                one.owner or "owner",
                self.length(one.target, entry, "stages", i, "target"),
                one.phase,
            )
            for i, one in enumerate(shape.stages)
        )
        return CaseType(
            name,
            shape.title.pair(),
            stages,
            tuple(shape.closed_by),
            shape.calendar,
            shape.jurisdiction,
            shape.zone,
            {phase: title.pair() for phase, title in shape.phases.items()},
        )

    def day_starts_at(self) -> time:
        """Return when thresholds of a whole day are told; the last file that says so wins."""
        found = time(8, 30)
        for text, mark in self.registry.day_starts_at:
            at = phrases.time_of_day(text)
            if at is None:
                self.say("not_a_time", mark, value=shown(text))
            else:
                found = at
        return found


def _by_level(given: Mapping[Any, list[str]]) -> dict[Level, tuple[str, ...]]:
    return {Level[str(level).upper()]: tuple(names) for level, names in given.items()}
