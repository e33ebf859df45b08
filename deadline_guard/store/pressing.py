"""What presses on each person now: the worst open clocks of everybody, and what a team lead must not overlook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.rules import CaseType
from deadline_guard.store.board import COLUMNS, OpenRow, open_row
from deadline_guard.store.closing import closed_cases
from deadline_guard.store.columns import load, micros
from deadline_guard.store.statements import AMONG, among, fetch

_PRESSING: Final = "a.state = 'open' AND (a.level >= 1 OR a.due_at < ?1)"


def pressing_rows(conn: Connection, until: datetime, most: int) -> list[OpenRow]:
    """Return the open clocks with a level, or due before ``until``: per owner at most ``most``, the worst first."""
    return [
        open_row(row)
        for row in fetch(
            conn,
            f"WITH ranked AS (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.owner ORDER BY a.level DESC, a.due_at, "
            f"a.case_id, a.rule) AS place FROM assessment AS a WHERE {_PRESSING}) "
            f'SELECT {COLUMNS} FROM ranked AS a JOIN "case" AS c ON c.id = a.case_id WHERE a.place <= ?2 '
            "ORDER BY a.owner, a.place",
            (micros(until), most),
        )
    ]


def pressing_counts(conn: Connection, until: datetime) -> dict[str, int]:
    """Return how many such clocks each owner has in all."""
    rows = fetch(
        conn, f"SELECT a.owner, COUNT(*) FROM assessment AS a WHERE {_PRESSING} GROUP BY a.owner", (micros(until),)
    )
    return {str(owner): int(n) for owner, n in rows}


def provisional(conn: Connection, rows: Iterable[OpenRow]) -> set[tuple[str, str, str]]:
    """Return which of these clocks have a date that rests on an unconfirmed calendar or fact."""
    asked = {(r.case_id, r.rule, r.cycle) for r in rows}
    found = fetch(
        conn,
        "SELECT case_id, rule, cycle FROM derivation WHERE case_id IN "
        f"({AMONG}) AND (deadline -> '$.provisional' NOT IN ('[]', 'null') OR deadline ->> '$.unconfirmed')",
        among({case_id for case_id, _, _ in asked}),
    )
    return asked & {(case_id, rule, cycle) for case_id, rule, cycle in found}


def teams(conn: Connection, case_ids: Iterable[str]) -> dict[str, str | None]:
    """Return the team that each case is with."""
    rows = fetch(conn, f'SELECT id, team FROM "case" WHERE id IN ({AMONG})', among(case_ids))
    return {str(case_id): team for case_id, team in rows}


class Unwatched(NamedTuple):
    """An open case that no rule watches."""

    case_id: str
    code: str
    case_type: str
    team: str | None
    owners: dict[str, str]


def unwatched(conn: Connection, case_types: Mapping[str, CaseType], now: datetime) -> list[Unwatched]:
    """Return the open cases without any clock, by code; one opened after ``now`` is not there yet."""
    found = [
        Unwatched(case_id, code, case_type, team, load(owners))
        for case_id, code, case_type, team, owners in fetch(
            conn,
            'SELECT id, code, case_type, team, owners FROM "case" AS c WHERE (opened_at IS NULL OR opened_at <= ?1) '
            "AND NOT EXISTS (SELECT 1 FROM assessment AS a WHERE a.case_id = c.id AND a.state <> 'gone') ORDER BY code",
            (micros(now),),
        )
    ]
    over = closed_cases(conn, {one.case_id for one in found}, case_types, now)
    return [one for one in found if one.case_id not in over]


def next_of(conn: Connection, owners: Iterable[str], after: datetime) -> dict[str, tuple[str, str, date]]:
    """Return each owner's next open date from ``after`` on: (case code, rule, due day)."""
    rows = fetch(
        conn,
        "SELECT owner, code, rule, due_on FROM (SELECT a.owner, c.code, a.rule, a.due_on, "
        "ROW_NUMBER() OVER (PARTITION BY a.owner ORDER BY a.due_at, a.case_id) AS place FROM assessment AS a "
        "JOIN \"case\" AS c ON c.id = a.case_id WHERE a.state = 'open' AND a.due_at >= ?2 AND a.due_on IS NOT NULL "
        f"AND a.owner IN ({AMONG.replace('?', '?1')})) WHERE place = 1",
        (*among(owners), micros(after)),
    )
    return {owner: (code, rule, date.fromisoformat(due)) for owner, code, rule, due in rows}


def case_owners(conn: Connection) -> set[str]:
    """Return everybody who owns a live case."""
    rows = fetch(conn, "SELECT DISTINCT owners ->> 'owner' FROM \"case\" WHERE live AND owners ->> 'owner' IS NOT NULL")
    return {row[0] for row in rows}
