"""Disputes: somebody says that the date is wrong; it stands until somebody else settles that."""

from __future__ import annotations

from deadline_guard.core.answers import answers
from deadline_guard.core.audience import Cycle, tell_once
from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.people import Resolution
from deadline_guard.core.timeline import Answer, Case, Event, author

SETTLED_BY = ("lead", "admin")


def open_dispute(case: Case, rule: str, cycle: str) -> Event | None:
    """Return the latest dispute that nobody else settled, and after which its event was not corrected."""
    for dispute in answers(case, Answer.DISPUTED, rule, cycle)[::-1]:
        if _settlement(case, rule, cycle, dispute) is None and not _corrected(case, cycle, dispute):
            return dispute
    return None


def _settlement(case: Case, rule: str, cycle: str, dispute: Event) -> Event | None:
    settled = answers(case, Answer.RESOLVED, rule, cycle)
    return next((e for e in settled if e.data.get("answer") == dispute.id and author(e) != author(dispute)), None)


def _corrected(case: Case, cycle: str, dispute: Event) -> bool:
    trigger = next((e for e in case.timeline.events if e.id == cycle), None)
    return trigger is not None and trigger.recorded_at > dispute.recorded_at


def tell_disputes(c: Cycle) -> None:
    """Tell those who may settle it at once, and whoever disputed the date how it was settled; each once."""
    rule, cycle = c.assessment.deadline.rule, c.assessment.deadline.cycle
    for dispute in answers(c.case, Answer.DISPUTED, rule, cycle):
        settled, by = _settlement(c.case, rule, cycle, dispute), author(dispute)
        if settled is not None:
            if by in c.directory.persons:
                to = Resolution(c.directory.persons[by], "warned", ("warned before",))
                why = str(settled.data.get("reason", ""))
                tell_once(c, to, NoticeKind.DISPUTE, Reason.RESOLVED, settled.recorded_at, by=author(settled), why=why)
        elif not _corrected(c.case, cycle, dispute):
            why = str(dispute.data.get("reason", ""))
            for to in _settlers(c, by):
                tell_once(c, to, NoticeKind.DISPUTE, Reason.DISPUTED, dispute.recorded_at, by=by, why=why)


def _settlers(c: Cycle, by: str) -> list[Resolution]:
    """Return who may settle a dispute, without the one who raised it; the last resort where nobody is left."""
    found = {to.person.id: to for to in map(c.resolve, SETTLED_BY) if to.person.id != by}
    if not found:
        last = c.directory.persons[c.directory.fallback]
        return [Resolution(last, "lead", ("lead", "fallback"), fell_back=True)]
    return list(found.values())
