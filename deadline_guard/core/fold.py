"""The fold of one period: count, exclude, add, roll, add, roll, inaccessible, longstop; with its trace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.day_arithmetic import (
    end_of,
    excluded_days,
    is_clear,
    rolled_to,
    shifted,
    skips_rest_days,
)
from deadline_guard.core.derivation import Reading, Skipped, Step
from deadline_guard.core.hours import at_clock, run, started
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.policy import Act, Direction, HourPolicy, Policy, Roll, Span
from deadline_guard.core.text import Text


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that one count asks; ``calendar`` and ``office`` are already those of ``direction``."""

    trigger: date | datetime
    period: Period
    policy: Policy
    calendar: Calendar
    direction: Direction = Direction.FORWARD
    act: Act | None = None
    office: Calendar | None = None
    inaccessible: Collection[date] = ()
    excluded: Sequence[Span] = ()
    not_after: date | None = None

    @property
    def sign(self) -> int:
        """Return 1 forward, -1 backward."""
        return 1 if self.direction is Direction.FORWARD else -1


@dataclass(slots=True)
class Trace:
    """What the fold has found so far; ``asked`` are the spans in which it looked a calendar up."""

    due: date | datetime
    steps: list[Step] = field(default_factory=list)
    rolled: bool = False
    asked: list[tuple[Calendar, date, date]] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def move(self, step: Step) -> None:
        """Take a step: its end is the due date so far."""
        self.steps.append(step)
        self.due = step.to

    def ask(self, calendar: Calendar, a: date, b: date) -> None:
        """Note that the answer rests on what ``calendar`` says from ``a`` to ``b``."""
        self.asked.append((calendar, min(a, b), max(a, b)))


def civil(moment: date | datetime) -> date:
    """Return the civil day of a date or of an instant (in its own zone)."""
    return moment.date() if isinstance(moment, datetime) else moment


def fold(asked: Question) -> Trace:
    """Return the end of the period and how it was reached."""
    trace = Trace(asked.trigger)
    if asked.period.unit is Unit.HOURS:
        _count_hours(asked, trace)
    else:
        _count_days(asked, trace)
    _add(asked, trace, asked.policy.add_days_before_roll, "add_before")
    _roll(asked, trace)
    if asked.policy.add_days_after_roll:
        _add(asked, trace, asked.policy.add_days_after_roll, "add_after")
        _roll(asked, trace)
    _reach_office(asked, trace)
    _stop(asked, trace)
    return trace


def _closed(calendar: Calendar, first: date, last: date) -> tuple[Skipped, ...]:
    """Return the rest days from ``first`` to ``last``, both included, with their names."""
    return tuple(Skipped(day, why) for day, why in calendar.closed_between(first, last))


def _count_days(asked: Question, trace: Trace) -> None:
    """Count days, weeks, months or years from the trigger, then make up for excluded days."""
    trigger, policy, calendar = civil(asked.trigger), asked.policy, asked.calendar
    skips = skips_rest_days(asked.period, policy)
    counts_first = policy.first_day_counts and bool(asked.period.n)
    if asked.period.n:
        cite = policy.cite("first_day_counts" if counts_first else "trigger")
        trace.move(Step("trigger", trigger, trigger, 0, (), cite, _first_day(counts_first)))
    due = end_of(trigger, asked.period, policy, calendar, asked.direction)
    clear = is_clear(asked.period, policy, asked.direction)
    skipped: tuple[Skipped, ...] = ()
    if skips:
        last = shifted(due, -asked.sign) if clear else due
        trace.ask(calendar, trigger, last)
        first = trigger if counts_first or not asked.period.n else shifted(trigger, asked.sign)
        skipped = _closed(calendar, first, last)
    cite = policy.cite(_count_cite(asked, skips))
    trace.move(
        Step("count", trigger, due, (due - trigger).days, skipped, cite, _counted(asked.period, asked.direction))
    )
    if clear and skips and asked.direction is Direction.BACKWARD:
        _settle_clear(asked, trace, due)
    if asked.excluded:
        _exclude(asked, trace, skips)
    if policy.min_working_days:
        _contain_working_days(asked, trace, trigger)


def _first_day(counts: bool) -> Text:
    if counts:
        return Text("the day of the event is the first day", "事件当日计为第一日")
    return Text("the day of the event does not count", "事件当日不计入")


@lru_cache(maxsize=1024)
def _counted(period: Period, direction: Direction) -> Text:
    """Return the length and direction in both languages."""
    if direction is Direction.BACKWARD:
        return Text(f"{period.text('en')} back", f"向前倒算{period.text('zh')}")
    return Text(period.text("en"), period.text("zh"))


