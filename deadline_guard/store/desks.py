"""What lies on people's desks: open cases with their owner, stated effort and worst level."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.rules import Level
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import load, micros
from deadline_guard.store.statements import AMONG, among, fetch


class OwnedCase(NamedTuple):
    """A case that is not marked as closed; ``effort`` as written, None where nobody stated one.

    ``level`` is its worst, ``rules`` are those of its open deadlines, each as often as it runs.
    """

    id: str
    case_type: str
    owner: str
    effort: str | None
    level: Level
    rules: tuple[str, ...] = ()


def owned_cases(conn: Connection, now: datetime) -> list[OwnedCase]:
    """Return the cases with an owner that were opened, or first heard of, by ``now`` and are not marked as closed."""
    return [
        OwnedCase(
            case_id, case_type, owner, None if effort is None else str(effort), LEVELS[level or 0], tuple(load(rules))
        )
        for case_id, case_type, owner, effort, level, rules in fetch(
            conn,
            "SELECT c.id, c.case_type, c.owners ->> 'owner', c.attributes ->> 'effort', MAX(a.level), "
            "COALESCE(json_group_array(a.rule) FILTER (WHERE a.rule IS NOT NULL), '[]') "
            "FROM \"case\" AS c LEFT JOIN assessment AS a ON a.case_id = c.id AND a.state = 'open' "
            "WHERE c.owners ->> 'owner' IS NOT NULL AND (c.closed_at IS NULL OR c.closed_at > ?1) "
            "AND (c.opened_at <= ?1 OR (c.opened_at IS NULL AND EXISTS (SELECT 1 FROM event AS e "
            "WHERE e.case_id = c.id AND e.recorded_at <= ?1))) GROUP BY c.id",
            (micros(now),),
        )
    ]


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
