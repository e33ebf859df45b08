"""The YAML of a mapping as a tree whose every node knows its place, and the checks of its shape."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from deadline_guard.core.text import Text, joined
from deadline_guard.errors import IntakeError
from deadline_guard.rulebook import source
from deadline_guard.rulebook.problems import lines_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place in the file; ``value`` is a plain value, a list of nodes or a dict of nodes."""

    value: Any
    place: str

    @property
    def said(self) -> Text:
        """Return how to name what was found here."""
        if isinstance(self.value, dict):
            return Text("key: value pairs", "键值对")
        if isinstance(self.value, list):
            return Text("a list", "列表")
        return Text("nothing", "空值") if self.value is None else Text(repr(self.value))


def read_tree(path: Path) -> Node:
    """Return the file's tree; raises IntakeError with every problem of its YAML."""
    document, problems = source.read(path)
    if problems or document is None:
        raise IntakeError(lines_of(problems))
    return _node(document, (), document.data)


def _node(document: source.Document, path: tuple[str | int, ...], value: Any) -> Node:
    place = str(document.at(path))
    if isinstance(value, dict):
        return Node({key: _node(document, (*path, key), item) for key, item in value.items()}, place)
    if isinstance(value, list):
        return Node([_node(document, (*path, i), item) for i, item in enumerate(value)], place)
    return Node(value, place)


class Problems:
    """Collects what is wrong with a tree, so that a file is mended in one go."""

    def __init__(self) -> None:
        self.found: list[Text] = []

    def add(self, node: Node, text: Text) -> None:
        """Keep a problem at a node's place."""
        self.found.append(joined((node.place, text), ": "))

    def wrong(self, node: Node, expected: Text, found: Text | None = None) -> None:
        """Keep that something else was expected at a node's place than what stands there."""
        shown = found or node.said
        self.add(node, Text(f"found {shown}, expected {expected}", f"此处是{shown.zh},应为{expected.zh}"))

    def fields(self, node: Node, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """Return the fields of a node; an unknown key is told with the nearest allowed one."""
        allowed = tuple(allowed)
        if not isinstance(node.value, dict):
            self.wrong(node, Text(f"the keys {', '.join(allowed)}", f"以下键:{', '.join(allowed)}"))
            return {}
        fields: dict[str, Node] = dict(node.value)
        for key in [k for k in fields if k not in allowed]:
            near = difflib.get_close_matches(key, allowed, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"allowed are {', '.join(allowed)}"
            tip = f"是否为 {near[0]!r}?" if near else f"可用:{', '.join(allowed)}"
            self.add(fields.pop(key), Text(f"unknown key {key!r}; {hint}", f"未知的键 {key!r};{tip}"))
        for key in [k for k in required if k not in fields]:
            self.add(node, Text(f"the key {key!r} is missing", f"缺少键 {key!r}"))
        return fields

    def table(self, node: Node | None) -> dict[str, Node]:
        """Return a node of free keys as a dict."""
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.wrong(node, Text("key: value pairs", "键值对"))
            return {}
        return dict(node.value)

    def text(self, node: Node | None, default: str = "") -> str:
        """Return a text, or ``default`` when the key is absent."""
        if node is None:
            return default
        if isinstance(node.value, dict | list | bool) or node.value is None:
            self.wrong(node, Text("a text", "文本"))
            return default
        return str(node.value)

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """Return a list of texts; one text alone is a list of one."""
        if node is None:
            return ()
        return tuple(self.text(item) for item in (node.value if isinstance(node.value, list) else [node]))

    def flag(self, node: Node | None) -> bool:
        """Return a truth value; absent is false."""
        if node is None:
            return False
        if not isinstance(node.value, bool):
            self.wrong(node, Text("true or false", "true 或 false"))
        return node.value is True

    def choice(self, node: Node | None, read: Callable[[str], T], expected: Text, default: T) -> T:
        """Return a text turned into what it stands for, or ``default`` when the key is absent."""
        if node is None:
            return default
        text = self.text(node)
        try:
            return read(text)
        except (ValueError, KeyError):
            self.wrong(node, expected, Text(repr(text)))
            return default
