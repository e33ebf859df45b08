"""Which cases are closed: by their source's word, or by an event that closes cases of their type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.core.rules import CaseType
from deadline_guard.core.stages import closed
from deadline_guard.store import cases
from deadline_guard.store.columns import micros
from deadline_guard.store.statements import AMONG, among, chunks, fetch


def closed_cases(conn: Connection, ids: Collection[str], case_types: Mapping[str, CaseType], now: datetime) -> set[str]:
    """Return which of these cases are closed at ``now``; only those that ever had a closing event are read."""
    kinds = {kind for case_type in case_types.values() for kind in case_type.closed_by}
    asked = _with_events(conn, kinds, now).intersection(ids) if kinds else set()
    asked |= _marked(conn, ids, now)
    found: set[str] = set()
    for chunk in chunks(sorted(asked), 1_000):
        for case_id, loaded in cases.load_cases(conn, chunk, known_at=now).items():
            if closed(loaded.case, case_types.get(loaded.case.case_type), now) is not None:
                found.add(case_id)
    return found


def _with_events(conn: Connection, kinds: Collection[str], now: datetime) -> set[str]:
    rows = fetch(
        conn,
        f"SELECT DISTINCT case_id FROM event WHERE kind IN ({AMONG}) AND recorded_at <= ?",
        (*among(kinds), micros(now)),
    )
    return {row[0] for row in rows}


def _marked(conn: Connection, ids: Collection[str], now: datetime) -> set[str]:
    rows = fetch(conn, 'SELECT id FROM "case" WHERE closed_at <= ?', (micros(now),))
    return {row[0] for row in rows}.intersection(ids)
