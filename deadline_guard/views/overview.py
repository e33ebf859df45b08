"""The morning's list: what presses on each person, what moves elsewhere, and what a lead must not overlook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.people import Directory, who
from deadline_guard.core.rules import Acts, Level
from deadline_guard.core.timeline import Answer, Case, Timeline
from deadline_guard.store import events, pressing
from deadline_guard.store.board import OpenRow
from deadline_guard.views.due import Due, line_of
from deadline_guard.views.items import Sight

SOON: Final = 7  # days ahead that a person's own list looks
_AHEAD: Final = timedelta(days=30)  # a provisional date nearer than this is a lead's business
_MOST: Final = 60  # rows read per person; a list that is longer says how many more there are
EXCEPTIONS: Final = ("unowned", "unanswered", "absent", "provisional", "unwatched")


class Line(NamedTuple):
    """One line of the list: a clock as the due list shows it, and whether its date is provisional."""

    due: Due
    provisional: bool


@dataclass(slots=True)
class Overview:
    """One person's list; ``total`` counts what ``mine`` may leave out, ``team`` holds a lead's exceptions by kind."""

    mine: list[Line] = field(default_factory=list)
    total: int = 0
    observe: list[Line] = field(default_factory=list)
    team: dict[str, list[Line | str]] = field(default_factory=lambda: {kind: [] for kind in EXCEPTIONS})

    @property
    def exceptions(self) -> Mapping[str, Sequence[Line | str]]:
        """Return the kinds of exception of which there is any."""
        return {kind: found for kind, found in self.team.items() if found}


def overviews(conn: Connection, sight: Sight, now: datetime) -> dict[str, Overview]:
    """Return the list of everybody on whom something presses at ``now``, by person.

    A person's own list holds clocks of our side at any level, or due within :data:`SOON` days, the worst first;
    clocks of court and opponent whose time runs out are only to be observed. A lead's exceptions are clocks that
    nobody owns or has acknowledged, owners who are away beyond a date, provisional dates within 30 days, and cases
    that no rule watches.
    """
    rows = pressing.pressing_rows(conn, now + _AHEAD, _MOST)
    answered = events.answers(conn, {r.case_id for r in rows}, [Answer.ACKNOWLEDGED.value])
    doubtful = pressing.provisional(conn, rows)
    teams = pressing.teams(conn, {r.case_id for r in rows})
    found: dict[str, Overview] = defaultdict(Overview)
    for row in rows:
        due = line_of(row, answered.get(row.case_id, ()), sight, now)
        line = Line(due, (row.case_id, row.rule, row.cycle) in doubtful)
        if due.acts not in (Acts.PARTY, Acts.OTHER):
            if due.level >= Level.NEAR:
                found[row.owner].observe.append(line)
            continue
        if _presses(due):
            found[row.owner].mine.append(line)
        lead = lead_of(row.owners, teams.get(row.case_id), sight.directory, now)
        for kind in _exceptions(row, line, lead, sight.directory, now):
            found[lead].team[kind].append(line)
    for case in pressing.unwatched(conn, sight.rulebook.case_types, now):
        found[lead_of(case.owners, case.team, sight.directory, now)].team["unwatched"].append(case.code)
    counts = pressing.pressing_counts(conn, now + timedelta(days=SOON + 1))
    for person, overview in found.items():
        overview.mine.sort(key=lambda line: line.due.risk)
        overview.total = max(counts.get(person, 0) - len(overview.observe), len(overview.mine))
    return dict(found)


def lead_of(owners: Mapping[str, str], team: str | None, directory: Directory, now: datetime) -> str:
    """Return who leads the people of a case at ``now``."""
    case = Case("", "", "", Timeline(), owners=owners, team=team)
    return who("lead", case, now, directory).person.id


def _presses(due: Due) -> bool:
    return due.level > Level.OK or (due.days_left is not None and due.days_left <= SOON)


def _exceptions(row: OpenRow, line: Line, lead: str, directory: Directory, now: datetime) -> Iterable[str]:
    """Yield why a lead should look at a clock."""
    if line.due.unowned:
        if _presses(line.due):
            yield "unowned"
    elif line.due.level >= Level.NEAR and not line.due.acknowledged and row.owner != lead:
        yield "unanswered"
    away = directory.absent(row.owners.get("owner", ""), now)
    if away is not None and row.due_at is not None and row.due_at < away.until:
        yield "absent"
    if line.provisional:
        yield "provisional"
