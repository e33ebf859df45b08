"""Rule tests as written: `*.test.yaml` files, read and checked, every mistake at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.instants import day_starts, zone_of
from deadline_guard.core.rules import Rulebook
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Case, Event, Timeline
from deadline_guard.rulebook.checking import checked
from deadline_guard.rulebook.problems import Mark, Problem, nearest, problem, shown
from deadline_guard.rulebook.registry import Registry
from deadline_guard.rulebook.shapes import Day, EventId, LevelWord, Scalar, Shape
from deadline_guard.rulebook.source import Document, read

SOURCE: Final = "test"
_NEVER: Final = datetime.max.replace(tzinfo=UTC)  # stands in for an instant that cannot be read
_OF_CASE: Final = ("case_type", "calendar", "zone", "jurisdiction")


class ExampleEventShape(Shape):
    """Something that happened, on a day or at an instant."""

    type: EventId
    on: Day | None = None
    at: str | None = Field(None, description="An instant with its offset: 2026-11-18T10:00:00+08:00")
    subject: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    id: str | int | None = Field(None, description="A name for its cycle; else its place in the list, from 0")
    of: str | None = Field(None, description="The event of a linked case: parent")


class ExpectShape(Shape):
    """What one deadline must be; what is not said may be anything."""

    due: str | None = Field(None, description="The last day, or the instant of a limit in hours")
    due_at: str | None = Field(None, description="The instant at which it is overdue")
    level: Literal["ok"] | LevelWord | None = None
    state: Literal["open", "held", "done", "not_pursued", "not_applicable", "cancelled"] | None = None
    rolled: bool | None = None
    provisional: bool | None = None
    version: str | int | None = None
    cycle: str | int | None = None
    subject: str | None = None
    bucket: str | None = Field(
        None, description="overdue_age: the bucket at that instant, by its name in either language"
    )
    internal_at: str | None = None
    readings: list[Day] | None = Field(None, description="The dates of the other lawful readings")
    flags: list[str] | None = None


class ExampleShape(Shape):
    """One rule on one case at one instant, and what must come of it."""

    name: str
    rule: str
    case: dict[str, Scalar] = Field(default_factory=dict)
    events: list[ExampleEventShape] = Field(default_factory=list)
    at: str
    expect: list[ExpectShape] = Field(description="One entry a deadline, in order of due; [] is silence")


class ExamplesFile(Shape):
    """A file of rule tests."""

    tests: list[ExampleShape]


@dataclass(frozen=True, slots=True)
class Example:
    """A checked rule test: a case, an instant, what is expected, and where each word of it stands."""

    name: str
    rule: str
    case: Case
    at: datetime
    expect: tuple[Mapping[str, Any], ...]
    document: Document
    index: int

    def mark(self, *path: str | int) -> Mark:
        """Return the place of a part of the test."""
        return self.document.at(("tests", self.index, *path))


def files(folder: Path) -> list[Path]:
    """Return the rule tests of a folder (or the one file), in order."""
    return [folder] if folder.is_file() else sorted(folder.rglob("*.test.y*ml"))


def load(
    paths: Iterable[Path], rulebook: Rulebook, registry: Registry, calendars: Mapping[str, Calendar]
) -> tuple[list[Example], list[Problem]]:
    """Return the tests of these files that can be run, and everything that is wrong with the others."""
    examples: list[Example] = []
    problems: list[Problem] = []
    for path in paths:
        document, wrong = read(path)
        problems += wrong
        if document is None or wrong:
            continue
        file, wrong = checked(ExamplesFile, document)
        problems += wrong
        for index, shape in enumerate(file.tests if file else ()):
            reader = _Reader(document, index, rulebook, registry, calendars)
            example = reader.example(shape)
            problems += reader.problems
            if not reader.problems:
                examples.append(example)
    return examples, problems


class _Reader:
    """Turns one checked shape into values and remembers what cannot be read."""

    def __init__(
        self,
        document: Document,
        index: int,
        rulebook: Rulebook,
        registry: Registry,
        calendars: Mapping[str, Calendar],
    ) -> None:
        self.document, self.index = document, index
        self.rulebook, self.registry, self.calendars = rulebook, registry, calendars
        self.problems: list[Problem] = []

    def example(self, shape: ExampleShape) -> Example:
        self._known("unknown_rule", shape.rule, self.rulebook.rules, "rule")
        at = self._instant(shape.at, "at") or _NEVER
        return Example(
            shape.name,
            shape.rule,
            self._case(shape, at),
            at,
            tuple(self._expected(one, i) for i, one in enumerate(shape.expect)),
            self.document,
            self.index,
        )

    def _mark(self, *path: str | int, key: bool = False) -> Mark:
        return self.document.at(("tests", self.index, *path), key=key)

    def _known(
        self, code: str, name: str, known: Iterable[str], *path: str | int, key: bool = False, **args: object
    ) -> bool:
        names = set(known)
        if name not in names:
            hint = nearest(name, names)
            self.problems.append(problem(code, self._mark(*path, key=key), name=shown(name), hint=hint, **args))
        return name in names

    def _read(self, parse: Callable[[str], Any], text: str, code: str, *path: str | int) -> Any:
        """Return a value, or None after saying that it cannot be read."""
        try:
            return parse(text)
        except ValueError:
            if code == "not_a_date":
                self.problems.append(problem(code, self._mark(*path), value=shown(text)))
            else:
                self.problems.append(
                    Problem(
                        self._mark(*path),
                        code,
                        Text(f"{shown(text)} is no instant", f"{shown(text)} 不是时刻"),
                        Text("date, time and offset: 2026-11-26T09:00:00+08:00", "日期、时间与时差"),
                    )
                )
            return None

    def _instant(self, text: str, *path: str | int) -> datetime | None:
        found: datetime | None = self._read(_instant, text, "not_an_instant", *path)
        return found

    def _day(self, text: str, *path: str | int) -> date | None:
        found: date | None = self._read(date.fromisoformat, text, "not_a_date", *path)
        return found

    def _case(self, shape: ExampleShape, at: datetime) -> Case:
        told = {name: str(shape.case[name]) for name in _OF_CASE if name in shape.case}
        self._attributes(shape.case)
        rule = self.rulebook.rules.get(shape.rule)
        types = rule.applies_to.get("case_type", tuple(self.rulebook.case_types)) if rule else ()
        kind = told.get("case_type") or str(next(iter(types), ""))
        case_type = self.rulebook.case_types.get(kind)
        zone = told.get("zone") or (case_type.zone if case_type else None) or "UTC"
        try:
            zone_of(zone)
        except (KeyError, ValueError, OSError):
            self.problems.append(problem("unknown_zone", self._mark("case", "zone"), name=shown(zone), hint=""))
            zone = "UTC"
        own, linked = self._events(shape, zone, at)
        attributes = {k: v for k, v in shape.case.items() if k not in ("calendar", "zone", "jurisdiction")}
        return Case(
            id=SOURCE,
            code=SOURCE,
            case_type=kind,
            timeline=own,
            zone=zone,
            calendar=told.get("calendar"),
            jurisdiction=told.get("jurisdiction"),
            attributes={**attributes, "case_type": kind},
            linked=linked,
        )

    def _attributes(self, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            path = ("case", name)
            if name == "case_type":
                self._known("unknown_case_type", str(value), self.rulebook.case_types, *path)
            elif name == "calendar":
                self._known("unknown_calendar", str(value), self.calendars, *path)
            elif name not in _OF_CASE:
                known = {*self.registry.attributes, *_OF_CASE}
                allowed = self.registry.allowed(name)
                if self._known("unknown_attribute", name, known, *path, key=True) and allowed is not None:
                    self._known("unknown_attribute_value", str(value), allowed, *path, attribute=name)

    def _events(self, shape: ExampleShape, zone: str, now: datetime) -> tuple[Timeline, dict[str, tuple[Timeline]]]:
        lines: dict[str | None, list[Event]] = {None: []}
        for place, event in enumerate(shape.events):
            made = self._event(event, place, zone, now)
            if made is not None:
                lines.setdefault(event.of, []).append(made)
        own = Timeline.of(lines.pop(None))
        return own, {relation: (Timeline.of(events),) for relation, events in lines.items() if relation}

    def _event(self, shape: ExampleEventShape, place: int, zone: str, now: datetime) -> Event | None:
        path = ("events", place)
        self._known("unknown_event", shape.type, {*self.rulebook.events, *(a.value for a in Answer)}, *path, "type")
        if (shape.on is None) == (shape.at is None):
            said = Text('needs either "on" (a day) or "at" (an instant)', "须写 on(日期)或 at(时刻)之一")
            self.problems.append(Problem(self._mark(*path), "when", said))
            return None
        at = self._instant(shape.at, *path, "at") if shape.at else None
        on = at.astimezone(zone_of(zone)).date() if at else self._day(shape.on or "", *path, "on")
        if on is None or (shape.at and at is None):
            return None
        return Event(
            kind=shape.type,
            on=on,
            source=SOURCE,
            source_id=str(place if shape.id is None else shape.id),
            recorded_at=min(at or day_starts(on, zone), now),
            at=at,
            subject=shape.subject,
            data=shape.data,
        )

    def _expected(self, shape: ExpectShape, place: int) -> Mapping[str, Any]:
        """Return what is said of one deadline as values that can be compared."""
        path = ("expect", place)
        given = {name: getattr(shape, name) for name in shape.model_fields_set}
        for name in ("due_at", "internal_at"):
            if given.get(name):
                given[name] = self._instant(given[name], *path, name)
        if shape.due:
            as_day = "T" not in shape.due and " " not in shape.due
            read_due = self._day if as_day else self._instant
            given["due"] = read_due(shape.due, *path, "due")
        for name in ("version", "cycle"):
            if name in given:
                given[name] = str(given[name])
        if shape.readings is not None:
            days = [self._day(one, *path, "readings", i) for i, one in enumerate(shape.readings)]
            given["readings"] = sorted(d for d in days if d)
        return given


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found
