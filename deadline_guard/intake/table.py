"""A file as a table: a header, and numbered rows of cells."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from deadline_guard.core.text import Text, joined
from deadline_guard.errors import IntakeError
from deadline_guard.intake.dates import Cell
from deadline_guard.intake.mapping import Format


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a cell cannot be used although the row has one: a merged cell, a formula never calculated."""

    why: Text


class Row(NamedTuple):
    """A row as written: ``number`` counts from 1 as a person sees it; ``flaws`` by column index."""

    number: int
    cells: Sequence[Cell]
    flaws: Mapping[int, Flaw] = MappingProxyType({})


class Progress(Protocol):
    """Told how far the reading is: bytes (or rows) done, and of how many."""

    def __call__(self, done: int, total: int) -> None: ...


class Table(Protocol):
    """An opened file; ``rows`` may be called once for each pass."""

    path: Path
    header: tuple[str, ...]
    first_row: int

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield the rows below the header; delimited text is streamed, whatever its length."""
        ...


class Source(Protocol):
    """How a kind of file is opened; raises IntakeError when it cannot be read at all."""

    def __call__(self, path: Path, form: Format) -> Table: ...


def header_of(cells: Iterable[str], path: Path, row: int) -> tuple[str, ...]:
    """Return the column names of a header row: trimmed, inner line breaks as one blank."""
    names = tuple(" ".join(cell.split()) for cell in cells)
    if not any(names):
        raise IntakeError(
            Text(
                f"{path}: row {row} should be the header but is blank; set `format: {{header_row: …}}`",
                f"{path}:第 {row} 行应为表头,却是空行;请设置 `format: {{header_row: …}}`",
            )
        )
    return names


def positions(header: Sequence[str], wanted: Iterable[str], path: Path) -> dict[str, int]:
    """Return where each wanted column stands.

    Raises IntakeError naming every column that is missing (with the nearest one there is) or stands twice.
    """
    problems = []
    found: dict[str, int] = {}
    for name in wanted:
        if header.count(name) == 1:
            found[name] = header.index(name)
        elif name in header:
            n = header.count(name)
            problems.append(
                Text(f"the column {name!r} stands {n} times in the header", f"表头中列 {name!r} 出现了 {n} 次")
            )
        else:
            near = difflib.get_close_matches(name, header, 1)
            there = ", ".join(h for h in header if h)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {there}"
            tip = f"是否为 {near[0]!r}?" if near else f"现有:{there}"
            problems.append(
                Text(
                    f"the mapping names the column {name!r}, which the file does not have; {hint}",
                    f"映射文件所指的列 {name!r} 在文件中不存在;{tip}",
                )
            )
    if problems:
        raise IntakeError(joined(joined((str(path), problem), ": ") for problem in problems))
    return found
