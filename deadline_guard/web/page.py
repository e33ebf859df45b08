"""What a page says, before it is laid out: one template lays out all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

STATIC: Final = Path(__file__).parent / "static"

Tone = Literal["ask", "good", "stop", "moved"]
SHAPES: Final = {"ask": "?", "good": "✓", "stop": "✖", "moved": "↷"}  # a colour never speaks alone


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in; ``error`` says what is wrong with what was typed, which stays in ``value``."""

    name: str
    label: str
    kind: Literal["text", "date", "instant", "choice", "lines"]
    value: str = ""
    hint: str = ""
    error: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    longest: int = 200
    latest: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """What a press sends: ``name=value``; a ``plain`` one is the lesser choice."""

    label: str
    value: str
    name: str = "act"
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form that posts to ``to``; ``question`` stands above its buttons, ``note`` is what to know before a press.

    A ``quiet`` one comes last on the page, for what is seldom pressed.
    """

    to: str
    buttons: tuple[Button, ...]
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    question: str = ""
    note: str = ""
    error: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page."""

    label: str
    to: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list, with its state in words and a way to its own page."""

    title: str
    text: str
    state: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a list, under a title where the list has several parts."""

    rows: tuple[Row, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language (``lang``: zh-Hans or en); ``said`` is a first line with its shape.

    ``also`` is the title in Chinese, ``also_line`` its only line, for readers whose language is not known.
    """

    lang: str
    title: str
    brand: str
    status: int = 200
    said: str = ""
    tone: Tone = "ask"
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    form: Form | None = None
    links_title: str = ""
    links: tuple[Link, ...] = ()
    back: Link | None = None
    also: str = ""
    also_line: str = ""
    footer: str = ""


def html(page: Page, base: str) -> str:
    """Return a page as HTML; ``base`` is the path under which the readers reach the site."""
    return _template("page.html").render(p=page, base=base, shape=SHAPES[page.tone])


@cache
def _template(name: str) -> Template:
    room = Environment(
        loader=PackageLoader("deadline_guard.web"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return room.get_template(name)
