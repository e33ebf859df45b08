"""Clocks of court and opponent: watched by the owner, without chain, incident or blame."""

from __future__ import annotations

from deadline_guard.core.answers import put_off
from deadline_guard.core.audience import Cycle
from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.people import Resolution
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Answer


def observe(c: Cycle, owner: Resolution) -> None:
    """Tell the owner, with the next digest, that somebody else's date comes near, and once that it has passed.

    The notice itself is ``early`` whatever the clock's level: nothing here is urgent, and it asks for nothing.
    """
    if c.level < Level.NEAR:
        return
    muted = put_off(c.case, Answer.MUTED, c.assessment.rule.id, c.assessment.deadline.cycle, c.now)
    if muted is not None:
        c.wakes.append(muted)
        return
    reason, n = (Reason.OPENS, 2) if c.level is Level.OVERDUE else (Reason.TO_OBSERVE, 1)
    observed = [t.n for t in c.told if t.kind is NoticeKind.OBSERVE and t.due_rev == c.due_rev and t.stands]
    if max(observed, default=0) >= n:
        return
    level, c.level = c.level, Level.EARLY
    c.tell(owner, NoticeKind.OBSERVE, reason, n=n, digest=True)
    c.level = level
