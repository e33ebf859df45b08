"""Working time: adding, subtracting and measuring the seconds in which an office is open and a clock runs.

Working time is a function W(t) of the instant t that rises by one each open second and rests otherwise. It
is compiled once to integer tables (`open_table`), so that every answer is a look-up. Where W rests an
answer would not be unique; the rules (``../shared/specs/compute.md`` section 4):

* adding lands on the earliest instant: 60 minutes before closing plus 60 minutes is the closing instant;
* subtracting lands on the latest: 60 minutes after opening minus 60 minutes is the opening instant;
* nothing added to or taken from a closed instant is the next opening;
* the closing instant is closed; from a later to an earlier instant is negative;
* a search that meets no open time for more than 366 days ends with an error, a measure is 0.

Everything is exact. The ``_s`` methods take and give whole seconds since the epoch, the ``_us`` methods
microseconds; datetimes keep their microseconds, while the hours themselves begin and end on whole seconds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from deadline_guard.core.office_hours import DAY, OfficeHours, Span, united
from deadline_guard.core.open_table import CLOSED_YEAR, OpenTable, TableMaker, no_open_time, steady_offsets
from deadline_guard.errors import InputError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_from_timestamp: Final = datetime.fromtimestamp
_MICRO: Final = timedelta(microseconds=1)
MICROS: Final = 1_000_000
_LENGTHS: Final[dict[int, timedelta]] = {}  # by their seconds, less than a day's: dearer to make than to look up

Pause = tuple[datetime, datetime]
"""The clock stands still from the first instant (inclusive) to the second (exclusive)."""


class WorkingTime(ABC):
    """Working time of an office, or of a case in it: a constant, whose tables grow to what is asked."""

    __slots__ = ("_local_epoch", "_offsets", "hours", "zone")

    def __init__(self, hours: OfficeHours) -> None:
        """Keep the hours this is made of, and the zone answers are shown in."""
        self.hours = hours
        self.zone: tzinfo = hours.zone
        self._local_epoch = datetime(1970, 1, 1, tzinfo=hours.zone)
        self._offsets = steady_offsets(hours.zone)

    def add(self, start: datetime, seconds: int) -> datetime:
        """Return the earliest instant ``seconds`` of working time after ``start``, in the office's zone."""
        if start.microsecond:
            return self._shown(self.add_us(_micros(start), seconds * MICROS))
        return datetime.fromtimestamp(self.add_s(self._second(start), seconds), self.zone)

    def subtract(self, start: datetime, seconds: int) -> datetime:
        """Return the latest instant from which ``start`` is ``seconds`` of working time away."""
        if start.microsecond:
            return self._shown(self.subtract_us(_micros(start), seconds * MICROS))
        return datetime.fromtimestamp(self.subtract_s(self._second(start), seconds), self.zone)

    def between(self, start: datetime, end: datetime) -> int:
        """Return the working seconds from ``start`` to ``end``, without a part of a second (`between_us`)."""
        micros = self.between_us(_micros(start), _micros(end))
        return micros // MICROS if micros >= 0 else -(-micros // MICROS)

    def is_open(self, at: datetime) -> bool:
        """Say whether the office is open and the clock runs at an instant."""
        return self.is_open_s(_micros(at) // MICROS)

    def next_open(self, at: datetime) -> datetime:
        """Return ``at`` itself where it is open, else the next opening."""
        return self._shown(self.add_us(_micros(at), 0))

    @abstractmethod
    def paused(self, pauses: Iterable[Pause]) -> WorkingTime:
        """Return this working time with more pauses as holes; the office's tables are shared."""

    @abstractmethod
    def add_s(self, start: int, seconds: int) -> int:
        """Return `add` in seconds since the epoch."""

    @abstractmethod
    def subtract_s(self, start: int, seconds: int) -> int:
        """Return `subtract` in seconds since the epoch."""

    @abstractmethod
    def between_s(self, start: int, end: int) -> int:
        """Return the working seconds from ``start`` to ``end``, both in seconds since the epoch."""

    @abstractmethod
    def is_open_s(self, at: int) -> bool:
        """Return `is_open` for seconds since the epoch."""

    @abstractmethod
    def next_open_s(self, at: int) -> int:
        """Return `next_open` in seconds since the epoch."""

    def add_us(self, start: int, micros: int) -> int:
        """Return `add` in microseconds since the epoch.

        An instant within an open second counts the part that has passed; a landing within a second lies in
        the second that the whole ones lead to.
        """
        if micros < 0:
            return self.subtract_us(start, -micros)
        at, passed = self._split(start)
        if micros == 0:
            return start if self.is_open_s(at) else self.next_open_s(at) * MICROS
        seconds, part = divmod(passed + micros, MICROS)
        if part:
            return self.next_open_s(self.add_s(at, seconds)) * MICROS + part
        return self.add_s(at, seconds) * MICROS

    def subtract_us(self, start: int, micros: int) -> int:
        """Return `subtract` in microseconds since the epoch."""
        if micros <= 0:
            return self.add_us(start, -micros)
        at, passed = self._split(start)
        seconds, part = divmod(passed - micros, MICROS)
        return self.subtract_s(at, -seconds) * MICROS + part

    def between_us(self, start: int, end: int) -> int:
        """Return the working microseconds from ``start`` to ``end``, both in microseconds since the epoch."""
        first, passed_first = self._split(start)
        last, passed_last = self._split(end)
        return self.between_s(first, last) * MICROS + passed_last - passed_first

    def _second(self, instant: datetime) -> int:
        """Return a whole second since the epoch; a third of the time when it is in the office's own zone."""
        if instant.tzinfo is self.zone and not instant.fold:
            since = instant - self._local_epoch  # of one zone: the difference of the clocks, not of the instants
            offset = self._offsets.get(since.days)
            if offset is not None:
                return since.days * DAY + since.seconds - offset
        since = instant - _EPOCH
        return since.days * DAY + since.seconds

    def _split(self, micros: int) -> tuple[int, int]:
        """Return the whole second of an instant, and the microseconds of it that count."""
        at, passed = divmod(micros, MICROS)
        return at, passed if passed and self.is_open_s(at) else 0

    def _shown(self, micros: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=micros)).astimezone(self.zone)