def _count_cite(asked: Question, skips: bool) -> str:
    """Return which article the counting step names."""
    unit = asked.period.unit
    if skips and unit is not Unit.WORKING_DAYS:
        return "short"
    if unit in (Unit.MONTHS, Unit.YEARS):
        return "months"
    return {Unit.WEEKS: "weeks", Unit.HALF_MONTHS: "half_months", Unit.CLEAR_DAYS: "clear"}.get(unit, "count")


def _settle_clear(asked: Question, trace: Trace, due: date) -> None:
    """Take the last open day where the day beyond short clear days is a rest day; keep the other reading."""
    open_day = asked.calendar.previous_open(due)
    trace.ask(asked.calendar, open_day, due)
    if open_day == due:
        return
    rest = _rest(asked.calendar, due)
    why = Text(
        f"the rule only leaves rest days out of the period itself; {due} is {rest}",
        f"该规则仅把休息日排除在期间之外;{due}本身为{rest.zh}",
    )
    trace.readings.append(Reading(due, why, asked.policy.cite("short")))
    skipped = _closed(asked.calendar, due, open_day)
    trace.move(Step("count", due, open_day, (open_day - due).days, skipped, asked.policy.cite("short"), why))


def _rest(calendar: Calendar, day: date) -> Text:
    """Return the name of a rest day."""
    why = calendar.why_closed(day)
    assert why is not None, f"{day} is open"
    return why


def _exclude(asked: Question, trace: Trace, skips: bool) -> None:
    """Lengthen the period by every day that does not count, and for those that it then takes in."""
    first, counted = civil(asked.trigger), civil(trace.due)
    start = first if asked.policy.first_day_counts else shifted(first, asked.sign)
    due, found = counted, dict[date, Span]()
    while True:
        found = excluded_days(asked.excluded, min(start, due), max(start, due))
        lost = [d for d in found if not skips or asked.calendar.is_open(d)]
        if skips:
            due_now = asked.calendar.add_working_days(counted, asked.sign * len(lost)) if lost else counted
        else:
            due_now = shifted(counted, asked.sign * len(lost))
        if due_now == due:
            break
        due = due_now
    if not found:
        return
    skipped = tuple(Skipped(d, span.why) for d, span in sorted(found.items()))
    cites = "; ".join(dict.fromkeys(span.cite for span in found.values() if span.cite))
    note = Text(f"{len(found)} days do not count", f"{len(found)}日不计入期间")
    if skips:
        trace.ask(asked.calendar, counted, due)
    trace.move(Step("exclude", counted, due, (due - counted).days, skipped, cites, note))


def _contain_working_days(asked: Question, trace: Trace, trigger: date) -> None:
    """Keep the reading by which a period of two days or more holds so many working days."""
    due, need = civil(trace.due), asked.policy.min_working_days
    if asked.direction is Direction.BACKWARD or (due - trigger).days < need:
        return
    trace.ask(asked.calendar, trigger, due)
    fits = asked.calendar.add_working_days(trigger, need)
    if fits > rolled_to(due, asked.policy.roll, asked.calendar):
        why = Text(
            f"a period of two days or more should contain {need} working days",
            f"两日以上的期间应至少包含{need}个工作日",
        )
        trace.readings.append(Reading(fits, why, asked.policy.cite("min_working_days")))


def _count_hours(asked: Question, trace: Trace) -> None:
    """Count hours from an instant."""
    trigger = asked.trigger
    assert isinstance(trigger, datetime)
    policy, calendar = asked.policy, asked.calendar
    start = started(trigger, policy.hour_policy, asked.direction) if asked.period.n else trigger
    if start != trigger:
        note = Text("the hour of the event does not count", "事件发生的小时不计入")
        trace.move(Step("trigger", trigger, start, None, (), policy.cite("hours"), note))
    whys = excluded_days(asked.excluded, *sorted((start.date(), _far(start, asked))))
    rests = policy.hour_policy is HourPolicy.SKIP_REST_DAYS

    def stands_still(day: date) -> bool:
        return day in whys or (rests and not calendar.is_open(day))

    walked = stands_still if rests or whys else None
    due, still = run(start, Fraction(asked.period.n), asked.direction, walked)
    if rests:
        trace.ask(calendar, start.date(), due.date())
    skipped = tuple(Skipped(d, whys[d].why if d in whys else _rest(calendar, d)) for d in still)
    trace.move(Step("count", start, due, None, skipped, policy.cite("hours"), _counted(asked.period, asked.direction)))


