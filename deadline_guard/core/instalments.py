"""Plans to pay in parts: a date for each line, what covers it, and when the plan breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.conditions import number
from deadline_guard.core.counting import count_date
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.endings import Ending, follows
from deadline_guard.core.instants import occurred
from deadline_guard.core.jurisdictions import policy_for
from deadline_guard.core.limits import Look, granted, look_at
from deadline_guard.core.period import Period, Unit, parse_period
from deadline_guard.core.rules import Rule, Rulebook
from deadline_guard.core.timeline import EMPTY, Case, Event
from deadline_guard.core.triggers import Cycle, by_content, cycles

MOST_MONTHS: Final = 60  # an individual instalment agreement, Credit Card Business Measures Art. 70


TOO_LONG: Final = "plan_too_long"


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment: the ``n``-th, due on a day."""

    n: int
    due: date
    amount: Fraction


def lines_of(plan: Event, calendar: Calendar) -> list[Line]:
    """Return the lines of a plan: ``data.lines`` (``[{due, amount}]``) or ``first``, ``count``, ``amount``, ``every``.

    A plan that cannot be read has no lines. Months keep the day of the first line (31 January, 28 February).
    """
    try:
        given = plan.data.get("lines")
        if given is not None:
            found = [(date.fromisoformat(str(one["due"])), number(one["amount"])) for one in given]
        else:
            start = date.fromisoformat(str(plan.data["first"]))
            every = parse_period(str(plan.data.get("every", "1 month")))
            amount = number(plan.data["amount"])
            found = [(_later(start, every, i, calendar), amount) for i in range(int(plan.data["count"]))]
    except (KeyError, TypeError, ValueError):
        return []
    if any(amount is None for _, amount in found):
        return []
    return [Line(n, due, amount) for n, (due, amount) in enumerate(sorted(found), 1) if amount is not None]


def _later(start: date, every: Period, times: int, calendar: Calendar) -> date:
    """Return the day so many periods after the first; counted from it, so that months keep their day."""
    return count_date(start, Period(every.n * times, every.unit), policy_for("plain", start), calendar)


def instalments(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return each line of each plan, ended by the payment that covers it and all before it.

    ``done_by`` are the payments, ``params.paid`` their field (``amount``). With ``params.broken_after: K`` one more
    cycle says when the plan breaks: at the K-th line that was not covered when it was due.
    """
    opened = cycles(rule, case, computed)
    if not opened:
        return ()
    look = look_at(replace(rule, done_by=(), date_field="due", direction="forward"), case, rulebook, calendars, now)
    found: list[Deadline] = []
    for cycle in opened:
        if cycle.event is not None:
            found.extend(_plan(rule, look, cycle, cycle.event))
    return tuple(found)


def _plan(rule: Rule, look: Look, cycle: Cycle, plan: Event) -> list[Deadline]:
    lines = lines_of(plan, look.law.calendar)
    if not lines:
        broken = granted(look, _line_cycle(cycle, plan, "plan", None), None, None, ("plan_unreadable",))
        return [broken] if broken is not None else []
    too_long = lines[-1].due > _later(plan.on, Period(1, Unit.MONTHS), MOST_MONTHS, look.law.calendar)
    flags = (TOO_LONG,) if too_long else ()
    payments = _payments(rule, look, cycle)
    found: list[Deadline] = []
    ends: list[Ending | None] = []
    due = Fraction(0)
    for line in lines:
        due += line.amount
        ends.append(_covered(payments, due, look.law.zone))
        made = granted(look, _line_cycle(cycle, plan, str(line.n), line.due), None, ends[-1], flags)
        if made is not None:
            got = min(max(sum((a for a, _ in payments), Fraction(0)) - due + line.amount, Fraction(0)), line.amount)
            found.append(made._replace(what=f"{float(got):g} / {float(line.amount):g}"))
    after = rule.params.get("broken_after")
    missed = [d for d, end in zip(found, ends, strict=True) if end is None or end.at >= d.due_at]
    if after is not None and len(missed) >= int(after):
        breaks = missed[int(after) - 1]
        made = granted(look, _line_cycle(cycle, plan, "broken", breaks.due_on), None, ends[-1])
        found.extend([made] if made is not None else [])
    return found


def _line_cycle(cycle: Cycle, plan: Event, name: str, due: date | None) -> Cycle:
    told = plan._replace(data={"due": due.isoformat()} if due else {}, conflicts=())
    return cycle._replace(id=f"{cycle.id}/{name}", event=told)


def _payments(rule: Rule, look: Look, cycle: Cycle) -> list[tuple[Fraction, Event]]:
    """Return the payments on a plan in order, with their amounts."""
    field = str(rule.params.get("paid", "amount"))
    events = sorted((e for k in rule.done_by for e in look.case.timeline.by_kind.get(k, ())), key=by_content)
    told = ((number(e.data.get(field)), e) for e in events if e.subject == cycle.subject and follows(e, cycle))
    return [(amount, event) for amount, event in told if amount is not None]


def _covered(payments: Iterable[tuple[Fraction, Event]], due: Fraction, zone: str) -> Ending | None:
    paid = Fraction(0)
    for amount, event in payments:
        paid += amount
        if paid >= due:
            return Ending(State.DONE, occurred(event, zone), event.id, event.on)
    return None
