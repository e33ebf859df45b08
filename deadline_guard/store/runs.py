"""Ticks and the settings that survive a restart: the virtual clock, the last instants of cron jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import dump, instant, instant_or_none, load, micros, micros_or_none
from deadline_guard.store.statements import fetch, next_id, run, scalar

_VIRTUAL_CLOCK: Final = "virtual_clock"
_FIRED: Final = "fired:"


class Run(NamedTuple):
    """One tick: ``now`` is the instant it decided for, the other instants are the machine's."""

    started_at: datetime
    finished_at: datetime | None
    now: datetime
    next_at: datetime | None
    counts: Mapping[str, Any]
    error: str | None = None


def record_run(conn: Connection, tick: Run) -> None:
    """Record a tick, in the transaction of what it wrote."""
    run(
        conn,
        "INSERT INTO run (started_at, finished_at, now, next_at, counts, error) VALUES (?, ?, ?, ?, ?, ?)",
        (
            micros(tick.started_at),
            micros_or_none(tick.finished_at),
            micros(tick.now),
            micros_or_none(tick.next_at),
            dump(tick.counts),
            tick.error,
        ),
    )


def begin_run(conn: Connection, started_at: datetime, now: datetime) -> int:
    """Record that a tick began, for ticks of several transactions; an unfinished row is evidence of a crash."""
    number = next_id(conn, "run")
    run(
        conn,
        "INSERT INTO run (id, started_at, now, counts) VALUES (?, ?, ?, '{}')",
        (number, micros(started_at), micros(now)),
    )
    return number


def finish_run(
    conn: Connection, number: int, finished_at: datetime, next_at: datetime | None, counts: Mapping[str, Any]
) -> None:
    """Record that a tick came to its end."""
    run(
        conn,
        "UPDATE run SET finished_at = ?, next_at = ?, counts = ? WHERE id = ?",
        (micros(finished_at), micros_or_none(next_at), dump(counts), number),
    )


def last_run(conn: Connection, *, finished: bool = True) -> Run | None:
    """Return the last tick (``finished``: that came to its end without an error), or None."""
    where = "WHERE finished_at IS NOT NULL AND error IS NULL " if finished else ""
    rows = fetch(
        conn,
        f"SELECT started_at, finished_at, now, next_at, counts, error FROM run {where}ORDER BY id DESC LIMIT 1",
    )
    if not rows:
        return None
    started_at, finished_at, now, next_at, counts, error = rows[0]
    return Run(
        instant(started_at), instant_or_none(finished_at), instant(now), instant_or_none(next_at), load(counts), error
    )


def forget_runs(conn: Connection, before: datetime) -> int:
    """Delete ticks that started before an instant, never the last one; return how many."""
    return run(conn, "DELETE FROM run WHERE started_at < ? AND id < (SELECT MAX(id) FROM run)", (micros(before),))


def get_setting(conn: Connection, key: str) -> str | None:
    """Return a stored setting, or None."""
    found = scalar(conn, "SELECT value FROM setting WHERE key = ?", (key,))
    return None if found is None else str(found)


def put_setting(conn: Connection, key: str, value: str) -> None:
    """Store a setting."""
    run(
        conn,
        "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def virtual_clock(conn: Connection) -> datetime | None:
    """Return the instant at which the stepping clock stood at its last committed tick, or None."""
    return _instant(get_setting(conn, _VIRTUAL_CLOCK))


def save_virtual_clock(conn: Connection, now: datetime) -> None:
    """Keep the stepping clock's instant, in the transaction of its tick."""
    put_setting(conn, _VIRTUAL_CLOCK, now.isoformat())


def last_fired(conn: Connection, job: str) -> datetime | None:
    """Return the cron instant that a job was last run for, or None."""
    return _instant(get_setting(conn, _FIRED + job))


def save_fired(conn: Connection, job: str, at: datetime) -> None:
    """Keep the cron instant that a job was run for, so that a missed one is caught up once."""
    put_setting(conn, _FIRED + job, at.isoformat())


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
