"""Every payload against its digest; what it lists of notices, messages and tries against the rows themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from orjson import loads
from sqlalchemy import Connection

from deadline_guard.store.lines import lines_in
from deadline_guard.store.statements import Row
from deadline_guard.store.verify.chains import (
    BATCH,
    ERASED,
    REVISION,
    SEALED,
    Walked,
    stream,
)
from deadline_guard.store.verify.faults import Faults, Progress
from deadline_guard.store.verify.rows import ATTEMPTS, MESSAGES, NOTICES, Listed, messages_claiming_more

# What reading another shape than the program writes may raise.
_NO_SUCH_PAYLOAD: Final = (
    ValueError, TypeError, LookupError, AttributeError, OverflowError, sqlite3.ProgrammingError, sqlite3.InterfaceError,
)  # fmt: skip
_PAYLOADS: Final = "SELECT id, CAST(text AS BLOB), erased_at FROM payload ORDER BY id"


@dataclass
class Compared:
    """What the payloads say of other tables: seals by number, erasures, revisions of rules and people."""

    erased: int = 0
    seals: dict[int, str] = field(default_factory=dict)
    events: dict[tuple[str, int], str] = field(default_factory=dict)  # chain, entry → digest of what was left
    revisions: list[tuple[int, list[Any]]] = field(default_factory=list)  # payload id, what it says
    erasable: set[int] = field(default_factory=set)


def compare_payloads(
    conn: Connection, walked: Walked, faults: Faults, step: Progress, rows: bool, careful: bool = False
) -> Compared:
    """Compare every payload that is kept, and with ``rows`` what it lists of other tables."""
    reader = _Reader(conn, walked, faults, rows, careful)
    faults.instants = walked.instants
    cursor = conn.connection.cursor()
    cursor.execute(_PAYLOADS)
    while read := cursor.fetchmany(BATCH):
        _compare(read, walked, reader, faults)
        for table in reader.tables:
            table.compare()
        step.more(len(read))
    cursor.close()
    for payload, digest in enumerate(walked.expected):
        if digest is not None:  # none came to be compared with it
            faults.at_payload(payload, "no_payload")
    reader.finish()
    return reader.compared


def _compare(rows: Sequence[Row], walked: Walked, reader: _Reader, faults: Faults) -> None:
    expected, kinds, room = walked.expected, walked.kinds, len(walked.kinds)
    lists, readers = reader.lists, reader.read
    for payload, text, erased_at in rows:
        digest = expected[payload] if 0 < payload < room else None
        if digest is None:
            faults.add(f"payload {payload}", 0, None, "no_entry")
            continue
        expected[payload] = None
        if erased_at is not None:
            reader.blank(payload, text)
            continue
        is_whole = sha256(text).digest() == digest
        if not is_whole:
            faults.at_payload(payload, "payload")
        kind = kinds[payload]
        if kind in lists:  # read even so, lest all rows that it lists seem unknown
            lists[kind].append(lines_in(text))
        if kind in readers:
            try:
                readers[kind](payload, text)
            except _NO_SUCH_PAYLOAD:
                if is_whole:
                    faults.at_payload(payload, "unreadable")


class _Reader:
    """What each kind of payload says, and where it is compared."""

    def __init__(self, conn: Connection, walked: Walked, faults: Faults, rows: bool, careful: bool) -> None:
        self.faults = faults
        self.conn = conn
        self.compared = Compared()
        self.walked = walked
        self.tables = [Listed(conn, table, faults, careful) for table in (NOTICES, MESSAGES, ATTEMPTS) if rows]
        self.lists = {kind: table.said for table in self.tables for kind in table.table.kinds}
        self._blank: list[int] = []
        self.read: dict[int, Callable[[int, bytes], None]] = {
            SEALED: self._sealed, ERASED: self._erased, REVISION: self._revision,
        }  # fmt: skip

    def blank(self, payload: int, text: bytes) -> None:
        """A payload was erased: nothing of it may be left, and an entry must say who erased it."""
        self.compared.erased += 1
        self._blank.append(payload)
        if text:
            self.faults.at_payload(payload, "payload")

    def _sealed(self, payload: int, text: bytes) -> None:
        number, root = loads(text)
        self.compared.seals[number] = root

    def _revision(self, payload: int, text: bytes) -> None:
        self.compared.revisions.append((payload, loads(text)))

    def _erased(self, payload: int, text: bytes) -> None:
        said = loads(text)
        self.compared.erasable.update(said["payloads"])
        self.compared.events.update({(said["chain"], n): digest for n, digest in said["events"]})

    def finish(self) -> None:
        """Nothing more is said: whatever else stands in the tables was never written by the program."""
        for payload in self._blank:
            if payload not in self.compared.erasable:
                self.faults.at_payload(payload, "erased")
        for table in self.tables:
            table.finish(self._kept)
        if self.tables:
            messages_claiming_more(self.conn, self.faults)

    def _kept(self, asked: frozenset[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the payloads of these kinds once more."""
        kinds = self.walked.kinds
        for payload, text, erased_at in stream(self.conn, _PAYLOADS):
            if 0 < payload < len(kinds) and kinds[payload] in asked and erased_at is None:
                yield payload, text
