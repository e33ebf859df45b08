"""What ends a cycle: the act itself, an answer, a cancellation, or the end of its stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from deadline_guard.core.deadlines import State
from deadline_guard.core.instants import day_starts, occurred
from deadline_guard.core.rules import Kind, Level, Rule
from deadline_guard.core.timeline import Answer, Event, Timeline, author
from deadline_guard.core.triggers import Cycle, by_content

ANSWERS_THAT_END: Final = frozenset({Answer.DONE.value, Answer.NOT_PURSUED.value, Answer.NOT_APPLICABLE.value})
AWAITS_SECOND: Final = "awaits_second_person"
ACT_BEFORE_EVENT: Final = "act_before_event"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a cycle ended: ``at`` is when it happened (UTC), not when it was recorded."""

    state: State
    at: datetime
    by: str
    on: date


def ended_by_events(rule: Rule, timeline: Timeline, cycle: Cycle, zone: str) -> Ending | None:
    """Return the first act or cancellation after the cycle opened, or None.

    An act closes the cycle of its own subject (none with none). A cancellation without a subject closes all.
    """
    found: list[Ending] = []
    for kind in rule.done_by:
        act = _earliest(timeline.by_kind.get(kind, ()), cycle, (cycle.subject,))
        if act is not None:
            found.append(Ending(State.DONE, occurred(act, zone), act.id, act.on))
    for kind in rule.cancelled_by:
        event = _earliest(timeline.by_kind.get(kind, ()), cycle, (None, cycle.subject))
        if event is not None:
            found.append(Ending(State.CANCELLED, occurred(event, zone), event.id, event.on))
    return first(found)


def acted_too_soon(rule: Rule, timeline: Timeline, cycle: Cycle) -> bool:
    """Return whether an act is dated before every event that could have asked for it: one of the two dates is wrong.

    Such an act ends nothing, since what it answers had not happened.
    """
    if cycle.since is None or cycle.event is None:
        return False
    for kind in rule.done_by:
        for act in timeline.by_kind.get(kind, ()):
            if act.subject == cycle.subject and act.on < cycle.since:
                asked = timeline.by_kind.get(cycle.event.kind, ())
                return not any(e.on <= act.on and e.subject == cycle.subject for e in asked)
    return False


def _earliest(events: Iterable[Event], cycle: Cycle, subjects: tuple[str | None, ...]) -> Event | None:
    """Return the first event of these subjects that follows the cycle's beginning; events come in order of days."""
    best: Event | None = None
    for event in events:
        if best is not None and event.on > best.on:
            break
        if event.subject in subjects and follows(event, cycle):
            best = event if best is None else min(best, event, key=by_content)
    return best


def first(found: Iterable[Ending]) -> Ending | None:
    """Return the earliest ending; at one instant an act outranks a cancellation."""
    return min(found, key=lambda e: (e.at, e.state is not State.DONE, e.by), default=None)


def follows(event: Event, cycle: Cycle) -> bool:
    """Return whether an event came after the cycle opened; on one day without hours it did.

    Two events of the trigger's own kind on one day (a payment opens the wait for the next) go by identity.
    """
    if event.id == cycle.id:
        return False
    if cycle.since is None or event.on != cycle.since:
        return cycle.since is None or event.on > cycle.since
    if event.at is not None and cycle.since_at is not None and event.at != cycle.since_at:
        return event.at > cycle.since_at
    if cycle.event is not None and cycle.event.kind == event.kind:
        return event.id > cycle.id
    return True


def answered(timeline: Timeline, kinds: Iterable[str], rule: str, cycle: Cycle) -> list[Event]:
    """Return the answers of these kinds about this cycle, in the order in which they were recorded.

    An answer that names no cycle is about those already known when it was given.
    """
    found = [e for kind in kinds for e in timeline.by_kind.get(kind, ()) if _about(e, rule, cycle)]
    return sorted(found, key=lambda e: (e.recorded_at, e.id))


def _about(answer: Event, rule: str, cycle: Cycle) -> bool:
    if answer.data.get("rule", rule) != rule:
        return False
    named = answer.data.get("cycle")
    return bool(named == cycle.id) if named is not None else cycle.known_at <= answer.recorded_at


def ended_by_answers(
    rule: Rule, timeline: Timeline, cycle: Cycle, zone: str, level: Callable[[datetime], Level]
) -> tuple[Ending | None, tuple[str, ...]]:
    """Return the first answer that ends the cycle, and flags for answers that wait for a second person.

    ``level`` gives the level of the deadline at an instant.
    """
    found: list[Ending] = []
    flags: tuple[str, ...] = ()
    for answer in answered(timeline, ANSWERS_THAT_END, rule.id, cycle):
        given_at = answer.at.astimezone(UTC) if answer.at else answer.recorded_at.astimezone(UTC)
        if answer.kind == Answer.DONE.value:
            found.append(_done(answer, zone))
            continue
        settled = settles(answer, rule, level(given_at), timeline.by_kind.get(Answer.CONFIRMED.value, ()))
        if settled is not None:
            at = max(given_at, settled.at.astimezone(UTC) if settled.at else settled.recorded_at.astimezone(UTC))
            found.append(Ending(State(answer.kind), at, answer.id, settled.on))
        elif not refused(answer, rule):
            flags = (AWAITS_SECOND,)
    ending = first(found)
    return ending, () if ending else flags


def _done(answer: Event, zone: str) -> Ending:
    """Return the ending of a ``done`` answer: on the day it names, else when it was given."""
    try:
        on = date.fromisoformat(str(answer.data["on"])[:10])
    except (KeyError, ValueError):
        return Ending(State.DONE, occurred(answer, zone), answer.id, answer.on)
    return Ending(State.DONE, day_starts(on, zone), answer.id, on)


def refused(answer: Event, rule: Rule) -> bool:
    """Return whether an answer cannot stand whoever confirms it: a duty not pursued, no reason given."""
    if answer.kind == Answer.NOT_PURSUED.value:
        return rule.kind is not Kind.RIGHT
    return answer.kind == Answer.NOT_APPLICABLE.value and not answer.data.get("reason")


def needs_second(answer: Event, rule: Rule, level: Level) -> bool:
    """Return whether a second must confirm: not pursued from ``urgent`` on, a duty said not to apply."""
    if answer.kind == Answer.NOT_PURSUED.value:
        return level >= Level.URGENT
    return answer.kind == Answer.NOT_APPLICABLE.value and rule.kind is Kind.DUTY


def settles(answer: Event, rule: Rule, level: Level, confirmations: Iterable[Event]) -> Event | None:
    """Return what settles an answer given at ``level``: itself, a second person's confirmation, or None."""
    if refused(answer, rule):
        return None
    if not needs_second(answer, rule, level):
        return answer
    told = [e for e in confirmations if e.data.get("answer") == answer.id and author(e) not in ("", author(answer))]
    return min(told, key=lambda e: (e.at or e.recorded_at, e.id), default=None)


def waiting_answer(rule: Rule, timeline: Timeline, cycle: str) -> Event | None:
    """Return the latest answer about a cycle that ends it only if a second person confirms it (it may be settled)."""
    found = [
        e
        for kind in (Answer.NOT_PURSUED.value, Answer.NOT_APPLICABLE.value)
        for e in timeline.by_kind.get(kind, ())
        if e.data.get("rule", rule.id) == rule.id and e.data.get("cycle", cycle) == cycle and not refused(e, rule)
    ]
    return max(found, key=lambda e: (e.recorded_at, e.id), default=None)
