"""Money that is owed: what is left and how old it is. Interest and fees are taken as reported, never computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from deadline_guard.core.buckets import bucket_of, buckets_of, rising_buckets
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.conditions import number
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.endings import Ending
from deadline_guard.core.instants import day_starts, occurred
from deadline_guard.core.levels import OVERDUE_AGE
from deadline_guard.core.limits import Look, granted, look_at
from deadline_guard.core.measures import Measure, days_past
from deadline_guard.core.rules import Level, Rule, Rulebook
from deadline_guard.core.timeline import EMPTY, Case, Timeline
from deadline_guard.core.triggers import Cycle, cycles

_RUNNING: Final = (State.OPEN, State.HELD)


def owed(
    params: Mapping[str, Any], timeline: Timeline, subject: str | None, until: datetime | None, zone: str
) -> Fraction:
    """Return what is owed at ``until`` (None: now and later): last reported values, less payments.

    ``params.plus`` and ``params.minus`` name data fields whose last reported value counts (a balance, a total
    paid); ``params.paid`` names fields whose values add up (single payments).
    """
    last: dict[str, Fraction] = {}
    paid = Fraction(0)
    plus, minus, single = (_names(params.get(key)) for key in ("plus", "minus", "paid"))
    for event in timeline.events:
        if event.subject != subject or (until is not None and occurred(event, zone) > until):
            continue
        for name in (*plus, *minus, *single):
            value = number(event.data.get(name))
            if value is not None and name in single:
                paid += value
            elif value is not None:
                last[name] = value
    total = sum((last.get(name, Fraction(0)) for name in plus), Fraction(0))
    return total - sum((last.get(name, Fraction(0)) for name in minus), Fraction(0)) - paid


def _names(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def overdue_age(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return each debt with its due date; it ages through the buckets of the profile until paid.

    ``done_by`` ends it, and so does the event after which nothing is :func:`owed` any more.
    """
    opened = cycles(rule, case, computed)
    if not opened:
        return ()
    look = look_at(rule, case, rulebook, calendars, now)
    made = (granted(look, cycle, None, _paid(look, cycle)) for cycle in opened)
    return tuple(d for d in made if d is not None)


def _paid(look: Look, cycle: Cycle) -> Ending | None:
    """Return the first event of the debt after which nothing was owed, or None."""
    params, zone, line = look.rule.params, look.law.zone, look.case.timeline
    if not _names(params.get("plus")):
        return None
    fields = {name for key in ("plus", "minus", "paid") for name in _names(params.get(key))}
    for event in line.events:
        if event.subject != cycle.subject or event.on < cycle.on or fields.isdisjoint(event.data):
            continue
        at = occurred(event, zone)
        if owed(params, line, cycle.subject, at, zone) <= 0:
            return Ending(State.DONE, at, event.id, event.on)
    return None


def arrears(deadline: Deadline, rule: Rule, case: Case, at: datetime) -> Measure:
    """Return the age of a debt at ``at`` in days past due, by the bucket table of the rule's profile.

    ``data`` holds ``bucket`` (None before the table begins, once the debt ended, or where nothing is owed) and
    ``owed``, what was owed then.
    """
    table = buckets_of(rule.profile)
    days = days_past(deadline.due_on, at, case.zone)
    left = owed(rule.params, case.timeline, deadline.subject, at, case.zone)
    counted = not _names(rule.params.get("plus")) or left > 0  # a rule without amounts ages what is not ended
    ended = deadline.state not in _RUNNING and (deadline.ended_at is None or deadline.ended_at <= at)
    bucket = bucket_of(days, table) if counted and not ended else None
    level = max((b[2] for b in rising_buckets(table) if b[0] <= days), default=Level.OK) if bucket else Level.OK
    following = day_starts(deadline.due_on + timedelta(days=max(days, 0) + 1), case.zone) if bucket else None
    data = {"bucket": bucket, "owed": left}
    return Measure(f"case:{case.id}", OVERDUE_AGE, at, Fraction(days), level, following, deadline.cycle, data)
