"""Strict YAML 1.2 core on PyYAML's events: what is written is what is meant, and every value has a place.

Only ``true``/``false``, ``null``/``~`` and plain decimal numbers are anything but text: ``18:00``, ``NO``,
``on``, ``010`` and ``2026-02-29`` stay as written. Built on events, not nodes: PyYAML's C composer overflows
the stack on deep nesting, and events need no recursion.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Final

import yaml

from deadline_guard.rulebook.problems import Mark, Problem, problem, shown
from deadline_guard.rulebook.syntax import refusal

try:
    from yaml.cyaml import CParser as EventParser  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - PyYAML without libyaml reads the same, seven times slower
    from deadline_guard.rulebook.syntax import PlainParser as EventParser  # type: ignore[assignment]

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_NODES: Final = 1_000_000  # after aliases are expanded
MOST_ALIASES: Final = 500
MOST_DEPTH: Final = 60

_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_FIRST: Final = frozenset("-0123456789")

# id of a container in the data → key or index → (mark of the key, mark of the value)
_Spots = dict[int, dict[Hashable, tuple[Any, Any]]]


class Document:
    """A read file: ``data`` as plain Python and the place of every key and value."""

    __slots__ = ("_spots", "data", "digest", "name")

    def __init__(self, name: str, data: Any, digest: str, spots: _Spots) -> None:
        self.name = name
        self.data = data
        self.digest = digest  # sha256 of the bytes
        self._spots = spots

    def holds(self, container: Any, part: str | int) -> bool:
        """Return whether ``part`` is a key or an index of a container of this document."""
        return part in self._spots.get(id(container), {})

    def at(self, path: Sequence[str | int] = (), *, key: bool = False) -> Mark:
        """Return the place of the value at ``path`` (or of its key); missing parts are passed over.

        So the path of a missing field gives the mapping that lacks it.
        """
        here: Any = self.data
        mark = Mark(self.name)
        for part in path:
            if not self.holds(here, part):
                continue
            marks = self._spots[id(here)][part]
            chosen = marks[0] if key and part == path[-1] else marks[1]
            mark = Mark(self.name, chosen.line + 1, chosen.column + 1)
            here = here[part]
        return mark


def read(source: Path | str | bytes, name: str = "") -> tuple[Document | None, list[Problem]]:
    """Read one YAML file (a Path) or a text, and return it with all its problems.

    With any problem the document must not be used; it is returned where it could be built so that further
    checks can report theirs in the same run. Never raises for what stands in the file.
    """
    name = name or (str(source) if isinstance(source, Path) else "<text>")
    try:
        raw = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        return None, [problem("unreadable", Mark(name), reason=error.strerror or str(error))]
    if len(raw) > MOST_BYTES:
        return None, [problem("too_big", Mark(name), size=len(raw) // 1024, most=MOST_BYTES // 1024)]
    try:
        data = raw.encode() if isinstance(raw, str) else raw
        text = data.decode("utf-8-sig")
    except UnicodeError as error:
        return None, [_undecodable(raw, name, error)]
    return _Builder(name).build(text, hashlib.sha256(data).hexdigest())


def _undecodable(raw: str | bytes, name: str, error: UnicodeError) -> Problem:
    """Say on which line the first byte that is no UTF-8 stands."""
    start = getattr(error, "start", 0)
    before = raw[:start]
    text = before if isinstance(before, str) else before.decode("utf-8-sig", "replace")
    return problem("undecodable", Mark(name, text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1))


class _Frame:
    """One open mapping or list on the builder's stack."""

    __slots__ = ("anchor", "key", "key_mark", "mark", "size", "spots", "value")

    def __init__(self, value: Any, mark: Any, anchor: str | None) -> None:
        self.value = value
        self.mark = mark
        self.anchor = anchor
        self.size = 1
        self.key: str | None = None
        self.key_mark: Any = None
        self.spots: dict[Hashable, tuple[Any, Any]] = {}


class _Stop(Exception):
    """Reading cannot go on; the problem is recorded."""


