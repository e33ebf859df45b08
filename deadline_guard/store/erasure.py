"""Erase what is personal of a case that is over: the text goes, the digests and the proof stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from orjson import Fragment
from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.errors import StoreError
from deadline_guard.store import ledger
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.database import Store
from deadline_guard.store.lines import lines
from deadline_guard.store.notices import FIXED
from deadline_guard.store.statements import AMONG, Row, among, fetch, run, scalar

ERASED: Final = "erased"
EVENTS: Final = (  # in the order in which an entry digests them
    "SELECT case_id, entry, source, source_id, revision, kind, on_date, at, subject, data, retracted, origin, "
    "recorded_by, recorded_at FROM event WHERE case_id = ?"
)
NOTICES: Final = f"SELECT {FIXED} FROM notice"


class Erasure(NamedTuple):
    """How much was erased; ``kept``: revisions of an event that still count and stay."""

    payloads: int
    events: int
    notices: int
    kept: int = 0


def erase_case(conn: Connection, case_id: str, reason: str, by: str, now: datetime) -> Erasure:
    """Erase a case's texts and record it in the case's chain; raises :class:`StoreError` while the case is live.

    What is left of events and notices is written down in the entry, so that it can still be verified. The bytes
    leave the file when it is rewritten: :func:`rewrite`.
    """
    ((code, live),) = fetch(conn, 'SELECT code, live FROM "case" WHERE id = ?', (case_id,))
    if live:
        raise StoreError(Text(
            f"case {code} is still live: a date on it counts. Erase it when it is over",
            f"案件 {code} 尚未了结,仍有期限在计算。请在了结后再清除",
        ))  # fmt: skip
    chain = ledger.of_case(case_id)
    run(conn, "PRAGMA secure_delete = ON")
    gone = [row[0] for row in fetch(
        conn,
        "SELECT payload_id FROM ledger WHERE chain = ? AND payload_id NOT NULL AND kind <> ? ORDER BY n",
        (chain, ERASED),
    )]  # fmt: skip
    blank(conn, gone, now)
    run(conn, "UPDATE event SET data = '{}', subject = NULL, recorded_by = '' WHERE case_id = ?", (case_id,))
    run(conn, "UPDATE notice SET data = '{}' WHERE subject = ?", (case_id,))
    run(conn, "UPDATE \"case\" SET title = '', attributes = '{}' WHERE id = ?", (case_id,))
    run(conn, "DELETE FROM derivation WHERE case_id = ?", (case_id,))
    events, told = fetch(conn, EVENTS, (case_id,)), fetch(conn, f"{NOTICES} WHERE subject = ? ORDER BY id", (case_id,))
    record(conn, chain, reason, by, now, payloads=gone, events=events, notices=told)
    return Erasure(len(gone), len(events), len(told))


def blank(conn: Connection, payloads: Iterable[int], now: datetime) -> None:
    """Take the text of these payloads away; their digests stay in the ledger."""
    run(
        conn,
        f"UPDATE payload SET text = '', erased_at = ? WHERE erased_at IS NULL AND id IN ({AMONG})",
        (micros(now), *among(payloads)),
    )


def record(
    conn: Connection,
    chain: str,
    reason: str,
    by: str,
    now: datetime,
    *,
    payloads: Sequence[int] = (),
    events: Sequence[Row] = (),
    notices: Sequence[Row] = (),
) -> None:
    """Write down in the chain who erased what, and what is left of the rows; ``events``: all of each entry named."""
    payload = dump({
        "chain": chain, "by": by, "reason": reason, "payloads": payloads, "events": _left(events),
        "notices": Fragment(lines(notices)),
    })  # fmt: skip
    ledger.append(conn, [ledger.Entry(chain, ERASED, payload)], now)


def _left(events: Sequence[Row]) -> list[tuple[int, str]]:
    """Return the digest of what is left of each entry's events."""
    by_entry: dict[int, list[Row]] = {}
    for row in events:
        by_entry.setdefault(row[1], []).append(row)
    return [(entry, sha256(dump(sorted(rows)).encode()).hexdigest()) for entry, rows in by_entry.items()]


def rewrite(store: Store) -> None:
    """Write the database file anew and empty its log, so that nothing erased is left in either.

    Only while no other process has it open; takes about as much room on the disk as the database has.
    """
    if store.path is None:
        return
    with store.engine.connect() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            driver.execute(statement).fetchall()


def erased(conn: Connection) -> int:
    """Return how many payloads were erased."""
    return int(scalar(conn, "SELECT COUNT(*) FROM payload WHERE erased_at NOT NULL"))
