"""Working time told day by day from the words of the request: slow, and written apart from the product.

Nothing is imported from the product. A day is cut at every boundary that any field names; of each piece it is
asked whether a span of hours holds it and no break or pause does. Searches walk these pieces one by one.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
CLOSED_TOO_LONG = timedelta(days=366)
NOTHING = timedelta(0)

Piece = tuple[datetime, datetime, bool]  # from, to, whether a pause holds it


class NoOpenTime(Exception):
    """The walk met more than 366 days without office hours."""


class SlowWalker:
    """The office of one request."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.zone = ZoneInfo(request["timezone"])
        self.pauses = [tuple(datetime.fromisoformat(text) for text in pair) for pair in request.get("pauses", [])]
        self.pieces = lru_cache(maxsize=None)(self._pieces)

    def instant(self, day: date, clock: str) -> datetime:
        """Return a wall-clock time as an instant; Python's own fold=0 settles gaps and repeats."""
        if clock == "24:00":
            day, clock = day + ONE_DAY, "00:00"
        return datetime.combine(day, time.fromisoformat(clock), self.zone).astimezone(UTC)

    def _pieces(self, day: date) -> list[Piece]:
        request = self.request
        if day.isoformat() in request.get("holidays", []):
            return []
        hours = request.get("extra_days", {}).get(day.isoformat(), request["week"].get(NAMES[day.weekday()], []))
        closed = request.get("breaks", {}).get(day.isoformat(), [])
        first, last = self.instant(day, "00:00"), self.instant(day, "24:00")
        spans = [(self.instant(day, a), self.instant(day, b)) for a, b in hours]
        holes = [(self.instant(day, a), self.instant(day, b)) for a, b in closed]
        named = {first, last, *(x for span in (*spans, *holes, *self.pauses) for x in span)}
        bounds = sorted(x for x in named if first <= x <= last)
        return [
            (a, b, within(self.pauses, a)) for a, b in pairwise(bounds) if within(spans, a) and not within(holes, a)
        ]

    def forward(self, start: datetime) -> Iterator[Piece]:
        """Yield what is open from ``start`` on, until it has been closed for too long."""
        day = start.astimezone(self.zone).date() - ONE_DAY
        seen = start
        while self.instant(day, "00:00") - seen <= CLOSED_TOO_LONG + 2 * ONE_DAY:
            for a, b, paused in self.pieces(day):
                if b > start:
                    if a - seen > CLOSED_TOO_LONG:
                        raise NoOpenTime
                    seen = b
                    yield max(a, start), b, paused
            day += ONE_DAY
        raise NoOpenTime

    def backward(self, start: datetime) -> Iterator[Piece]:
        """Yield what is open before ``start``, the latest first."""
        day = start.astimezone(self.zone).date() + ONE_DAY
        seen = start
        while seen - self.instant(day, "24:00") <= CLOSED_TOO_LONG + 2 * ONE_DAY:
            for a, b, paused in reversed(self.pieces(day)):
                if a < start:
                    if seen - b > CLOSED_TOO_LONG:
                        raise NoOpenTime
                    seen = a
                    yield a, min(b, start), paused
            day -= ONE_DAY
        raise NoOpenTime

    def add(self, start: datetime, amount: timedelta) -> datetime:
        if amount < NOTHING:
            return self.subtract(start, -amount)
        for a, b, paused in self.forward(start):
            if paused:
                continue
            if amount <= b - a:
                return a + amount
            amount -= b - a
        raise AssertionError("the walk ends by NoOpenTime")

    def subtract(self, start: datetime, amount: timedelta) -> datetime:
        if amount <= NOTHING:
            return self.add(start, -amount)
        for a, b, paused in self.backward(start):
            if paused:
                continue
            if amount <= b - a:
                return b - amount
            amount -= b - a
        raise AssertionError("the walk ends by NoOpenTime")

    def between(self, start: datetime, end: datetime) -> timedelta:
        if end < start:
            return -self.between(end, start)
        total = NOTHING
        day = start.astimezone(self.zone).date() - ONE_DAY
        while day <= end.astimezone(self.zone).date() + ONE_DAY:
            for a, b, paused in self.pieces(day):
                if not paused and min(b, end) > max(a, start):
                    total += min(b, end) - max(a, start)
            day += ONE_DAY
        return total

    def is_open(self, at: datetime) -> bool:
        day = at.astimezone(self.zone).date()
        pieces = [piece for n in (-1, 0, 1) for piece in self.pieces(day + n * ONE_DAY)]
        return any(a <= at < b and not paused for a, b, paused in pieces)


def within(spans: list[Any], at: datetime) -> bool:
    """Say whether any span holds an instant."""
    return any(a <= at < b for a, b in spans)
