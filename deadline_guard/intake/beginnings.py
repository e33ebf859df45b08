"""Cases that do not begin as the mapping says: without their first row, or with rows that lie before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from deadline_guard.core.text import Text
from deadline_guard.intake.dates import Moment
from deadline_guard.intake.getters import Chunk, Getter, Getters, Unusable
from deadline_guard.intake.mapping import Beginning
from deadline_guard.intake.table import Row, Table

CHUNK: Final = 1_000


class Place(NamedTuple):
    """A row with its moment as written and as an instant."""

    at: int
    row: int
    written: str


@dataclass(slots=True)
class Found:
    """What a file says of one case: where it begins, its earliest other row, every row; whether it can be read."""

    begins: Place | None = None
    earliest: Place | None = None
    rows: list[int] = field(default_factory=list)
    readable: bool = True


class Beginnings:
    """Finds the cases at fault in a pass of its own: the row at fault may stand anywhere in the file."""

    def __init__(self, begins: Beginning, case_id: Getter, getters: Getters, column: int) -> None:
        self.begins = begins
        self.column = column
        self._id = case_id
        self._kind = getters.text(begins.column)
        self._written = getters.text(begins.date)
        self._moments: Callable[[Chunk], list[Moment | None]] = getters.moments(begins.date)

    def faults(self, table: Table) -> dict[int, Text]:
        """Return the rows of every case at fault by row number, each with the reason.

        A case with a date that cannot be read is left to the import, which rejects the row that holds it.
        """
        cases: dict[str, Found] = {}
        waiting: list[Row] = []
        for row in table.rows():
            if row.flaws or not any(row.cells):
                continue
            waiting.append(row)
            if len(waiting) >= CHUNK:
                self._take(waiting, cases)
                waiting = []
        self._take(waiting, cases)
        return {row: why for found in cases.values() if (why := self._why(found)) is not None for row in found.rows}

    def _take(self, rows: Sequence[Row], cases: dict[str, Found]) -> None:
        if not rows:
            return
        chunk = Chunk([row.cells for row in rows])
        try:
            ids, kinds, written = self._id(chunk), self._kind(chunk), self._written(chunk)
            moments = self._moments(chunk)
        except Unusable:
            self._halve(rows, cases)
            return
        for row, case_id, kind, moment, text in zip(rows, ids, kinds, moments, written, strict=True):
            found = cases.setdefault(case_id, Found())
            found.rows.append(row.number)
            if moment is None:
                found.readable = False
                continue
            place = Place(moment[1], row.number, text)
            if kind in self.begins.values:
                found.begins = place if found.begins is None else min(found.begins, place)
            else:
                found.earliest = place if found.earliest is None else min(found.earliest, place)

    def _halve(self, rows: Sequence[Row], cases: dict[str, Found]) -> None:
        """Take the halves by themselves until the row that cannot be read stands alone."""
        if len(rows) > 1:
            middle = len(rows) // 2
            self._take(rows[:middle], cases)
            self._take(rows[middle:], cases)
            return
        try:
            case_id = self._id(Chunk([rows[0].cells]))[0]
        except Unusable:
            return
        cases.setdefault(case_id, Found()).readable = False

    def _why(self, found: Found) -> Text | None:
        if not found.readable:
            return None
        name = " / ".join(self.begins.values)
        if found.begins is None:
            en = f"but no row of this case is {name!r}, with which it should begin"
            return Text(en, f"而本案没有“{name}”这一行,案件应由此开始")
        if found.earliest is None or found.earliest.at >= found.begins.at:
            return None
        begins, before = found.begins, found.earliest
        return Text(
            f"but row {before.row} ({before.written}) lies before row {begins.row} ({begins.written}), "
            f"the {name!r} with which the case should begin",
            f"而第 {before.row} 行({before.written})早于第 {begins.row} 行({begins.written}),案件应由该行“{name}”开始",
        )
