"""Rows of notices, messages and tries against what the ledger says was written."""

from __future__ import annotations

from array import array
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.statements import AMONG, Row, among, fetch
from deadline_guard.store.verify.chains import stream
from deadline_guard.store.verify.faults import Faults


class Table(NamedTuple):
    """A table whose rows are listed in payloads: a query by ascending id, and how a person calls a row."""

    name: str
    statement: str


# Only what never changes after it was written; states move on, and what moved them is in the ledger too.
NOTICES: Final = Table(
    "notice",
    "SELECT id, key, subject, rule, cycle, due_rev, kind, level, step, n, person, reason, decided_at, via, due_on, "
    "due_at, data FROM notice ORDER BY id",
)
MESSAGES: Final = Table(
    "message",
    "SELECT id, key, person, channel, address, kind, level, thread, fallback, made_at, "
    "(SELECT group_concat(notice_id) FROM message_notice WHERE message_id = message.id) FROM message ORDER BY id",
)
_ATTEMPTS: Final = (
    f"SELECT message_id, n, outcome, detail, settled_at FROM attempt WHERE message_id IN ({AMONG}) AND outcome NOT NULL"
)
_SETTLED: Final = "outcome IN ('sent', 'retry', 'dead')"  # what only an entry can bring about
_CLAIMING: Final = (
    "SELECT id FROM message AS m WHERE state = 'sent' AND NOT EXISTS (SELECT 1 FROM attempt AS a "
    "WHERE a.message_id = m.id AND a.outcome = 'sent' AND a.settled_at = m.sent_at)"
)


class Rows:
    """A table read once beside the payloads; both run in the order of writing, so few rows wait for their partner."""

    def __init__(self, conn: Connection, table: Table, faults: Faults) -> None:
        self.name = table.name
        self.faults = faults
        self.rows = stream(conn, table.statement)
        self.has_carried = table is MESSAGES
        self._waiting: dict[object, list[Any]] = {}  # rows that no payload has named yet
        self._asked: dict[object, tuple[int, list[Any]]] = {}  # what payloads named and no row has shown yet
        self._wrong: dict[object, int] = {}  # rows that differ, unless a later payload says so

    def expect(self, payload: int, number: int, said: list[Any], *, again: bool = False) -> None:
        """A payload says what a row holds; ``again``: instead of what an earlier one said."""
        if again:
            self._again(payload, number, said)
            return
        row = next(self.rows, None)
        if row is not None:
            found = self._plain(row)
            if found[0] == number:
                if found != said:
                    self._differs(payload, number, found)
                return
            self._take(found)
        waiting = self._waiting.pop(number, None)
        if waiting is None:
            self._asked[number] = (payload, said)
        elif waiting != said:
            self._differs(payload, number, waiting)

    def _differs(self, payload: int, number: int, found: list[Any]) -> None:
        self._wrong[number] = payload
        self._waiting[number] = found  # an erasure may name it later

    def _again(self, payload: int, number: int, said: list[Any]) -> None:
        while number not in self._waiting and (row := next(self.rows, None)) is not None:
            self._take(self._plain(row))
        found = self._waiting.pop(number, None)
        self._wrong.pop(number, None)
        self._asked.pop(number, None)
        if found != said:
            self.faults.at_payload(payload, "row", f"{self.name} {number}")

    def _take(self, found: list[Any]) -> None:
        asked = self._asked.pop(found[0], None)
        if asked is None:
            self._waiting[found[0]] = found
        elif asked[1] != found:
            self._differs(asked[0], found[0], found)

    def _plain(self, row: Row) -> list[Any]:
        found = list(row)
        if self.has_carried:
            found[-1] = sorted(int(one) for one in str(found[-1] or "").split(",") if one)
        return found

    def finish(self) -> None:
        """Tell what found no partner."""
        for row in self.rows:
            self._take(self._plain(row))
        for number, payload in self._wrong.items():
            self.faults.at_payload(payload, "row", f"{self.name} {number}")
        for number, (payload, _) in self._asked.items():
            self.faults.at_payload(payload, "no_row", f"{self.name} {number}")
        for number in self._waiting.keys() - self._wrong.keys():
            self.faults.add(f"{self.name} {number}", 0, None, "no_entry")


class Attempts:
    """Tries: what each came to, as the entry says that settled it."""

    def __init__(self, conn: Connection, instants: array[int], faults: Faults) -> None:
        self.conn = conn
        self.instants = instants
        self.faults = faults
        self._said: dict[tuple[int, int], tuple[int, Row]] = {}
        self._known: set[int] = set()
        self._wrong: dict[tuple[int, int], int] = {}

    def expect(self, payload: int, said: Any) -> None:
        """A payload says what tries came to."""
        at = self.instants[payload]
        for message, n, outcome, detail, _ in said:
            self._said[message, n] = (payload, (outcome, detail, at))
            self._known.add(message << 20 | n)

    def compare(self) -> None:
        """Compare the tries of the payloads read so far."""
        if not self._said:
            return
        ids = among({message for message, _ in self._said})
        found = {(row[0], row[1]): row[2:] for row in fetch(self.conn, _ATTEMPTS, ids)}
        for key, (payload, said) in self._said.items():
            if found.get(key) == said:
                self._wrong.pop(key, None)
            else:  # a later entry may have settled it anew
                self._wrong[key] = payload
        self._said.clear()

    def finish(self) -> None:
        """Tell which tries differ, and which nobody recorded."""
        self.compare()
        for (message, n), payload in self._wrong.items():
            self.faults.at_payload(payload, "row", f"attempt {message}.{n}")
        for message, n in stream(self.conn, f"SELECT message_id, n FROM attempt WHERE {_SETTLED}"):
            if message << 20 | n not in self._known:
                self.faults.add(f"attempt {message}.{n}", 0, None, "no_entry")


def messages_claiming_more(conn: Connection, faults: Faults) -> None:
    """Tell messages that are said to be sent, or sent at another moment, without a try that was."""
    for (number,) in stream(conn, _CLAIMING):
        faults.add(f"message {number}", 0, None, "row", f"message {number}")
