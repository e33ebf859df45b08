"""The stage board: where each case stands, since when, how much time is left there, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.assess import Assessment
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.gaps import TOO_EARLY
from deadline_guard.core.gauges import GAUGE
from deadline_guard.core.indicators import stage_time
from deadline_guard.core.instants import occurred
from deadline_guard.core.law import law_of
from deadline_guard.core.levels import OVERDUE_AGE
from deadline_guard.core.people import responsible
from deadline_guard.core.rules import CaseType, Level, Profile, Rule, Rulebook, Stage, Title
from deadline_guard.core.stages import Visit, closed, runs, visits
from deadline_guard.core.timeline import Case
from deadline_guard.store import desks
from deadline_guard.views.items import Seen, Sight, look

_CHUNK: Final = 1000
_TARGET: Final = Rule("board.stage", {}, "stage_time", Profile("board"))  # a stage's own target, as a date

_HAPPENED: Final = frozenset({GAUGE, TOO_EARLY})  # a date of the past, not one that comes


@dataclass(frozen=True, slots=True)
class Coming:
    """The next date of a case; days are counted from today in the case's zone, negative once past."""

    rule: str
    what: Title
    level: Level
    due_on: date
    due_at: datetime
    days_left: int
    working_days_left: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one open case stands. ``stage`` is None outside all stages; then it is ``since`` its first event, or since it was opened.

    ``due_on`` is until when the stage should be over (its rule's limit, else its target), None where neither says.
    ``held``: that clock stands still. ``following`` is the next stage in the order of the case type. ``unowned``:
    the case names no owner; ``owner`` is then who answers for it instead.
    """

    case_id: str
    code: str
    title: str
    case_type: str
    stage: str | None
    stage_title: Title
    phase: Title
    since: date | None
    days_there: int
    due_on: date | None
    days_left: int | None
    working_days_left: int | None
    held: bool
    owner: str
    unowned: bool
    team: str | None
    following: Title | None
    coming: Coming | None


def standings(conn: Connection, sight: Sight, now: datetime) -> Iterator[Standing]:
    """Yield every case that is open at ``now``, by code; worked out anew from what is known then."""
    ids = desks.open_case_ids(conn, now)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        seen = look(conn, chunk, sight, now)
        for case_id in chunk:
            found = standing(seen[case_id], sight, now) if case_id in seen else None
            if found is not None:
                yield found


class StageCount(NamedTuple):
    """How many cases stand in a stage (None: outside all), how many of them too long, and how many without owner."""

    case_type: str
    stage: str | None
    title: Title
    cases: int
    late: int
    held: int
    unowned: int


def counts(found: Iterable[Standing], rulebook: Rulebook) -> list[StageCount]:
    """Return the counts of every stage with a case, by type and in the order of its stages; outside all comes last."""
    by_stage: dict[tuple[str, str | None], list[Standing]] = {}
    for one in found:
        by_stage.setdefault((one.case_type, one.stage), []).append(one)

    def place(key: tuple[str, str | None]) -> tuple[str, int]:
        case_type = rulebook.case_types.get(key[0])
        order = [stage.id for stage in case_type.stages] if case_type else []
        return key[0], order.index(key[1]) if key[1] in order else len(order)

    return [
        StageCount(
            *key, here[0].stage_title, len(here), sum((one.days_left or 0) < 0 and not one.held for one in here),
            sum(one.held for one in here), sum(one.unowned for one in here),
        )
        for key in sorted(by_stage, key=place)
        for here in [by_stage[key]]
    ]  # fmt: skip


def standing(seen: Seen, sight: Sight, now: datetime) -> Standing | None:
    """Return where a case stands at ``now``, or None where it is closed; one without an event stands as well."""
    case, case_type = seen.case, sight.rulebook.case_types.get(seen.case.case_type)
    begun = [r for r in runs(case.timeline, case_type) if occurred(r[1], case.zone) <= now]
    if closed(case, case_type, now) is not None:
        return None
    visit = _visit(case, case_type, now)
    today = now.astimezone(ZoneInfo(case.zone)).date()
    since = visit.entered.on if visit else begun[-1][1].on if begun else _opened(case)
    limit = _limit(seen, visit, sight, now) if visit else None
    calendar = law_of(_TARGET, case, sight.rulebook, sight.calendars).calendar
    owner = responsible(visit.stage.owner if visit else "owner", case, now, sight.directory)
    return Standing(
        case_id=case.id, code=case.code, title=case.title, case_type=case.case_type,
        stage=visit.stage.id if visit else None, stage_title=visit.stage.title if visit else {},
        phase=_phase(visit, case_type), since=since, days_there=(today - since).days if since else 0,
        due_on=limit.due_on if limit else None, days_left=(limit.due_on - today).days if limit else None,
        working_days_left=calendar.working_days_between(today, limit.due_on) if limit else None,
        held=limit is not None and limit.state is State.HELD, owner=owner.person.name,
        unowned="owner" not in case.owners, team=case.team,
        following=_following(visit.stage, case_type) if visit and case_type else None,
        coming=_coming(list(seen.found.values()), today, calendar),
    )  # fmt: skip


def _opened(case: Case) -> date | None:
    """Return the local day on which a case was opened of which nothing else is known yet."""
    return case.opened_at.astimezone(ZoneInfo(case.zone)).date() if case.opened_at else None


def _visit(case: Case, case_type: CaseType | None, now: datetime) -> Visit | None:
    """Return the visit in which the case stands at ``now``; events dated ahead have not happened yet."""
    for visit in reversed(visits(case.timeline, case_type)):
        if occurred(visit.entered, case.zone) <= now:
            return visit if visit.left is None or occurred(visit.left, case.zone) > now else None
    return None


def _limit(seen: Seen, visit: Visit, sight: Sight, now: datetime) -> Deadline | None:
    """Return until when the stage should be over: the earliest limit of a rule on it, else its own target."""
    ruled = [
        a.deadline
        for (_, cycle), a in seen.found.items()
        if a.rule.indicator == "stage_time" and cycle == visit.entered.id
    ]
    own = [] if ruled else stage_time(_TARGET, seen.case, sight.rulebook, sight.calendars, now)
    found: Sequence[Deadline] = ruled or [d for d in own if d.cycle == visit.entered.id]
    return min(found, key=lambda d: d.due_at, default=None)


def _phase(visit: Visit | None, case_type: CaseType | None) -> Title:
    name = visit.stage.phase if visit else None
    return case_type.phases.get(name, {}) if name and case_type else {}


def _following(stage: Stage, case_type: CaseType) -> Title | None:
    order = [one.id for one in case_type.stages]
    place = order.index(stage.id) + 1
    return case_type.stages[place].title if place < len(order) else None


def _coming(found: Sequence[Assessment], today: date, calendar: Calendar) -> Coming | None:
    """Return the open date that comes first; gauges have none, a stage's limit is told apart."""
    dated = [
        a
        for a in found
        if a.deadline.state is State.OPEN
        and a.rule.indicator not in ("stage_time", OVERDUE_AGE)
        and _HAPPENED.isdisjoint(a.deadline.flags)
    ]
    if not dated:
        return None
    first = min(dated, key=lambda a: (a.deadline.due_at, a.rule.id))
    day = first.deadline.due_on
    left, working = (day - today).days, calendar.working_days_between(today, day)
    return Coming(first.rule.id, first.rule.title, first.level, day, first.deadline.due_at, left, working)
