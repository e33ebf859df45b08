"""A calendar of open and closed days, compiled to integer tables so that the nth working day is a look-up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal

from deadline_guard.core.day_table import DayTable, compiled
from deadline_guard.core.holiday_law import CalendarLaw, DayKind, Ruled
from deadline_guard.core.text import Text

FIRST_YEAR: Final = 1583  # the first whole year of the Gregorian calendar
LAST_YEAR: Final = 2999
_WIDE: Final = (1960, 2036)

_WEEKDAYS: Final = tuple(
    Text(en, zh)
    for en, zh in (
        ("Monday", "星期一"),
        ("Tuesday", "星期二"),
        ("Wednesday", "星期三"),
        ("Thursday", "星期四"),
        ("Friday", "星期五"),
        ("Saturday", "星期六"),
        ("Sunday", "星期日"),
    )
)


_GIVEN_CLOSED: Final = Text("closed day given for this computation", "本次计算指定的休息日")
_GIVEN_OPEN: Final = Text("worked weekend day given for this computation", "本次计算指定的调休上班日")


class OutOfRange(ValueError):
    """A date lies outside the years that can be counted (1583 to 2999)."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Which days are open, why the others are not, and for which dates that is known.

    ``kind`` is ``enacted`` (computed from law) or ``announced`` (a notice a year). Dates before
    ``known_from`` or after ``known_through`` are answered by the nearest year's law and make a deadline
    provisional. ``zone`` is an IANA name, or None where a jurisdiction spans several. Days whose status is
    not settled count as closed here; in :meth:`lenient` they are open.
    """

    id: str
    title: Text
    zone: str | None
    kind: Literal["enacted", "announced"]
    known_from: date
    known_through: date
    law: CalendarLaw
    source: str = ""
    _dropped: frozenset[str] = frozenset()
    _span: tuple[int, int] = _WIDE
    # Caches only: the answers never change, the tables merely reach further when a far date is asked for.
    _made: list[DayTable] = field(default_factory=list, init=False, repr=False)
    _views: dict[str, Calendar] = field(default_factory=dict, init=False, repr=False)

    def is_open(self, day: date) -> bool:
        """Return whether ``day`` is a working day (a weekend day worked by order is one)."""
        table, at = self._at(day)
        return table.kinds[at] < DayKind.WEEKEND

    def kind_of(self, day: date) -> DayKind:
        """Return what ``day`` is to a court."""
        table, at = self._at(day)
        return DayKind(table.kinds[at])

    def next_open(self, day: date) -> date:
        """Return the first open day on or after ``day``."""
        return self.add_working_days(day, 0)

    def previous_open(self, day: date) -> date:
        """Return the last open day on or before ``day``."""
        return day if self.is_open(day) else self.add_working_days(day, -1)

    def add_working_days(self, day: date, n: int) -> date:
        """Return the ``n``-th open day after ``day`` (before it if negative; 0: the first from it on)."""
        made = self._made
        table = made[0] if made else self._reach(day)
        at = day.toordinal() - table.first
        try:
            place = table.upto[at + 1] + n - 1 if n > 0 else table.upto[at] + n
            if at >= 0 and place >= 0:
                return table.opens[place]
        except IndexError:
            pass
        return self._far(day, n)

    def working_days_between(self, a: date, b: date) -> int:
        """Return the open days after ``a`` up to and including ``b`` (negative if ``b`` comes first)."""
        if b < a:
            return -self.working_days_between(b, a)
        self._reach(a)
        table = self._reach(b)
        return table.upto[b.toordinal() - table.first + 1] - table.upto[a.toordinal() - table.first + 1]

    def why_closed(self, day: date) -> Text | None:
        """Return the holiday's name or the weekday, or None when ``day`` is open."""
        return None if self.is_open(day) else self.name_of(day) or _WEEKDAYS[day.weekday()]

    def closed_between(self, a: date, b: date) -> list[tuple[date, Text]]:
        """Return the closed days from ``a`` to ``b``, both included, each with its reason, in that order."""
        low, high = sorted((a, b))
        self._reach(low)
        table = self._reach(high)
        start = low.toordinal() - table.first
        kinds = table.kinds[start : high.toordinal() - table.first + 1]
        found = []
        for at, kind in enumerate(kinds, low.toordinal()):
            if kind >= DayKind.WEEKEND:
                day = date.fromordinal(at)
                found.append((day, table.names.get(at) or _WEEKDAYS[day.weekday()]))
        return found if low == a else found[::-1]

    def name_of(self, day: date) -> Text | None:
        """Return the name that the law gives to ``day`` (holidays and worked weekend days), or None."""
        return self._reach(day).names.get(day.toordinal())

    def disputed(self, day: date) -> Text | None:
        """Return why it is not settled that ``day`` is closed, or None."""
        return self._reach(day).disputed.get(day.toordinal())

    def disputed_between(self, a: date, b: date) -> list[date]:
        """Return the days of unsettled status from ``a`` to ``b``, both included."""
        self._reach(a)
        found = self._reach(b).disputed
        return sorted(date.fromordinal(o) for o in found if a.toordinal() <= o <= b.toordinal())

    def is_known(self, day: date) -> bool:
        """Return whether the law or notice that decides about ``day`` is known."""
        return self.known_from <= day <= self.known_through

    def forward_only(self, day: date) -> bool:
        """Return whether ``day`` is closed only for periods counted forward, FRCP 6(a)(6)(C)."""
        return self.kind_of(day) is DayKind.FORWARD_ONLY

    def backward(self) -> Calendar:
        """Return the calendar for periods counted backward, in which forward-only days are open."""
        return self._view("forward_only")

    def lenient(self) -> Calendar:
        """Return the calendar in which days of unsettled status are open."""
        return self._view("disputed")

    def without_makeup(self) -> Calendar:
        """Return the calendar in which weekend days worked by order are rest days."""
        return self._view("makeup")

    def with_days(self, non_working: Collection[date] = (), working_weekend: Collection[date] = ()) -> Calendar:
        """Return a calendar with further closed days and worked weekend days (for one computation)."""
        single = dict(self.law.single)
        single |= {d: Ruled(d, DayKind.HOLIDAY, self.name_of(d) or _GIVEN_CLOSED) for d in non_working}
        single |= {d: Ruled(d, DayKind.MAKEUP, _GIVEN_OPEN) for d in working_weekend}
        if not non_working and not working_weekend:
            return self
        years = [d.year for d in (*non_working, *working_weekend)]
        return replace(self, law=replace(self.law, single=single), _span=(min(years), max(years)))

    def _view(self, drop: str) -> Calendar:
        """Return this calendar without one sort of days, made once."""
        if drop not in self._views:
            other = replace(self, _dropped=self._dropped | {drop})
            self._views[drop] = other if drop in self.law.sorts() - self._dropped else self
        return self._views[drop]

    def _at(self, day: date) -> tuple[DayTable, int]:
        """Return a table that holds ``day`` and its place in it."""
        table = self._made[0] if self._made else self._reach(day)
        at = day.toordinal() - table.first
        if not 0 <= at < len(table.kinds):
            table = self._reach(day)
            at = day.toordinal() - table.first
        return table, at

    def _reach(self, day: date) -> DayTable:
        """Return a table that holds ``day``, compiling a longer one if it must."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise OutOfRange(f"{day} lies outside the years that can be counted ({FIRST_YEAR} to {LAST_YEAR})")
        return self._reach_year(day.year)

    def _reach_year(self, year: int) -> DayTable:
        """Return a table that holds a year, compiling a longer one if it must."""
        low, high = (self._made[0].years) if self._made else self._span
        if self._made and low <= year <= high:
            return self._made[0]
        # 15 spare years: a far date is seldom asked alone.
        low = low if low <= year else max(year - 15, FIRST_YEAR)
        high = high if year <= high else min(year + 15, LAST_YEAR)
        self._made[:] = [compiled(self.law, self._dropped, low, high)]
        return self._made[0]

    def _far(self, day: date, n: int) -> date:
        """Answer :meth:`add_working_days` where the table is too short, by reaching further."""
        table = self._reach(day)
        at = day.toordinal() - table.first
        place = table.upto[at + 1] + n - 1 if n > 0 else table.upto[at] + n
        back = n < 0
        while not 0 <= place < len(table.opens):
            low, high = table.years
            if (low if back else high) == (FIRST_YEAR if back else LAST_YEAR):
                raise OutOfRange(f"{n} working days from {day} leave the years that can be counted")
            lacking = 1 + abs(n) // 300  # hardly a year has more open days
            before = len(table.opens)
            table = self._reach_year(max(low - lacking, FIRST_YEAR) if back else min(high + lacking, LAST_YEAR))
            place += (len(table.opens) - before) if back else 0
        return table.opens[place]
