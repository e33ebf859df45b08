"""Stages: where a case stood and stands, since when, and which role answers for it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from deadline_guard.core.instants import occurred
from deadline_guard.core.rules import CaseType, Rule, Rulebook, Stage
from deadline_guard.core.timeline import Case, Event, Timeline

WHOLE_CASE: Final = "case"  # the name of the first cycle of a clock on the whole case


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay of a case in a stage; a reopened stage is another visit. ``left`` is None while it lasts."""

    stage: Stage
    entered: Event
    left: Event | None = None


def visits(timeline: Timeline, case_type: CaseType | None) -> tuple[Visit, ...]:
    """Return the stages that the case passed through, in order.

    A visit ends with an event of the stage's ``leave_on``, when another stage is entered, or when the case
    closes. Entering the stage in which the case already stands changes nothing. Events of one day without
    hours are taken in the order of the stages.
    """
    if case_type is None or not case_type.stages:
        return ()
    found: list[Visit] = []
    standing: tuple[Stage, Event] | None = None
    for event in _moves(timeline, case_type):
        entering = _entered(event, case_type, standing[0] if standing else None)
        if standing is not None and (entering or _leaves(event, standing[0], case_type)):
            found.append(Visit(*standing, event))
            standing = None
        if entering is not None:
            standing = (entering, event)
    if standing is not None:
        found.append(Visit(*standing))
    return tuple(found)


def _moves(timeline: Timeline, case_type: CaseType) -> Iterator[Event]:
    """Return the events that may change the stage, by day, hour where known, and order of the stages."""
    rank: dict[str, int] = {}
    for place, stage in enumerate(case_type.stages):
        for kind in stage.enter_on:
            rank.setdefault(kind, 2 * place)
        for kind in stage.leave_on:
            rank.setdefault(kind, 2 * place + 1)
    for kind in case_type.closed_by:
        rank.setdefault(kind, 2 * len(case_type.stages))
    moving = [e for kind in rank for e in timeline.by_kind.get(kind, ())]
    yield from sorted(moving, key=lambda e: (e.on, e.at.timestamp() if e.at else 0.0, rank[e.kind], e.id))


def _entered(event: Event, case_type: CaseType, standing: Stage | None) -> Stage | None:
    """Return the stage that an event enters; None when that is none or the one in which the case stands."""
    if standing is not None and event.kind in standing.enter_on:
        return None
    return next((s for s in case_type.stages if event.kind in s.enter_on), None)


def _leaves(event: Event, stage: Stage, case_type: CaseType) -> bool:
    return event.kind in stage.leave_on or event.kind in case_type.closed_by


def current(timeline: Timeline, case_type: CaseType | None, on: date | None = None) -> Visit | None:
    """Return the visit in which the case stands (as of the day ``on``), or None outside all stages."""
    standing: Visit | None = None
    for visit in visits(timeline, case_type):
        if (on is None or visit.entered.on <= on) and (visit.left is None or (on is not None and visit.left.on > on)):
            standing = visit
    return standing


def runs(timeline: Timeline, case_type: CaseType | None) -> tuple[tuple[str, Event, Event | None], ...]:
    """Return the runs of the whole case: name, first event, closing event.

    The first is named ``case``; entering a stage after the case was closed reopens it, and that run is named
    by the entering event.
    """
    if not timeline.events:
        return ()
    closing = case_type.closed_by if case_type else ()
    entering = {kind for stage in case_type.stages for kind in stage.enter_on} if case_type else set()
    turns = [e for kind in entering.union(closing) for e in timeline.by_kind.get(kind, ())]
    found: list[tuple[str, Event, Event | None]] = []
    opened: tuple[str, Event] | None = (WHOLE_CASE, timeline.events[0])
    for event in sorted(turns, key=lambda e: (e.on, e.at.timestamp() if e.at else 0.0, e.kind in closing, e.id)):
        if opened is not None and event.kind in closing:
            found.append((*opened, event))
            opened = None
        elif opened is None and event.kind in entering:
            opened = (event.id, event)
    if opened is not None:
        found.append((*opened, None))
    return tuple(found)


def owner_role(rule: Rule, case: Case, rulebook: Rulebook) -> str:
    """Return the role that answers for a rule: its own where it names one, else that of the case's stage.

    A rule on one stage is answered for by that stage's role, even when the case stands elsewhere.
    """
    case_type = rulebook.case_types.get(case.case_type)
    if rule.owner != "owner" or case_type is None or not case_type.stages:
        return rule.owner
    if rule.stage is not None:
        return next((s.owner for s in case_type.stages if s.id == rule.stage), rule.owner)
    visit = current(case.timeline, case_type)
    return visit.stage.owner if visit else rule.owner


def owner_in_event(rule: Rule, case: Case, cycle: str) -> str | None:
    """Return the person whom the opening event itself names (``owner_from``), or None."""
    name = rule.params.get("owner_from")
    if name is None:
        return None
    opened = (e for e in case.timeline.by_kind.get(rule.trigger.event, ()) if e.id == cycle)
    return next((str(e.data[name]) for e in opened if e.data.get(name)), None)


def of_stage(found: Iterable[Visit], stage: str | None) -> Iterator[Visit]:
    """Return the visits of one stage (None: of every stage)."""
    return (v for v in found if stage is None or v.stage.id == stage)


def closed(case: Case, case_type: CaseType | None, at: datetime) -> datetime | None:
    """Return since when a case is closed at ``at``, or None while it is open: the one truth for every view.

    Closed is what its source marks so (``closed_at``), and what an event of the type's ``closed_by`` closed and no
    later stage reopened; what is dated after ``at`` has not happened.
    """
    if case.closed_at is not None and case.closed_at <= at:
        return case.closed_at
    if case_type is None or not case_type.closed_by:
        return None
    begun = [run for run in runs(case.timeline, case_type) if occurred(run[1], case.zone) <= at]
    ending = begun[-1][2] if begun else None
    since = occurred(ending, case.zone) if ending is not None else None
    return since if since is not None and since <= at else None
