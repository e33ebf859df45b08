"""Holidays as rules: what a statute says of every year, evaluated without tables of dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum

from deadline_guard.core.text import Text


class DayKind(IntEnum):
    """What a day is to a court; from ``WEEKEND`` on it is closed."""

    OPEN = 0
    MAKEUP = 1  # a weekend day that is worked by order
    WEEKEND = 2
    HOLIDAY = 3
    FORWARD_ONLY = 4  # a state's holiday: closed for periods counted forward only, FRCP 6(a)(6)(C)
    OFFICE_CLOSED = 5  # no holiday, but the office is shut


class Place(IntEnum):
    """How a holiday rule finds its date in a year."""

    FIXED = 0  # month, day
    NTH = 1  # the nth weekday of a month (-1: the last one)
    EASTER = 2  # offset in days from Easter Sunday
    NEAR = 3  # the weekday on or before/after a month and day


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """One holiday of a statute, valid from year ``since`` to ``until`` (both inclusive; None: open).

    ``moved`` maps a weekday (Monday 0) to the days by which the holiday is *moved* when it falls on it;
    ``observed`` likewise adds a further day. ``disputed`` weekdays are those whose moved or added day is not
    settled as a holiday (the observed Friday of 5 USC 6103(b) under FRCP 6). ``weekdays`` limits the rule to
    years in which the day falls on one of them. ``christmas`` limits it by the weekday of 25 December.
    """

    name: Text
    place: Place
    month: int = 0
    day: int = 0
    nth: int = 0
    weekday: int = 0
    offset: int = 0
    since: int | None = None
    until: int | None = None
    kind: DayKind = DayKind.HOLIDAY
    moved: Mapping[int, int] = field(default_factory=dict)
    observed: Mapping[int, int] = field(default_factory=dict)
    disputed: frozenset[int] = frozenset()
    unsettled: Text | None = None  # why the disputed days are; without ``moved`` or ``observed``: the day itself
    weekdays: frozenset[int] | None = None
    christmas: frozenset[int] | None = None
    only: frozenset[int] | None = None
    except_years: frozenset[int] = frozenset()

    def in_force(self, year: int) -> bool:
        """Return whether the statute of ``year`` sets this day."""
        if (self.since is not None and year < self.since) or (self.until is not None and year > self.until):
            return False
        return year not in self.except_years and (self.only is None or year in self.only)

    def on(self, year: int) -> date | None:
        """Return the day itself in ``year`` before it is moved, or None when that year has none."""
        if self.christmas is not None and date(year, 12, 25).weekday() not in self.christmas:
            return None
        if self.place is Place.EASTER:
            return easter(year) + timedelta(self.offset)
        if self.place is Place.NTH:
            return nth_weekday(year, self.month, self.weekday, self.nth) + timedelta(self.offset)
        if self.month == 2 and self.day == 29 and not _leap(year):
            return None
        found = date(year, self.month, self.day)
        if self.place is Place.NEAR:
            return _near(found, self.weekday, self.nth) + timedelta(self.offset)
        return found + timedelta(self.offset)


@dataclass(frozen=True, slots=True)
class Ruled:
    """One day that a law closes or opens; ``disputed``: whether it does so is not settled."""

    day: date
    kind: DayKind
    name: Text
    disputed: Text | None = None


@dataclass(frozen=True, slots=True)
class CalendarLaw:
    """Everything that says which days are open: weekend, rules of every year, single days.

    ``single`` days win over rules; ``first`` and ``last`` are the years whose law is used for earlier and
    later years (the nearest year's law).
    """

    weekend: frozenset[int] = frozenset({5, 6})
    rules: tuple[HolidayRule, ...] = ()
    single: Mapping[date, Ruled] = field(default_factory=dict)
    first: int = 1960
    last: int = 2036

    def days(self, year: int) -> Iterator[Ruled]:
        """Yield the days that the rules set in ``year``; a moved day may lie in a neighbouring year."""
        law_of = min(max(year, self.first), self.last)
        for rule in self.rules:
            day = rule.on(year) if rule.in_force(law_of) else None
            if day is None or (rule.weekdays is not None and day.weekday() not in rule.weekdays):
                continue
            weekday = day.weekday()
            doubt = rule.unsettled if weekday in rule.disputed else None
            if weekday in rule.moved:
                yield Ruled(day + timedelta(rule.moved[weekday]), rule.kind, _observed(rule.name), doubt)
                continue
            itself = doubt if weekday not in rule.observed else None
            yield Ruled(day, rule.kind, rule.name, itself)
            if weekday in rule.observed:
                yield Ruled(day + timedelta(rule.observed[weekday]), rule.kind, _observed(rule.name), doubt)

    def sorts(self) -> frozenset[str]:
        """Return which sorts of days a calendar of this law can leave out."""
        kinds = {r.kind for r in self.rules} | {r.kind for r in self.single.values()}
        found = {"makeup"} if DayKind.MAKEUP in kinds else set()
        if DayKind.FORWARD_ONLY in kinds:
            found.add("forward_only")
        if any(r.disputed for r in self.rules) or any(r.disputed for r in self.single.values()):
            found.add("disputed")
        return frozenset(found)


def _observed(name: Text) -> Text:
    """Return the name of the day on which a holiday is kept instead."""
    return Text(f"{name} (observed)", f"{name.zh}(补休)")


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """Return the ``nth`` (-1: last) ``weekday`` (Monday 0) of a month."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))
    after = date(year + month // 12, month % 12 + 1, 1)
    last = after - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7 + 7 * (-nth - 1))


def _near(day: date, weekday: int, nth: int) -> date:
    """Return the ``nth`` weekday on or after ``day`` (positive), or before it (negative)."""
    if nth > 0:
        return day + timedelta((weekday - day.weekday()) % 7 + 7 * (nth - 1))
    return day - timedelta((day.weekday() - weekday - 1) % 7 + 1 + 7 * (-nth - 1))


def easter(year: int) -> date:
    """Return Western Easter Sunday (the anonymous Gregorian computus, valid from 1583)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)
