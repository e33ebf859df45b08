"""What is coming: every open clock with its level now, the time left, who owns it, and whether anybody answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.assess import Assessment
from deadline_guard.core.deadlines import State
from deadline_guard.core.disputes import open_dispute
from deadline_guard.core.law import law_of
from deadline_guard.core.people import who
from deadline_guard.core.rules import Acts, Level, Title
from deadline_guard.core.timeline import Answer, Case, Timeline
from deadline_guard.store import board, events
from deadline_guard.store.board import OpenRow
from deadline_guard.store.events import AnswerRow
from deadline_guard.views.items import Sight, look

_MOST_CHANGED: Final = 500  # more than that is a changed rulebook, which the sweep works off anyway


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the due list; days are counted from today in the case's zone, negative once past."""

    case_id: str
    code: str
    title: str
    rule: str
    cycle: str
    what: Title
    detail: str
    level: Level
    held: bool
    due_on: date | None
    due_at: datetime | None
    days_left: int | None
    working_days_left: int | None
    owner: str
    unowned: bool
    acknowledged: bool
    step: int
    steps: int
    acts: Acts
    disputed: bool = False

    @property
    def risk(self) -> tuple[object, ...]:
        """Return the key by which the list is sorted: worst level, then unowned, unanswered, earliest."""
        at = self.due_at.timestamp() if self.due_at else float("inf")
        return (self.held, self.acts is not Acts.PARTY, -self.level, not self.unowned, self.acknowledged, at, self.code)


def due(conn: Connection, sight: Sight, now: datetime, days: int | None = None) -> list[Due]:
    """Return what is open, sorted by risk; ``days`` leaves out what is due later than so many days from now."""
    until = None if days is None else now + timedelta(days=days + 1)
    rows = _brought_up_to_date(conn, board.open_rows(conn, until), sight, now, until)
    answered = events.answers(conn, {r.case_id for r in rows}, [Answer.ACKNOWLEDGED.value])
    disputed = _disputed(conn, {r.case_id for r in rows}, sight, now)
    lines = (line_of(r, answered.get(r.case_id, ()), sight, now) for r in rows)
    found = (replace(d, disputed=True) if (d.case_id, d.rule, d.cycle) in disputed else d for d in lines)
    return sorted(found, key=lambda d: d.risk)


def _disputed(conn: Connection, case_ids: set[str], sight: Sight, now: datetime) -> set[tuple[str, str, str]]:
    """Return the clocks about whose date somebody has an open dispute."""
    raised = events.answers(conn, case_ids, [Answer.DISPUTED.value])
    return {
        (case_id, *name)
        for case_id, seen in (look(conn, raised, sight, now) if raised else {}).items()
        for name in seen.found
        if open_dispute(seen.case, *name) is not None
    }


def counts(found: Sequence[Due]) -> Mapping[Level, int]:
    """Return how many lines there are at each level, the worst first; held ones and others' clocks left out."""
    ours = [d.level for d in found if not d.held and d.acts in (Acts.PARTY, Acts.OTHER)]
    return {level: ours.count(level) for level in sorted(Level, reverse=True)}


def line_of(row: OpenRow, answered: Sequence[AnswerRow], sight: Sight, now: datetime) -> Due:
    """Return one running clock as a line, with its level and time left at ``now``; ``answered`` are its case's answers."""
    rule = sight.rulebook.rules.get(row.rule)
    held = row.state == State.HELD
    level = Level.OK if held else _level(row, now)
    reached = max((at for at, word in row.crossings if at <= now), default=None)
    since = max((at for at in (reached, row.since) if at is not None), default=now)
    person = sight.directory.persons.get(row.owner)
    days, working = _left(row, sight, now)
    return Due(
        case_id=row.case_id, code=row.code, title=row.title, rule=row.rule, cycle=row.cycle,
        what=rule.title if rule else {"zh": row.rule, "en": row.rule}, detail=row.what, level=level, held=held,
        due_on=row.due_on, due_at=row.due_at, days_left=days, working_days_left=working,
        owner=person.name if person else row.owner, unowned="owner" not in row.owners,
        acknowledged=any(_about(a, row) and since <= a.recorded_at <= now for a in answered),
        step=row.step, steps=len(rule.profile.chain) + 1 if rule else 1, acts=rule.acts if rule else Acts.PARTY,
    )  # fmt: skip


def _brought_up_to_date(
    conn: Connection, rows: Sequence[OpenRow], sight: Sight, now: datetime, until: datetime | None
) -> list[OpenRow]:
    """Return the rows with those of cases that changed since the last sweep worked out anew."""
    changed = look(conn, board.changed_cases(conn, _MOST_CHANGED), sight, now)
    step = {(r.case_id, r.rule, r.cycle): r.step for r in rows}
    fresh = [
        _row(seen.case, found, step.get((seen.case.id, *name), 1), sight, now)
        for seen in changed.values()
        for name, found in seen.found.items()
        if found.deadline.state in (State.OPEN, State.HELD) and (until is None or found.deadline.due_at < until)
    ]
    return [*(r for r in rows if r.case_id not in changed), *fresh]


def _row(case: Case, found: Assessment, step: int, sight: Sight, now: datetime) -> OpenRow:
    deadline = found.deadline
    return OpenRow(
        case.id, case.code, case.title, case.case_type, case.zone, case.calendar, case.jurisdiction, dict(case.owners),
        deadline.rule, deadline.cycle, deadline.state.value, found.level, step, deadline.due_on, deadline.due_at,
        who(found.owner_role, case, now, sight.directory).person.id,
        tuple((c.at, c.level.word) for c in found.crossings), None, deadline.what,
    )  # fmt: skip


def _about(answer: AnswerRow, row: OpenRow) -> bool:
    return answer.rule in (None, row.rule) and answer.cycle in (None, row.cycle)


def _level(row: OpenRow, now: datetime) -> Level:
    """Return the level at ``now`` from the stored crossings: the list is right even while nobody sweeps."""
    return max((Level[word.upper()] for at, word in row.crossings if at <= now), default=Level.OK)


def _left(row: OpenRow, sight: Sight, now: datetime) -> tuple[int | None, int | None]:
    """Return calendar and working days from today to the due date, by the calendar of the court's seat."""
    if row.due_on is None:
        return None, None
    today = now.astimezone(ZoneInfo(row.zone)).date()
    days = (row.due_on - today).days
    rule = sight.rulebook.rules.get(row.rule)
    if rule is None:
        return days, None
    bare = Case(
        row.case_id, row.code, row.case_type, Timeline(), zone=row.zone, calendar=row.calendar,
        jurisdiction=row.jurisdiction,
    )  # fmt: skip
    calendar = law_of(rule, bare, sight.rulebook, sight.calendars).calendar
    return days, calendar.working_days_between(today, row.due_on)
