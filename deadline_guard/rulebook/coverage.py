"""Coverage of the law: which rule stands for a row of the legal reference, or why there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from deadline_guard.core.text import Text
from deadline_guard.rulebook.checking import checked
from deadline_guard.rulebook.problems import Mark, Problem, nearest, problem, shown
from deadline_guard.rulebook.shapes import Names, Shape
from deadline_guard.rulebook.source import read


class RowShape(Shape):
    """One row of the legal reference: the rules that stand for it, or the reason why none does."""

    rule: Names = Field(default_factory=list)
    why: str | None = None


class CoverageFile(Shape):
    """A file of rows by their id."""

    coverage: dict[str, RowShape]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row of the law, and where that is said."""

    id: str
    rules: tuple[str, ...]
    why: str
    mark: Mark


def load(folder: Path, rules: Collection[str]) -> tuple[dict[str, Row], list[Problem]]:
    """Return the rows of all files in ``folder`` and what is wrong: a rule that is unknown, no reason, an id twice."""
    rows: dict[str, Row] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        document, wrong = read(path)
        problems += wrong
        if document is None or wrong:
            continue
        file, wrong = checked(CoverageFile, document)
        problems += wrong
        for name, shape in (file.coverage if file else {}).items():
            row = Row(name, tuple(shape.rule), shape.why or "", document.at(("coverage", name), key=True))
            problems += _refusals(row, rows, rules)
            rows.setdefault(name, row)
    return rows, problems


def _refusals(row: Row, before: Mapping[str, Row], rules: Collection[str]) -> list[Problem]:
    found: list[Problem] = []

    def say(code: str, en: str, zh: str) -> None:
        found.append(Problem(row.mark, code, Text(en, zh)))

    if bool(row.rules) == bool(row.why.strip()):
        say(
            "coverage_of_nothing",
            f"{row.id} needs either the rule that stands for it or why there is none",
            f"{row.id} 须写 rule(对应规则)或 why(无规则的理由)之一",
        )
    if row.id in before:
        other: Any = before[row.id].mark
        say("coverage_twice", f"{row.id} already stands at {other}", f"{row.id} 已见于 {other}")
    for name in row.rules:
        if name not in rules:
            found.append(problem("unknown_rule", row.mark, name=shown(name), hint=nearest(name, rules)))
    return found
