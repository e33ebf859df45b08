"""What figures about persons are counted from: warnings that arrived, answers, dates that fell due, acts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import day, instant, load, micros
from deadline_guard.store.statements import AMONG, among, fetch

_LATEST: Final = (
    "NOT retracted AND revision = (SELECT MAX(revision) FROM event AS l WHERE l.case_id = e.case_id "
    "AND l.source = e.source AND l.source_id = e.source_id)"
)


class Warned(NamedTuple):
    """One warning that a server took for somebody."""

    person: str
    subject: str
    rule: str
    cycle: str
    kind: str
    step: int
    at: datetime


class Due(NamedTuple):
    """A date that fell due; ``owner`` is who answers for it."""

    case_id: str
    code: str
    rule: str
    cycle: str
    state: str
    due_on: date
    due_at: datetime
    owner: str
    calendar: str


class Act(NamedTuple):
    """An answer or an act on a case: on which day, when it was recorded, by whom, about what (None: the case)."""

    case_id: str
    kind: str
    on: date
    recorded_at: datetime
    by: str
    rule: str | None
    cycle: str | None


def warned(conn: Connection, since: datetime, until: datetime) -> list[Warned]:
    """Return the warnings that were sent in a time, each once, the oldest first."""
    rows = fetch(
        conn,
        "SELECT n.person, n.subject, n.rule, n.cycle, n.kind, n.step, MIN(m.sent_at) AS sent FROM notice AS n "
        "JOIN message_notice AS mn ON mn.notice_id = n.id JOIN message AS m ON m.id = mn.message_id "
        "WHERE n.kind IN ('level', 'step', 'repeat') AND m.state = 'sent' AND n.rule NOT LIKE 'finding.%' "
        "GROUP BY n.id HAVING sent >= ? AND sent < ? ORDER BY sent",
        (micros(since), micros(until)),
    )
    return [
        Warned(person, subject, rule, cycle, kind, step, instant(at))
        for person, subject, rule, cycle, kind, step, at in rows
    ]


def cycles_warned(conn: Connection, case_ids: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return (case, rule, cycle) of everything on these cases of which any warning ever arrived."""
    rows = fetch(
        conn,
        "SELECT DISTINCT n.subject, n.rule, n.cycle FROM notice AS n JOIN message_notice AS mn ON mn.notice_id = n.id "
        f"JOIN message AS m ON m.id = mn.message_id WHERE n.subject IN ({AMONG}) AND m.state = 'sent' "
        "AND n.kind IN ('level', 'step', 'repeat')",
        among(set(case_ids)),
    )
    return {(subject, rule, cycle) for subject, rule, cycle in rows}


def due(conn: Connection, since: datetime, until: datetime) -> list[Due]:
    """Return the dates, open or done, that fell due in a time."""
    rows = fetch(
        conn,
        "SELECT a.case_id, c.code, a.rule, a.cycle, a.state, a.due_on, a.due_at, a.owner, COALESCE(c.calendar, '') "
        "FROM assessment AS a JOIN \"case\" AS c ON c.id = a.case_id WHERE a.state IN ('open', 'done') "
        "AND a.due_on NOT NULL AND a.due_at >= ? AND a.due_at < ? ORDER BY a.due_at, a.case_id, a.rule",
        (micros(since), micros(until)),
    )
    return [
        Due(case_id, code, rule, cycle, state, day(due_on), instant(due_at), owner, calendar)
        for case_id, code, rule, cycle, state, due_on, due_at, owner, calendar in rows
    ]


def acts(conn: Connection, case_ids: Iterable[str], kinds: Iterable[str]) -> dict[str, list[Act]]:
    """Return the answers and acts of these kinds that stand, per case, in the order of recording."""
    found: dict[str, list[Act]] = {}
    for case_id, kind, on, recorded_at, recorded_by, data in fetch(
        conn,
        f"SELECT case_id, kind, on_date, recorded_at, recorded_by, data FROM event AS e WHERE case_id IN ({AMONG}) "
        f"AND kind IN ({AMONG}) AND {_LATEST} ORDER BY recorded_at",
        (*among(set(case_ids)), *among(set(kinds))),
    ):
        said = load(data)
        act = Act(
            case_id, kind, day(on), instant(recorded_at), str(said.get("by") or recorded_by), said.get("rule"),
            said.get("cycle"),
        )  # fmt: skip
        found.setdefault(case_id, []).append(act)
    return found