class OfficeTime(WorkingTime):
    """The working time of office hours, read from an `OpenTable` that a longer one replaces on need."""

    __slots__ = ("_maker", "_openings", "_table")

    def __init__(self, hours: OfficeHours) -> None:
        """Prepare the tables; they are filled around the first instant asked about."""
        super().__init__(hours)
        self._maker = TableMaker(hours)
        self._table: OpenTable | None = None
        self._openings: dict[int, datetime] = {}  # as they are shown, of days without a change of the clocks

    def paused(self, pauses: Iterable[Pause]) -> WorkingTime:
        """Return this working time with a case's pauses as holes."""
        spans = _pause_seconds(pauses)
        return PausedTime(self, spans) if spans else self

    def add(self, start: datetime, seconds: int) -> datetime:
        """Return the earliest instant ``seconds`` of working time after ``start``, in the office's zone.

        The usual case is `_second` and `add_s` written out: every case of every sweep passes here, and without
        the two calls it takes a seventh less.
        """
        table = self._table
        if table is not None and seconds > 0 and start.tzinfo is self.zone and not (start.fold or start.microsecond):
            since = start - self._local_epoch
            offset = self._offsets.get(since.days)
            if offset is not None:
                second = since.days * DAY + since.seconds - offset
                if table.first_start <= second < table.plain_until:
                    place = bisect_right(table.starts, second) - 1
                    end = table.ends[place]
                    count = (second if second < end else end) - table.shift[place] + seconds
                    if count <= table.total:
                        place = bisect_left(table.before, count, place) - 1
                        landing = count + table.shift[place]
                        opened = table.starts[place]
                        opening, since_then = self._openings.get(opened), _LENGTHS.get(landing - opened)
                        if opening is not None and since_then is not None:
                            return opening + since_then  # the clocks run on evenly there
                        self._open_at(opened, table.ends[place], landing)
                        return _from_timestamp(landing, self.zone)
        return super().add(start, seconds)

    def _open_at(self, opened: int, closed: int, landing: int) -> None:
        """Keep an opening as it is shown, where the zone's clocks run evenly from it to closing, and a length.

        Adding the two takes a third of what the zone takes to show an instant.
        """
        first, last = (_from_timestamp(at, self.zone) for at in (opened, closed))
        if first.date() == last.date() and (first - self._local_epoch).days in self._offsets:
            self._openings[opened] = first
            _LENGTHS[landing - opened] = timedelta(seconds=landing - opened)

    def add_s(self, start: int, seconds: int) -> int:
        """Return `add` in seconds since the epoch."""
        table = self._table
        if table is not None and seconds > 0 and table.first_start <= start < table.plain_until:
            place = bisect_right(table.starts, start) - 1
            end = table.ends[place]
            count = (start if start < end else end) - table.shift[place] + seconds
            if count <= table.total:
                return count + table.shift[bisect_left(table.before, count, place) - 1]
        return self._add_far(start, seconds)

    def subtract_s(self, start: int, seconds: int) -> int:
        """Return `subtract` in seconds since the epoch."""
        if seconds <= 0:
            return self.add_s(start, -seconds)
        table = self.table(start, start)
        while (count := table.count(start) - seconds) < 0:
            table = self._table = self._maker.longer(table, start, earlier=True)
        place = bisect_right(table.before, count) - 1
        table.refuse_closed_year(table.ends[place], start)
        return count + table.shift[place]

    def between_s(self, start: int, end: int) -> int:
        """Return the working seconds from ``start`` to ``end``, both in seconds since the epoch."""
        table = self.table(min(start, end), max(start, end))
        return table.count(end) - table.count(start)

    def is_open_s(self, at: int) -> bool:
        """Return `is_open` for seconds since the epoch."""
        table = self.table(at, at)
        place = bisect_right(table.starts, at) - 1
        return place >= 0 and at < table.ends[place]

    def next_open_s(self, at: int) -> int:
        """Return `next_open` in seconds since the epoch."""
        table = self.table(at, at)
        while True:  # ends: `longer` refuses a closed year and the bounds of a table
            place = bisect_right(table.starts, at) - 1
            if place >= 0 and at < table.ends[place]:
                return at
            if place + 1 < len(table.starts):
                opening = table.starts[place + 1]
                if opening - at > CLOSED_YEAR:
                    raise no_open_time(at)
                return opening
            table = self._table = self._maker.longer(table, at)

    def table(self, first: int, last: int) -> OpenTable:
        """Return a table that holds both instants, in seconds since the epoch; batches read it directly."""
        table = self._table
        if table is None or first < table.low or last >= table.high:
            table = self._table = self._maker.covering(first, last, table)
        return table

    def refuse_closed_year(self, start: int, end: int) -> None:
        """Raise NoOpenTimeError where the way from ``start`` to ``end`` is closed for more than a year."""
        self.table(start, end).refuse_closed_year(start, end)

    def _add_far(self, start: int, seconds: int) -> int:
        """Add where the quick way of `add_s` does not do: nothing, backward, or beyond the table so far."""
        if seconds == 0:
            return self.next_open_s(start)
        if seconds < 0:
            return self.subtract_s(start, -seconds)
        table = self.table(start, start)
        while (count := table.count(start) + seconds) > table.total:
            table = self._table = self._maker.longer(table, start)
        place = bisect_left(table.before, count) - 1
        table.refuse_closed_year(start, table.starts[place])
        return count + table.shift[place]


