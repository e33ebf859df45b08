"""Periods in hours: elapsed time across changes of the clock, by the three ways in which laws count hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from zoneinfo import ZoneInfo

from deadline_guard.core.calendar import OutOfRange
from deadline_guard.core.policy import Direction, HourPolicy


def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone; raises ValueError for an unknown name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone; write for example Asia/Shanghai") from None


def local(instant: datetime, zone: tzinfo) -> datetime:
    """Return an aware instant in ``zone``; raises ValueError for a naive one."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no offset; write for example 2026-01-16T10:20:00+08:00")
    return instant.astimezone(UTC).astimezone(zone)


def at_clock(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the instant of a local clock time; one that the clock leaps over becomes the same time later."""
    wall = datetime.combine(day, clock.replace(tzinfo=None), zone)
    return local(wall, zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which ``day`` is over in ``zone`` (24:00): the first that is overdue."""
    return at_clock(day + timedelta(1), time(0), zone)


def started(trigger: datetime, policy: HourPolicy, direction: Direction) -> datetime:
    """Return the instant from which the hours run, in the trigger's zone.

    ``next_full_hour`` leaves out the hour in which the event falls: 10:00 and 10:20 both start at 11:00
    (INT22 125, CRIM18 105(2), Reg. 1182/71 Art. 3(1)); counted back they start at 10:00.
    """
    if policy is not HourPolicy.NEXT_FULL_HOUR:
        return trigger
    past = timedelta(minutes=trigger.minute, seconds=trigger.second, microseconds=trigger.microsecond)
    full = trigger.astimezone(UTC) - past + timedelta(hours=direction is Direction.FORWARD)
    zone = trigger.tzinfo
    assert zone is not None
    return full.astimezone(zone)


def run(
    start: datetime, hours: Fraction, direction: Direction, stands_still: Callable[[date], bool] | None
) -> tuple[datetime, tuple[date, ...]]:
    """Return the end of ``hours`` elapsed from ``start`` and the local days that did not count."""
    zone = start.tzinfo
    assert zone is not None
    left = timedelta(microseconds=round(hours * 3_600_000_000))
    cursor, skipped, sign = start.astimezone(UTC), [], 1 if direction is Direction.FORWARD else -1
    try:
        if stands_still is None or not left:
            return (cursor + sign * left).astimezone(zone), ()
        while True:
            # Counted back, midnight belongs to the day before it.
            day = (cursor if sign > 0 else cursor - timedelta(microseconds=1)).astimezone(zone).date()
            edge = at_clock(day + timedelta(1) if sign > 0 else day, time(0), zone).astimezone(UTC)
            if stands_still(day):
                skipped.append(day)
            else:
                room = (edge - cursor) * sign
                if left <= room:
                    return (cursor + sign * left).astimezone(zone), tuple(skipped)
                left -= room
            cursor = edge
    except OverflowError:
        raise OutOfRange(f"{hours} hours from {start.isoformat()} leave the countable years") from None