def _far(start: datetime, asked: Question) -> date:
    """Return a day that the excluded spans of an hour period cannot lie beyond."""
    if asked.direction is Direction.FORWARD:
        return max([start.date(), *(span.until for span in asked.excluded)])
    return min([start.date(), *(span.since for span in asked.excluded)])


def _moved(moment: date | datetime, to: date) -> date | datetime:
    """Return ``to``, at the same clock time where the moment has one (FRCP 6(a)(2)(C))."""
    if not isinstance(moment, datetime):
        return to
    assert moment.tzinfo is not None
    return at_clock(to, moment.time(), moment.tzinfo)


def _add(asked: Question, trace: Trace, days: int, cite: str) -> None:
    """Add whole days in the period's direction."""
    if not days:
        return
    to = _moved(trace.due, shifted(civil(trace.due), asked.sign * days))
    note = Text(f"{days} days are added", f"加{days}日")
    trace.move(Step("add", trace.due, to, asked.sign * days, (), asked.policy.cite(cite), note))


def roll_of(asked: Question) -> Roll:
    """Return which way the last day rolls, the court-office condition settled."""
    policy = asked.policy
    roll = policy.roll if asked.direction is Direction.FORWARD else policy.backward_roll
    if asked.period.unit is Unit.HOURS and (asked.direction is Direction.FORWARD or policy.hour_roll is Roll.NONE):
        roll = policy.hour_roll
    if roll is Roll.FORWARD_IF_AT_COURT_OFFICE:
        return Roll.FORWARD if asked.act is Act.AT_COURT_OFFICE else Roll.NONE
    return roll


def ends_at_24(asked: Question, due: date | datetime, calendar: Calendar) -> bool:
    """Return whether hours end with the last stroke of an open day, whatever the day that begins then is."""
    if not isinstance(due, datetime) or asked.direction is Direction.BACKWARD or due.time() != time(0):
        return False
    return calendar.is_open(shifted(due.date(), -1))


def _roll(asked: Question, trace: Trace) -> None:
    """Move a last day that is a rest day."""
    roll = roll_of(asked)
    if roll is Roll.NONE:
        return
    calendar = asked.office if asked.act is Act.AT_COURT_OFFICE and asked.office else asked.calendar
    day = civil(trace.due)
    to = rolled_to(day, roll, calendar)
    trace.ask(calendar, day, to)
    if to == day or ends_at_24(asked, trace.due, calendar):
        return
    trace.rolled = True
    moved = _moved(trace.due, to)
    cite = asked.policy.cite("roll" if asked.direction is Direction.FORWARD else "backward_roll")
    note = Text("the last day is a rest day", "期间届满日为休息日")
    trace.move(Step("roll", trace.due, moved, (to - day).days, _closed(calendar, day, to), cite, note))


def _reach_office(asked: Question, trace: Trace) -> None:
    """Wait for the first accessible day that is no rest day (FRCP 6(a)(3)); always forward."""
    day = civil(trace.due)
    if day not in asked.inaccessible:
        return
    calendar, shut = asked.calendar, Text("the court cannot be reached", "法院无法接收")
    to, passed = day, list[Skipped]()
    while to in asked.inaccessible or not calendar.is_open(to):
        why = shut if to in asked.inaccessible else _rest(calendar, to)
        passed.append(Skipped(to, why))
        to = shifted(to, 1)
    trace.ask(calendar, day, to)
    trace.rolled = True
    cite = asked.policy.cite("inaccessible")
    trace.move(Step("inaccessible", trace.due, _moved(trace.due, to), (to - day).days, tuple(passed), cite, shut))


def _stop(asked: Question, trace: Trace) -> None:
    """Cut the period at its longstop."""
    limit = asked.not_after
    if limit is None or asked.direction is Direction.BACKWARD or civil(trace.due) <= limit:
        return
    note = Text("the longstop ends the period", "最长期限届满")
    days = (limit - civil(trace.due)).days
    trace.readings[:] = [r for r in trace.readings if civil(r.due) <= limit]
    trace.move(Step("longstop", trace.due, _moved(trace.due, limit), days, (), asked.policy.cite("longstop"), note))


def lenient(asked: Question) -> Question:
    """Return the question asked of the calendar in which days of unsettled status are open."""
    return replace(asked, calendar=asked.calendar.lenient(), office=asked.office and asked.office.lenient())


def rested(asked: Question) -> Question:
    """Return the question asked where a worked weekend day is still a rest day for the roll."""
    return replace(asked, calendar=asked.calendar.without_makeup())
