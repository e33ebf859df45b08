"""Sources of facts: how often each is expected and when it was last seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import instant_or_none, micros
from deadline_guard.store.statements import fetch, run


class Source(NamedTuple):
    """A source; ``expect_every`` None: nobody waits for it."""

    name: str
    expect_every: timedelta | None
    last_seen_at: datetime | None

    def late(self, now: datetime) -> bool:
        """Return whether it has been silent for longer than expected; one never seen is not late but unknown."""
        if self.expect_every is None or self.last_seen_at is None:
            return False
        return now - self.last_seen_at > self.expect_every


def expect(conn: Connection, name: str, every: timedelta | None) -> None:
    """Say how often a source is expected."""
    run(
        conn,
        "INSERT INTO source (name, expect_every) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET expect_every = excluded.expect_every",
        (name, None if every is None else int(every.total_seconds())),
    )


def seen(conn: Connection, name: str, now: datetime) -> None:
    """Say that a source delivered (even if nothing in it was new)."""
    run(
        conn,
        "INSERT INTO source (name, last_seen_at) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET last_seen_at = excluded.last_seen_at",
        (name, micros(now)),
    )


def sources(conn: Connection) -> list[Source]:
    """Return every source by name."""
    return [
        Source(name, None if every is None else timedelta(seconds=every), instant_or_none(last))
        for name, every, last in fetch(conn, "SELECT name, expect_every, last_seen_at FROM source ORDER BY name")
    ]
