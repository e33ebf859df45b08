"""What people answered to a deadline, folded from the answer events of its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deadline_guard.core.people import Person
from deadline_guard.core.rules import Wait
from deadline_guard.core.timeline import Answer, Case, Event
from deadline_guard.core.waiting import after


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen it: ``until`` is when that expires (None: at the next level only)."""

    by: str
    at: datetime
    until: datetime | None


def answers(case: Case, kind: Answer, rule: str, cycle: str) -> tuple[Event, ...]:
    """Return the answers of one kind that are about this cycle, in the order in which they were recorded.

    An answer that names no cycle is about every cycle of its rule, one that names no rule about the whole case.
    """
    told = case.timeline.by_kind.get(kind)
    if not told:
        return ()
    found = (e for e in told if _about(e, rule, cycle))
    return tuple(sorted(found, key=lambda e: (e.recorded_at, e.id)))


def _about(event: Event, rule: str, cycle: str) -> bool:
    named_rule, named_cycle = event.data.get("rule"), event.data.get("cycle")
    return named_rule in (None, rule) and named_cycle in (None, cycle)


def acknowledgement(
    case: Case, rule: str, cycle: str, since: datetime, expires: Wait | None, owner: Person | None = None
) -> Acknowledgement | None:
    """Return the latest acknowledgement given at or after ``since``, or None."""
    for event in reversed(answers(case, Answer.ACKNOWLEDGED, rule, cycle)):
        if event.recorded_at < since:
            return None
        stated = event.data.get("until")
        until = datetime.fromisoformat(str(stated)) if stated else None
        if until is None and expires is not None:
            until = after(event.recorded_at, expires, owner)
        return Acknowledgement(str(event.data.get("by", event.recorded_by)), event.recorded_at, until)
    return None


def put_off(
    case: Case, kind: Answer, rule: str, cycle: str, now: datetime, since: datetime | None = None
) -> datetime | None:
    """Return until when a snooze or a mute given from ``since`` on and in force at ``now`` lasts, or None."""
    ends = [
        datetime.fromisoformat(str(event.data["until"]))
        for event in answers(case, kind, rule, cycle)
        if event.recorded_at <= now and event.data.get("until") and (since is None or event.recorded_at >= since)
    ]
    return max((end for end in ends if end > now), default=None)
