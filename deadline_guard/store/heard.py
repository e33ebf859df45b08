"""Presses that were heard, kept for a day: one that is brought again gets the same reply and does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.store.columns import dump, load, micros
from deadline_guard.store.statements import run, scalar

_KEPT: Final = timedelta(days=1)


def reply_to(conn: Connection, press: str) -> Mapping[str, Any] | None:
    """Return what was replied to this press, None when it was not heard yet."""
    found = scalar(conn, "SELECT reply FROM heard WHERE id = ?", (press,))
    return None if found is None else dict(load(found))


def remember(conn: Connection, press: str, reply: Mapping[str, Any], now: datetime) -> None:
    """Keep a press and its reply, in the transaction of what it did; older ones are forgotten."""
    run(conn, "DELETE FROM heard WHERE at < ?", (micros(now - _KEPT),))
    run(conn, "INSERT INTO heard (id, at, reply) VALUES (?, ?, ?)", (press, micros(now), dump(dict(reply))))
