"""`when:` chooses the strategy by amount and attributes; what it says wrongly is an error at its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from deadline_guard.core.assess import applicable
from deadline_guard.core.rules import Rulebook
from deadline_guard.core.timeline import Case, Event, Timeline
from deadline_guard.rulebook import load
from deadline_guard.rulebook.problems import Problem

FILES = {
    "events": "events: {overdue: {title: {zh: 逾期, en: Overdue}}, paid: {title: {zh: 还款, en: Paid}}}\n",
    "case_types": """
attributes: {amount: {title: {zh: 金额, en: Amount}}, court: {title: {zh: 法院, en: Court}}}
case_types: {debt: {title: {zh: 债权, en: Debt}, calendar: cn, jurisdiction: cn-civil}}
""",
    "profiles": "profiles: {p: {thresholds: [{level: near, when: 3 days before}], tell: {near: [owner]}}}\n",
}
RULE = """
pack: {id: d, title: {zh: 清收, en: Recovery}, reviewed: none}
rules:
  - id: d.sue
    title: {zh: 起诉, en: Sue}
    applies_to: {case_type: debt}
    nature: internal
    when: %s
    trigger: overdue
    done_by: paid
    limit: 30 days
    profile: p
"""
LARGE = "{amount: {gte: 50000, lt: 1000000}, court: [浦东, 黄浦]}"


def loaded(folder: Path, when: str) -> tuple[Rulebook | None, list[Problem]]:
    for name, text in {**FILES, "rules": RULE % when}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load.load([folder])


@pytest.mark.parametrize(
    ("attributes", "applies"),
    [
        ({"amount": 50_000, "court": "浦东"}, True),
        ({"amount": "50,000.00", "court": "黄浦"}, True),  # as an import keeps it
        ({"amount": 49_999.99, "court": "浦东"}, False),
        ({"amount": 1_000_000, "court": "浦东"}, False),
        ({"amount": 60_000, "court": "徐汇"}, False),
        ({"amount": 60_000}, False),
        ({"court": "浦东"}, False),
    ],
)
def test_a_rule_applies_by_amount_and_court(tmp_path: Path, attributes: dict[str, Any], applies: bool) -> None:
    book, problems = loaded(tmp_path, LARGE)
    assert book is not None, problems
    event = Event("overdue", date(2026, 3, 2), "hand", "1", datetime(2026, 3, 2, tzinfo=UTC))
    case = Case("A", "A", "debt", Timeline.of([event]), attributes=attributes)
    assert [rule.id for rule in applicable(case, book)] == (["d.sue"] if applies else [])


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{amount: {more: 5}}", 'a value is not compared by "more"'),
        ("{amont: {gte: 5}}", 'did you mean "amount"?'),
        ("{court: []}", "court"),
    ],
)
def test_a_condition_that_could_never_hold_is_refused(tmp_path: Path, when: str, words: str) -> None:
    _, problems = loaded(tmp_path, when)
    (found,) = [p for p in problems if p.mark.line == 8]
    assert found.is_error
    assert words in str(found)
