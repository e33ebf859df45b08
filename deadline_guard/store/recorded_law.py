"""What a firm recorded about the law itself: packs that its lawyer adopted, calendar years that it imported."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store import ledger, queue
from deadline_guard.store.columns import dump, instant, micros
from deadline_guard.store.statements import fetch, run, scalar

_ADOPTED: Final = "adopted:"
_IMPORTED: Final = "calendar import"


class Adoption(NamedTuple):
    """A lawyer of the firm checked a pack: who, when, and the digest of the text that was checked."""

    pack: str
    digest: str
    by: str
    at: datetime


class Import(NamedTuple):
    """A calendar text that was imported over the files."""

    digest: str
    text: str
    at: datetime


def adopt(conn: Connection, pack: str, digest: str, by: str, now: datetime) -> bool:
    """Record that ``by`` checked this text of a pack; False: the latest record says the same already."""
    before = adoptions(conn).get(pack)
    if before is not None and (before.digest, before.by) == (digest, by):
        return False
    _put(conn, _ADOPTED + pack, digest, by, now)
    payload = dump({"pack": pack, "digest": digest, "by": by})
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, "pack adopted", payload)], now)
    return True


def adoptions(conn: Connection) -> dict[str, Adoption]:
    """Return the latest adoption of each pack."""
    rows = fetch(conn, "SELECT kind, hash, text, since FROM revision WHERE kind LIKE ? ORDER BY id", (f"{_ADOPTED}%",))
    found = (Adoption(kind.removeprefix(_ADOPTED), digest, by, instant(at)) for kind, digest, by, at in rows)
    return {one.pack: one for one in found}


def import_calendar(conn: Connection, text: str, by: str, now: datetime) -> bool:
    """Record a calendar text, which counts from now on over the files; False: it was the last one imported.

    Cases are queued, so that a running daemon wakes, reads it, and queues all of them.
    """
    digest = sha256(text.encode()).hexdigest()
    before = imports(conn)
    if before and before[-1].digest == digest:
        return False
    _put(conn, _IMPORTED, digest, text, now)
    payload = dump({"digest": digest, "by": by})
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, "calendar imported", payload)], now)
    queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "calendar imported")
    return True


def imports(conn: Connection) -> list[Import]:
    """Return the imported calendar texts, the oldest first."""
    rows = fetch(conn, "SELECT hash, text, since FROM revision WHERE kind = ? ORDER BY id", (_IMPORTED,))
    return [Import(digest, text, instant(at)) for digest, text, at in rows]


def mark(conn: Connection) -> int:
    """Return a number that grows with every record, so that another process sees that there is a new one."""
    asked = "SELECT MAX(id) FROM revision WHERE kind = ? OR kind LIKE ?"
    return int(scalar(conn, asked, (_IMPORTED, f"{_ADOPTED}%")) or 0)


def _put(conn: Connection, kind: str, digest: str, text: str, now: datetime) -> None:
    run(conn, "INSERT INTO revision (kind, hash, text, since) VALUES (?, ?, ?, ?)", (kind, digest, text, micros(now)))
