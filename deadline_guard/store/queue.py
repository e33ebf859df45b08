"""The queues of the sweep: what is due, what is stale, and results that count only where nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.notices import Notice
from deadline_guard.store import assessments, ledger, notices
from deadline_guard.store.assessments import AssessmentRow
from deadline_guard.store.columns import instant_or_none, micros, micros_or_none
from deadline_guard.store.statements import AMONG, Row, among, chunks, fetch, run, run_many, scalar

STALE_EVENT: Final = 1
STALE_PEOPLE: Final = 2
STALE_RULES: Final = 3

_MARK: Final = (
    'UPDATE "case" SET rev = rev + 1, '
    "stale_reason = CASE WHEN stale <= ?1 THEN stale_reason ELSE ?2 END, "
    "stale = CASE WHEN stale <= ?1 THEN stale ELSE ?1 END "
)


class CaseResult(NamedTuple):
    """What the sweep decided for one case from its inputs at ``rev``; ``assessments`` only where changed."""

    case_id: str
    rev: int
    wake_at: datetime | None
    live: bool
    assessments: Sequence[AssessmentRow] = ()
    notices: Sequence[Notice] = ()


def mark_stale(conn: Connection, ids: Iterable[str], klass: int, reason: str) -> None:
    """Raise ``rev`` of these cases and queue them; a lower class (more urgent) that stands already wins."""
    for chunk in chunks(ids):
        run(conn, f"{_MARK} WHERE id IN (SELECT value FROM json_each(?3))", (klass, reason, *among(chunk)))


def mark_all_stale_batch(
    conn: Connection, klass: int, reason: str, after_id: str = "", limit: int = 10_000
) -> str | None:
    """Mark the next ``limit`` cases after ``after_id``; return the last id marked, None when there was none."""
    last = scalar(
        conn, 'SELECT MAX(id) FROM (SELECT id FROM "case" WHERE id > ? ORDER BY id LIMIT ?)', (after_id, limit)
    )
    if last is None:
        return None
    run(conn, f"{_MARK} WHERE id > ?3 AND id <= ?4", (klass, reason, after_id, last))
    return str(last)


def due(conn: Connection, now: datetime, limit: int) -> list[str]:
    """Return the ids of cases whose ``wake_at`` has come, the earliest first."""
    rows = fetch(
        conn,
        'SELECT id FROM "case" WHERE wake_at IS NOT NULL AND wake_at <= ? ORDER BY wake_at LIMIT ?',
        (micros(now), limit),
    )
    return [row[0] for row in rows]


def stale(conn: Connection, limit: int) -> list[str]:
    """Return the ids of cases whose inputs changed, the most urgent class first."""
    rows = fetch(conn, 'SELECT id FROM "case" WHERE stale IS NOT NULL ORDER BY stale LIMIT ?', (limit,))
    return [row[0] for row in rows]


def has_stale(conn: Connection) -> bool:
    """Return whether any case waits to be decided again."""
    return bool(scalar(conn, 'SELECT EXISTS (SELECT 1 FROM "case" WHERE stale IS NOT NULL)'))


def next_wake(conn: Connection) -> datetime | None:
    """Return the earliest instant at which a case falls due by itself."""
    return instant_or_none(scalar(conn, 'SELECT MIN(wake_at) FROM "case" WHERE wake_at IS NOT NULL'))


def settled(conn: Connection, now: datetime, after_id: str = "", limit: int = 1_000) -> list[str]:
    """Return the ids after ``after_id`` of cases that are neither stale nor due: what the audit recomputes."""
    rows = fetch(
        conn,
        'SELECT id FROM "case" WHERE id > ? AND stale IS NULL AND (wake_at IS NULL OR wake_at > ?) ORDER BY id LIMIT ?',
        (after_id, micros(now), limit),
    )
    return [row[0] for row in rows]


def store_result(conn: Connection, result: CaseResult, now: datetime) -> bool:
    """Store one result; False: the case changed meanwhile, decide again."""
    return bool(store_results(conn, [result], now))


def store_results(conn: Connection, results: Iterable[CaseResult], now: datetime) -> set[str]:
    """Store results whose case still has the ``rev`` they were made of; return the ids of those that won.

    The others write nothing and stay queued. Assessments and notices go with their case or not at all.
    """
    asked = list(results)
    # The write lock is held, so what is read here cannot change before the updates below.
    ids = among(r.case_id for r in asked)
    revs = {row[0]: row[1] for row in fetch(conn, f'SELECT id, rev FROM "case" WHERE id IN ({AMONG})', ids)}
    won = [r for r in asked if revs.get(r.case_id) == r.rev]
    kept = iter(assessments.write(conn, ((r.case_id, found) for r in won for found in r.assessments)))
    new = iter(notices.write(conn, (notice for r in won for notice in r.notices), now))
    run_many(
        conn,
        'UPDATE "case" SET wake_at = ?, live = ?, stale = NULL, stale_reason = NULL WHERE id = ? AND rev = ?',
        [(micros_or_none(r.wake_at), int(r.live), r.case_id, r.rev) for r in won],
    )
    entries = [_entry(r, islice(kept, len(r.assessments)), islice(new, len(r.notices))) for r in won]
    ledger.append(conn, filter(None, entries), now)
    return {r.case_id for r in won}


def _entry(result: CaseResult, kept: Iterable[Row], told: Iterable[Row | None]) -> ledger.Entry | None:
    """Return the one ledger entry for everything that a result wrote about its case, if it wrote anything."""
    found = [row[1:] for row in kept]
    decided = [row for row in told if row is not None]
    if not found and not decided:
        return None
    return ledger.Entry(ledger.of_case(result.case_id), "decided", notices.decision(decided, found))
