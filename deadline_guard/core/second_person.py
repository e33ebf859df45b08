"""A second pair of eyes: somebody else confirms a date that nobody checked, or an answer that ends a deadline."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from deadline_guard.core.audience import Cycle, tell_again, tell_once
from deadline_guard.core.endings import AWAITS_SECOND, waiting_answer
from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.people import Resolution
from deadline_guard.core.rules import Level, Wait
from deadline_guard.core.timeline import Event, author

EVERY: Final = Wait(Fraction(1), "days")


def ask_second(c: Cycle) -> None:
    """Ask a second person to confirm an answer that ends the deadline only then; again every day until it is overdue."""
    if AWAITS_SECOND not in c.assessment.deadline.flags:
        return
    waiting = waiting_answer(c.assessment.rule, c.case.timeline, c.assessment.deadline.cycle)
    if waiting is not None:
        more = {"by": author(waiting), "why": str(waiting.data.get("reason", "")), "answer_kind": waiting.kind}
        _ask(c, Reason.SECOND_PERSON, author(waiting), waiting.recorded_at, **more)


def ask_to_confirm_date(c: Cycle) -> None:
    """Ask a second person to confirm the date that starts the clock; again every day until that or a correction."""
    trigger = trigger_of(c)
    if trigger is not None:
        _ask(c, Reason.UNCONFIRMED, author(trigger), trigger.recorded_at)


def trigger_of(c: Cycle) -> Event | None:
    """Return the event that named the cycle, where it is on this case."""
    return next((e for e in c.case.timeline.events if e.id == c.assessment.deadline.cycle), None)


def _ask(c: Cycle, reason: Reason, first: str, since: datetime, **more: Any) -> None:
    """Ask once a day until it is overdue: from then on the incident speaks."""
    to = somebody_else(c, first)
    if c.assessment.level is Level.OVERDUE:
        tell_once(c, to, NoticeKind.CONFIRM, reason, since, **more)
    else:
        tell_again(c, to, NoticeKind.CONFIRM, reason, since, EVERY, **more)


def somebody_else(c: Cycle, first: str) -> Resolution:
    """Return the lead; the lead's deputy where the lead is the first person; else the named last resort."""
    lead = c.resolve("lead")
    if lead.person.id != first:
        return lead
    deputy = lead.person.deputy
    if deputy is not None and deputy in c.directory.persons:
        found = c.resolve(deputy)
        if found.person.id != first:
            return Resolution(found.person, "deputy", ("deputy", *found.path[1:]), found.fell_back)
    last = c.directory.persons[c.directory.fallback]
    return Resolution(last, "lead", (*lead.path, "fallback"), fell_back=True)
