"""Rejected rows: kept for the preview, written to a file on request."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from deadline_guard.core.text import Text
from deadline_guard.errors import IntakeError
from deadline_guard.intake.cells import cell_name

KEPT: Final = 1_000  # shown; a file in which more rows are wrong has the wrong mapping
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: the row as a person counts it, the column (None: the whole row), and why."""

    row: int
    column: str | None
    cell: str | None
    value: str
    why: Text

    def said(self, locale: str = "en") -> str:
        """Return the line that the preview shows."""
        row = f"第 {self.row} 行" if locale.startswith("zh") else f"row {self.row}"
        if self.column is None:
            return f"{row}: {self.why.said(locale)}"
        return f"{row}, {self.cell} ({self.column}): {self.value!r} {self.why.said(locale)}"


class Rejects:
    """Collects rejections; the first thousand stay in memory, all go to the file where one is wanted."""

    def __init__(self, header: tuple[str, ...], file: IO[str] | None = None, locale: str = "en") -> None:
        self.header = header
        self._locale = locale
        self.kept: list[Rejected] = []
        self.rows = 0
        self._last = 0
        self._writer: Any = None if file is None else csv.writer(file)
        if self._writer is not None:
            self._writer.writerow(("row", "cell", "column", "value", "why"))

    def add(self, row: int, column: int | None, value: object, why: Text) -> None:
        """Keep one problem of a row; a row with several problems counts once."""
        self.rows += row != self._last
        self._last = row
        cell = None if column is None else cell_name(row, column)
        name = None if column is None else self.header[column]
        found = Rejected(row, name, cell, _written(value), why)
        if len(self.kept) < KEPT:
            self.kept.append(found)
        if self._writer is not None:
            texts = (str(row), cell or "", name or "", found.value, why.said(self._locale))
            self._writer.writerow([harmless(text) for text in texts])


def _written(value: object) -> str:
    """Return a cell's value as a person wrote it: workbooks give whole numbers a fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def harmless(text: str) -> str:
    """Return a text that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@contextmanager
def reject_file(path: Path | None) -> Iterator[IO[str] | None]:
    """Open the report of rejected rows (UTF-8 with mark, for spreadsheets); None: no report."""
    if path is None:
        yield None
        return
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        why = error.strerror
        raise IntakeError(
            Text(f"{path}: the rejected rows cannot be written there ({why})", f"{path}:无法写入被拒行清单({why})")
        ) from error
