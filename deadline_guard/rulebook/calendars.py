"""Calendar files → calendars of the core, every problem at once with its place; what each calendar knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.holiday_law import CalendarLaw, DayKind, HolidayRule, Ruled
from deadline_guard.core.text import Text
from deadline_guard.errors import RulebookError
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook.calendar_import import merged
from deadline_guard.rulebook.calendar_shape import CalendarFile, CalendarShape, HolidayShape
from deadline_guard.rulebook.holiday_text import place
from deadline_guard.rulebook.problems import Mark, Problem
from deadline_guard.rulebook.source import Document, read


@cache
def shipped() -> Mapping[str, Calendar]:
    """Return the calendars that ship with this version; raises RulebookError if one cannot be used."""
    calendars, problems = load(rules_dir() / "calendars")
    if problems:
        raise RulebookError("\n".join(str(problem) for problem in problems))
    return calendars


def load(*folders: Path, imported: Iterable[str] = ()) -> tuple[dict[str, Calendar], list[Problem]]:
    """Return the calendars of all ``*.yaml`` files in the folders and everything that is wrong with them.

    Calendars may extend those of other folders; in a later folder an id replaces an earlier one (a firm's own).
    ``imported`` are texts whose years count over the files, in order.
    """
    shapes: dict[str, tuple[CalendarShape, Mark]] = {}
    problems: list[Problem] = []
    for folder in folders:
        here: dict[str, tuple[CalendarShape, Mark]] = {}
        for path in sorted(folder.glob("*.yaml")):
            found, wrong = parse(path)
            problems += wrong
            for shape, mark in found:
                if shape.id in here:
                    problems.append(_twice(mark, shape.id, here[shape.id][1]))
                here.setdefault(shape.id, (shape, mark))
        shapes |= here
    for text in imported:
        found, wrong = parse(text)
        problems += wrong
        for shape, mark in found:
            shapes[shape.id] = (merged(shapes[shape.id][0], shape) if shape.id in shapes else shape, mark)
    made: dict[str, Calendar] = {}
    for name in shapes:
        problems += _make(name, shapes, made, ())
    return {name: made[name] for name in shapes if name in made}, problems


def _twice(mark: Mark, name: str, first: Mark) -> Problem:
    said = f"calendar {name} already stands at {first}"
    return _problem(mark, "calendar_twice", said, f"日历 {name} 已见于 {first}")


def parse(source: Path | str) -> tuple[list[tuple[CalendarShape, Mark]], list[Problem]]:
    """Return the checked calendars of one file (or text) with the place of each."""
    document, problems = read(source)
    if document is None or problems:
        return [], problems
    try:
        file = CalendarFile.model_validate(document.data)
    except ValidationError as error:
        return [], [_refused(document, one) for one in error.errors()]
    return [(shape, document.at(("calendars", i))) for i, shape in enumerate(file.calendars)], []


def _refused(document: Document, error: Any) -> Problem:
    """Return one complaint of the shape at the place of the value that it concerns."""
    message = str(error["msg"]).removeprefix("Value error, ")
    field = ".".join(str(part) for part in error["loc"])
    return _problem(document.at(error["loc"]), "calendar_field", f"{field}: {message}")


def _problem(mark: Mark, code: str, said: str, zh: str = "") -> Problem:
    return Problem(mark, code, Text(said, zh))


def _make(
    name: str,
    shapes: Mapping[str, tuple[CalendarShape, Mark]],
    made: dict[str, Calendar],
    above: tuple[str, ...],
) -> list[Problem]:
    """Build a calendar after the one that it extends; ``above`` are those waiting for it."""
    if name in made or name in above:
        return []
    shape, mark = shapes[name]
    base: Calendar | None = None
    if shape.extends is not None:
        if shape.extends not in shapes or shape.extends in (*above, name):
            said = f"calendar {name} extends {shape.extends}, which is unknown or extends it in turn"
            zh = f"日历 {name} 继承的 {shape.extends} 不存在,或反过来继承它"
            return [_problem(mark, "calendar_extends", said, zh)]
        problems = _make(shape.extends, shapes, made, (*above, name))
        base = made.get(shape.extends)
        if base is None:
            return problems
    made[name] = compiled(shape, base)
    return []


def compiled(shape: CalendarShape, base: Calendar | None = None) -> Calendar:
    """Return the calendar of a checked shape; ``base`` is the one that it extends."""
    unsettled = shape.unsettled.text() if shape.unsettled else None
    rules = (*(base.law.rules if base else ()), *(_rule(one, unsettled) for one in shape.holidays))
    single = dict(base.law.single) if base else {}
    for ruled in _single(shape):
        single[ruled.day] = ruled
    law = CalendarLaw(
        frozenset(shape.weekend),
        rules,
        single,
        shape.known_from.year,
        shape.known_through.year,
    )
    return Calendar(
        shape.id,
        shape.title.text(),
        shape.zone,
        shape.kind,
        shape.known_from,
        shape.known_through,
        law,
        shape.source,
    )


def _rule(shape: HolidayShape, unsettled: Text | None) -> HolidayRule:
    """Return a holiday as the core keeps it."""
    return HolidayRule(
        name=shape.name.text(),
        since=shape.since,
        until=shape.until,
        only=None if shape.only is None else frozenset(shape.only),
        except_years=frozenset(shape.except_),
        weekdays=None if shape.when is None else frozenset(shape.when),
        christmas=None if shape.christmas_on is None else frozenset(shape.christmas_on),
        observed=dict(shape.observed),
        moved=dict(shape.moved),
        disputed=frozenset(shape.disputed),
        unsettled=shape.unsettled.text() if shape.unsettled else unsettled,
        kind=DayKind[shape.kind.upper()],
        **place(shape.on),
    )


def _single(shape: CalendarShape) -> Iterator[Ruled]:
    """Yield the single days of a calendar; a worked weekend day wins over a run of closed days."""
    for notice in shape.notices:
        for off in notice.off:
            for i in range((off.to - off.from_).days + 1):
                yield Ruled(off.from_ + timedelta(i), DayKind.HOLIDAY, off.name.text())
    for notice in shape.notices:
        for day in notice.work:
            yield Ruled(day, DayKind.MAKEUP, Text("worked weekend day", "调休上班"))
    for one in shape.days:
        yield Ruled(one.day, one.day_kind(), one.name.text(), one.disputed.text() if one.disputed else None)


@dataclass(frozen=True, slots=True)
class Status:
    """What a calendar knows on a day: ``days_left`` until dates become provisional (negative: they are)."""

    id: str
    title: Text
    kind: str
    zone: str | None
    known_from: date
    known_through: date
    days_left: int
    source: str


def status(calendars: Mapping[str, Calendar], today: date) -> list[Status]:
    """Return what every calendar knows, the one that runs out first on top."""
    rows = [
        Status(
            c.id,
            c.title,
            c.kind,
            c.zone,
            c.known_from,
            c.known_through,
            (c.known_through - today).days,
            c.source,
        )
        for c in calendars.values()
    ]
    return sorted(rows, key=lambda row: (row.known_through, row.id))
