"""The rows of events against the entries that digested them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from deadline_guard.store.columns import dump
from deadline_guard.store.lines import line
from deadline_guard.store.statements import fetch
from deadline_guard.store.verify.chains import stream
from deadline_guard.store.verify.faults import Faults
from deadline_guard.store.verify.payloads import Compared

COLUMNS: Final = (
    "case_id, entry, source, source_id, revision, kind, on_date, at, subject, data, retracted, origin, recorded_by, "
    "recorded_at"
)
_BREAK: Final = "\n"  # JSON has none within a row
_AFTER: Final = f",{_BREAK}".encode()
_OF_CASE: Final = b"case:"
_ROWS: Final = (
    f"SELECT {COLUMNS} FROM event WHERE case_id = ? AND entry = ? ORDER BY case_id, source, source_id, revision"
)
_ORPHANS: Final = (
    "SELECT e.case_id, e.source, e.source_id, e.revision, e.recorded_at FROM event AS e LEFT JOIN ledger AS l "
    "ON l.chain = 'case:' || e.case_id AND l.n = e.entry AND l.kind = 'events' WHERE l.chain IS NULL"
)


class Events:
    """The events, read once beside the walk: both run in the order of the cases.

    SQLite writes most rows as columns.dump does; where a digest differs the rows are read and dumped to be sure.
    """

    def __init__(self, conn: Connection, faults: Faults, careful: bool) -> None:
        self.conn = conn
        self.faults = faults
        self._cases = stream(
            conn,
            f"SELECT CAST(case_id AS BLOB), MIN(entry), MAX(entry), CAST(group_concat(entry) AS BLOB), "
            f"CAST(group_concat({line(COLUMNS, careful=careful)}, ',{_BREAK}') AS BLOB) FROM event "
            "GROUP BY case_id ORDER BY case_id",
        )
        self._next = next(self._cases, None)
        self._chain = b""
        self._entries: dict[object, bytes] = {}  # of the case where the walk is: the rows of each entry
        self._has_strays = False
        self._differing: list[tuple[bytes, int, int, bytes]] = []

    def meet(self, chain: bytes, n: int, at: int, digest: bytes) -> None:
        """An entry digested events."""
        if chain != self._chain:
            self._turn_to(chain)
        if sha256(b"[%b]" % self._entries.pop(n, b"")).digest() != digest:
            self._differing.append((chain, n, at, digest))

    def _turn_to(self, chain: bytes) -> None:
        if self._entries:
            self._has_strays = True
        self._chain, self._entries = chain, {}
        case_id = chain.removeprefix(_OF_CASE)
        while self._next is not None and self._next[0] < case_id:
            self._has_strays = True
            self._next = next(self._cases, None)
        if self._next is not None and self._next[0] == case_id:
            self._entries = _by_entry(*self._next[1:])
            self._next = next(self._cases, None)

    def finish(self, compared: Compared) -> None:
        """Tell what differs, unless an erasure says so; events that no entry digested are told too."""
        left: Mapping[tuple[str, int], str] = compared.events
        for chain, n, at, digest in self._differing:
            name = chain.decode("utf-8", "replace")
            found = digest_of_events(self.conn, name.removeprefix("case:"), n)
            if found == digest:
                continue
            was_erased = left.get((name, n))
            if was_erased is not None and found is not None and found.hex() == was_erased:
                compared.erased += 1
                continue
            self.faults.add(chain, n, at, "events")
        if self._has_strays or self._entries or self._next is not None:
            for case_id, source, source_id, revision, at in stream(self.conn, _ORPHANS):
                self.faults.add(f"case:{case_id}", 0, at, "no_entry", f"event {source}:{source_id} {revision}")


def _by_entry(least: object, most: object, entries: bytes, rows: bytes) -> dict[object, bytes]:
    """Return the rows of each entry of one case, as the entry digested them."""
    if least == most:
        return {least: rows.replace(_AFTER, b",")}
    found: dict[object, bytes] = {}
    numbers, each = entries.split(b","), rows.split(_AFTER)
    if len(numbers) != len(each):  # a row of no entry, or of what is no number
        return {None: rows}
    for entry, row in zip(numbers, each, strict=True):
        number = int(entry) if entry.isdigit() else entry
        found[number] = b"%b,%b" % (found[number], row) if number in found else row
    return found


def digest_of_events(conn: Connection, case_id: str, entry: int) -> bytes | None:
    """Return the digest of the events of one entry as they stand, or None where they cannot even be read."""
    try:
        return sha256(events_text(conn, case_id, entry).encode()).digest()
    except Exception:  # any value may stand in a row that somebody else wrote
        return None


def events_text(conn: Connection, case_id: str, entry: int) -> str:
    """Return the events of one entry as the text that the entry digested."""
    return dump(sorted(fetch(conn, _ROWS, (case_id, entry))))
