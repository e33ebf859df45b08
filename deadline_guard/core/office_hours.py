"""When an office is open: weekly hours, holidays, makeup days and breaks, in one time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise
from typing import Final, Protocol

from deadline_guard.errors import InputError

Span = tuple[int, int]
"""Open from (inclusive) to (exclusive), in seconds of the local day; 86,400 is "24:00"."""

Spans = tuple[Span, ...]
Week = tuple[Spans, ...]
"""Seven days, Monday first."""

DAY: Final = 86_400
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED: Final[Week] = ((),) * 7

_SATURDAY: Final = 5
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


class WorkingDays(Protocol):
    """A calendar of whole days, such as `core.calendar.Calendar`; hashable, and the same for ever."""

    def is_open(self, day: date) -> bool:
        """Say whether a date is a working day."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of one office, as wall-clock seconds of local days in ``zone``.

    A date in ``holidays`` is closed, whatever else says. Otherwise ``extra_days`` replaces the weekly hours
    of its date, and ``breaks`` is cut out. ``later`` holds weekly hours with the date from which they hold,
    so that a change of hours leaves what was counted before it as it was. Spans of one date may overlap:
    the office is open in their union. An overnight shift is two spans, one on each date.

    With a calendar in ``days`` its closed dates have no weekly hours, and a makeup day, a Saturday or Sunday that
    it opens and the week does not, has those of the first weekday that has any.
    """

    zone: tzinfo
    week: Week
    holidays: frozenset[date] = frozenset()
    extra_days: tuple[tuple[date, Spans], ...] = ()
    breaks: tuple[tuple[date, Spans], ...] = ()
    later: tuple[tuple[date, Week], ...] = ()
    days: WorkingDays | None = None

    def __post_init__(self) -> None:
        """Refuse weeks that are not seven days, reversed spans, and versions out of order."""
        for week in (self.week, *(week for _, week in self.later)):
            if len(week) != len(WEEKDAYS):
                raise InputError(field="week", message=f"a week has 7 days, Monday first, not {len(week)}")
            for weekday, spans in zip(WEEKDAYS, week, strict=True):
                _refuse_bad(f"week.{weekday}", spans)
        for name, dated in (("extra_days", self.extra_days), ("breaks", self.breaks)):
            for day, spans in dated:
                _refuse_bad(f"{name}.{day}", spans)
        if any(a >= b for (a, _), (b, _) in pairwise(self.later)):
            raise InputError(field="later", message="later weekly hours must be in order of their dates")

    def week_on(self, day: date) -> Week:
        """Return the weekly hours in force on ``day``."""
        week = self.week
        for since, version in self.later:
            if since <= day:
                week = version
        return week

    def open_spans(self, day: date) -> Spans:
        """Return the spans of ``day`` before breaks: none on a holiday, else its own hours or the week's."""
        if day in self.holidays:
            return ()
        own = dict(self.extra_days).get(day)
        if own is not None:
            return own
        week = self.week_on(day)
        if self.days is None:
            return week[day.weekday()]
        if not self.days.is_open(day):
            return ()
        makeup = next(filter(None, week), ()) if day.weekday() >= _SATURDAY else ()
        return week[day.weekday()] or makeup

    def break_spans(self, day: date) -> Spans:
        """Return what is cut out of ``day``."""
        return dict(self.breaks).get(day, ())


def united(spans: Iterable[Span]) -> Spans:
    """Return the union of spans, in order, without the empty and the reversed ones."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def cut(spans: Iterable[Span], holes: Iterable[Span]) -> Spans:
    """Return the union of ``spans`` less every hole."""
    left = list(united(spans))
    for start, end in united(holes):
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return tuple(left)


def clock_seconds(text: object, field: str) -> int:
    """Return the second of the day of "HH:MM" or "HH:MM:SS"; "24:00" is the end of the day."""
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found:
        hour, minute, second = (int(part or 0) for part in found.groups())
        seconds = hour * 3600 + minute * 60 + second
        if minute < 60 and second < 60 and seconds <= DAY:
            return seconds
    raise InputError(field=field, message=f'{text!r} is no time of day: write "HH:MM", "00:00" to "24:00"')


def spans_of(texts: object, field: str) -> Spans:
    """Return the spans of ``[["09:00", "12:00"], …]``, united."""
    if not isinstance(texts, Sequence) or isinstance(texts, str):
        raise InputError(field=field, message=f'expected [["09:00", "17:00"], …], found {texts!r}')
    spans = []
    for place, pair in enumerate(texts):
        where = f"{field}[{place}]"
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise InputError(field=where, message=f'expected ["09:00", "17:00"], found {pair!r}')
        spans.append((clock_seconds(pair[0], where), clock_seconds(pair[1], where)))
    _refuse_bad(field, spans)
    return united(spans)


def week_of(texts: object, field: str = "week") -> Week:
    """Return the week of ``{"mon": [["09:00", "17:00"]], …}``; a day that is not named is closed."""
    if not isinstance(texts, Mapping):
        raise InputError(field=field, message=f'expected {{"mon": [["09:00", "17:00"]], …}}, found {texts!r}')
    for name in texts:
        if name not in WEEKDAYS:
            raise InputError(field=f"{field}.{name}", message=f"{name!r} is no weekday: use {' '.join(WEEKDAYS)}")
    return tuple(spans_of(texts.get(name, ()), f"{field}.{name}") for name in WEEKDAYS)


def _refuse_bad(field: str, spans: Iterable[Span]) -> None:
    for start, end in spans:
        if not 0 <= start < end <= DAY:
            raise InputError(
                field=field,
                message=(
                    f"from {_clock(start)} to {_clock(end)}: the end must come after the beginning, on one "
                    'day; write a shift over midnight as two, to "24:00" and from "00:00" of the next day'
                ),
            )


def _clock(second: int) -> str:
    hour, rest = divmod(second, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")
