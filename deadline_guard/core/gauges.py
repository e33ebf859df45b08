"""Gauges as cycles: a number beyond its line is open until it is back, and is warned of like a deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.derivation import Step
from deadline_guard.core.endings import ended_by_answers
from deadline_guard.core.instants import zone_of
from deadline_guard.core.levels import level_at, rising
from deadline_guard.core.measures import Point, Stretch, is_beyond, series, stretches
from deadline_guard.core.rules import Level, Rule, Rulebook
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import EMPTY, Case
from deadline_guard.core.triggers import Cycle

GAUGE: Final = "gauge"  # flag: the date is when a line was crossed, not a day by which to act


def gauge(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return every stretch beyond a line of a reported number (``value``) or a count (``event_count``).

    ``due_at`` is the instant of the crossing and stays; the cycle is named by the event that crossed, and ends
    by the one that is back, or by an answer.
    """
    found: list[Deadline] = []
    for points in series(rule, case):
        beyond, next_at = stretches(points, rule.profile, now)
        found.extend(_cycle(rule, case, stretch, next_at if stretch.ended is None else None) for stretch in beyond)
    return tuple(found)


def _cycle(rule: Rule, case: Case, stretch: Stretch, next_at: datetime | None) -> Deadline:
    first, last = stretch.points[0], stretch.points[-1]
    made = _made(rule, case.zone, stretch, first, last, next_at)
    if stretch.ended is not None:
        return made
    event = first.event
    cycle = Cycle(made.cycle, made.subject, event.on, event.recorded_at, event.at, event.on, event.at, event)

    def level(at: datetime) -> Level:
        return level_at(rising(stretch.begins), at)

    ending, flags = ended_by_answers(rule, case.timeline, cycle, case.zone, level)
    if ending is None:
        return made._replace(flags=made.flags + flags) if flags else made
    return made._replace(state=ending.state, ended_at=ending.at, ended_by=ending.by, changes_at=None)


def _made(rule: Rule, zone: str, stretch: Stretch, first: Point, last: Point, next_at: datetime | None) -> Deadline:
    on = first.at.astimezone(zone_of(zone)).date()
    ended = stretch.ended
    return Deadline(
        rule=rule.id,
        version="",
        cycle=stretch.cycle,
        subject=stretch.subject,
        due_on=on,
        due_at=first.at.astimezone(UTC),
        starts_at=first.at.astimezone(UTC),
        known_at=first.event.recorded_at,
        trigger_on=first.event.on,
        state=State.OPEN if ended is None else State.DONE,
        ended_at=ended.at if ended else None,
        ended_by=ended.event.id if ended else None,
        flags=(GAUGE,),
        zone=zone,
        basis=tuple(_step(point, rule) for point in ((first,) if first is last else (first, last))),
        what=f"{float(last.value):g}",
        changes_at=next_at,
    )


def _step(point: Point, rule: Rule) -> Step:
    """Return the sentence that says which line a number is beyond."""
    value = f"{float(point.value):g}"
    beyond = max((t for t in rule.profile.thresholds if is_beyond(point.value, t.when)), key=lambda t: t.level)
    limit, below = f"{float(beyond.when.n):g}", beyond.when.op == "below"
    en, zh = ("below", "低于") if below else ("above", "高于")
    return Step("measure", point.at, point.at, note=Text(f"{value} is {en} {limit}", f"{value}，{zh}{limit}"))
