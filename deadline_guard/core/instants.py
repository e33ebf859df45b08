"""Civil days and local clock times as instants: the one place that knows about zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from deadline_guard.core.timeline import Event

ONE_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time()

zone_of = lru_cache(maxsize=1024)(ZoneInfo)


@lru_cache(maxsize=65536)
def local_instant(day: date, clock: time, zone: str) -> datetime:
    """Return the UTC instant at which the clocks of ``zone`` show ``clock`` on ``day``.

    A time that a DST change skips is read by the offset before the change (02:30 becomes 03:30, 00:00 the
    change itself); of one that occurs twice it is the first.
    """
    return datetime.combine(day, clock, zone_of(zone)).astimezone(UTC)


def day_starts(day: date, zone: str) -> datetime:
    """Return the UTC instant at which ``day`` begins in ``zone``."""
    return local_instant(day, _MIDNIGHT, zone)


def day_ends(day: date, zone: str) -> datetime:
    """Return the UTC instant at which ``day`` is over in ``zone``: the first that is no longer in time."""
    return local_instant(day + ONE_DAY, _MIDNIGHT, zone)


def occurred(event: Event, zone: str) -> datetime:
    """Return when an event occurred: its instant, or where no hour is known the beginning of its day.

    So what was done on the last day was done in time, and an act recorded late keeps the day of the act.
    """
    return event.at.astimezone(UTC) if event.at is not None else day_starts(event.on, zone)
