"""Cells: how a cell is named, and what text, number and truth value it holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from deadline_guard.core.text import Text
from deadline_guard.intake.dates import Cell, NotReadable

EXACT_DIGITS: Final = 10**15  # a spreadsheet keeps 15 digits of a number; longer ones have lost their end


def column_letters(index: int) -> str:
    """Return a spreadsheet's letters of a column (0 is A, 26 is AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Return the spreadsheet name of a cell; ``row`` counts from 1, ``column`` from 0 (1, 0 is A1)."""
    return f"{column_letters(column)}{row}"


def text_of(cell: Cell) -> str:
    """Return what a person would read in the cell; ``123.0`` is 123.

    Raises NotReadable for a number too long for a spreadsheet to have kept whole, and for a bare time of day.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    raise NotReadable(Text("is a time of day, not a text", "是时刻,不是文本"))


def _number_text(number: int | float) -> str:
    if abs(number) >= EXACT_DIGITS:
        raise NotReadable(
            Text(
                "is a number of more than 15 digits, whose last digits the workbook has lost: "
                "give the column the format Text and enter it again",
                "是超过 15 位的数字,工作簿已丢失末尾数位:请把该列设为文本格式后重新填写",
            )
        )
    return str(int(number)) if number == int(number) else repr(number)


def number_of(cell: Cell) -> int | float:
    """Return the number in a cell: digits with at most one decimal point, no thousands separators."""
    if isinstance(cell, bool):
        raise NotReadable(Text("is a truth value, not a number", "是真假值,不是数字"))
    if isinstance(cell, int | float):
        return int(cell) if cell == int(cell) else cell
    text = text_of(cell)
    plain = text[1:] if text[:1] in "+-" else text
    if not plain.replace(".", "", 1).isdecimal():
        raise NotReadable(Text("is not a plain number such as 1250 or 1250.50", "不是 1250 或 1250.50 这样的普通数字"))
    return float(text) if "." in text else int(text)


def integer_of(cell: Cell) -> int:
    """Return the whole number in a cell."""
    found = number_of(cell)
    if found != int(found):
        raise NotReadable(Text("is not a whole number", "不是整数"))
    return int(found)
