"""The YAML of a mapping as a tree whose every node knows its place, and the checks of its shape."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from deadline_guard.errors import IntakeError
from deadline_guard.rulebook import source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place in the file; ``value`` is a plain value, a list of nodes or a dict of nodes."""

    value: Any
    place: str

    @property
    def said(self) -> str:
        """Return how to name what was found here."""
        if isinstance(self.value, dict):
            return "key: value pairs"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else repr(self.value)


def read_tree(path: Path) -> Node:
    """Return the file's tree; raises IntakeError with every problem of its YAML."""
    document, problems = source.read(path)
    if problems or document is None:
        raise IntakeError("\n".join(str(problem) for problem in problems))
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
        self.found: list[str] = []

    def add(self, node: Node, text: str) -> None:
        """Keep a problem at a node's place."""
        self.found.append(f"{node.place}: {text}")

    def fields(self, node: Node, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """Return the fields of a node; an unknown key is told with the nearest allowed one."""
        allowed = tuple(allowed)
        if not isinstance(node.value, dict):
            self.add(node, f"found {node.said}, expected the keys {', '.join(allowed)}")
            return {}
        fields: dict[str, Node] = dict(node.value)
        for key in [k for k in fields if k not in allowed]:
            near = difflib.get_close_matches(key, allowed, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"allowed are {', '.join(allowed)}"
            self.add(fields.pop(key), f"unknown key {key!r}; {hint}")
        for key in [k for k in required if k not in fields]:
            self.add(node, f"the key {key!r} is missing")
        return fields

    def table(self, node: Node | None) -> dict[str, Node]:
        """Return a node of free keys as a dict."""
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.add(node, f"found {node.said}, expected key: value pairs")
            return {}
        return dict(node.value)

    def text(self, node: Node | None, default: str = "") -> str:
        """Return a text, or ``default`` when the key is absent."""
        if node is None:
            return default
        if isinstance(node.value, dict | list | bool) or node.value is None:
            self.add(node, f"found {node.said}, expected a text")
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
            self.add(node, f"found {node.said}, expected true or false")
        return node.value is True

    def choice(self, node: Node | None, read: Callable[[str], T], expected: str, default: T) -> T:
        """Return a text turned into what it stands for, or ``default`` when the key is absent."""
        if node is None:
            return default
        text = self.text(node)
        try:
            return read(text)
        except (ValueError, KeyError):
            self.add(node, f"found {text!r}, expected {expected}")
            return default
