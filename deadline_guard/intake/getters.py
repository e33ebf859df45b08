"""Values of a mapping compiled for the columns of one file: functions from some rows to the value of each.

A column at a time: a list comprehension over a column costs a tenth of a function call a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, TypeAlias

from deadline_guard.core.text import Text
from deadline_guard.intake.cells import integer_of, number_of, text_of
from deadline_guard.intake.dates import Cell, Moment, Moments, NotReadable
from deadline_guard.intake.mapping import Kind, Value, is_date
from deadline_guard.intake.mapping_file import HOLE

Cells: TypeAlias = Sequence[Cell]


class Unusable(ValueError):
    """A row that cannot be used: the column that shows it (None: the row as a whole) and why."""

    def __init__(self, column: int | None, why: Text) -> None:
        super().__init__(why)
        self.column = column
        self.why = why


class Chunk:
    """Some rows, read by column. A getter that raises Unusable speaks of one of them, not of which."""

    def __init__(self, rows: Sequence[Cells]) -> None:
        self.rows = rows
        self.size = len(rows)
        self._trimmed: dict[int, list[Any]] = {}
        self._texts: dict[int, list[str]] = {}

    def trimmed(self, index: int) -> list[Any]:
        """Return a column's cells, its texts without blanks around them."""
        found = self._trimmed.get(index)
        if found is None:
            cells: list[Any] = [row[index] for row in self.rows]
            try:
                found = self._texts[index] = [cell.strip() for cell in cells]
            except AttributeError:  # not all of them are texts: a workbook
                found = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
            self._trimmed[index] = found
        return found

    def texts(self, index: int) -> list[str]:
        """Return a column as texts, blank cells as the empty one."""
        trimmed = self.trimmed(index)
        found = self._texts.get(index)
        if found is None:
            found = self._texts[index] = _each(text_of, trimmed, index)
        return found

    def hashes(self, columns: Iterable[int] | None = None) -> list[int]:
        """Return a digest of every row (or of some of its columns), good within this process."""
        if columns is None:
            return [hash(tuple(row)) for row in self.rows]
        return list(map(hash, zip(*([row[index] for row in self.rows] for index in columns), strict=True)))

    def take(self, places: Iterable[int]) -> Chunk:
        """Return some of the rows."""
        return Chunk([self.rows[place] for place in places])


Getter: TypeAlias = Callable[[Chunk], Sequence[Any]]


def _each(read: Callable[[Cell], Any], cells: Iterable[Cell], index: int) -> list[Any]:
    try:
        return list(map(read, cells))
    except NotReadable as error:
        raise Unusable(index, error.why) from error


class Getters:
    """Makes getters for a file whose columns stand at ``positions``."""

    def __init__(self, positions: Mapping[str, int], moments: Moments) -> None:
        self._positions = positions
        self._moments = moments

    def index(self, value: Value) -> int | None:
        """Return the column that shows a value, None for a constant."""
        return self._positions[value.columns[0]] if value.columns else None

    def text(self, column: str) -> Callable[[Chunk], list[str]]:
        """Return a getter of a column's texts, trimmed; blank is the empty text."""
        index = self._positions[column]
        return lambda chunk: chunk.texts(index)

    def read(self, column: str, read: Callable[[Cell], Any]) -> Getter:
        """Return a getter that reads each cell of a column; None where it is blank."""
        index = self._positions[column]
        return lambda chunk: _each(read, chunk.trimmed(index), index)

    def moments(self, column: str) -> Callable[[Chunk], list[Moment | None]]:
        """Return a getter of the instants in a column; None where it is blank."""
        index = self._positions[column]

        def get(chunk: Chunk) -> list[Moment | None]:
            try:
                return self._moments.all_at(chunk.trimmed(index))
            except NotReadable as error:
                raise Unusable(index, error.why) from error

        return get

    def bound(self, bound: str | None) -> Getter:
        """Return a getter of a date bound: the ISO date written in the mapping, else a column's dates."""
        if bound is None or is_date(bound):
            return lambda chunk: [bound] * chunk.size
        return self.read(bound, self._moments.on)

    def value(self, value: Value | None, *, required: Text | None = None) -> Getter:
        """Return a getter of a mapped value; None where it is blank.

        ``required`` names what is missing when it is: then a blank raises Unusable.
        """
        get = self._looked_up(value) if value is not None else _nothing
        if required is None:
            return get
        column = self.index(value) if value is not None else None
        why = Text(f"is blank: {required} is needed", f"为空:必须填写{required.zh}")

        def demand(chunk: Chunk) -> Sequence[Any]:
            found = get(chunk)
            if None in found:
                raise Unusable(column, why)
            return found

        return demand

    def json(self, values: Mapping[str, Value]) -> Callable[[Chunk], list[str]]:
        """Return a getter of values as one canonical JSON text a row, as ``columns.dump`` writes it."""
        parts = [(f"{encode_basestring(name)}:", self.value(value)) for name, value in sorted(values.items())]

        def write(chunk: Chunk) -> list[str]:
            if not parts:
                return ["{}"] * chunk.size
            written = [[name + _json(v) if v is not None else "" for v in get(chunk)] for name, get in parts]
            if len(written) == 1:
                return ["{" + text + "}" for text in written[0]]
            return ["{" + ",".join(filter(None, row)) + "}" for row in zip(*written, strict=True)]

        return write

    def _looked_up(self, value: Value) -> Getter:
        get = self._plain(value)
        if value.table is None:
            return get
        table, otherwise, column = value.table, value.otherwise, self.index(value)

        def look_up(chunk: Chunk) -> list[Any]:
            found = ["" if v is None else str(v) for v in get(chunk)]
            looked = [table.get(text, otherwise) for text in found]
            for text, result in zip(found, looked, strict=True):
                if result is None and text:
                    there = ", ".join(table)
                    why = Text(f"is not in the mapping's table ({there})", f"不在映射的对照表中({there})")
                    raise Unusable(column, why)
            return looked

        return look_up

    def _plain(self, value: Value) -> Getter:
        if value.const is not None:
            const = value.const
            return lambda chunk: [const] * chunk.size
        if value.template is not None:
            return self._template(value.template)
        column = value.columns[0]
        if value.kind is Kind.DATE:
            return self.read(column, self._moments.on)
        if value.kind is Kind.INTEGER:
            return self.read(column, _unless_blank(integer_of))
        if value.kind is Kind.NUMBER:
            return self.read(column, _unless_blank(number_of))
        texts = self.text(column)
        return lambda chunk: [text or None for text in texts(chunk)]

    def _template(self, template: str) -> Getter:
        parts = HOLE.split(template)
        holes = [self.text(name) for name in parts[1::2]]
        pattern = "%s".join(part.replace("%", "%%") for part in parts[::2])

        def fill(chunk: Chunk) -> list[str | None]:
            rows = zip(*(hole(chunk) for hole in holes), strict=True)
            return [pattern % row if all(row) else None for row in rows]

        return fill


def _json(value: str | int | float) -> str:
    return encode_basestring(value) if isinstance(value, str) else repr(value)


def _unless_blank(read: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    return lambda cell: None if cell == "" or cell is None else read(cell)


def _nothing(chunk: Chunk) -> list[None]:
    return [None] * chunk.size
