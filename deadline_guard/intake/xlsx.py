"""Workbooks (XLSX, XLSM): values by calamine, what it leaves out by a look at the sheet's own XML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from deadline_guard.core.text import Text
from deadline_guard.errors import IntakeError
from deadline_guard.intake.cells import cell_name, text_of
from deadline_guard.intake.dates import Cell, NotReadable
from deadline_guard.intake.mapping import Format
from deadline_guard.intake.sheet_xml import Emptied, emptied_cells
from deadline_guard.intake.table import Flaw, Progress, Row, header_of

REPORT_EVERY: Final = 2_000
WHY: Final = {
    Emptied.FORMULA: Text(
        "is a formula whose result is not stored in the file: open the workbook, save it and import again",
        "是公式,但文件中没有保存计算结果:请打开工作簿保存后重新导入",
    ),
    Emptied.ERROR: Text("holds an error value instead of a result: mend the formula", "是错误值而不是结果:请更正公式"),
}


class Xlsx:
    """One sheet of a workbook; the first one unless the mapping names another."""

    def __init__(self, path: Path, form: Format) -> None:
        self.path = path
        self.form = form
        self.first_row = form.header_row + 1
        self._sheet = self._open(form.sheet)
        self._emptied = emptied_cells(path, self._sheet.name)
        self._merged = self._sheet.merged_cell_ranges or []
        for number, cells in self._numbered():
            if number == form.header_row:
                self.header = header_of((self._name(number, i, cell) for i, cell in enumerate(cells)), path, number)
                return
        sheet, row = self._sheet.name, form.header_row
        raise IntakeError(
            Text(
                f"{path}: sheet {sheet!r} has no row {row} to be the header",
                f"{path}:工作表 {sheet!r} 没有第 {row} 行可作表头",
            )
        )

    def _open(self, wanted: str | None) -> CalamineSheet:
        try:
            book = CalamineWorkbook.from_path(self.path)
            if wanted is not None and wanted not in book.sheet_names:
                there = ", ".join(repr(name) for name in book.sheet_names)
                raise IntakeError(
                    Text(
                        f"{self.path}: there is no sheet {wanted!r}; there are {there}",
                        f"{self.path}:没有工作表 {wanted!r};现有:{there}",
                    )
                )
            return book.get_sheet_by_name(wanted) if wanted else book.get_sheet_by_index(0)
        except (CalamineError, OSError) as error:
            raise IntakeError(
                Text(
                    f"{self.path}: not a workbook that can be read ({error}); expected .xlsx",
                    f"{self.path}:不是可读取的工作簿({error});应为 .xlsx",
                )
            ) from error

    def _numbered(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield every row with its number and its cells from column A on."""
        left = (self._sheet.start or (0, 0))[1]
        pad: list[Cell] = [""] * left
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            yield number, [*pad, *cells]

    def _name(self, number: int, index: int, cell: Cell) -> str:
        try:
            return text_of(cell)
        except NotReadable as error:
            cell = cell_name(number, index)
            raise IntakeError(
                Text(f"{self.path}: {cell} in the header {error.why}", f"{self.path}:表头单元格 {cell} {error.why.zh}")
            ) from error

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield the rows below the header; merged cells are filled down only where the mapping says so."""
        width = len(self.header)
        spans = _Spans(self._merged, {i for i, name in enumerate(self.header) if name in self.form.fill_down})
        total = (self._sheet.end or (0, 0))[0] + 1
        for number, cells in self._numbered():
            flaws = spans.apply(number - 1, cells)
            if number < self.first_row:
                continue
            for index, emptied in self._emptied.get(number, ()):
                flaws[index] = Flaw(WHY[emptied])
            if progress is not None and (number % REPORT_EVERY == 0 or number == total):
                progress(number, total)
            yield Row(number, cells[:width] + [""] * (width - len(cells)), flaws)


class _Spans:
    """The merged ranges of a sheet, met from the top: only the top left cell of each holds a value."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]], fill: set[int]) -> None:
        self._waiting = sorted(ranges, reverse=True)
        self._open: list[tuple[int, int, int, int, Cell]] = []
        self._fill = fill

    def apply(self, row: int, cells: list[Cell]) -> dict[int, Flaw]:
        """Fill the row's covered cells where wanted; return the flaws of the others by column."""
        flaws: dict[int, Flaw] = {}
        while self._waiting and self._waiting[-1][0][0] <= row:
            (top, left), (bottom, right) = self._waiting.pop()
            self._open.append((top, left, bottom, right, cells[left] if left < len(cells) else ""))
        if not self._open:
            return flaws
        self._open = [span for span in self._open if span[2] >= row]
        for top, left, bottom, right, value in self._open:
            for column in range(left, min(right + 1, len(cells))):
                if (row, column) == (top, left):
                    continue
                if column == left and column in self._fill:
                    cells[column] = value
                else:
                    name = f"{cell_name(top + 1, left)}:{cell_name(bottom + 1, right)}"
                    flaws[column] = Flaw(_covered(name))
        return flaws


def _covered(name: str) -> Text:
    return Text(
        f"is covered by the merged cells {name}: part them, or name the column under fill_down",
        f"被合并单元格 {name} 覆盖:请取消合并,或在映射的 fill_down 中列出该列",
    )


def open_xlsx(path: Path, form: Format) -> Xlsx:
    """Open a workbook."""
    return Xlsx(path, form)
