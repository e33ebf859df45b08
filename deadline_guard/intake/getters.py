"""Values of a mapping compiled for the columns of one file: functions from a row's cells to a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from deadline_guard.core.text import Text
from deadline_guard.intake.cells import integer_of, number_of, text_of
from deadline_guard.intake.dates import Cell, Moments, NotReadable
from deadline_guard.intake.mapping import Kind, Value
from deadline_guard.intake.mapping_file import HOLE

Cells: TypeAlias = Sequence[Cell]
Getter: TypeAlias = Callable[[Cells], Any]


class Unusable(ValueError):
    """A row that cannot be used: the column that shows it (None: the row as a whole) and why."""

    def __init__(self, column: int | None, why: Text) -> None:
        super().__init__(why)
        self.column = column
        self.why = why


class Getters:
    """Makes getters for a file whose columns stand at ``positions``."""

    def __init__(self, positions: Mapping[str, int], moments: Moments) -> None:
        self._positions = positions
        self._moments = moments

    def index(self, value: Value) -> int | None:
        """Return the column that shows a value, None for a constant."""
        return self._positions[value.columns[0]] if value.columns else None

    def bound(self, bound: str | None) -> Getter:
        """Return a getter of a date bound: a column's date, else the ISO date written in the mapping."""
        if bound is None:
            return _nothing
        if bound in self._positions:
            return self.moment(bound, self._moments.on)
        fixed = date.fromisoformat(bound)
        return lambda cells: fixed

    def text(self, column: str) -> Callable[[Cells], str]:
        """Return a getter of a column's text, trimmed; blank is the empty text."""
        index = self._positions[column]

        def get(cells: Cells) -> str:
            cell = cells[index]
            if cell.__class__ is str:
                return cell.strip()  # the test of the class is three times faster than isinstance
            try:
                return text_of(cell)
            except NotReadable as error:
                raise Unusable(index, error.why) from error

        return get

    def moment(self, column: str, read: Callable[[Cell], Any]) -> Getter:
        """Return a getter that reads a column by ``Moments.on`` or ``.at``; None where it is blank."""
        index = self._positions[column]

        def get(cells: Cells) -> Any:
            cell = cells[index]
            if cell.__class__ is str:
                cell = cell.strip()
            if cell == "" or cell is None:
                return None
            try:
                return read(cell)
            except NotReadable as error:
                raise Unusable(index, error.why) from error

        return get

    def value(self, value: Value | None, *, required: Text | None = None) -> Getter:
        """Return a getter of a mapped value; None where it is blank.

        ``required`` names what is missing when it is: then a blank raises Unusable.
        """
        get = self._looked_up(value) if value is not None else _nothing
        if required is None:
            return get
        column = self.index(value) if value is not None else None

        def demand(cells: Cells) -> Any:
            found = get(cells)
            if found is None:
                raise Unusable(column, Text(f"is blank: {required} is needed", f"为空:必须填写{required.zh}"))
            return found

        return demand

    def _looked_up(self, value: Value) -> Getter:
        get = self._plain(value)
        if value.table is None:
            return get
        table, otherwise = value.table, value.otherwise
        column = self.index(value)

        def look_up(cells: Cells) -> Any:
            found = get(cells)
            text = "" if found is None else str(found)
            if text in table:
                return table[text]
            if otherwise is not None or found is None:
                return otherwise
            there = ", ".join(table)
            raise Unusable(column, Text(f"is not in the mapping's table ({there})", f"不在映射的对照表中({there})"))

        return look_up

    def _plain(self, value: Value) -> Getter:
        if value.const is not None:
            const = value.const
            return lambda cells: const
        if value.template is not None:
            return self._template(value.template)
        column = value.columns[0]
        if value.kind is Kind.DATE:
            on = self._moments.on
            return self.moment(column, lambda cell: on(cell).isoformat())
        if value.kind is Kind.INTEGER:
            return self.moment(column, integer_of)
        if value.kind is Kind.NUMBER:
            return self.moment(column, number_of)
        text = self.text(column)
        return lambda cells: text(cells) or None

    def _template(self, template: str) -> Getter:
        parts = HOLE.split(template)
        holes = [self.text(name) for name in parts[1::2]]
        between = parts[::2]

        def fill(cells: Cells) -> str | None:
            texts = [hole(cells) for hole in holes]
            if not all(texts):
                return None
            return between[0] + "".join(text + fixed for text, fixed in zip(texts, between[1:], strict=True))

        return fill


def _nothing(cells: Cells) -> None:
    return None
