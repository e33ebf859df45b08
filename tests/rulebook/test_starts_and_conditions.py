"""A clock may start so long after its event; a rule may apply unless a case says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deadline_guard.core.rules import Rulebook
from deadline_guard.rulebook import calendars
from deadline_guard.rulebook.load import load
from deadline_guard.views.compute_rule import answer

RULES = """
events:
  served: {title: {zh: 送达, en: Served}}
  pronounced: {title: {zh: 宣判, en: Pronounced}}
"""
TYPES = """
case_types:
  de: {title: {zh: 德国, en: Germany}, jurisdiction: de, calendar: de, zone: Europe/Berlin}
attributes:
  state: {title: {zh: 政府, en: State}, values: ["yes", "no"]}
"""
PROFILE = """
profiles:
  short:
    thresholds: [{level: near, when: 5 days before}]
    tell: {near: [owner]}
    overdue: false
"""
PACK = """
pack: {id: de, title: {zh: 德国, en: Germany}}
rules:
  - id: de.appeal
    title: {zh: 上诉, en: Appeal}
    applies_to: {case_type: de}
    when: {state: {not: "yes"}}
    trigger:
      - {event: served, limit: 1 month}
      - {event: pronounced, after: AFTER, limit: 1 month}
    versions: [{basis: ZPO 517}]
    profile: short
"""


def book(folder: Path, after: str = "5 months") -> tuple[Rulebook | None, list[str]]:
    for name, text in (("events", RULES), ("case_types", TYPES), ("profiles", PROFILE), ("pack", PACK)):
        (folder / f"{name}.yaml").write_text(text.replace("AFTER", after), encoding="utf-8")
    found, problems = load([folder], calendars=frozenset(calendars.shipped()))
    return found, [str(p) for p in problems]


def due(rulebook: Rulebook, *events: tuple[str, str], **case: str) -> list[dict[str, Any]]:
    asked = {
        "kind": "rule",
        "rule": "de.appeal",
        "case": {"case_type": "de", **case},
        "events": [{"type": kind, "on": on} for kind, on in events],
    }
    found: Any = answer(asked, rulebook, calendars.shipped())["deadlines"]
    return list(found)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("pronounced", "2025-09-30")], "2026-03-30"),  # 28 February, then a month: 28 March, a Saturday
        ([("pronounced", "2024-09-30")], "2025-03-28"),  # six months at once would be 30 March
        ([("pronounced", "2026-01-30"), ("served", "2026-03-02")], "2026-04-02"),
        ([("pronounced", "2026-01-30"), ("served", "2026-07-10")], "2026-07-30"),  # served too late to count
        ([("served", "2026-03-02")], "2026-04-02"),
    ],
)
def test_the_second_clock_starts_five_months_after_pronouncement(
    events: list[tuple[str, str]], expected: str, tmp_path: Path
) -> None:
    rulebook, problems = book(tmp_path)
    assert rulebook is not None, problems
    found = due(rulebook, *events)
    assert [one["due"] for one in found] == [expected]
    if len(events) == 1 and events[0][0] == "pronounced":
        notes = [step["note"] for step in found[0]["basis"]]
        assert "the clock starts 5 months after the event" in notes


def test_a_case_that_does_not_say_is_covered(tmp_path: Path) -> None:
    rulebook, _ = book(tmp_path)
    assert rulebook is not None
    assert len(due(rulebook, ("served", "2026-03-02"))) == 1
    assert len(due(rulebook, ("served", "2026-03-02"), state="no")) == 1
    assert due(rulebook, ("served", "2026-03-02"), state="yes") == []


@pytest.mark.parametrize("after", ["5 hours", "3 working days", "soon"])
def test_a_start_that_is_no_plain_length_is_refused(after: str, tmp_path: Path) -> None:
    rulebook, problems = book(tmp_path, after)
    assert rulebook is None
    assert any(after in said and "is no length" in said for said in problems), problems


def test_a_misspelt_condition_is_refused(tmp_path: Path) -> None:
    book(tmp_path)
    pack = tmp_path / "pack.yaml"
    pack.write_text(pack.read_text(encoding="utf-8").replace('{not: "yes"}', '{not: "yea"}'), encoding="utf-8")
    rulebook, problems = load([tmp_path], calendars=frozenset(calendars.shipped()))
    assert rulebook is None
    assert any("yea" in str(p) for p in problems)
