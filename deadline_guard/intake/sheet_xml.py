"""What a workbook reader gives back as empty although the cell is not: formulas without result, errors."""

from __future__ import annotations

import posixpath
import re
import zipfile
from enum import Enum
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.parsers import expat

from deadline_guard.core.text import Text
from deadline_guard.errors import IntakeError

RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL: Final = re.compile(r"([A-Z]+)(\d+)")
CHUNK: Final = 1 << 20
BUDGET: Final = 2 << 30  # bytes unpacked: a sheet of a million rows has far less


class Emptied(Enum):
    """Why a cell reads as empty."""

    FORMULA = "formula"
    ERROR = "error"


def emptied_cells(path: Path, sheet: str) -> dict[int, list[tuple[int, Emptied]]]:
    """Return, by row number, the columns (from 0) that read as empty although they are not."""
    try:
        with zipfile.ZipFile(path) as book:
            part = _part(book, sheet)
            return _scan(book, part) if part and _has_formulas(book, part) else {}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, expat.ExpatError) as error:
        raise IntakeError(
            Text(
                f"{path}: the workbook is damaged ({error}); open it, save it again and import that",
                f"{path}:工作簿已损坏({error});请打开后重新保存,再行导入",
            )
        ) from error


def _part(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the part that holds a sheet."""
    tree = ElementTree.fromstring(book.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    target = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for found in tree.iter():
        if found.tag.endswith("}sheet") and found.get("name") == sheet:
            return posixpath.normpath(posixpath.join("/xl", target[found.get(RELATION)])).lstrip("/")
    return None


def _has_formulas(book: zipfile.ZipFile, part: str) -> bool:
    """Tell whether a closer look is worth its time: most sheets have neither formulas nor errors."""
    if book.getinfo(part).file_size > BUDGET:
        raise IntakeError(
            Text(
                f"{book.filename}: the sheet unpacks to more than {BUDGET} bytes",
                f"{book.filename}:工作表解压后超过 {BUDGET} 字节",
            )
        )
    before = b""
    with book.open(part) as stream:
        while chunk := stream.read(CHUNK):
            seen = before + chunk
            if b"<f" in seen or b't="e"' in seen:
                return True
            before = seen[-8:]
    return False


def _scan(book: zipfile.ZipFile, part: str) -> dict[int, list[tuple[int, Emptied]]]:
    finder = _Finder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = finder.start
    parser.EndElementHandler = finder.end
    parser.CharacterDataHandler = finder.text
    with book.open(part) as stream:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    return finder.found


class _Finder:
    """Follows the cells of a sheet as they stream by."""

    def __init__(self) -> None:
        self.found: dict[int, list[tuple[int, Emptied]]] = {}
        self._name = ""
        self._error = self._formula = self._value = self._in_value = self._text = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "c":
            self._name = attributes.get("r", "")
            self._error = attributes.get("t") == "e"
            self._text = attributes.get("t") == "str"  # a formula may well have given the empty text
            self._formula = self._value = self._in_value = False
        elif tag == "f":
            self._formula = True
        elif tag in ("v", "t"):
            self._in_value = True
            self._value = self._value or self._text

    def text(self, _: str) -> None:
        self._value = self._value or self._in_value

    def end(self, tag: str) -> None:
        tag = tag.rpartition(" ")[2]
        if tag in ("v", "t"):
            self._in_value = False
        elif tag == "c" and (self._error or (self._formula and not self._value)):
            match = CELL.fullmatch(self._name)
            if match:
                why = Emptied.ERROR if self._error else Emptied.FORMULA
                self.found.setdefault(int(match[2]), []).append((_index(match[1]), why))


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
