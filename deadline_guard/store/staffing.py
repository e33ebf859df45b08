"""How cases are staffed: which of them have the same type, team and people, and who holds what."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.coverage import Group
from deadline_guard.store.columns import load
from deadline_guard.store.statements import fetch


def groups(conn: Connection) -> list[Group]:
    """Return the live cases by type, team and people, the largest group first."""
    return [
        Group(case_type, team, load(owners), n, code)
        for case_type, team, owners, n, code in fetch(
            conn,
            'SELECT case_type, team, owners, COUNT(*), MIN(code) FROM "case" WHERE live '
            "GROUP BY case_type, team, owners ORDER BY COUNT(*) DESC, case_type, team, owners",
        )
    ]


class Held(NamedTuple):
    """A role of one case that a person holds."""

    case_id: str
    code: str
    role: str
    live: bool


def held_by(conn: Connection, person: str) -> list[Held]:
    """Return every role on a case that ``person`` holds; ``live``: a clock still runs on it."""
    return [
        Held(case_id, code, role, bool(live))
        for case_id, code, role, live in fetch(
            conn,
            'SELECT c.id, c.code, o.key, c.live FROM "case" AS c, json_each(c.owners) AS o '
            "WHERE o.value = ? ORDER BY c.code, o.key",
            (person,),
        )
    ]


def loads(conn: Connection) -> dict[str, int]:
    """Return how many live cases each person owns."""
    rows = fetch(
        conn,
        "SELECT owners ->> 'owner', COUNT(*) FROM \"case\" WHERE live AND owners ->> 'owner' IS NOT NULL GROUP BY 1",
    )
    return {str(person): int(n) for person, n in rows}
