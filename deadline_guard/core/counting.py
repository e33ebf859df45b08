"""Legal counting: shift the trigger, count, add, roll, add, roll, each step with its article."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.day_arithmetic import end_of, is_clear, rolled_to, shifted, skips_rest_days
from deadline_guard.core.derivation import Counted, Reading, Skipped, Step
from deadline_guard.core.fold import Question, Trace, civil, ends_at_24, fold, lenient, rested, roll_of
from deadline_guard.core.holiday_law import DayKind
from deadline_guard.core.hours import at_clock, end_of_day, local, zone_of
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.policy import Act, Direction, Policy, Roll, Span
from deadline_guard.core.text import Text

__all__ = [
    "Counted",
    "Policy",
    "Reading",
    "Skipped",
    "Span",
    "Step",
    "count",
    "count_after",
    "count_date",
    "count_dates",
    "count_from_range",
    "earliest_of",
    "latest_of",
]


def count(
    trigger: date | datetime,
    period: Period,
    policy: Policy,
    calendar: Calendar,
    *,
    zone: str | None = None,
    direction: Direction = Direction.FORWARD,
    act: Act | None = None,
    office_calendar: Calendar | None = None,
    inaccessible: Collection[date] = (),
    excluded: Sequence[Span] = (),
    not_after: date | None = None,
) -> Counted:
    """Return the end of ``period`` from ``trigger`` with its derivation.

    An aware instant as trigger of a day period is taken as its local date in ``zone`` (default: the
    calendar's). Where a day's status is not settled the earliest lawful date is ``due``, the later ones
    are ``readings``. Raises ValueError for a naive instant, for hours from a date without an hour, and for
    dates that leave the countable years. Counting law: ``policy`` (:mod:`deadline_guard.core.jurisdictions`).
    """
    name = zone or calendar.zone
    place = zone_of(name) if name else None
    start = _start(trigger, period, place)
    back = direction is Direction.BACKWARD
    office = office_calendar.backward() if back and office_calendar else office_calendar
    asked = Question(
        start,
        period,
        policy,
        calendar.backward() if back else calendar,
        direction,
        act,
        office,
        frozenset(inaccessible),
        tuple(excluded),
        not_after,
    )
    return _answer(_read(asked), policy, start, place)


def _answer(trace: Trace, policy: Policy, start: date | datetime, place: tzinfo | None) -> Counted:
    """Return the answer of a trace; ``place`` is the zone in which the due day ends."""
    due = trace.due
    due_at = due if isinstance(due, datetime) else end_of_day(due, place) if place else None
    later = sorted((r for r in trace.readings if r.due > due), key=lambda r: r.due)
    basis = (*_law(policy, start), *trace.steps)
    return Counted(due, due_at, trace.rolled, _unknown(trace), _once(tuple(later)), basis)


def _start(trigger: date | datetime, period: Period, place: tzinfo | None) -> date | datetime:
    """Return the trigger as the unit needs it: an instant for hours, else a civil day."""
    if isinstance(trigger, datetime):
        moment = local(trigger, place or trigger.tzinfo or UTC)
        return moment if period.unit is Unit.HOURS else moment.date()
    if period.unit is Unit.HOURS:
        raise ValueError(f"{trigger} is a date; hours count from an instant such as {trigger}T10:20:00+08:00")
    return trigger


def _law(policy: Policy, start: date | datetime) -> tuple[Step, ...]:
    """Return the step that names the text of the counting law, where there is one."""
    if not policy.text:
        return ()
    days = None if isinstance(start, datetime) else 0
    return (Step("law", start, start, days, (), str(policy.text), policy.text),)


def _once(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Return the readings without a second one for the same date."""
    return tuple({r.due: r for r in reversed(readings)}.values())[::-1]


def _read(asked: Question) -> Trace:
    """Return the earliest lawful answer, the later ones kept as readings."""
    trace = fold(asked)
    doubts = {d: why for c, a, b in trace.asked for d in c.disputed_between(a, b) if (why := c.disputed(d))}
    if doubts:
        other = fold(lenient(asked))
        early, late = sorted((trace, other), key=lambda t: _order(t.due))
        why = _doubt(asked.calendar, doubts)
        trace = replace(early, readings=[*early.readings, *late.readings, Reading(late.due, why)])
    policy = asked.policy
    if asked.direction is Direction.BACKWARD:
        return trace
    day = civil(trace.due)
    if policy.cite("makeup") and roll_of(asked) is Roll.FORWARD and not skips_rest_days(asked.period, policy):
        if asked.calendar.kind_of(day) is DayKind.MAKEUP:
            why = Text("a worked weekend day is a rest day by its weekday", "调休上班的周末就其星期而言仍属休息日")
            trace.readings.append(Reading(fold(rested(asked)).due, why, policy.cite("makeup")))
    elif policy.cite("hour_roll") and isinstance(trace.due, datetime) and _on_rest_day(asked, trace.due):
        why = Text("the rule for the last day is read to cover hours", "认为期间最后一日的规定亦适用于以时计算的期间")
        assert trace.due.tzinfo is not None
        to = at_clock(asked.calendar.next_open(day), trace.due.time(), trace.due.tzinfo)
        trace.readings.append(Reading(to, why, policy.cite("hour_roll")))
    return trace


def _on_rest_day(asked: Question, due: datetime) -> bool:
    """Return whether hours end inside a rest day."""
    return not asked.calendar.is_open(due.date()) and not ends_at_24(asked, due, asked.calendar)


def _order(moment: date | datetime) -> float:
    """Return a number by which dates, or instants, compare."""
    return moment.timestamp() if isinstance(moment, datetime) else float(moment.toordinal())


def _doubt(calendar: Calendar, doubts: dict[date, Text]) -> Text:
    """Return which days are not settled and why."""
    named = {d: calendar.name_of(d) or Text(d.isoformat()) for d in doubts}
    en = "; ".join(f"{d} {named[d]}: {why}" for d, why in doubts.items())
    return Text(en, ";".join(f"{d} {named[d].zh}:{why.zh}" for d, why in doubts.items()))


def _unknown(trace: Trace) -> tuple[str, ...]:
    """Return why the date is provisional: every calendar asked about days that it does not know."""
    found = dict[str, None]()
    for calendar, first, last in trace.asked:
        for day in (first, last):
            if not calendar.is_known(day):
                found[unknown_day(calendar, day)] = None
    return tuple(found)


def unknown_day(calendar: Calendar, day: date) -> Text:
    """Return the sentence that says which day a calendar does not know."""
    late = day > calendar.known_through
    en = f"{day} lies {'after' if late else 'before'} what calendar {calendar.id} knows"
    zh = f"{day}{'晚于' if late else '早于'}日历{calendar.id}已知的范围"
    if late and calendar.kind == "announced":
        en += f" (announced through {calendar.known_through}); the notice for {day.year} may move it"
        zh += f"(已公布至{calendar.known_through});{day.year}年的通知可能使其变动"
    else:
        bound = calendar.known_through if late else calendar.known_from
        en += f" ({'through' if late else 'from'} {bound}); the law of the nearest year was used"
        zh += f"({bound}{'止' if late else '起'});按最近年份的规定计算"
    return Text(en, zh)


def count_date(
    trigger: date,
    period: Period,
    policy: Policy,
    calendar: Calendar,
    direction: Direction = Direction.FORWARD,
) -> date:
    """Return the due date alone, without derivation: the fast path for batches (no hours)."""
    calendar = calendar if direction is Direction.FORWARD else calendar.backward()
    due = _bare(trigger, period, policy, calendar, direction)
    other = calendar.lenient()
    return due if other is calendar else min(due, _bare(trigger, period, policy, other, direction))


def _bare(trigger: date, period: Period, policy: Policy, calendar: Calendar, direction: Direction) -> date:
    """Return what :func:`fold` would, by the same arithmetic, without its trace."""
    due = end_of(trigger, period, policy, calendar, direction)
    forward = direction is Direction.FORWARD
    if not forward and skips_rest_days(period, policy) and is_clear(period, policy, direction):
        due = calendar.previous_open(due)
    sign, roll = (1, policy.roll) if forward else (-1, policy.backward_roll)
    if policy.add_days_before_roll:
        due = shifted(due, sign * policy.add_days_before_roll)
    due = rolled_to(due, roll, calendar)
    if policy.add_days_after_roll:
        due = rolled_to(shifted(due, sign * policy.add_days_after_roll), roll, calendar)
    return due


def count_dates(
    triggers: Sequence[date],
    period: Period,
    policy: Policy,
    calendar: Calendar,
    direction: Direction = Direction.FORWARD,
) -> list[date]:
    """Return the due date of every trigger, in order."""
    return [count_date(trigger, period, policy, calendar, direction) for trigger in triggers]


def count_after(previous: Counted, period: Period, policy: Policy, calendar: Calendar, **asked: Any) -> Counted:
    """Return a period that starts at the (rolled) end of another one, both derivations in one."""
    found = count(previous.due, period, policy, calendar, **asked)
    because = tuple(dict.fromkeys((*previous.provisional_because, *found.provisional_because)))
    return replace(found, basis=(*previous.basis, *found.basis), provisional_because=because)


def count_from_range(
    first: date, last: date, period: Period, policy: Policy, calendar: Calendar, **asked: Any
) -> Counted:
    """Return the end of a period whose trigger lies somewhere from ``first`` to ``last``.

    The earliest possible trigger gives the working date, the latest one the last reading.
    """
    if last < first:
        raise ValueError(f"{last} comes before {first}; give the earlier day first")
    found = count(first, period, policy, calendar, **asked)
    late = count(last, period, policy, calendar, **asked)
    why = Text(f"the event may have happened as late as {last}", f"事件最晚可能发生于{last}")
    readings = (*found.readings, *((Reading(late.due, why),) if late.due != found.due else ()))
    because = tuple(dict.fromkeys((*found.provisional_because, *late.provisional_because)))
    return replace(found, readings=readings, provisional_because=because)


def earliest_of(found: Sequence[Counted]) -> Counted:
    """Return the earliest of several ends, keeping every derivation."""
    return _choose(found, min(found, key=lambda c: _order(c.due)), earliest=True)


def latest_of(found: Sequence[Counted]) -> Counted:
    """Return the latest of several ends, keeping every derivation."""
    return _choose(found, max(found, key=lambda c: _order(c.due)), earliest=False)


def _choose(found: Sequence[Counted], chosen: Counted, *, earliest: bool) -> Counted:
    """Return ``chosen`` with the steps, doubts and readings of all; readings follow the same choice."""
    note = Text("the earliest counts", "以最早者为准") if earliest else Text("the latest counts", "以最晚者为准")
    steps = [step for one in found for step in one.basis]
    steps.append(Step("choose", chosen.due, chosen.due, None, (), "", note))
    because = tuple(dict.fromkeys(why for one in found for why in one.provisional_because))
    readings = list[Reading]()
    for at, one in enumerate(found):
        others = [_order(c.due) for i, c in enumerate(found) if i != at]
        for reading in one.readings:
            then = _order(reading.due)
            if then > _order(chosen.due) and (not earliest or (one is chosen and then <= min(others, default=then))):
                readings.append(reading)
    return replace(chosen, basis=tuple(steps), provisional_because=because, readings=_once(tuple(readings)))
