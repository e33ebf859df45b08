"""Gaps: at most, or at least, so long between two events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.endings import ended_by_answers, follows
from deadline_guard.core.instants import occurred
from deadline_guard.core.limits import deadlines, granted, look_at
from deadline_guard.core.rules import Level, Rule, Rulebook
from deadline_guard.core.timeline import EMPTY, Case, Event
from deadline_guard.core.triggers import Cycle, by_content, cycles

TOO_EARLY: Final = "too_early"  # flag: the date is when the second event came, not a day by which to act


def gap(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return the limit between two events: by ``params.at: most`` (the rule) a deadline for the second event.

    By ``at: least`` nothing is due; a second event that comes too early opens a cycle of its own at that instant,
    which only an answer ends: two demands less than 30 days apart cannot be mended by waiting. What cancels the
    rule frees the second event from then on.
    """
    if rule.params.get("at", "most") != "least":
        return deadlines(rule, case, rulebook, calendars, now, computed)
    opened = cycles(rule, case, computed)
    if not opened:
        return ()
    look = look_at(replace(rule, done_by=(), direction="forward"), case, rulebook, calendars, now)
    found = []
    for second in sorted((e for k in rule.done_by for e in case.timeline.by_kind.get(k, ())), key=by_content):
        before = [c for c in opened if c.subject == second.subject and follows(second, c)]
        allowed = granted(look, before[-1]) if before else None
        if allowed is not None and second.on < allowed.due_on and not _lifted(allowed, second, case.zone):
            found.append(_too_early(rule, case, before[-1], second, allowed))
    return tuple(found)


def _lifted(allowed: Deadline, second: Event, zone: str) -> bool:
    """Return whether a cancellation had freed the second event before it came: a plan broken frees demands."""
    if allowed.state is not State.CANCELLED or allowed.ended_at is None:
        return False
    return allowed.ended_at <= occurred(second, zone)


def _too_early(rule: Rule, case: Case, first: Cycle, second: Event, allowed: Deadline) -> Deadline:
    at = occurred(second, case.zone)
    made = allowed._replace(
        cycle=second.id,
        due_on=second.on,
        due_at=at,
        starts_at=at,
        known_at=second.recorded_at,
        state=State.OPEN,
        ended_at=None,
        ended_by=None,
        internal_at=None,
        flags=(*allowed.flags, TOO_EARLY),
        what=f"{(second.on - first.on).days} < {(allowed.due_on - first.on).days}",
    )
    cycle = Cycle(second.id, second.subject, second.on, second.recorded_at)
    ending, flags = ended_by_answers(rule, case.timeline, cycle, case.zone, lambda _: Level.OVERDUE)
    if ending is None:
        return made._replace(flags=made.flags + flags)
    return made._replace(state=ending.state, ended_at=ending.at, ended_by=ending.by)
