"""What to say when a text is no YAML at all: the parser's complaint, placed and explained."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from deadline_guard.core.text import Text
from deadline_guard.rulebook.problems import Mark, Problem, problem

_ZH: Final = {
    "could not find expected ':'": "此处缺少“:”",
    "mapping values are not allowed in this context": "此处不能出现“键: 值”(缩进不对,或值里有未加引号的“: ”)",
    "did not find expected '-' indicator": "此处应为列表项“-”(缩进不对)",
    "did not find expected key": "此处应为一个键(缩进不对)",
    "found unexpected end of stream": "文件在引号或括号未结束时就完了",
    "found character that cannot start any token": "此字符不能用在值的开头;请加引号",
    "did not find expected ',' or ']'": "此处应为“,”或“]”",
    "did not find expected ',' or '}'": "此处应为“,”或“}”",
    "did not find expected node content": "此处应有一个值",
    "did not find expected <document start>": "此处多出内容(缩进不对)",
}

# A key followed by the full-width colon: "期限：15 days", "- level：near", "{level：near"
_BREAKS: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # as YAML counts lines
FULL_WIDTH_KEY: Final = re.compile(r"[\w.\- ]+(：)")


class PlainParser(Reader, Scanner, Parser):
    """PyYAML's pure Python parser, for machines without libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def refusal(error: Exception, text: str, name: str) -> Problem:
    """Return the problem behind a parser's exception, with the likely cause where it can be seen."""
    lines = _BREAKS.split(text)
    if isinstance(error, yaml.reader.ReaderError):
        return _control_character(error, text, name)
    spot: Any = getattr(error, "problem_mark", None)
    context: Any = getattr(error, "context_mark", None)
    if context is not None and (spot is None or spot.line >= len(lines) or not lines[spot.line]):
        spot = context  # the text ended inside something: show where that began
    line, column = (min(spot.line, len(lines) - 1), spot.column) if spot is not None else (0, 0)
    tab = _leading_tab(lines[line])
    if tab is not None:
        return problem("tab", Mark(name, line + 1, tab + 1))
    first = min(line - 1, context.line) if context is not None else line - 1
    for near in range(line, max(-1, first - 1), -1):
        colon = FULL_WIDTH_KEY.search(lines[near].split("#", 1)[0])
        if colon is not None:
            return problem("full_width_colon", Mark(name, near + 1, colon.start(1) + 1))
    said = str(getattr(error, "problem", None) or error)
    return problem("no_yaml", Mark(name, line + 1, column + 1), said=Text(said, _ZH.get(said, said)))


def _leading_tab(line: str) -> int | None:
    """Return the column of a tab that is used to indent (also after a dash), or None."""
    found = re.match(r"[ \-]*(\t)", line)
    return found.start(1) if found else None


def _control_character(error: yaml.reader.ReaderError, text: str, name: str) -> Problem:
    """Name the first character that YAML forbids; the reader's own position counts bytes or characters."""
    for number, line in enumerate(text.split("\n")):
        found = Reader.NON_PRINTABLE.search(line)
        if found is not None:
            mark = Mark(name, number + 1, found.start() + 1)
            return problem("control_character", mark, char=f"{ord(found[0]):04X}")
    return problem("no_yaml", Mark(name), said=str(error.reason))
