"""Rule files as one text that can be kept for years and read back as the files that they were."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

_SUFFIXES = (".yaml", ".yml")


def packed(roots: Sequence[Path], wanted: Callable[[Path], bool] = lambda path: True, **more: Any) -> str:
    """Return the YAML files of folders (or single files) as one text; ``more`` is kept beside them.

    ``wanted`` is asked of each path inside its folder.
    """
    found = [{"file": root.is_file(), "files": dict(_files(root, wanted))} for root in roots]
    return json.dumps({"roots": found, **more}, ensure_ascii=False, sort_keys=True, indent=0)


def _files(root: Path, wanted: Callable[[Path], bool]) -> Iterator[tuple[str, str]]:
    paths = [root] if root.is_file() else sorted(root.rglob("*"))
    for path in paths:
        inside = Path(path.name) if path == root else path.relative_to(root)
        if path.is_file() and path.suffix in _SUFFIXES and wanted(inside):
            yield inside.as_posix(), path.read_bytes().decode("utf-8", "replace")


def unpacked(text: str, into: Path) -> tuple[list[Path], dict[str, Any]]:
    """Write the files of a packed text under ``into``; return the roots in their order, and what was kept beside.

    Raises ValueError for a text that :func:`packed` did not write.
    """
    kept = json.loads(text)
    if not isinstance(kept, dict) or "roots" not in kept:
        raise ValueError("the stored rules are of an older form that cannot be read back")
    roots: list[Path] = []
    for number, root in enumerate(kept.pop("roots")):
        folder = into / str(number)
        folder.mkdir(parents=True)
        for name, content in root["files"].items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"the stored rules name a file outside their folder: {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
        roots.append(folder / next(iter(root["files"])) if root["file"] and root["files"] else folder)
    return roots, kept


def passage(text: str, rule: str) -> str:
    """Return the lines of a packed text in which a rule stands, or "" where it names none."""
    for root in json.loads(text).get("roots", ()):
        for content in root["files"].values():
            lines = content.splitlines()
            for number, line in enumerate(lines):
                if _names(line, rule):
                    return "\n".join(_item(lines, number))
    return ""


def _names(line: str, rule: str) -> bool:
    bare = line.strip().removeprefix("-").strip().removeprefix("{").strip()
    head, colon, rest = bare.partition(":")
    return bool(colon) and head.strip() == "id" and rest.split(",")[0].split("#")[0].strip(" \"'}") == rule


def _item(lines: list[str], number: int) -> Iterator[str]:
    """Yield the list item around a line: from its dash to the next line that is no deeper than the dash."""
    first = number
    while first > 0 and not lines[first].lstrip().startswith("-"):
        first -= 1
    deep = len(lines[first]) - len(lines[first].lstrip())
    yield lines[first][deep:]
    for line in lines[first + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= deep:
            return
        yield line[deep:].rstrip()