class PausedTime(WorkingTime):
    """Working time less the pauses of one case; a pause is passed over however long it is.

    Pauses begin and end on whole seconds: what lies within a second belongs to that second.
    """

    __slots__ = ("_ends", "_office", "_starts")

    def __init__(self, office: OfficeTime, pauses: Iterable[Span]) -> None:
        """Keep the union of the pauses, in seconds since the epoch, beside the office's own tables."""
        super().__init__(office.hours)
        merged = united(pauses)
        self._office = office
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def paused(self, pauses: Iterable[Pause]) -> WorkingTime:
        """Return the office's working time with these pauses and the present ones."""
        present = zip(self._starts, self._ends, strict=True)
        return PausedTime(self._office, [*present, *_pause_seconds(pauses)])

    def add_s(self, start: int, seconds: int) -> int:
        """Return `add` in seconds since the epoch."""
        if seconds < 0:
            return self.subtract_s(start, -seconds)
        if seconds == 0:
            return self.next_open_s(start)
        office, first = self._office, start
        for place in range(bisect_right(self._ends, start), len(self._starts)):
            running = office.between_s(start, max(start, self._starts[place]))
            if running >= seconds:
                break
            seconds -= running
            start = self._ends[place]
        landing = office.add_s(start, seconds)
        office.refuse_closed_year(first, landing)
        return landing

    def subtract_s(self, start: int, seconds: int) -> int:
        """Return `subtract` in seconds since the epoch."""
        if seconds <= 0:
            return self.add_s(start, -seconds)
        office, last = self._office, start
        for place in range(bisect_left(self._starts, start) - 1, -1, -1):
            running = office.between_s(min(start, self._ends[place]), start)
            if running >= seconds:
                break
            seconds -= running
            start = self._starts[place]
        landing = office.subtract_s(start, seconds)
        office.refuse_closed_year(landing, last)
        return landing

    def between_s(self, start: int, end: int) -> int:
        """Return the working seconds from ``start`` to ``end``, both in seconds since the epoch."""
        if start > end:
            return -self.between_s(end, start)
        office = self._office
        running = office.between_s(start, end)
        for place in range(bisect_right(self._ends, start), bisect_left(self._starts, end)):
            running -= office.between_s(max(start, self._starts[place]), min(end, self._ends[place]))
        return running

    def is_open_s(self, at: int) -> bool:
        """Return `is_open` for seconds since the epoch."""
        place = bisect_right(self._starts, at) - 1
        return (place < 0 or at >= self._ends[place]) and self._office.is_open_s(at)

    def next_open_s(self, at: int) -> int:
        """Return `next_open` in seconds since the epoch."""
        opening = self._office.next_open_s(at)
        for place in range(bisect_right(self._ends, opening), len(self._starts)):
            if opening < self._starts[place]:
                break
            opening = self._office.next_open_s(self._ends[place])
        self._office.refuse_closed_year(at, opening)
        return opening


def compile(hours: OfficeHours, pauses: Iterable[Pause] = ()) -> WorkingTime:
    """Return the working time of office hours, less the pauses of a case; equal hours share their tables."""
    return _compiled(hours).paused(pauses)


@lru_cache(maxsize=128)
def _compiled(hours: OfficeHours) -> OfficeTime:
    return OfficeTime(hours)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICRO


def _pause_seconds(pauses: Iterable[Pause]) -> list[Span]:
    spans = [(_micros(start) // MICROS, _micros(end) // MICROS) for start, end in pauses]
    if any(start > end for start, end in spans):
        raise InputError(field="pauses", message="a pause must not end before it begins")
    return spans
