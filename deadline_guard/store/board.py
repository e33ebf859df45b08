"""What is open, as the sweep last left it: the rows of the due list and of the watchdog's mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.rules import CaseType, Level
from deadline_guard.core.timeline import EMPTY
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.closing import closed_cases
from deadline_guard.store.columns import day_or_none, instant_or_none, load, micros, micros_or_none
from deadline_guard.store.statements import fetch, scalar


class OpenRow(NamedTuple):
    """One running clock with what its case says of itself; ``crossings`` are (instant, level word)."""

    case_id: str
    code: str
    title: str
    case_type: str
    zone: str
    calendar: str | None
    jurisdiction: str | None
    owners: dict[str, str]
    rule: str
    cycle: str
    state: str
    level: Level
    step: int
    due_on: date | None
    due_at: datetime | None
    owner: str
    crossings: tuple[tuple[datetime, str], ...]
    since: datetime | None
    what: str


WHAT: Final = (
    "(SELECT e.data ->> 'what' FROM event AS e "
    "WHERE e.case_id = a.case_id AND e.source || ':' || e.source_id = a.cycle "
    "ORDER BY e.revision DESC LIMIT 1)"
)


COLUMNS: Final = (
    "a.case_id, c.code, c.title, c.case_type, c.zone, c.calendar, c.jurisdiction, c.owners, a.rule, "
    f"a.cycle, a.state, a.level, a.step, a.due_on, a.due_at, a.owner, a.crossings, a.since, {WHAT}"
)


def open_rows(conn: Connection, until: datetime | None = None) -> list[OpenRow]:
    """Return every open or held clock that is due before ``until`` (None: all), the earliest first."""
    return [
        open_row(row)
        for row in fetch(
            conn,
            f'SELECT {COLUMNS} FROM assessment AS a JOIN "case" AS c ON c.id = a.case_id '
            "WHERE a.state IN ('open', 'held') AND (?1 IS NULL OR a.due_at IS NULL OR a.due_at < ?1) "
            "ORDER BY a.due_at, c.code, a.rule",
            (micros_or_none(until),),
        )
    ]


def open_row(row: Any) -> OpenRow:
    """Return a row of :data:`COLUMNS`."""
    (case_id, code, title, case_type, zone, calendar, jurisdiction, owners, rule, cycle, state, level, step, due_on,
     due_at, owner, crossings, since, what) = row  # fmt: skip
    return OpenRow(
        case_id, code, title, case_type, zone, calendar, jurisdiction, load(owners), rule, cycle, state,
        LEVELS[level], step, day_or_none(due_on), instant_or_none(due_at), owner,
        tuple((datetime.fromisoformat(at), word) for at, word in load(crossings)), instant_or_none(since), what or "",
    )  # fmt: skip


def changed_cases(conn: Connection, most: int) -> list[str]:
    """Return the cases whose facts or people changed since they were last decided, at most so many."""
    rows = fetch(conn, 'SELECT id FROM "case" WHERE stale IN (1, 2) ORDER BY stale LIMIT ?', (most,))
    return [row[0] for row in rows]


class Figures(NamedTuple):
    """How many cases there are, how many run, and how many nobody or nothing watches."""

    cases: int
    live: int
    stale: int
    without_owner: int
    without_clock: int


def figures(conn: Connection, now: datetime, case_types: Mapping[str, CaseType] = EMPTY) -> Figures:
    """Return the counts of the status page; a case opened after ``now`` is not there yet.

    ``case_types`` say which events close a case: a closed one needs neither owner nor deadline.
    """
    row = fetch(
        conn,
        "SELECT COUNT(*), COALESCE(SUM(live), 0), COALESCE(SUM(stale IS NOT NULL), 0) "
        'FROM "case" AS c WHERE opened_at IS NULL OR opened_at <= ?',
        (micros(now),),
    )[0]
    bare = fetch(
        conn,
        "SELECT id, owner, clock FROM (SELECT id, owners ->> 'owner' IS NULL AS owner, NOT EXISTS (SELECT 1 "
        "FROM assessment AS a WHERE a.case_id = c.id AND a.state <> 'gone') AS clock "
        'FROM "case" AS c WHERE opened_at IS NULL OR opened_at <= ?) WHERE owner OR clock',
        (micros(now),),
    )
    ended = closed_cases(conn, {case_id for case_id, _, _ in bare}, case_types, now)
    unwatched = [(int(owner), int(clock)) for case_id, owner, clock in bare if case_id not in ended]
    n, live, stale = (int(x) for x in row)
    return Figures(n, live, stale, sum(o for o, _ in unwatched), sum(c for _, c in unwatched))


def last_refusals(conn: Connection) -> list[tuple[str, int, str, datetime | None]]:
    """Return per channel how many messages were given up, the last reason in plain words, and when it was."""
    return [
        (channel, n, detail or "", instant_or_none(at))
        for channel, n, detail, at in fetch(
            conn,
            "SELECT channel, COUNT(*), (SELECT l.state_reason FROM message AS l WHERE l.channel = m.channel "
            "AND l.state = 'dead' ORDER BY l.id DESC LIMIT 1), MAX(made_at) FROM message AS m WHERE state = 'dead' "
            "GROUP BY channel ORDER BY channel",
        )
    ]


def last_sent(conn: Connection) -> dict[str, datetime | None]:
    """Return when each channel last took a message."""
    return {
        channel: instant_or_none(at)
        for channel, at in fetch(
            conn, "SELECT channel, MAX(sent_at) FROM message WHERE state = 'sent' GROUP BY channel ORDER BY channel"
        )
    }


def longest_unsent(conn: Connection, now: datetime) -> datetime | None:
    """Return since when the longest-waiting message should be out, or None when none waits.

    A message that is being tried again waits since it was made, whenever its next try is.
    """
    found = scalar(
        conn,
        "SELECT MIN(CASE WHEN state = 'waiting' THEN next_attempt_at ELSE made_at END) FROM message "
        "WHERE state IN ('waiting', 'retry', 'ambiguous', 'leased') AND (state <> 'waiting' OR next_attempt_at <= ?)",
        (micros(now),),
    )
    return instant_or_none(found)
