"""Delimited text as rows: numbers as a spreadsheet shows them, crooked rows reported, not guessed."""

from pathlib import Path

import pytest

from deadline_guard.errors import IntakeError
from deadline_guard.intake.delimited import open_delimited
from deadline_guard.intake.mapping import Format
from deadline_guard.intake.table import positions


def written(folder: Path, text: str) -> Path:
    path = folder / "cases.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_row_numbers_are_those_of_a_spreadsheet_and_quotes_hold_line_breaks(tmp_path: Path) -> None:
    table = open_delimited(written(tmp_path, 'id,note\r\n1,"two\nlines, ""quoted"""\r\n\r\n2,x\r\n'), Format())
    assert [(row.number, list(row.cells)) for row in table.rows()] == [
        (2, ["1", 'two\nlines, "quoted"']),
        (3, ["", ""]),
        (4, ["2", "x"]),
    ]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    table = open_delimited(
        written(tmp_path, "立案台账\n2026年\nid;day\n7;2026-01-02\n"), Format(header_row=3, delimiter=";")
    )
    assert table.header == ("id", "day")
    assert [(row.number, list(row.cells)) for row in table.rows()] == [(4, ["7", "2026-01-02"])]


def test_a_row_of_another_width_is_flawed_as_a_whole(tmp_path: Path) -> None:
    rows = list(open_delimited(written(tmp_path, "a,b\n1,2,3\n4\n"), Format()).rows())
    assert [row.flaws[0].why for row in rows] == [
        "the row has 3 fields, the header has 2",
        "the row has 1 fields, the header has 2",
    ]


def test_blanks_are_filled_from_above_only_in_the_columns_named(tmp_path: Path) -> None:
    path = written(tmp_path, "case,what,day\nA,x,1\n,y,2\n,,3\nB,z,4\n")
    assert [row.cells for row in open_delimited(path, Format(fill_down=("case",))).rows()] == [
        ["A", "x", "1"],
        ["A", "y", "2"],
        ["A", "", "3"],
        ["B", "z", "4"],
    ]


@pytest.mark.parametrize("text", ["", "\n", "a,b\n"])
def test_a_file_without_the_header_row_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(IntakeError, match="header"):
        open_delimited(written(tmp_path, text), Format(header_row=1 if text != "a,b\n" else 2))


def test_a_quote_that_never_ends_is_an_error_with_its_line(tmp_path: Path) -> None:
    table = open_delimited(written(tmp_path, 'a,b\n1,"2\n3,4\n'), Format())
    with pytest.raises(IntakeError, match=r"line 3: unexpected end of data"):
        list(table.rows())


def test_every_missing_column_is_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as raised:
        positions(("case_id", "due_date", "x", "x"), ["case_id", "due_dat", "x", "zzz"], tmp_path / "f.csv")
    lines = str(raised.value).splitlines()
    assert len(lines) == 3
    assert "did you mean 'due_date'?" in lines[0]
    assert "'x' stands 2 times" in lines[1]
    assert "there are case_id, due_date, x, x" in lines[2]


def test_the_reader_says_how_far_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "a\n" + "1\n" * 12_000)
    told: list[tuple[int, int]] = []
    rows = open_delimited(path, Format()).rows(lambda done, total: told.append((done, total)))
    assert sum(1 for _ in rows) == 12_000
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert len(told) >= 3
