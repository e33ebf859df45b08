"""What ends a conversation: done, given up, withdrawn; and two records that contradict each other."""

from __future__ import annotations

from datetime import datetime

from deadline_guard.core.audience import WARNS, Cycle
from deadline_guard.core.deadlines import State
from deadline_guard.core.notices import Notice, NoticeKind, Reason, Told, Track
from deadline_guard.core.people import Resolution
from deadline_guard.core.rules import Level, Rulebook
from deadline_guard.core.timeline import Case

RUNNING = (State.OPEN, State.HELD)
_CLOSING = {State.DONE: Reason.DONE, State.NOT_PURSUED: Reason.NOT_PURSUED}


def tell_conflict(c: Cycle) -> None:
    """Tell owner and admin once that a hand correction and its source contradict each other."""
    deadline = c.assessment.deadline
    if "conflict" not in deadline.flags:
        return
    trigger = next((e for e in c.case.timeline.events if e.id == deadline.cycle), None)
    n = max((e.revision for e in trigger.conflicts), default=1) if trigger else 1
    if any(t.kind is NoticeKind.CONFLICT and t.n == n for t in c.told):
        return
    level, c.level = c.level, Level.OK
    other = [str(r.due_on) for r in deadline.readings]
    for role in ("owner", "admin"):
        c.tell(c.resolve(role), NoticeKind.CONFLICT, Reason.CONFLICT, n=n, other=other)
    c.level = level


def tell_closed(c: Cycle) -> None:
    """Tell those who were warned that it is over (not the one who said so)."""
    if not c.profile.tell_closed:
        return
    deadline = c.assessment.deadline
    event = next((e for e in c.case.timeline.events if e.id == deadline.ended_by), None)
    answered_by = str(event.data.get("by", event.recorded_by)) if event else ""
    for person in dict.fromkeys(t.person for t in c.told if t.kind in WARNS and t.state == "sent"):
        if person != answered_by and person in c.directory.persons:
            to = Resolution(c.directory.persons[person], "warned", ("warned before",))
            reason = _CLOSING.get(deadline.state, Reason.DONE)
            c.tell(to, NoticeKind.CLOSED, reason, by=answered_by, state=deadline.state.value)


def tell_gone(case: Case, track: Track, told: tuple[Told, ...], rulebook: Rulebook, now: datetime) -> list[Notice]:
    """Withdraw what was warned of when its trigger was retracted or its rule left the rulebook."""
    rule = rulebook.rules.get(track.rule)
    if track.state not in RUNNING or (rule is not None and not rule.profile.tell_closed):
        return []
    warned = dict.fromkeys(t.person for t in told if t.kind in WARNS and t.state == "sent")
    return [
        Notice(
            subject=case.id,
            rule=track.rule,
            cycle=track.cycle,
            due_rev=track.due_rev,
            kind=NoticeKind.WITHDRAWN,
            level=Level.OK,
            step=track.step,
            n=1,
            person=person,
            reason=Reason.RULE_GONE,
            decided_at=now,
            due_at=track.due_at,
            due_on=None,
            data={"rule_known": rule is not None},
        )
        for person in warned
    ]