class _Builder:
    """Turns parser events into plain data and a table of places, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.spots: _Spots = {}
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}  # name → value, expanded size
        self.open_anchors: set[str] = set()
        self.aliases = 0
        self.nodes = 0
        self.documents = 0
        self.root: Any = None

    def build(self, text: str, digest: str) -> tuple[Document | None, list[Problem]]:
        """Return the document, or None where the text is no YAML or holds nothing."""
        try:
            self._consume(text)
        except _Stop:
            return None, self.problems
        except (yaml.YAMLError, RecursionError) as error:
            return None, [*self.problems, refusal(error, text, self.name)]
        if self.root is None:
            return None, [*self.problems, problem("empty", Mark(self.name))]
        return Document(self.name, self.root, digest, self.spots), self.problems

    def _consume(self, text: str) -> None:
        parser = EventParser(text)
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.DocumentStartEvent: self._document,
        }
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is yaml.StreamEndEvent:
                return
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)

    def _say(self, code: str, mark: Any, **args: object) -> None:
        self.problems.append(problem(code, self._mark(mark), **args))

    def _mark(self, mark: Any) -> Mark:
        return Mark(self.name, mark.line + 1, mark.column + 1)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._say("two_documents", event.start_mark)
            raise _Stop

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._say("tag", event.start_mark, tag=event.tag)
        frame = self.stack[-1] if self.stack else None
        as_key = frame is not None and type(frame.value) is dict and frame.key is None
        value = event.value if as_key or event.style else _plain(event.value)
        if as_key and value == "<<" and not event.style:
            self._say("merge_key", event.start_mark)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        self._add(value, event.start_mark, 1)

    def _alias(self, event: Any) -> None:
        self.aliases += 1
        if event.anchor in self.open_anchors:
            self._say("alias_of_itself", event.start_mark, name=event.anchor)
            raise _Stop
        if event.anchor not in self.anchors:
            self._say("unknown_alias", event.start_mark, name=event.anchor)
            raise _Stop
        if self.aliases > MOST_ALIASES:
            self._say("too_many_aliases", event.start_mark, most=MOST_ALIASES)
            raise _Stop
        value, size = self.anchors[event.anchor]
        self._add(value, event.start_mark, size)

    def _open(self, event: Any) -> None:
        if event.tag is not None:
            self._say("tag", event.start_mark, tag=event.tag)
        if len(self.stack) >= MOST_DEPTH:
            self._say("too_deep", event.start_mark, most=MOST_DEPTH)
            raise _Stop
        if event.anchor is not None:
            self.open_anchors.add(event.anchor)
        value: Any = {} if type(event) is yaml.MappingStartEvent else []
        self.stack.append(_Frame(value, event.start_mark, event.anchor))

    def _close(self, _event: Any) -> None:
        frame = self.stack.pop()
        self.spots[id(frame.value)] = frame.spots
        if frame.anchor is not None:
            self.open_anchors.discard(frame.anchor)
            self.anchors[frame.anchor] = (frame.value, frame.size)
        self._add(frame.value, frame.mark, frame.size)

    def _add(self, value: Any, mark: Any, size: int) -> None:
        """Put a finished value into the open container, as its key, or as the whole document."""
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        frame.size += size
        if frame.size > MOST_NODES:
            self._say("too_many_nodes", mark, most=MOST_NODES)
            raise _Stop
        if type(frame.value) is list:
            frame.spots[len(frame.value)] = (mark, mark)
            frame.value.append(value)
        elif frame.key is None:
            self._key(frame, value, mark)
        else:
            if frame.key not in frame.value:  # a duplicate was reported at its key: the first one stays
                frame.value[frame.key] = value
                frame.spots[frame.key] = (frame.key_mark, mark)
            frame.key = None

    def _key(self, frame: _Frame, value: Any, mark: Any) -> None:
        """Take ``value`` as the next key of a mapping; keys are always text."""
        frame.key_mark = mark
        if not isinstance(value, str):
            self._say("key_not_text", mark, value=shown(value))
            frame.key = f"{mark.line}:{mark.column}"
            return
        frame.key = value
        if value in frame.value:
            first = self._mark(frame.spots[value][0])
            self._say("duplicate_key", mark, key=shown(value), line=first.line)


def _plain(text: str) -> Any:
    """Return what an unquoted scalar means under the YAML 1.2 core schema, less hex, octal, inf and nan."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if isfinite(number) else text
    return text
