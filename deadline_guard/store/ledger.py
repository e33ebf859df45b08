"""The chained record: one entry digests what one transaction wrote about one case, channel or the system."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import micros
from deadline_guard.store.statements import AMONG, Row, among, fetch, next_id, run_many

SYSTEM: Final = "system"
_START: Final = b""


class Entry(NamedTuple):
    """What to append. ``keep`` False: the payload stands in the rows themselves (events) and is only digested."""

    chain: str
    kind: str
    payload: str
    keep: bool = True


def of_case(case_id: str) -> str:
    """Return the name of a case's chain."""
    return f"case:{case_id}"


def of_subject(subject: str) -> str:
    """Return the chain of a notice's subject: the case's own, else the system's."""
    if subject == SYSTEM or subject.startswith(("source:", "person:")):
        return SYSTEM
    return of_case(subject)


def of_channel(channel: str) -> str:
    """Return the name of a channel's chain."""
    return f"channel:{channel}"


def upcoming(conn: Connection, chains: Iterable[str]) -> dict[str, int]:
    """Return the number that the next entry of each chain will have in this transaction."""
    asked = list(chains)
    found = fetch(conn, f"SELECT chain, n FROM ledger_chain WHERE chain IN ({AMONG})", among(asked))
    return dict.fromkeys(asked, 1) | {chain: n + 1 for chain, n in found}


def append(conn: Connection, entries: Iterable[Entry], now: datetime) -> list[int]:
    """Append entries to their chains; return each entry's number, in order."""
    asked = list(entries)
    if not asked:
        return []
    heads: dict[str, tuple[int, bytes]] = {
        chain: (n, head)
        for chain, n, head in fetch(
            conn, f"SELECT chain, n, head FROM ledger_chain WHERE chain IN ({AMONG})", among({e.chain for e in asked})
        )
    }
    at, payload_id = micros(now), next_id(conn, "payload")
    rows: list[Row] = []
    payloads: list[Row] = []
    numbers: list[int] = []
    for chain, kind, payload, keep in asked:
        n, prev = heads.get(chain, (0, _START))
        n += 1
        payload_digest = sha256(payload.encode()).digest()
        digest = digest_of(chain, n, prev, kind, at, payload_digest)
        if keep:
            payloads.append((payload_id, payload))
        rows.append((chain, n, kind, at, prev, payload_digest, digest, payload_id if keep else None))
        payload_id += keep
        heads[chain] = (n, digest)
        numbers.append(n)
    run_many(conn, "INSERT INTO payload (id, text) VALUES (?, ?)", payloads)
    run_many(
        conn,
        "INSERT INTO ledger (chain, n, kind, at, prev, payload_digest, digest, payload_id) VALUES (?,?,?,?,?,?,?,?)",
        rows,
    )
    run_many(
        conn,
        "INSERT INTO ledger_chain (chain, n, head) VALUES (?, ?, ?) "
        "ON CONFLICT (chain) DO UPDATE SET n = excluded.n, head = excluded.head",
        [(chain, n, head) for chain, (n, head) in heads.items()],
    )
    return numbers


def digest_of(chain: str, n: int, prev: bytes, kind: str, at: int, payload_digest: bytes) -> bytes:
    """Return the digest of an entry; ``at`` in microseconds since the epoch."""
    head = f"{chain}\n{n}\n{kind}\n{at}\n".encode()
    return sha256(head + prev + payload_digest).digest()
