"""What was decided about dates in a time, read from the ledger, with what stood before."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import day_or_none, instant, load, micros
from deadline_guard.store.ledger import of_case
from deadline_guard.store.statements import AMONG, among, chunks, fetch, scalar


class Recorded(NamedTuple):
    """One assessment as an entry recorded it at ``at``."""

    at: datetime
    rule: str
    cycle: str
    state: str
    due_on: date | None


class About(NamedTuple):
    """How a case was called, and whose team it was with."""

    code: str
    team: str


def decisions(conn: Connection, since: datetime, until: datetime) -> dict[str, list[Recorded]]:
    """Return all decisions up to ``until`` of every case of which any was made from ``since`` on, by case."""
    touched = [
        row[0]
        for row in fetch(
            conn,
            "SELECT DISTINCT chain FROM ledger WHERE kind = 'decided' AND at >= ? AND at < ? AND chain LIKE 'case:%'",
            (micros(since), micros(until)),
        )
    ]
    found: dict[str, list[Recorded]] = {}
    for chunk in chunks(touched, 500):
        for chain, at, text in fetch(
            conn,
            "SELECT l.chain, l.at, p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id "
            f"WHERE l.chain IN ({AMONG}) AND l.kind = 'decided' AND l.at < ? AND p.erased_at IS NULL "
            "ORDER BY l.chain, l.n",
            (*among(chunk), micros(until)),
        ):
            rows = found.setdefault(chain.removeprefix("case:"), [])
            for rule, cycle, state, _, _, _, due_on, *_ in load(text).get("assessments", ()):
                rows.append(Recorded(instant(at), rule, cycle, state, day_or_none(due_on)))
    return found


def case_at(conn: Connection, case_id: str, until: datetime) -> About:
    """Return how a case was called before ``until``, from its chain; as it is now where that was erased."""
    text = scalar(
        conn,
        "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id WHERE l.chain = ? AND l.kind = 'case' "
        "AND l.at < ? AND p.erased_at IS NULL ORDER BY l.n DESC LIMIT 1",
        (of_case(case_id), micros(until)),
    )
    if text is not None:
        row = load(text)["case"]
        return About(row[0], row[7] or "")
    code, team = fetch(conn, 'SELECT code, team FROM "case" WHERE id = ?', (case_id,))[0]
    return About(code, team or "")


def author_before(conn: Connection, case_id: str, at: datetime) -> str:
    """Return on whose word a decision rests: who recorded the last fact of the case before it, or ""."""
    found = scalar(
        conn,
        "SELECT recorded_by FROM event WHERE case_id = ? AND recorded_at <= ? ORDER BY recorded_at DESC LIMIT 1",
        (case_id, micros(at)),
    )
    return str(found or "")
