"""What a file has already said of a case, in memory that does not grow with the file."""

from __future__ import annotations

import json
import marshal
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from deadline_guard.store.events import EventRow

IN_MEMORY: Final = 10_000  # identities; files grouped by case never need more than the largest case

TABLES: Final = (
    "CREATE TABLE said (id TEXT PRIMARY KEY, first INTEGER, rows BLOB) WITHOUT ROWID",
    "CREATE TABLE staged (id TEXT, source_id TEXT, event TEXT, PRIMARY KEY (id, source_id)) WITHOUT ROWID",
    "CREATE TABLE held (id TEXT, source_id TEXT, PRIMARY KEY (id, source_id)) WITHOUT ROWID",
    "CREATE TABLE gone (id TEXT, source_id TEXT, PRIMARY KEY (id, source_id)) WITHOUT ROWID",
)


@dataclass(slots=True)
class Said:
    """Of one case: a digest of its columns in its first row, and digests of the rows of each identity."""

    first: int
    rows: dict[str, list[int]] = field(default_factory=dict)


class Seen:
    """Remembers every identity of the file: the latest cases in memory, the others in a temporary database.

    Digests only tell an identical row from another one, for counting; identity decides what is kept.
    """

    def __init__(self, limit: int = IN_MEMORY) -> None:
        self._limit = limit
        self._size = 0
        self._cases: OrderedDict[str, Said] = OrderedDict()
        self._spilled = sqlite3.connect("", isolation_level=None)  # a private file that SQLite deletes itself
        self._spilled.execute("PRAGMA journal_mode = OFF")
        for statement in TABLES:
            self._spilled.execute(statement)
        self._spilled.execute("BEGIN")
        self._any_spilled = False

    def of(self, case: str) -> Said | None:
        """Return what was said of a case, None when this is its first row."""
        said = self._cases.get(case)
        if said is None:
            return self._fetch(case) if self._any_spilled else None
        self._cases.move_to_end(case)
        return said

    def begin(self, case: str, first: int) -> Said:
        """Remember a case from its first row on."""
        said = self._cases[case] = Said(first)
        self._size += 1
        return said

    def trim(self, grown: int) -> None:
        """Say how many digests were added, and spill what is too much: what was given out is stale, ask again."""
        self._size += grown
        self._spill()

    def stage(self, row: EventRow) -> None:
        """Keep an event that a later row of the file may still correct."""
        values = (row.case_id, row.source_id, json.dumps(row))
        self._spilled.execute("INSERT OR REPLACE INTO staged VALUES (?, ?, ?)", values)

    def staged(self) -> Iterator[EventRow]:
        """Yield the events that were kept, each as its last row told it."""
        for (text,) in self._spilled.execute("SELECT event FROM staged ORDER BY id, source_id"):
            yield EventRow(*json.loads(text))

    def keep(self, identities: Iterable[tuple[str, str]]) -> None:
        """Note that the file holds these (case, source id)."""
        self._spilled.executemany("INSERT OR IGNORE INTO held VALUES (?, ?)", identities)

    def note_gone(self, stored: Iterable[tuple[str, str]]) -> int:
        """Note which of the stored (case, source id) the file does not hold; return how many."""
        find = "SELECT 1 FROM held WHERE id = ? AND source_id = ?"
        lacking = (pair for pair in stored if self._spilled.execute(find, pair).fetchone() is None)
        self._spilled.executemany("INSERT INTO gone VALUES (?, ?)", lacking)
        return int(self._spilled.execute("SELECT COUNT(*) FROM gone").fetchone()[0])

    def gone(self, size: int = 5_000) -> Iterator[list[tuple[str, str]]]:
        """Yield what was noted as gone, in lists of at most ``size``."""
        cursor = self._spilled.execute("SELECT id, source_id FROM gone ORDER BY id, source_id")
        while rows := cursor.fetchmany(size):
            yield rows

    def close(self) -> None:
        """Forget everything."""
        self._spilled.close()

    def _spill(self) -> None:
        """Move the cases not asked for the longest into the temporary database; the last one stays."""
        while self._size > self._limit and len(self._cases) > 1:
            case, said = self._cases.popitem(last=False)
            self._size -= _size(said)
            self._any_spilled = True
            row = (case, said.first, marshal.dumps(said.rows))
            self._spilled.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?)", row)

    def _fetch(self, case: str) -> Said | None:
        row = self._spilled.execute("SELECT first, rows FROM said WHERE id = ?", (case,)).fetchone()
        if row is None:
            return None
        said = Said(row[0], marshal.loads(row[1]))  # our own bytes, of this very process
        self._cases[case] = said
        self._size += _size(said)
        self._spill()
        return said


def _size(said: Said) -> int:
    return 1 + sum(map(len, said.rows.values()))
