"""Delimited text (CSV, TSV), plain or packed by gzip, read as a stream."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

from deadline_guard.core.text import Text
from deadline_guard.errors import IntakeError
from deadline_guard.intake.dates import Cell
from deadline_guard.intake.encoding import encoding_of, open_bytes
from deadline_guard.intake.mapping import Format
from deadline_guard.intake.table import Flaw, Progress, Row, header_of

REPORT_EVERY: Final = 5_000


class Delimited:
    """A delimited text file; row numbers are those of a spreadsheet that opens it (the header is row 1)."""

    def __init__(self, path: Path, form: Format) -> None:
        self.path = path
        self.form = form
        self.encoding = encoding_of(path, form.encoding)
        self.first_row = form.header_row + 1
        with open_bytes(path) as raw:
            for number, cells in enumerate(self._records(raw), start=1):
                if number == form.header_row:
                    self.header = header_of(cells, path, number)
                    return
        row = form.header_row
        raise IntakeError(
            Text(f"{path}: there is no row {row}, which should be the header", f"{path}:没有第 {row} 行,而表头应在该行")
        )

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield the rows below the header as a stream."""
        total = self.path.stat().st_size
        width = len(self.header)
        fill = [index for index, name in enumerate(self.header) if name in self.form.fill_down]
        above: dict[int, str] = {}
        with self.path.open("rb") as packed, _unpacked(packed, self.path) as raw:
            for number, cells in enumerate(self._records(raw), start=1):
                if number < self.first_row:
                    continue
                if progress is not None and number % REPORT_EVERY == 0:
                    progress(packed.tell(), total)
                if len(cells) != width:
                    yield _other_width(number, cells, width)
                    continue
                for index in fill:
                    above[index] = cells[index] = cells[index] or above.get(index, "")
                yield Row(number, cells)
            if progress is not None:
                progress(total, total)

    def _records(self, raw: IO[bytes]) -> Iterator[list[str]]:
        text = io.TextIOWrapper(raw, encoding=self.encoding, errors="strict", newline="")
        reader = csv.reader(text, delimiter=self.form.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            place, by = f"{self.path}: line {reader.line_num}: {error}", repr(self.form.delimiter)
            raise IntakeError(
                Text(
                    f"{place}; expected fields parted by {by} and quotes doubled inside quotes",
                    f"{place};字段应以 {by} 分隔,引号内的引号须写成两个",
                )
            ) from error


def _unpacked(packed: IO[bytes], path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=packed)) if path.suffix == ".gz" else packed


def _other_width(number: int, cells: list[str], width: int) -> Row:
    """Return a row that cannot be used, or a blank line as a blank row."""
    if not any(cell.strip() for cell in cells):
        return Row(number, [""] * width)
    flaw = Flaw(
        Text(
            f"the row has {len(cells)} fields, the header has {width}",
            f"本行有 {len(cells)} 列,表头有 {width} 列",
        )
    )
    padded: list[Cell] = [*cells, *[""] * width]
    return Row(number, padded[:width], dict.fromkeys(range(width), flaw))


def open_delimited(path: Path, form: Format) -> Delimited:
    """Open a delimited text file."""
    return Delimited(path, form)
