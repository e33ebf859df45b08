"""Indicators: what a rule measures. The clocks are here by name; each yields one deadline a cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from deadline_guard.core.arrears import overdue_age
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.endings import Ending
from deadline_guard.core.gaps import gap
from deadline_guard.core.gauges import gauge
from deadline_guard.core.instalments import instalments
from deadline_guard.core.instants import occurred
from deadline_guard.core.limits import Look, deadlines, granted, look_at
from deadline_guard.core.measures import changes_of
from deadline_guard.core.period import Period
from deadline_guard.core.rules import Rule, Rulebook
from deadline_guard.core.stages import WHOLE_CASE, Visit, of_stage, runs, visits
from deadline_guard.core.timeline import EMPTY, Answer, Case, Event
from deadline_guard.core.triggers import Cycle, cycles

Indicator = Callable[
    [Rule, Case, Rulebook, Mapping[str, Calendar], datetime, Mapping[str, Sequence[Deadline]]],
    tuple[Deadline, ...],
]

_ANSWERS: Final = frozenset(a.value for a in Answer)
QUIET: Final = "quiet_moves"  # the date moves with every activity and nobody is told of it


def stage_time(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return the limit of every visit to a stage, from the entering event; leaving ends it.

    Without ``rule.stage`` every stage counts; a stage's own target stands in where the rule names no limit.
    """
    found = tuple(of_stage(visits(case.timeline, rulebook.case_types.get(case.case_type)), rule.stage))
    if not found:
        return ()
    look = look_at(rule, case, rulebook, calendars, now)
    made = (granted(look, _visited(v), v.stage.target, _left(v.left, case.zone)) for v in found)
    return tuple(d for d in made if d is not None)


def handling_time(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return the limit of the whole case, from its first event (or the rule's trigger) until it closes."""
    return tuple(
        d
        for look, cycle, target, left in _spans(rule, case, rulebook, calendars, now, computed)
        if (d := granted(look, cycle, target, left)) is not None
    )


def idle_time(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return by when something must happen again: the last activity plus the limit.

    One cycle a stage visit, trigger or whole case: activity moves its date, quietly; ``done_by`` ends it.
    """
    found = []
    for look, cycle, target, left in _spans(rule, case, rulebook, calendars, now, computed):
        last, ahead = _activity(look, cycle, left, rulebook)
        moved = cycle if last is None else _since(cycle, last)
        deadline = granted(look, moved, target, left, (QUIET,))
        if deadline is not None:
            found.append(_wakes(deadline, ahead))
    return tuple(found)


def _spans(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]],
) -> list[tuple[Look, Cycle, Period | None, Ending | None]]:
    """Return what a clock runs over: visits of the rule's stage, cycles of its trigger, or the whole case."""
    case_type = rulebook.case_types.get(case.case_type)
    found: list[tuple[Cycle, Period | None, Event | None]]
    if rule.trigger.event or rule.trigger.rule or rule.trigger_any:
        found = [(cycle, None, None) for cycle in cycles(rule, case, computed)]
    elif rule.stage is not None:
        seen = of_stage(visits(case.timeline, case_type), rule.stage)
        found = [(_visited(v), v.stage.target, v.left) for v in seen]
    else:
        found = [(_whole(name, opened), None, closed) for name, opened, closed in runs(case.timeline, case_type)]
    if not found:
        return []
    look = look_at(rule, case, rulebook, calendars, now)
    return [(look, cycle, target, _left(left, case.zone)) for cycle, target, left in found]


def _visited(visit: Visit) -> Cycle:
    event = visit.entered
    return Cycle(event.id, event.subject, event.on, event.recorded_at, event.at, event.on, event.at, event)


def _whole(name: str, opened: Event) -> Cycle:
    """Open a cycle on the whole case; the first keeps its name whichever event proves the earliest."""
    event = None if name == WHOLE_CASE else opened
    return Cycle(name, None, opened.on, opened.recorded_at, opened.at, opened.on, opened.at, event)


def _left(event: Event | None, zone: str) -> Ending | None:
    return None if event is None else Ending(State.DONE, occurred(event, zone), event.id, event.on)


def _activity(
    look: Look, cycle: Cycle, left: Ending | None, rulebook: Rulebook
) -> tuple[Event | None, datetime | None]:
    """Return the last activity inside the cycle up to now, and when the next one dated ahead comes."""
    rule, zone = look.rule, look.law.zone
    last: Event | None = None
    told: Sequence[Event] = look.case.timeline.kind(*rule.activity) if rule.activity else look.case.timeline.events
    if "changed" in rule.params:  # progress that is reported unchanged is no progress
        told = changes_of([e for e in told if e.on >= cycle.on], str(rule.params["changed"]))
    for event in told:
        if event.on < cycle.on or (left is not None and event.on > left.on):
            continue
        if cycle.subject is not None and event.subject not in (None, cycle.subject):
            continue
        if not rule.activity and not _is_fact(event, rulebook):
            continue
        at = occurred(event, zone)
        if at > look.now:
            return last, at
        last = event
    return last, None


def _is_fact(event: Event, rulebook: Rulebook) -> bool:
    """Return whether an event shows that somebody worked on the case: no answer to us, no formal note."""
    if event.kind in _ANSWERS:
        return False
    kind = rulebook.events.get(event.kind)
    return kind is None or kind.activity


def _since(cycle: Cycle, last: Event) -> Cycle:
    """Count from the last activity; what ends the cycle still counts from its opening."""
    if (last.on, last.at) <= (cycle.on, cycle.at) if last.at and cycle.at else last.on < cycle.on:
        return cycle
    return Cycle(
        cycle.id,
        cycle.subject,
        last.on,
        last.recorded_at,
        last.at,
        cycle.since,
        cycle.since_at,
        cycle.event,
        cycle.unconfirmed,
        cycle.held,
    )


def _wakes(deadline: Deadline, ahead: datetime | None) -> Deadline:
    if ahead is None or deadline.state is not State.OPEN:
        return deadline
    at = ahead.astimezone(UTC)
    waits = min(at, deadline.changes_at) if deadline.changes_at else at
    return deadline._replace(changes_at=waits)


INDICATORS: Final[Mapping[str, Indicator]] = {
    "deadline": deadlines,
    "stage_time": stage_time,
    "handling_time": handling_time,
    "idle_time": idle_time,
    "gap": gap,
    "value": gauge,
    "event_count": gauge,
    "overdue_age": overdue_age,
    "instalments": instalments,
}
