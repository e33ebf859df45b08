"""The plain-text part of a letter; it stands alone, for readers who show nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from unicodedata import east_asian_width

from deadline_guard.messages.content import Content
from deadline_guard.messages.texts import Texts

_LABEL_WIDTH: Final = 10


def plain(t: Texts, content: Content) -> str:
    """Return the content as text: blocks with an empty line between them, facts in two columns."""
    # Joined here and not by a template: it is half of what laying out a letter would cost.
    return "\n\n".join("\n".join(block) for block in _blocks(t, content)) + f"\n\n--\n{content.footer}\n"


def _blocks(t: Texts, content: Content) -> Iterator[list[str]]:
    yield [content.headline]
    if content.facts:
        yield [pad(label) + text for label, text in content.facts]
    for paragraph in content.paragraphs:
        yield [paragraph]
    for section in content.sections:
        numbered = len(section.lines) > 1
        lines = [f"  {n}  {line}" if numbered else f"  {line}" for n, line in enumerate(section.lines, 1)]
        yield [section.title, *lines]
    if content.actions:
        labels = " ".join(f"[{action.label}]" for action in content.actions)
        first = content.actions[0]
        way = first.url or first.command
        yield [f"{labels} {way}"] if len(content.actions) == 1 else [labels, way]
    if content.commands:
        yield [t.say("Answer on the command line:"), *(f"  {command}" for command in content.commands)]
    if content.closing:
        yield [content.closing]


@lru_cache(maxsize=1024)
def pad(label: str) -> str:
    """Return a label filled up to the column of the facts (a Chinese character is two wide)."""
    width = sum(2 if east_asian_width(c) in "WF" else 1 for c in label)
    return label + " " * max(2, _LABEL_WIDTH - width)
