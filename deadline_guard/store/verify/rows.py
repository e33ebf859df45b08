"""Rows of notices, messages and tries against what the ledger says was written."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.statements import Row, among, fetch
from deadline_guard.store.verify.chains import stream
from deadline_guard.store.verify.faults import Faults

# Only what never changes after it was written; states move on, and what moved them is in the ledger too.
_NOTICES: Final = (
    "SELECT id, key, subject, rule, cycle, due_rev, kind, level, step, n, person, reason, decided_at, via, due_on, "
    "due_at, data FROM notice ORDER BY id"
)
_CLAIMING: Final = (
    "SELECT id FROM message AS m WHERE state = 'sent' AND NOT EXISTS (SELECT 1 FROM attempt AS a "
    "WHERE a.message_id = m.id AND a.outcome = 'sent' AND a.settled_at = m.sent_at)"
)


class Notices:
    """The notices, read once beside the payloads; both run in the order of writing, so few wait for their partner."""

    def __init__(self, conn: Connection, faults: Faults) -> None:
        self.faults = faults
        self.rows = stream(conn, _NOTICES)
        self._waiting: dict[object, list[Any]] = {}  # rows that no payload has named yet
        self._asked: dict[object, tuple[int, list[Any]]] = {}  # what payloads named and no row has shown yet
        self._wrong: dict[object, int] = {}  # rows that differ, unless a later payload says so
        self._left: dict[object, list[Any] | None] = {}  # what erasures left, which a later one may name again

    def expect(self, payload: int, said: list[Any]) -> None:
        """A payload says what a row holds."""
        number = said[0]
        row = next(self.rows, None)
        if row is not None:
            found = list(row)
            if found == said:
                return
            if found[0] == number:
                self._differs(payload, number, found)
                return
            self._take(found)
        waiting = self._waiting.pop(number, None)
        if waiting is None:
            self._asked[number] = (payload, said)
        elif waiting != said:
            self._differs(payload, number, waiting)

    def instead(self, payload: int, said: list[Any]) -> None:
        """A payload says what a row holds since an erasure, whatever was said before."""
        number = said[0]
        while number not in self._waiting and (row := next(self.rows, None)) is not None:
            self._take(list(row))
        found = self._left[number] = self._waiting.pop(number, None) or self._left.get(number)
        self._wrong.pop(number, None)
        self._asked.pop(number, None)
        if found != said:
            self.faults.at_payload(payload, "row", f"notice {number}")

    def _differs(self, payload: int, number: object, found: list[Any]) -> None:
        self._wrong[number] = payload
        self._waiting[number] = found  # an erasure may name it later

    def _take(self, found: list[Any]) -> None:
        asked = self._asked.pop(found[0], None)
        if asked is None:
            self._waiting[found[0]] = found
        elif asked[1] != found:
            self._differs(asked[0], found[0], found)

    def finish(self) -> None:
        """Tell what found no partner."""
        for row in self.rows:
            self._take(list(row))
        for number, payload in self._wrong.items():
            self.faults.at_payload(payload, "row", f"notice {number}")
        for number, (payload, _) in self._asked.items():
            self.faults.at_payload(payload, "no_row", f"notice {number}")
        for number in self._waiting.keys() - self._wrong.keys():
            self.faults.add(f"notice {number}", 0, None, "no_entry")


class Table(NamedTuple):
    """A table whose rows payloads list by ``width`` first values: how to read those asked for, and which there are."""

    name: str
    asked: str
    known: str
    width: int


MESSAGES: Final = Table(
    "message",
    "SELECT m.id, m.key, person, channel, address, kind, level, thread, fallback, made_at, "
    "(SELECT group_concat(notice_id) FROM message_notice WHERE message_id = m.id) "
    "FROM json_each(?) AS s CROSS JOIN message AS m ON m.id = s.value",
    "SELECT id FROM message",
    1,
)
ATTEMPTS: Final = Table(
    "attempt",
    "SELECT a.message_id, a.n, a.outcome, a.detail, a.settled_at "
    "FROM json_each(?) AS s CROSS JOIN attempt AS a ON a.message_id = s.value WHERE a.outcome NOT NULL",
    "SELECT message_id, n FROM attempt WHERE outcome IN ('sent', 'retry', 'dead')",
    2,
)
_Key = tuple[Any, ...]


class Listed:
    """A table whose rows payloads list; what many payloads say is compared at once.

    Where two payloads speak of one row the later one wins.
    """

    def __init__(self, conn: Connection, table: Table, faults: Faults) -> None:
        self.conn = conn
        self.table = table
        self.faults = faults
        self._said: dict[_Key, tuple[int, Row]] = {}
        self._known: set[_Key] = set()
        self._wrong: dict[_Key, tuple[int, str]] = {}

    def expect_messages(self, payload: int, said: list[list[Any]], at: int) -> None:
        """A payload that was written at ``at`` lists messages, each with the notices that it carries."""
        asked = self._said
        for number, key, person, channel, address, kind, level, thread, fallback, made_at, _, carried in said:
            if made_at != at:
                raise ValueError
            if len(carried) > 1:
                carried.sort()
            row = (number, key, person, channel, address, kind, level, thread, fallback, made_at, carried)
            asked[(number,)] = (payload, row)

    def expect_attempts(self, payload: int, said: list[list[Any]], at: int) -> None:
        """A payload that was written at ``at`` lists what tries came to."""
        asked = self._said
        for message, n, outcome, detail, _ in said:
            asked[message, n] = (payload, (message, n, outcome, detail, at))

    def compare(self) -> None:
        """Compare the rows that payloads named since the last time."""
        said = self._said
        if not said:
            return
        self._known.update(said)
        width, is_message = self.table.width, self.table is MESSAGES
        for row in fetch(self.conn, self.table.asked, among({key[0] for key in said})):
            found = _with_notices(row) if is_message else row
            asked = said.pop(row[:width], None)
            if asked is None:
                continue
            if found == asked[1]:
                self._wrong.pop(row[:width], None)
            else:
                self._wrong[row[:width]] = (asked[0], "row")
        for key, (payload, _) in said.items():
            self._wrong[key] = (payload, "no_row")
        said.clear()

    def finish(self) -> None:
        """Tell what differs, and the rows that no payload lists."""
        self.compare()
        for key, (payload, what) in self._wrong.items():
            self.faults.at_payload(payload, what, f"{self.table.name} {'.'.join(map(str, key))}")
        for row in stream(self.conn, self.table.known):
            if row not in self._known:
                self.faults.add(f"{self.table.name} {'.'.join(map(str, row))}", 0, None, "no_entry")


def _with_notices(row: Row) -> Row:
    """Return a message's row with the ids of its notices as numbers."""
    carried = row[10]
    if carried is None:
        return (*row[:10], [])
    return (*row[:10], sorted(map(int, carried.split(","))) if "," in carried else [int(carried)])


def messages_claiming_more(conn: Connection, faults: Faults) -> None:
    """Tell messages that are said to be sent, or sent at another moment, without a try that was."""
    for (number,) in stream(conn, _CLAIMING):
        faults.add(f"message {number}", 0, None, "row", f"message {number}")
