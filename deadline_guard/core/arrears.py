"""Money that is owed: what is left and how old it is. Interest and fees are taken as reported, never computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
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
from deadline_guard.core.timeline import EMPTY, Case, Event, Timeline
from deadline_guard.core.triggers import Cycle, cycles

_RUNNING: Final = (State.OPEN, State.HELD)


def balances(
    params: Mapping[str, Any], timeline: Timeline, subject: str | None
) -> tuple[tuple[Event, Fraction | None], ...]:
    """Return every event that reports money with what is owed after it; None while nobody said how much.

    ``params.plus`` and ``params.minus`` name data fields whose last reported value counts (a balance, a total
    paid); ``params.paid`` names fields whose values add up (single payments).
    """
    plus, minus, single = (_names(params.get(key)) for key in ("plus", "minus", "paid"))
    return _balances(_Same(timeline), plus, minus, single, subject)


class _Same:
    """A timeline as a key: while it lives it stays the same."""

    __slots__ = ("timeline",)

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline

    def __hash__(self) -> int:
        return id(self.timeline)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.timeline is self.timeline


@lru_cache(maxsize=64)  # the same debt is asked about by several rules, at several instants, by its levels and texts
def _balances(
    same: _Same, plus: tuple[str, ...], minus: tuple[str, ...], single: tuple[str, ...], subject: str | None
) -> tuple[tuple[Event, Fraction | None], ...]:
    last: dict[str, Fraction] = {}
    total = Fraction(0)
    known = False
    found: list[tuple[Event, Fraction | None]] = []
    for event in same.timeline.events:
        if event.subject != subject or not event.data:
            continue
        told = [
            (name, value) for name in (*plus, *minus, *single) if (value := number(event.data.get(name))) is not None
        ]
        for name, value in told:
            if name in single:
                total -= value
            else:
                change = value - last.get(name, 0)
                total += change if name in plus else -change
                last[name] = value
                known = known or name in plus
        if told:
            found.append((event, total if known else None))
    return tuple(found)


def owed(
    params: Mapping[str, Any], timeline: Timeline, subject: str | None, until: datetime, zone: str
) -> Fraction | None:
    """Return what is owed at ``until``: last reported values, less payments; None where nobody said how much."""
    left: Fraction | None = None
    for event, after in balances(params, timeline, subject):
        if occurred(event, zone) <= until:
            left = after
    return left


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

    ``done_by`` ends it, and so does the event after which nothing is owed; a later report that something is owed
    again (a penalty, a payment that bounced) lets the same debt run on.
    """
    opened = cycles(rule, case, computed)
    if not opened:
        return ()
    look = look_at(rule, case, rulebook, calendars, now)
    made = (_debt(look, cycle) for cycle in opened)
    return tuple(d for d in made if d is not None)


def _debt(look: Look, cycle: Cycle) -> Deadline | None:
    ending, revived = _paid(look, cycle)
    deadline = granted(look, cycle, None, ending)
    if deadline is None or revived is None or deadline.state is not State.DONE:
        return deadline
    return deadline._replace(changes_at=revived.astimezone(UTC))


def _paid(look: Look, cycle: Cycle) -> tuple[Ending | None, datetime | None]:
    """Return the event since which nothing is owed, and when (dated ahead) something will be again."""
    params, zone = look.rule.params, look.law.zone
    if not _names(params.get("plus")):
        return None, None
    ending: Ending | None = None
    for event, left in balances(params, look.case.timeline, cycle.subject):
        at = occurred(event, zone)
        if left is None or left > 0:
            if at > look.now and ending is not None and ending.at <= look.now:
                return ending, at
            ending = None
        elif ending is None:  # paid before the debt fell due for ageing: it never ran
            ending = Ending(State.DONE, max(at, _begins(cycle, zone)), event.id, max(event.on, cycle.on))
    return ending, None


def _begins(cycle: Cycle, zone: str) -> datetime:
    return cycle.at if cycle.at is not None else day_starts(cycle.on, zone)


def arrears(deadline: Deadline, rule: Rule, case: Case, at: datetime) -> Measure:
    """Return the age of a debt at ``at`` in days past due, by the bucket table of the rule's profile.

    ``data`` holds ``bucket`` (None before the table begins, once the debt ended, or where nothing is owed) and
    ``owed``, what was owed then; None where no amount was reported: such a debt ages all the same.
    """
    table = buckets_of(rule.profile)
    days = days_past(deadline.due_on, at, case.zone)
    left = owed(rule.params, case.timeline, deadline.subject, at, case.zone)
    counted = left is None or left > 0
    ended = deadline.state not in _RUNNING and (deadline.ended_at is None or deadline.ended_at <= at)
    bucket = bucket_of(days, table) if counted and not ended else None
    level = max((b[2] for b in rising_buckets(table) if b[0] <= days), default=Level.OK) if bucket else Level.OK
    following = day_starts(deadline.due_on + timedelta(days=max(days, 0) + 1), case.zone) if bucket else None
    data = {"bucket": bucket, "owed": left}
    return Measure(f"case:{case.id}", OVERDUE_AGE, at, Fraction(days), level, following, deadline.cycle, data)
