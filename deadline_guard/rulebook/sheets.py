"""The files of rule folders: found, read, and checked against the shape that their first keys ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from deadline_guard import paths
from deadline_guard.core.jurisdictions import JURISDICTIONS
from deadline_guard.rulebook.checking import salvaged
from deadline_guard.rulebook.problems import Mark, Problem, nearest, problem
from deadline_guard.rulebook.shapes import FILES, Shape
from deadline_guard.rulebook.source import Document, read

_OTHER_FILES: Final = ("people", "config", "coverage")
_OTHER_FOLDERS: Final = frozenset({"calendars", "coverage"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rule file, ``name`` relative to its folder.

    ``shape`` holds the entries that fit; it is None when the file as a whole does not.
    """

    name: str
    document: Document
    shape: Shape | None
    rules: tuple[int, ...] = ()  # the places in the file of the rules that the shape holds


@dataclass(slots=True)
class Sheets:
    """All files of all folders in reading order; ``whole`` is False when one could not be read at all."""

    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True

    @property
    def revision(self) -> str:
        """Return the hash over all names and contents."""
        total = hashlib.sha256()
        for sheet in self.sheets:
            total.update(f"{sheet.name}\0{sheet.document.digest}\n".encode())
        return total.hexdigest()

    def names(self, key: str) -> set[str]:
        """Return the names that stand under a top key anywhere, even in files that do not fit otherwise."""
        found: set[str] = set()
        for sheet in self.sheets:
            data = sheet.document.data
            held = data.get(key) if isinstance(data, dict) else None
            if isinstance(held, dict):
                found.update(held)
            elif isinstance(held, list):
                found.update(str(one["id"]) for one in held if isinstance(one, dict) and "id" in one)
        return found


def sheets(folders: Sequence[Path]) -> Sheets:
    """Read every rule file of the folders, in order, later folders after earlier ones."""
    found = Sheets()
    for folder in folders:
        if not folder.exists():
            found.problems.append(problem("no_folder", Mark(str(folder))))
            continue
        files = list(_files(folder))
        if not files:
            found.problems.append(problem("no_rule_files", Mark(str(folder))))
        for path in files:
            name = path.name if path == folder else path.relative_to(folder).as_posix()
            _read(found, path, name)
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Yield the rule files of a folder (or the file itself): not calendars, coverage, people, tests, hidden files."""
    if folder.is_file():
        yield folder
        return
    for path in sorted(folder.rglob("*.y*ml")):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in inside) or not _OTHER_FOLDERS.isdisjoint(inside[:-1])
        other = path.name.split(".")[0] in _OTHER_FILES or path.stem.endswith(".test")
        if path.suffix in (".yaml", ".yml") and path.is_file() and not hidden and not other:
            yield path


def _read(found: Sheets, path: Path, name: str) -> None:
    document, problems = read(path)
    found.problems += problems
    if document is None:
        found.whole = False
        return
    model = _model(document)
    if isinstance(model, Problem):
        found.problems.append(model)
        found.sheets.append(Sheet(name, document, None))
        return
    shape, problems, kept = salvaged(model, document)
    found.problems += problems
    found.sheets.append(Sheet(name, document, shape, kept))


def _model(document: Document) -> type[Shape] | Problem:
    """Return the shape that the file's top keys ask for."""
    data = document.data
    for key in data if isinstance(data, dict) else ():
        if key in FILES:
            return FILES[key]
    keys = ", ".join(list(data)[:3]) if isinstance(data, dict) else type(data).__name__
    first = next(iter(data)) if isinstance(data, dict) and data else ""
    known, hint = ", ".join(sorted(FILES)), nearest(first, FILES, listing=False)
    return problem("unknown_file", document.at(), keys=keys, known=known, hint=hint)


def calendar_names(folders: Iterable[Path]) -> set[str]:
    """Return the ids of all calendars that rules may name: shipped ones and those beside the rules."""
    names = {j.calendar for j in JURISDICTIONS.values()}
    for folder in (*folders, paths.rules_dir()):
        for path in sorted((folder / "calendars").glob("*.yaml")):
            document, _ = read(path)
            data: Any = document.data if document else None
            for one in data.get("calendars", ()) if isinstance(data, dict) else ():
                if isinstance(one, dict) and isinstance(one.get("id"), str):
                    names.add(one["id"])
    return names
