"""Rows of notices, messages and tries against what the ledger says was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from orjson import JSONDecodeError, loads
from sqlalchemy import Connection

from deadline_guard.store import messages, notices, sending
from deadline_guard.store.lines import BETWEEN, joined, line, lines_in
from deadline_guard.store.statements import fetch
from deadline_guard.store.verify.chains import BATCH, COMPOSED, DECIDED, ERASED, SETTLED, stream
from deadline_guard.store.verify.faults import Faults

_CLAIMING: Final = (
    "SELECT id FROM message AS m WHERE state = 'sent' AND NOT EXISTS (SELECT 1 FROM attempt AS a "
    "WHERE a.message_id = m.id AND a.outcome = 'sent' AND a.settled_at = m.sent_at)"
)
_CARRIED: Final = "(SELECT group_concat(notice_id) FROM message_notice WHERE message_id = message.id)"
_LEAST: Final = -(2**63)  # of all whole numbers
_BEFORE: Final = b"\n,["  # what stands before the key of a line
_SHORTEST: Final = 16  # bytes of a line
_SHOWN: Final = 40  # characters of a row's id in a fault
_Key = tuple[bytes, ...]
Payloads = Callable[[frozenset[int]], Iterable[tuple[int, bytes]]]  # of these kinds, in order of writing


class Table(NamedTuple):
    """A table whose rows payloads of ``kinds`` list, each by the columns of its key.

    Only ``columns`` that never change after they were written are compared; states move on, and what moved them is
    in the ledger too. Where two payloads speak of one row the later one wins. A row whose third column is among
    ``unlisted`` needs no payload.
    """

    name: str
    kinds: frozenset[int]
    columns: str
    key: tuple[str, ...] = ("id",)
    where: str = "TRUE"
    unlisted: tuple[str, ...] = ()


NOTICES: Final = Table("notice", frozenset({DECIDED, ERASED}), notices.FIXED)
MESSAGES: Final = Table("message", frozenset({COMPOSED}), f"{messages.FIXED}, {_CARRIED}")
ATTEMPTS: Final = Table(
    "attempt", frozenset({SETTLED}), sending.TRIED, ("message_id", "n"), "outcome NOT NULL", ("ambiguous", "released")
)


class Listed:
    """The rows of a table, read once beside the payloads that list them; both come about in about the same order.

    ``said`` takes the lines of payloads as they come; :meth:`compare` compares them with the rows up to there, all at
    once. Where that differs each line is looked at; one without a partner waits for it, and what has none at the end
    is looked up once more by its key: everything else is equal.
    """

    def __init__(self, conn: Connection, table: Table, faults: Faults, careful: bool) -> None:
        self.conn = conn
        self.table = table
        self.faults = faults
        self.said: list[bytes] = []
        row = line(table.columns, careful=careful)
        first, source = table.key[0], f"FROM {table.name} WHERE {table.where} AND"
        self._among = f"SELECT {joined(row)} {source} {first} >= ? AND {first} <= ?"
        self._each = f"SELECT CAST({row} AS BLOB) {source} {first} >= ? ORDER BY {', '.join(table.key)}"
        self._since = _LEAST
        self._waiting_said: set[bytes] = set()
        self._waiting_rows: set[bytes] = set()

    def compare(self) -> None:
        """Compare what was said since the last time."""
        said = BETWEEN.join(filter(None, self.said))
        self.said.clear()
        if not said:
            return
        rows = self._read(said)
        if said != rows:
            self._match(said.split(BETWEEN), rows.split(BETWEEN) if rows else [])

    def _read(self, said: bytes) -> bytes:
        """Return the rows up to the last that was said, but not many more than were said."""
        last = said[said.rfind(BETWEEN) + 1 :].lstrip(_BEFORE).split(b",", 1)[0]
        until = min(int(last), max(self._since, 0) + len(said) // _SHORTEST + BATCH) if last.isdigit() else 0
        if until < self._since:
            return b""
        ((found,),) = fetch(self.conn, self._among, (self._since, until))
        self._since = until + 1
        return found or b""

    def _match(self, said: list[bytes], rows: list[bytes]) -> None:
        new_said, new_rows = set(said), set(rows)
        for left, right in ((new_said, new_rows), (new_said, self._waiting_rows), (self._waiting_said, new_rows)):
            both = left & right
            left -= both
            right -= both
        self._waiting_said |= new_said
        self._waiting_rows |= new_rows

    def finish(self, payloads: Payloads) -> None:
        """Tell what differs, and the rows that no payload lists."""
        self.compare()
        for (row,) in stream(self.conn, self._each, (self._since,)):
            self._match([], [row])
        if not self._waiting_said:  # nothing that was said is missing: what is left was never said
            for row in self._waiting_rows:
                self._unsaid(self._key(row), row)
        else:
            self._look_again({self._key(one) for one in self._waiting_said | self._waiting_rows}, payloads)

    def _look_again(self, keys: set[_Key], payloads: Payloads) -> None:
        """Compare the rows of these keys with what was said of them last."""
        said: dict[_Key, tuple[int, bytes]] = {}
        for payload, text in payloads(self.table.kinds):
            for one in lines_in(text).split(BETWEEN):
                key = self._key(one)
                if key in keys:
                    said[key] = (payload, one)
        rows = {key: row for (row,) in stream(self.conn, self._each, (_LEAST,)) if (key := self._key(row)) in keys}
        for key, (payload, one) in said.items():
            if not all(part.lstrip(b"-").isdigit() for part in key):
                self.faults.at_payload(payload, "unreadable")
            elif key not in rows:
                self.faults.at_payload(payload, "no_row", self._name(key))
            elif rows[key] != one and not _is_same(rows[key], one):
                self.faults.at_payload(payload, "row", self._name(key))
        for key in rows.keys() - said.keys():
            self._unsaid(key, rows[key])

    def _unsaid(self, key: _Key, row: bytes) -> None:
        unlisted = self.table.unlisted
        if not unlisted or _values(row)[2:3] not in [[one] for one in unlisted]:
            self.faults.add(self._name(key), 0, None, "no_entry")

    def _key(self, one: bytes) -> _Key:
        width = len(self.table.key)
        return tuple(one.lstrip(b"[").split(b",", width)[:width])

    def _name(self, key: _Key) -> str:
        return f"{self.table.name} {b'.'.join(key).decode('utf-8', 'replace')[:_SHOWN]}"


def _values(one: bytes) -> list[object]:
    """Return the values of a line; none where it is no row of the program's."""
    try:
        found = loads(one)
    except JSONDecodeError:
        return []
    return found if isinstance(found, list) else []


def _is_same(row: bytes, said: bytes) -> bool:
    """Return whether two lines that differ say the same: another SQLite may write some text otherwise."""
    found = _values(row)
    return bool(found) and found == _values(said)


def messages_claiming_more(conn: Connection, faults: Faults) -> None:
    """Tell messages that are said to be sent, or sent at another moment, without a try that was."""
    for (number,) in stream(conn, _CLAIMING):
        faults.add(f"message {number}", 0, None, "row", f"message {number}")
