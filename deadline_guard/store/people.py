"""Recorded facts about people (absences, assignments) and which texts were in force when."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.people import Absence
from deadline_guard.core.text import Text
from deadline_guard.errors import NotFoundError
from deadline_guard.store import ledger, queue
from deadline_guard.store.columns import dump, instant, load, micros
from deadline_guard.store.statements import fetch, next_id, run


class Revision(NamedTuple):
    """A text that was in force from ``since`` to the next of its kind."""

    hash: str
    text: str
    since: datetime


def record_absence(conn: Connection, absence: Absence, now: datetime, by: str) -> int:
    """Record that somebody is away; return the record's id. Cases follow: mark those concerned stale."""
    number = next_id(conn, "absence")
    row = (number, absence.person, micros(absence.since), micros(absence.until), absence.deputy, micros(now), by)
    run(
        conn,
        "INSERT INTO absence (id, person, since, until, deputy, recorded_at, recorded_by) VALUES (?,?,?,?,?,?,?)",
        row,
    )
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, "absence", dump(row))], now)
    return number


def cancel_absence(conn: Connection, number: int, now: datetime, by: str) -> None:
    """Take back an absence; raises :class:`NotFoundError` for one that is unknown or cancelled already."""
    changed = run(
        conn,
        "UPDATE absence SET cancelled_at = ?, cancelled_by = ? WHERE id = ? AND cancelled_at IS NULL",
        (micros(now), by, number),
    )
    if not changed:
        raise NotFoundError(
            Text(
                f"no absence {number} to cancel: it is unknown or cancelled already",
                f"没有可撤销的休假 {number}:编号不存在或已撤销",
            )
        )
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, "absence cancelled", dump([number, by]))], now)


def absences(conn: Connection, since: datetime | None = None) -> dict[str, tuple[Absence, ...]]:
    """Return the absences per person, the latest recorded first; with ``since`` only those that end after it."""
    found: dict[str, tuple[Absence, ...]] = {}
    for person, begin, end, deputy in fetch(
        conn,
        "SELECT person, since, until, deputy FROM absence WHERE cancelled_at IS NULL AND until > ? ORDER BY id DESC",
        (-(2**62) if since is None else micros(since),),
    ):
        found[person] = (*found.get(person, ()), Absence(person, instant(begin), instant(end), deputy))
    return found


def standing_absences(conn: Connection, person: str, now: datetime) -> list[int]:
    """Return the ids of a person's absences that are not over and were not taken back."""
    rows = fetch(
        conn,
        "SELECT id FROM absence WHERE person = ? AND cancelled_at IS NULL AND until > ? ORDER BY id",
        (person, micros(now)),
    )
    return [row[0] for row in rows]


def assign(conn: Connection, case_id: str, role: str, person: str | None, now: datetime, by: str) -> bool:
    """Put a person into a role on a case (None: out of it); False: already so. The case becomes stale (class 2)."""
    rows = fetch(conn, 'SELECT owners FROM "case" WHERE id = ?', (case_id,))
    if not rows:
        raise NotFoundError(
            Text(
                f"no case with id {case_id}; add the case before assigning somebody to it",
                f"没有标识为 {case_id} 的案件;请先登记案件再指派",
            )
        )
    owners: dict[str, str] = load(rows[0][0])
    if owners.get(role) == person:
        return False
    run(
        conn,
        "INSERT INTO assignment (case_id, role, person, recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?)",
        (case_id, role, person, micros(now), by),
    )
    if person is None:
        del owners[role]
    else:
        owners[role] = person
    run(conn, 'UPDATE "case" SET owners = ? WHERE id = ?', (dump(owners), case_id))
    queue.mark_stale(conn, [case_id], queue.STALE_PEOPLE, "assignment")
    payload = dump({"by": by, "role": role, "person": person})
    ledger.append(conn, [ledger.Entry(ledger.of_case(case_id), "assigned", payload)], now)
    return True


def assigned_since(conn: Connection, case_id: str, role: str, since: datetime) -> bool:
    """Return whether anybody was put into a role on a case, or taken out of it, after an instant."""
    found = fetch(
        conn,
        "SELECT 1 FROM assignment WHERE case_id = ? AND role = ? AND recorded_at > ? LIMIT 1",
        (case_id, role, micros(since)),
    )
    return bool(found)


def put_revision(conn: Connection, kind: str, digest: str, text: str, now: datetime) -> bool:
    """Record that a people, rulebook or calendar text came into force; False: it is in force already."""
    latest = latest_revision(conn, kind)
    if latest is not None and latest.hash == digest:
        return False
    run(conn, "INSERT INTO revision (kind, hash, text, since) VALUES (?, ?, ?, ?)", (kind, digest, text, micros(now)))
    of_text = sha256(text.encode()).hexdigest()
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, f"{kind} revision", dump([digest, of_text]))], now)
    return True


def latest_revision(conn: Connection, kind: str) -> Revision | None:
    """Return the text of a kind that came into force last, or None."""
    rows = fetch(conn, "SELECT hash, text, since FROM revision WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,))
    return Revision(rows[0][0], rows[0][1], instant(rows[0][2])) if rows else None
