"""Every payload against its digest; what it lists of notices, messages and tries against the rows themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.store.columns import load
from deadline_guard.store.statements import Row
from deadline_guard.store.verify.chains import (
    BATCH,
    COMPOSED,
    DECIDED,
    ERASED,
    PLAIN,
    REVISION,
    SEALED,
    SETTLED,
    Walked,
)
from deadline_guard.store.verify.faults import Faults, Progress
from deadline_guard.store.verify.rows import MESSAGES, NOTICES, Attempts, Rows, messages_claiming_more

_PAYLOADS: Final = "SELECT id, CAST(text AS BLOB), erased_at FROM payload ORDER BY id"


@dataclass
class Compared:
    """What the payloads say of other tables: seals by number, erasures, revisions of rules and people."""

    erased: int = 0
    seals: dict[int, str] = field(default_factory=dict)
    events: dict[tuple[str, int], str] = field(default_factory=dict)  # chain, entry → digest of what was left
    revisions: list[tuple[int, list[Any]]] = field(default_factory=list)  # payload id, what it says
    erasable: set[int] = field(default_factory=set)


def compare_payloads(conn: Connection, walked: Walked, faults: Faults, step: Progress) -> Compared:
    """Compare every payload that is kept, and the rows that it lists."""
    reader = _Reader(conn, walked, faults)
    cursor = conn.connection.cursor()
    cursor.execute(_PAYLOADS)
    seen = bytearray(len(walked.kinds))
    while rows := cursor.fetchmany(BATCH):
        _compare(rows, walked, seen, reader, faults)
        reader.attempts.compare()
        step.more(len(rows))
    cursor.close()
    for payload, kind in enumerate(walked.kinds):
        if kind and not seen[payload]:
            faults.at_payload(payload, "no_payload")
    reader.finish()
    return reader.compared


def _compare(rows: Sequence[Row], walked: Walked, seen: bytearray, reader: _Reader, faults: Faults) -> None:
    digests, kinds, room = walked.digests, walked.kinds, len(walked.kinds)
    for payload, text, erased_at in rows:
        kind = kinds[payload] if 0 < payload < room else 0
        if not kind:
            faults.add(f"payload {payload}", 0, None, "no_entry")
            continue
        seen[payload] = 1
        if erased_at is not None:
            reader.blank(payload, text)
        elif sha256(text).digest() != digests[32 * payload : 32 * payload + 32]:
            faults.at_payload(payload, "payload")
        elif kind != PLAIN:
            try:
                reader.read[kind](payload, load(text))
            except (ValueError, TypeError, KeyError, IndexError, AttributeError):
                faults.at_payload(payload, "unreadable")


class _Reader:
    """What each kind of payload says, and where it is compared."""

    def __init__(self, conn: Connection, walked: Walked, faults: Faults) -> None:
        self.faults = faults
        self.conn = conn
        self.compared = Compared()
        self.notices = Rows(conn, NOTICES, faults)
        self.messages = Rows(conn, MESSAGES, faults)
        self.attempts = Attempts(conn, walked.instants, faults)
        self._blank: list[int] = []
        self.read: dict[int, Callable[[int, Any], None]] = {
            DECIDED: self._decided, COMPOSED: self._composed, SETTLED: self.attempts.expect, SEALED: self._sealed,
            ERASED: self._erased, REVISION: lambda payload, said: self.compared.revisions.append((payload, said)),
        }  # fmt: skip

    def blank(self, payload: int, text: bytes) -> None:
        """A payload was erased: nothing of it may be left, and an entry must say who erased it."""
        self.compared.erased += 1
        self._blank.append(payload)
        if text:
            self.faults.at_payload(payload, "payload")

    def _decided(self, payload: int, said: Any) -> None:
        expect = self.notices.expect
        for notice in said["notices"]:
            expect(payload, notice[0], notice[:14] + notice[15:18])

    def _composed(self, payload: int, said: Any) -> None:
        expect = self.messages.expect
        for message in said:
            expect(payload, message[0], [*message[:10], sorted(message[11])])

    def _sealed(self, payload: int, said: Any) -> None:
        self.compared.seals[said[0]] = said[1]

    def _erased(self, payload: int, said: Any) -> None:
        self.compared.erasable.update(said["payloads"])
        self.compared.events.update({(said["chain"], n): digest for n, digest in said["events"]})
        for notice in said["notices"]:
            self.notices.expect(payload, notice[0], notice, again=True)

    def finish(self) -> None:
        """Nothing more is said: whatever else stands in the tables was never written by the program."""
        for payload in self._blank:
            if payload not in self.compared.erasable:
                self.faults.at_payload(payload, "erased")
        self.notices.finish()
        self.messages.finish()
        self.attempts.finish()
        messages_claiming_more(self.conn, self.faults)
