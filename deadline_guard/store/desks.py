"""What lies on people's desks: open cases with their owner, stated effort and worst level."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.rules import Level
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import micros
from deadline_guard.store.statements import AMONG, among, fetch


class OwnedCase(NamedTuple):
    """A case that is not marked as closed; ``effort`` as written, None where nobody stated one."""

    id: str
    case_type: str
    owner: str
    effort: str | None
    level: Level


def owned_cases(conn: Connection, now: datetime) -> list[OwnedCase]:
    """Return the cases with an owner that were opened, or first heard of, by ``now`` and are not marked as closed."""
    at = micros(now)
    return [
        OwnedCase(case_id, case_type, owner, None if effort is None else str(effort), LEVELS[level])
        for case_id, case_type, owner, effort, level in fetch(
            conn,
            "SELECT c.id, c.case_type, c.owners ->> 'owner', c.attributes ->> 'effort', COALESCE((SELECT MAX(a.level) "
            "FROM assessment AS a WHERE a.case_id = c.id AND a.state = 'open'), 0) "
            "FROM \"case\" AS c WHERE c.owners ->> 'owner' IS NOT NULL AND (c.closed_at IS NULL OR c.closed_at > ?1) "
            "AND (c.opened_at <= ?1 OR (c.opened_at IS NULL AND EXISTS (SELECT 1 FROM event AS e "
            "WHERE e.case_id = c.id AND e.recorded_at <= ?1)))",
            (at,),
        )
    ]


def cases_with(conn: Connection, kinds: Collection[str], now: datetime) -> set[str]:
    """Return the cases of which an event of these kinds is known at ``now``."""
    rows = fetch(
        conn,
        f"SELECT DISTINCT case_id FROM event WHERE kind IN ({AMONG}) AND recorded_at <= ?",
        (*among(kinds), micros(now)),
    )
    return {row[0] for row in rows}


def open_case_ids(conn: Connection, now: datetime) -> list[str]:
    """Return the cases that are opened by ``now`` and not marked as closed, by code."""
    rows = fetch(
        conn,
        'SELECT id FROM "case" WHERE (closed_at IS NULL OR closed_at > ?1) AND (opened_at IS NULL OR opened_at <= ?1) '
        "ORDER BY code, id",
        (micros(now),),
    )
    return [row[0] for row in rows]


def cases_of_types(conn: Connection, case_types: Collection[str]) -> list[str]:
    """Return the cases of these types, open or closed, by code."""
    rows = fetch(conn, f'SELECT id FROM "case" WHERE case_type IN ({AMONG}) ORDER BY code, id', (*among(case_types),))
    return [row[0] for row in rows]
