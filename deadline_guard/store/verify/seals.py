"""Every seal against the heads under it, the seal before it and the entry that recorded it."""

from __future__ import annotations

from sqlalchemy import Connection

from deadline_guard.store import seals
from deadline_guard.store.columns import micros
from deadline_guard.store.ledger import SYSTEM
from deadline_guard.store.seals import Seal
from deadline_guard.store.verify.chains import Counted, Walked, stream
from deadline_guard.store.verify.faults import Faults
from deadline_guard.store.verify.payloads import Compared


def compare_seals(
    conn: Connection, walked: Walked, compared: Compared, faults: Faults, against: str | None
) -> list[Seal]:
    """Compare every seal; ``against`` must be the root (or its beginning) of one of them."""
    found = seals.all_seals(conn)
    previous, number = b"", 0
    total = Counted()
    for one in found:
        number += 1
        counted = walked.seals.get(one.n, Counted())
        total = Counted(total.chains + counted.chains, total.entries + counted.entries)
        heads = seals.digest_of_heads(stream(conn, _heads(one.n)))
        root = seals.root_of(one.n, micros(one.at), previous, total.chains, total.entries, counted.heads, heads)
        if (one.n, one.previous, one.root) != (number, previous, root) or one[4:] != (
            total.chains,
            total.entries,
            counted.heads,
        ):
            faults.add(SYSTEM, 0, micros(one.at), "seal", str(one.n))
        if compared.seals.pop(one.n, None) != one.root.hex():
            faults.add(SYSTEM, 0, None, "seal", str(one.n))
        previous, number = one.root, one.n
    for n in compared.seals:
        faults.add(SYSTEM, 0, None, "seal", str(n))
    if against is not None and not _stands(against, found):
        faults.add(SYSTEM, 0, None, "root", against)
    return found


def _heads(n: int) -> str:
    return f"SELECT CAST(chain AS BLOB), n, head FROM seal_head WHERE seal = {int(n)} ORDER BY chain"


def _stands(root: str, found: list[Seal]) -> bool:
    return len(root) >= 16 and any(one.root.hex().startswith(root.lower()) for one in found)
