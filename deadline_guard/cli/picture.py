"""What a terminal shows as an SVG picture, with Chinese as wide as it is and no foreign fonts."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME

# The picture asks no other host for its letters.
_OWN_FONTS: Final = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
_TEXT: Final = re.compile(r'textLength="([\d.]+)"([^>]*)>([^<]*)</text>')


def svg(console: Console, title: str) -> str:
    """Return what a recording console has shown."""
    made = console.export_svg(title=title, theme=SVG_EXPORT_THEME, code_format=_OWN_FONTS)
    return _TEXT.sub(_as_wide_as_it_is, made)


def _as_wide_as_it_is(match: re.Match[str]) -> str:
    """Give a text its width in cells: rich counts characters, and a Chinese one takes two cells."""
    length, rest, text = match.groups()
    shown = unescape(text)
    width = float(length) / max(len(shown), 1) * cell_len(shown)
    return f'textLength="{width:.1f}"{rest}>{text}</text>'
