"""How long silence may last: elapsed time, or the working time of the person who is silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from deadline_guard.core import working_time
from deadline_guard.core.office_clock import USUAL_WEEK
from deadline_guard.core.office_hours import OfficeHours
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Wait
from deadline_guard.core.working_time import WorkingTime

_SECONDS: Final = {"minutes": 60, "hours": 3600, "days": 86400}
_LONGEST: Final = 366


def after(base: datetime, wait: Wait, silent: Person | None = None) -> datetime:
    """Return the instant at which a wait that begins at ``base`` is over.

    Minutes, hours and days are elapsed time. ``working_hours`` run while ``silent`` is at work;
    ``working_days`` end at the same local time on the n-th day on which ``silent`` works, or when work next begins
    where nobody works at that time; a fraction of a day ends when that share of the working time has passed that lies
    between the whole days before and after it. Without a person the usual week in the zone of ``base`` counts.
    """
    if wait.unit in _SECONDS:
        return base + timedelta(seconds=float(wait.n) * _SECONDS[wait.unit])
    hours = hours_of(silent) if silent else OfficeHours(base.tzinfo or ZoneInfo("UTC"), USUAL_WEEK)
    clock = working_time.compile(hours)
    if wait.unit == "working_hours":
        return clock.add(base, int(wait.n * 3600)).astimezone(base.tzinfo)
    whole = int(wait.n)
    before = _same_time(base, whole, hours, clock) if whole else base
    if wait.n == whole:
        return before
    following = _same_time(base, whole + 1, hours, clock)
    share = int((wait.n - whole) * clock.between(before, following))
    return clock.add(before, share).astimezone(base.tzinfo) if share else following


def _same_time(base: datetime, n: int, hours: OfficeHours, clock: WorkingTime) -> datetime:
    """Return the same local time on the n-th day of work after ``base``, or when work next begins."""
    here = base.astimezone(hours.zone)
    day, left = here.date(), n
    for _ in range(_LONGEST + 7 * n):
        if not left:
            break
        day += timedelta(days=1)
        left -= bool(hours.open_spans(day))
    at = datetime.combine(day, here.time(), hours.zone)
    return clock.next_open(at).astimezone(base.tzinfo)


def hours_of(person: Person) -> OfficeHours:
    """Return when somebody works: their own hours, else Monday to Friday, 09:00 to 17:00, where they are."""
    return person.hours or OfficeHours(ZoneInfo(person.zone), USUAL_WEEK)
