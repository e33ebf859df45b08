"""What was answered by link: written once, read to say "already"."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import instant, micros
from deadline_guard.store.statements import fetch, run

NOT_ME: Final = "not_me"


class Used(NamedTuple):
    """One answer given by the link of a message: to all of it (``place`` 0) or to one of several."""

    action: str
    place: int
    person: str
    used_at: datetime
    address: str


def used(conn: Connection, message: int) -> list[Used]:
    """Return what was answered by the link of a message, oldest first."""
    rows = fetch(
        conn,
        "SELECT action, place, person, used_at, address FROM answer_link WHERE message_id = ? ORDER BY used_at, action",
        (message,),
    )
    return [Used(action, place, person, instant(at), address) for action, place, person, at, address in rows]


def burn(conn: Connection, message: int, token: str, one: Used) -> None:
    """Record one use; the same action on the same place a second time is an IntegrityError: look before."""
    run(
        conn,
        "INSERT INTO answer_link (message_id, action, place, token, person, used_at, address) VALUES (?,?,?,?,?,?,?)",
        (message, one.action, one.place, sha256(token.encode()).digest(), one.person, micros(one.used_at), one.address),
    )


def recipient(conn: Connection, message: int) -> str | None:
    """Return to whom a message went, None for one that never was."""
    rows = fetch(conn, "SELECT person FROM message WHERE id = ?", (message,))
    return str(rows[0][0]) if rows else None
