"""Rows of notices, messages and tries against what the ledger says was written."""

from __future__ import annotations

import sqlite3
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.statements import Row, fetch, scalar
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
    """A table whose rows are listed by payloads that are lists: ``again`` writes such a payload from the rows."""

    name: str
    again: str
    one: str
    known: str
    width: int  # so many of the first values of a listed row name it


MESSAGES: Final = Table(
    "message",
    # What moves on (when it may go) is taken from the payload; the order of its notices too, where they are many.
    "SELECT CAST(json_group_array(json_array(m.id, m.key, m.person, m.channel, m.address, m.kind, m.level, m.thread, "
    "m.fallback, m.made_at, s.value ->> 10, json((SELECT json_group_array(notice_id) FROM message_notice "
    "WHERE message_id = m.id)))) AS BLOB) FROM json_each(?1) AS s CROSS JOIN message AS m ON m.id = s.value ->> 0 "
    "WHERE m.made_at = ?2",
    "SELECT m.id, key, person, channel, address, kind, level, thread, fallback, made_at, "
    "(SELECT group_concat(notice_id) FROM message_notice WHERE message_id = m.id) FROM message AS m WHERE id = ?",
    "SELECT id FROM message",
    1,
)
ATTEMPTS: Final = Table(
    "attempt",
    "SELECT CAST(json_group_array(json_array(a.message_id, a.n, a.outcome, a.detail, s.value ->> 4)) AS BLOB) "
    "FROM json_each(?1) AS s CROSS JOIN attempt AS a ON a.message_id = s.value ->> 0 AND a.n = s.value ->> 1 "
    "WHERE a.settled_at = ?2",
    "SELECT message_id, n, outcome, detail, settled_at FROM attempt WHERE message_id = ? AND n = ?",
    "SELECT message_id, n FROM attempt WHERE outcome IN ('sent', 'retry', 'dead')",
    2,
)


class Listed:
    """A table whose rows payloads list: written anew from the rows, the payload must be the same text.

    Only where it is not is it taken apart; then a later payload that says otherwise of the same row wins.
    """

    def __init__(self, conn: Connection, table: Table, faults: Faults) -> None:
        self.conn = conn
        self.table = table
        self.faults = faults
        self._cursor = conn.connection.cursor()
        self._said: set[tuple[object, ...]] = set()
        self._wrong: dict[tuple[object, ...], tuple[int, str]] = {}

    def expect(self, payload: int, text: bytes, said: list[Any], at: int) -> None:
        """A payload that was written at ``at`` says what rows hold."""
        width = self.table.width
        keys = [tuple(row[:width]) for row in said]
        self._said.update(keys)
        if self._written_again(text, at) == text:
            for key in self._wrong.keys() & keys if self._wrong else ():
                del self._wrong[key]
            return
        for key, row in zip(keys, said, strict=True):
            found = fetch(self.conn, self.table.one, key)
            if not found:
                self._wrong[key] = (payload, "no_row")
            elif self._same(found[0], row, at):
                self._wrong.pop(key, None)
            else:
                self._wrong[key] = (payload, "row")

    def _written_again(self, text: bytes, at: int) -> bytes | None:
        try:
            self._cursor.execute(self.table.again, (text.decode("utf-8", "replace"), at))
            found = self._cursor.fetchall()[0][0]
        except sqlite3.OperationalError:  # no JSON, or values that JSON cannot hold
            return None
        return bytes(found)

    def _same(self, found: Row, said: list[Any], at: int) -> bool:
        if self.table is ATTEMPTS:
            return [*found] == [*said[:4], at]
        carried = sorted(str(found[10] or "").split(","))
        return [*found[:10]] == said[:10] and carried == sorted(map(str, said[11])) and said[9] == at

    def finish(self) -> None:
        """Tell what differs, and the rows that no payload lists."""
        for key, (payload, what) in self._wrong.items():
            self.faults.at_payload(payload, what, f"{self.table.name} {'.'.join(map(str, key))}")
        if len(self._said) == scalar(self.conn, f"SELECT COUNT(*) FROM ({self.table.known})") and not self._wrong:
            return
        for row in stream(self.conn, self.table.known):
            if row not in self._said:
                self.faults.add(f"{self.table.name} {'.'.join(map(str, row))}", 0, None, "no_entry")


def messages_claiming_more(conn: Connection, faults: Faults) -> None:
    """Tell messages that are said to be sent, or sent at another moment, without a try that was."""
    for (number,) in stream(conn, _CLAIMING):
        faults.add(f"message {number}", 0, None, "row", f"message {number}")
