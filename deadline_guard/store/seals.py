"""The daily seal: one digest over the heads of all chains, each seal on top of the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store import ledger
from deadline_guard.store.columns import dump, instant, micros
from deadline_guard.store.statements import Row, fetch, run, run_many

SEALED: Final = "sealed"
_FIRST: Final = b""
_MOVED: Final = (
    "SELECT chain, n, head FROM ledger_chain AS c "
    "WHERE n > COALESCE((SELECT MAX(h.n) FROM seal_head AS h WHERE h.chain = c.chain), 0) ORDER BY chain"
)


class Seal(NamedTuple):
    """A seal as stored; ``heads`` is how many chains had moved since the one before."""

    n: int
    at: datetime
    previous: bytes
    root: bytes
    chains: int
    entries: int
    heads: int


def seal(conn: Connection, now: datetime) -> Seal:
    """Seal every chain as it stands; the seal itself is an entry of the system's chain, under the next seal."""
    before = latest(conn)
    number, previous = (1, _FIRST) if before is None else (before.n + 1, before.root)
    moved = fetch(conn, _MOVED)
    ((chains, entries),) = fetch(conn, "SELECT COUNT(*), COALESCE(SUM(n), 0) FROM ledger_chain")
    heads = digest_of_heads((chain.encode(), n, head) for chain, n, head in moved)
    root = root_of(number, micros(now), previous, chains, entries, len(moved), heads)
    row = (number, micros(now), previous, root, chains, entries, len(moved))
    run(conn, "INSERT INTO seal (n, at, previous, root, chains, entries, heads) VALUES (?,?,?,?,?,?,?)", row)
    run_many(
        conn,
        "INSERT INTO seal_head (chain, n, seal, head) VALUES (?, ?, ?, ?)",
        [(chain, n, number, head) for chain, n, head in moved],
    )
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, SEALED, dump([number, root.hex()]))], now)
    return _seal(row)


def digest_of_heads(heads: Iterable[tuple[bytes, int, bytes]]) -> bytes:
    """Return the digest of heads (chain in UTF-8, number, digest), sorted by chain."""
    whole = sha256()
    for chain, n, head in heads:
        whole.update(b"%b\n%d\n%b" % (chain, n, head))
    return whole.digest()


def root_of(n: int, at: int, previous: bytes, chains: int, entries: int, moved: int, heads: bytes) -> bytes:
    """Return the digest of a seal; ``at`` in microseconds since the epoch."""
    return sha256(b"seal\n%d\n%d\n%d\n%d\n%d\n" % (n, at, chains, entries, moved) + previous + heads).digest()


def latest(conn: Connection) -> Seal | None:
    """Return the last seal, or None."""
    return next(iter(_select(conn, "ORDER BY n DESC LIMIT 1")), None)


def all_seals(conn: Connection) -> list[Seal]:
    """Return every seal, the oldest first."""
    return list(_select(conn, "ORDER BY n"))


def _select(conn: Connection, order: str) -> Iterator[Seal]:
    return map(_seal, fetch(conn, f"SELECT n, at, previous, root, chains, entries, heads FROM seal {order}"))


def _seal(row: Row) -> Seal:
    n, at, *rest = row
    return Seal(n, instant(at), *rest)
