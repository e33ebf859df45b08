"""Limits in hours, to the second: the firm's own clocks, and those that run only while the office is open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

from deadline_guard.core import working_time
from deadline_guard.core.clocks import Stop, paired
from deadline_guard.core.counting import unknown_day
from deadline_guard.core.deadlines import Deadline
from deadline_guard.core.derivation import Counted, Step
from deadline_guard.core.instants import day_starts, zone_of
from deadline_guard.core.law import OWN_CLOCKS, Law
from deadline_guard.core.office_hours import DAY, OfficeHours, Week, week_of
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.rules import Rule
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Timeline
from deadline_guard.core.triggers import Cycle
from deadline_guard.core.working_time import Pause, WorkingTime

USUAL_WEEK: Final[Week] = (((9 * 3600, 17 * 3600),),) * 5 + ((), ())
_ROUND_THE_CLOCK: Final = OfficeHours(UTC, (((0, DAY),),) * 7)


def exact_clock(rule: Rule, law: Law, timeline: Timeline, cycle: Cycle, limit: Period | None) -> WorkingTime | None:
    """Return the clock by which a limit in hours runs to the second, or None where the law counts instead.

    With ``params.time: working`` it runs in the rule's week (``params.week``: ``{mon: [["09:00", "17:00"]], …}``,
    else Monday to Friday, 09:00 to 17:00) on the open days of the court's calendar; a firm's own clock in hours
    runs round the clock. Stops of the case are holes in it: one that lasts holds the deadline instead.
    """
    if limit is None or limit.unit is not Unit.HOURS or rule.direction == "backward":
        return None
    if rule.params.get("time") == "working":
        given = rule.params.get("week")
        hours = OfficeHours(zone_of(law.zone), week_of(given) if given else USUAL_WEEK, days=law.calendar)
    elif rule.indicator in OWN_CLOCKS:
        hours = _ROUND_THE_CLOCK
    else:
        return None
    return working_time.compile(hours, _pauses(paired(rule, timeline, cycle), law.zone))


def _pauses(stood: Iterable[Stop], zone: str) -> list[Pause]:
    return [
        (begins, max(begins, _ended(stop, zone)))
        for stop in stood
        if stop.until is not None
        for begins in (stop.opens.at or day_starts(stop.since, zone),)
    ]


def _ended(stop: Stop, zone: str) -> datetime:
    """Return when a closed stop ended: by the hour of its closing event, else with the beginning of its day."""
    closes = stop.closes
    if closes is not None and closes.at is not None and closes.on == stop.until:
        return closes.at
    return day_starts(stop.until or stop.since, zone)


def part_of(clock: WorkingTime, deadline: Deadline, limit: Period, part: Fraction) -> datetime:
    """Return the instant (UTC) at which ``part`` of a limit in hours is used, counted back from the due instant."""
    left = int((1 - part) * limit.n * 3600)
    return clock.subtract(deadline.due_at, left).astimezone(UTC)


def count_exactly(clock: WorkingTime, start: datetime, length: Period, law: Law) -> Counted:
    """Return the instant at which ``length`` of the clock's time since ``start`` is used up."""
    due = clock.add(start, int(length.n * 3600)).astimezone(zone_of(law.zone))
    open_hours = clock.hours is not _ROUND_THE_CLOCK
    en, zh = (" of office hours", "（工作时间）") if open_hours else ("", "")
    note = Text(length.text("en") + en, length.text("zh") + zh)
    because: tuple[str, ...] = ()
    if open_hours and not law.calendar.is_known(due.date()):
        because = (unknown_day(law.calendar, due.date()),)
    return Counted(due, due.astimezone(UTC), False, because, (), (Step("count", start, due, note=note),))
