"""The rows of events against the entries that digested them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from deadline_guard.store.columns import dump
from deadline_guard.store.statements import fetch, scalar
from deadline_guard.store.verify.chains import stream
from deadline_guard.store.verify.faults import Faults
from deadline_guard.store.verify.payloads import Compared

COLUMNS: Final = (
    "case_id, entry, source, source_id, revision, kind, on_date, at, subject, data, retracted, origin, recorded_by, "
    "recorded_at"
)
_E_COLUMNS: Final = ", ".join(f"e.{name}" for name in COLUMNS.split(", "))
# SQLite writes most rows as columns.dump does; where the digest differs the rows are read and dumped to be sure.
_FAST: Final = (
    "SELECT CAST(l.chain AS BLOB), l.n, l.at, l.payload_digest, "
    f"CAST(json_group_array(json_array({_E_COLUMNS})) AS BLOB), COUNT(e.case_id) "
    "FROM ledger AS l LEFT JOIN event AS e ON e.case_id = substr(l.chain, 6) AND e.entry = l.n "
    "WHERE l.payload_id IS NULL AND l.kind = 'events' GROUP BY l.chain, l.n"
)
_ROWS: Final = (
    f"SELECT {COLUMNS} FROM event WHERE case_id = ? AND entry = ? ORDER BY case_id, source, source_id, revision"
)
_ORPHANS: Final = (
    "SELECT e.case_id, e.source, e.source_id, e.revision, e.recorded_at FROM event AS e LEFT JOIN ledger AS l "
    "ON l.chain = 'case:' || e.case_id AND l.n = e.entry AND l.kind = 'events' WHERE l.chain IS NULL"
)


def compare_events(conn: Connection, compared: Compared, faults: Faults) -> None:
    """Compare the events of every entry; events that no entry digested are told too."""
    left: Mapping[tuple[str, int], str] = compared.events
    covered = 0
    for chain, n, at, digest, text, count in stream(conn, _FAST):
        covered += count
        if sha256(text).digest() == digest:
            continue
        found = digest_of_events(conn, chain.decode("utf-8", "replace").removeprefix("case:"), n)
        if found == digest:
            continue
        if left:
            was_erased = left.get((chain.decode("utf-8", "replace"), n))
            if was_erased is not None and found is not None and found.hex() == was_erased:
                compared.erased += 1
                continue
        faults.add(chain, n, at, "events")
    if covered != scalar(conn, "SELECT COUNT(*) FROM event"):
        for case_id, source, source_id, revision, at in stream(conn, _ORPHANS):
            faults.add(f"case:{case_id}", 0, at, "no_entry", f"event {source}:{source_id} {revision}")


def digest_of_events(conn: Connection, case_id: str, entry: int) -> bytes | None:
    """Return the digest of the events of one entry as they stand, or None where they cannot even be read."""
    try:
        return sha256(events_text(conn, case_id, entry).encode()).digest()
    except Exception:  # any value may stand in a row that somebody else wrote
        return None


def events_text(conn: Connection, case_id: str, entry: int) -> str:
    """Return the events of one entry as the text that the entry digested."""
    return dump(sorted(fetch(conn, _ROWS, (case_id, entry))))
