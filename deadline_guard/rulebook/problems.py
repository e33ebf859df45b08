"""What is wrong with a file, where exactly, what was expected, and how to mend it, in English and Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from deadline_guard.core.text import Text
from deadline_guard.rulebook.wording import WORDING

Severity = Literal["error", "warning"]

_SEVERITY_ZH = {"error": "错误", "warning": "警告"}
_LONGEST = 60  # characters of a foreign value that a message repeats


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; line and column count from 1, as editors do."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return ``file:line:column``, which editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; ``code`` is its stable name, the texts are English with their Chinese twins."""

    mark: Mark
    code: str
    found: Text
    expected: Text = Text("")  # noqa: RUF009  (immutable)
    hint: Text = Text("")  # noqa: RUF009
    severity: Severity = "error"

    @property
    def file(self) -> str:
        """Return the name of the file."""
        return self.mark.file

    @property
    def line(self) -> int:
        """Return the line, from 1."""
        return self.mark.line

    @property
    def column(self) -> int:
        """Return the column, from 1."""
        return self.mark.column

    @property
    def is_error(self) -> bool:
        """Return whether this forbids using the file (a warning does not)."""
        return self.severity == "error"

    def said(self, locale: str = "en") -> str:
        """Return the sentence without its place: found, expected, how to mend it."""
        found, expected, hint = (t.said(locale) for t in (self.found, self.expected, self.hint))
        if locale.startswith("zh"):
            return found + (f";应为{expected}" if expected else "") + (f"({hint})" if hint else "")
        return found + (f"; expected {expected}" if expected else "") + (f" ({hint})" if hint else "")

    def line_in(self, locale: str = "en") -> str:
        """Return the whole line as ``check`` prints it."""
        word = _SEVERITY_ZH[self.severity] if locale.startswith("zh") else self.severity
        return f"{self.mark}  {word}  {self.said(locale)}"

    def __str__(self) -> str:
        """Return ``file:line:column  error  …`` in English."""
        return self.line_in("en")


def problem(code: str, mark: Mark, severity: Severity = "error", /, **args: object) -> Problem:
    """Return the problem ``code`` at ``mark``; ``args`` fill its wording (a Text in each language)."""
    english = {k: str(v) for k, v in args.items()}
    chinese = {k: v.zh if isinstance(v, Text) else str(v) for k, v in args.items()}
    found, expected, hint = (Text(en.format(**english), zh.format(**chinese)) for en, zh in WORDING[code])
    return Problem(mark, code, found, expected, hint, severity)


def shown(value: Any) -> str:
    """Return a foreign value as a message repeats it: one line, quoted, cut."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # circular or too deep to print
        text = str(type(value).__name__)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def nearest(word: str, known: Iterable[str], *, listing: bool = True) -> Text:
    """Return "did you mean …" for the closest known name, or (``listing``) a short list of what there is."""
    names = sorted(set(known))
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if not close:  # 答辩 and 答辩状 are close for a reader long before they are for a ratio
        close = [n for n in names if word and len(word) > 1 and (word in n or n in word)][:1]
    if close:
        return Text(f'did you mean "{close[0]}"?', f"是不是“{close[0]}”?")
    if listing and 0 < len(names) <= 12:
        listed = ", ".join(names)
        return Text(f"known: {listed}", f"可用:{listed}")
    return Text("")


def lines_of(problems: Iterable[Problem]) -> Text:
    """Return problems as lines of ``file:line:column``, in both languages."""
    known = list(problems)
    return Text("\n".join(map(str, known)), "\n".join(p.line_in("zh_Hans") for p in known))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems by place, errors before warnings on the same spot, each once."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (p.mark, p.severity, p.code, p.found))
