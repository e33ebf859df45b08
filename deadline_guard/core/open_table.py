"""Office hours compiled to integers: the open stretches of some years, and the open seconds before each.

How a wall-clock boundary becomes an instant where the clock changes: a time that occurs twice is its first
occurrence; a time that is skipped is read with the offset before the change (02:30 in a gap from 02:00 to
03:00 is the instant shown as 03:30), as RFC 5545 section 3.3.5, ``datetime`` with ``fold=0`` and Temporal's
"compatible" do. A day runs from its midnight to the next, both resolved so, and nothing of a day reaches
outside it; a date that a zone skipped (Samoa, 2011-12-30) therefore has no hours. Between two boundaries time
is what elapses: a night shift from 00:00 to 06:00 has five, six or seven hours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, tzinfo
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from operator import sub
from typing import Final

from deadline_guard.core.office_hours import DAY, OfficeHours, Span, Spans, cut
from deadline_guard.errors import InputError, NoOpenTimeError

CLOSED_YEAR: Final = 366 * DAY
"""The longest stretch without open time that a search crosses, in seconds."""

MOST_YEARS: Final = 400
"""The most years one table may span: what bounds every search and the memory."""

FIRST_YEAR: Final = MINYEAR + 1
LAST_YEAR: Final = MAXYEAR - 1

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_EARLIEST: Final = (date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH_DAY) * DAY
_LATEST: Final = (date(LAST_YEAR, 12, 31).toordinal() - _EPOCH_DAY) * DAY


class OpenTable:
    """The open stretches of whole years, from ``low`` up to ``high``, in seconds since the epoch.

    Never changed. ``starts`` and ``ends`` are in order and do not overlap; ``before[i]`` counts the open
    seconds from ``low`` to ``starts[i]``, and its last entry, ``total``, all of them. ``shift[i]`` is
    ``starts[i]`` less ``before[i]``, so that inside stretch i an instant is its count plus ``shift[i]``.
    ``closed_years`` lists the stretches without open time that no search may cross; from ``first_start`` to
    ``plain_until`` a search need not look for them.
    """

    __slots__ = (
        "before",
        "closed_years",
        "ends",
        "first_start",
        "first_year",
        "high",
        "last_year",
        "low",
        "plain_until",
        "shift",
        "starts",
        "total",
    )

    def __init__(self, first_year: int, last_year: int, bounds: Span, starts: list[int], ends: list[int]) -> None:
        """Count the open seconds of the given stretches."""
        self.first_year, self.last_year = first_year, last_year
        self.low, self.high = bounds
        self.starts, self.ends = starts, ends
        self.before: list[int] = [0, *accumulate(map(sub, ends, starts))]
        self.shift: list[int] = list(map(sub, starts, self.before))
        self.total = self.before[-1]
        edges = zip(chain((self.low,), ends), chain(starts, (self.high,)), strict=True)
        self.closed_years = tuple((a, b) for a, b in edges if b - a > CLOSED_YEAR)
        self.first_start = starts[0] if starts else self.high
        self.plain_until = self.low if self.closed_years else self.high

    def count(self, instant: int) -> int:
        """Return the open seconds from ``low`` to an instant within the table."""
        place = bisect_right(self.starts, instant) - 1
        return min(instant, self.ends[place]) - self.shift[place] if place >= 0 else 0

    def refuse_closed_year(self, start: int, end: int) -> None:
        """Refuse a search from ``start`` to ``end`` that met no open time for more than a year."""
        for a, b in self.closed_years:
            if min(b, end) - max(a, start) > CLOSED_YEAR:
                raise no_open_time(max(a, start))


class TableMaker:
    """Makes the tables of one value of office hours."""

    __slots__ = ("_exceptions", "_hours", "_weeks")

    def __init__(self, hours: OfficeHours) -> None:
        """Work out the spans of every date that differs from its week."""
        self._hours = hours
        own = dict(hours.extra_days)
        breaks = dict(hours.breaks)
        self._exceptions: Mapping[int, Spans] = {
            day.toordinal(): cut(hours.open_spans(day), breaks.get(day, ())) for day in {*hours.holidays, *own, *breaks}
        }
        self._weeks = {since.toordinal(): week for since, week in hours.later}

    def covering(self, first: int, last: int, known: OpenTable | None = None) -> OpenTable:
        """Return a table that holds both instants, grown from ``known`` where that keeps it short enough.

        Raises InputError where the instants lie outside the years 2 to 9998 or more than 400 years apart.
        """
        low, high = _year(first - DAY), _year(last + DAY)
        if known is not None:
            wide_low, wide_high = min(low, known.first_year), max(high, known.last_year)
            if wide_high - wide_low < MOST_YEARS:
                return self._grown(known, wide_low, wide_high)
        if high - low >= MOST_YEARS:
            raise InputError(
                field="",
                code="out_of_range",
                message=f"from year {low} to year {high} is more than {MOST_YEARS} years of working time",
            )
        return self._table(low, high)

    def longer(self, known: OpenTable, start: int, *, earlier: bool = False) -> OpenTable:
        """Return ``known`` with at least two more years on one side, twice as many each time.

        ``start`` is where the search began; the other side is given up where the table would get too long.
        Raises NoOpenTimeError where the side has been closed for a year, InputError 400 years from ``start``.
        """
        more = max(2, known.last_year - known.first_year + 1)
        low, high = known.first_year, known.last_year
        if earlier:
            opening = known.starts[0] if known.starts else known.high
            closed = min(start, opening) - known.low
            limit = max(FIRST_YEAR, _year(start + DAY) - MOST_YEARS + 1)
            low = max(low - more, limit)
            high = high if high - low < MOST_YEARS else _year(start + DAY)
        else:
            closing = known.ends[-1] if known.ends else known.low
            closed = known.high - max(start, closing)
            limit = min(LAST_YEAR, _year(start - DAY) + MOST_YEARS - 1)
            high = min(high + more, limit)
            low = low if high - low < MOST_YEARS else _year(start - DAY)
        if closed > CLOSED_YEAR:
            raise no_open_time(start)
        if low >= known.first_year and high <= known.last_year:
            raise InputError(
                field="minutes",
                code="out_of_range",
                message=f"so much working time reaches beyond the year {limit}: ask for less",
            )
        return self._grown(known, low, high)

    def _grown(self, known: OpenTable, low: int, high: int) -> OpenTable:
        if low >= known.first_year and high <= known.last_year:
            return known
        inside = low <= known.first_year and known.last_year <= high
        return self._table(low, high, known if inside else None)

    def _table(self, low: int, high: int, known: OpenTable | None = None) -> OpenTable:
        starts: list[int] = []
        ends: list[int] = []
        year = low
        while year <= high:
            if known is not None and year == known.first_year:
                starts += known.starts
                ends += known.ends
                year = known.last_year + 1
            else:
                self._add_year(year, starts, ends)
                year += 1
        zone = self._hours.zone
        bounds = tuple(_midnight(zone, date(year, 1, 1).toordinal()) for year in (low, high + 1))
        return OpenTable(low, high, (bounds[0], bounds[1]), starts, ends)

    def _add_year(self, year: int, starts: list[int], ends: list[int]) -> None:
        first = date(year, 1, 1)
        week = self._hours.week_on(first)
        day = first.toordinal()
        days, exceptions, weeks = self._hours.days, self._exceptions, self._weeks
        for offset, offset_next in pairwise(_midnight_offsets(self._hours.zone, year)):
            week = weeks.get(day, week)
            if offset != offset_next:
                spans, base = self._resolved(day), 0
            else:
                if day in exceptions:
                    spans = exceptions[day]
                elif days is not None:
                    spans = self._hours.open_spans(date.fromordinal(day))
                else:  # day 1 of the ordinal count was a Monday
                    spans = week[(day - 1) % 7]
                base = (day - _EPOCH_DAY) * DAY - offset
            for start, end in spans:
                starts.append(base + start)
                ends.append(base + end)
            day += 1

    def _resolved(self, ordinal: int) -> Spans:
        """Return the open instants of a day on which the clock changes."""
        day, zone = date.fromordinal(ordinal), self._hours.zone

        def instants(spans: Spans) -> Spans:
            return tuple((_instant(zone, ordinal, a), _instant(zone, ordinal, b)) for a, b in spans)

        low, high = _midnight(zone, ordinal), _midnight(zone, ordinal + 1)
        open_spans = instants(self._hours.open_spans(day))
        within = tuple((max(low, a), min(high, b)) for a, b in open_spans)
        return cut(within, instants(self._hours.break_spans(day)))


def no_open_time(instant: int) -> NoOpenTimeError:
    """Say that a search met a year without open time."""
    near = datetime.fromtimestamp(instant, UTC).date()
    return NoOpenTimeError(
        field="week",
        code="no_open_time",
        message=f"no open time within a year of {near}: check weekly hours, holidays and extra days",
    )


@lru_cache(maxsize=4096)
def _midnight_offsets(zone: tzinfo, year: int) -> tuple[int, ...]:
    """Return the seconds ahead of UTC at each midnight of a year, and at the one after it.

    Where two in a row are the same, the clock did not change in between: no zone ever changed it and
    changed it back within a day.
    """
    first = date(year, 1, 1).toordinal()
    days = date(year + 1, 1, 1).toordinal() - first
    offsets = tuple(_offset(zone, first + n, 0) for n in range(days + 1))
    known = enumerate(pairwise(offsets), first - _EPOCH_DAY)
    steady_offsets(zone).update((day, offset) for day, (offset, after) in known if offset == after)
    return offsets


@lru_cache(maxsize=1024)
def steady_offsets(zone: tzinfo) -> dict[int, int]:
    """Return the seconds ahead of UTC by day since the epoch, for days on which the clock does not change.

    It holds the years compiled so far. With it a local time becomes an instant without asking the zone.
    """
    return {}


def _offset(zone: tzinfo, ordinal: int, second: int) -> int:
    hour, rest = divmod(second, 3600)
    clock = time(hour, rest // 60, rest % 60)
    ahead = datetime.combine(date.fromordinal(ordinal), clock, zone).utcoffset()
    if ahead is None:
        raise InputError(field="timezone", message=f"{zone!r} gives no offset from UTC: use an IANA zone")
    return ahead.days * DAY + ahead.seconds


def _instant(zone: tzinfo, ordinal: int, second: int) -> int:
    """Return the instant of a wall-clock second of a day, as the module says."""
    if second == DAY:
        ordinal, second = ordinal + 1, 0
    return (ordinal - _EPOCH_DAY) * DAY + second - _offset(zone, ordinal, second)


def _midnight(zone: tzinfo, ordinal: int) -> int:
    return _instant(zone, ordinal, 0)


def _year(instant: int) -> int:
    if not _EARLIEST <= instant <= _LATEST:
        raise InputError(
            field="",
            code="out_of_range",
            message=f"an instant outside the years {FIRST_YEAR} to {LAST_YEAR}: use a real date",
        )
    return datetime.fromtimestamp(instant, UTC).year
