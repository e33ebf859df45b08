"""Workbooks as they come from real offices: merged cells, text dates, formulas, numbers that lost digits."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from deadline_guard.errors import IntakeError
from deadline_guard.intake.mapping import Format
from deadline_guard.intake.xlsx import open_xlsx

Fill = Callable[[Any], None]
PLAIN = Format()


@pytest.fixture
def book(tmp_path: Path) -> Callable[[Fill], Path]:
    def make(fill: Fill) -> Path:
        workbook = openpyxl.Workbook()
        fill(workbook)
        workbook.save(tmp_path / "cases.xlsx")
        return tmp_path / "cases.xlsx"

    return make


def rows_of(path: Path, form: Format = PLAIN) -> list[tuple[int, list[Any]]]:
    return [(row.number, list(row.cells)) for row in open_xlsx(path, form).rows()]


def test_cells_keep_their_types_and_rows_their_numbers(book: Callable[[Fill], Path]) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        sheet["B3"], sheet["C3"] = "案号", "日期\n(立案)"
        sheet["B5"], sheet["C5"] = 123, date(2026, 11, 3)

    path = book(fill)
    table = open_xlsx(path, Format(header_row=3))
    assert table.header == ("", "案号", "日期 (立案)")
    assert rows_of(path, Format(header_row=3)) == [(4, ["", "", ""]), (5, ["", 123.0, date(2026, 11, 3)])]


def test_a_named_sheet_is_read_and_an_unknown_one_refused_with_those_there_are(book: Callable[[Fill], Path]) -> None:
    def fill(workbook: Any) -> None:
        workbook.active.title = "说明"
        sheet = workbook.create_sheet("台账")
        sheet.append(["id"])
        sheet.append(["A"])

    path = book(fill)
    assert rows_of(path, Format(sheet="台账")) == [(2, ["A"])]
    with pytest.raises(IntakeError, match="'说明', '台账'"):
        open_xlsx(path, Format(sheet="台帐"))


def merged(workbook: Any) -> None:
    sheet = workbook.active
    for row in [["case", "what", "day"], ["A", "x", 1], [None, "y", 2], [None, "z", 3], ["B", None, 4]]:
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("B5:C5")


def test_merged_cells_are_flaws_until_the_mapping_says_fill_down(book: Callable[[Fill], Path]) -> None:
    path = book(merged)
    flaws = {row.number: dict(row.flaws) for row in open_xlsx(path, Format()).rows()}
    assert {number: sorted(found) for number, found in flaws.items()} == {2: [], 3: [0], 4: [0], 5: [2]}
    assert "A2:A4" in flaws[3][0].why
    assert "A2:A4" in flaws[3][0].why.zh

    filled = list(open_xlsx(path, Format(fill_down=("case", "day"))).rows())
    assert [row.cells[0] for row in filled] == ["A", "A", "A", "B"]
    assert [sorted(row.flaws) for row in filled] == [[], [], [], [2]]  # never filled to the right


def test_a_blank_that_is_not_merged_stays_blank(book: Callable[[Fill], Path]) -> None:
    def fill(workbook: Any) -> None:
        for row in [["case", "day"], ["A", 1], [None, 2]]:
            workbook.active.append(row)

    assert rows_of(book(fill), Format(fill_down=("case",))) == [(2, ["A", 1.0]), (3, ["", 2.0])]


def test_formulas_without_result_and_errors_are_flaws(book: Callable[[Fill], Path]) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        sheet.append(["a", "b", "c"])
        sheet.append([1, "=A2+1", "#N/A"])
        sheet.append([1, 2, "ok"])

    rows = list(open_xlsx(book(fill), Format()).rows())
    assert {index: flaw.why.split(":")[0] for index, flaw in rows[0].flaws.items()} == {
        1: "is a formula whose result is not stored in the file",
        2: "holds an error value instead of a result",
    }
    assert not rows[1].flaws


def test_a_formula_with_its_result_is_an_ordinary_cell(book: Callable[[Fill], Path], tmp_path: Path) -> None:
    """Excel stores results; openpyxl cannot, so the result is put into the part by hand."""
    import zipfile

    def fill(workbook: Any) -> None:
        for row in [["a", "b", "c"], [1, "=A2+1", '=""']]:
            workbook.active.append(row)

    path, calculated = book(fill), tmp_path / "calculated.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(calculated, "w") as target:
        for name in source.namelist():
            part = source.read(name).decode("utf-8")
            if name == "xl/worksheets/sheet1.xml":
                before = part
                part = part.replace("<f>A2+1</f><v />", "<f>A2+1</f><v>2</v>").replace(
                    "<f>A2+1</f><v></v>", "<f>A2+1</f><v>2</v>"
                )
                part = part.replace('<c r="C2"><f>""</f><v />', '<c r="C2" t="str"><f>""</f><v />')
                part = part.replace('<c r="C2"><f>""</f><v></v>', '<c r="C2" t="str"><f>""</f><v></v>')
                assert part.count("str") > before.count("str")
            target.writestr(name, part)
    (row,) = open_xlsx(calculated, Format()).rows()
    assert list(row.cells) == [1.0, 2.0, ""]
    assert not row.flaws


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    path.write_text("id,day\n")
    with pytest.raises(IntakeError, match="not a workbook"):
        open_xlsx(path, Format())
