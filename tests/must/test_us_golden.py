"""Deadlines that courts wrote beside their trigger: what right law gives, every miss listed with its cause."""

from __future__ import annotations

import csv
import gzip
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deadline_guard.core.rules import Rulebook
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars
from deadline_guard.rulebook.load import load
from deadline_guard.views.compute_rule import answer

# How the file's name of its rule begins → our rule, the event that opens it, attributes, right at least, of.
RULES: dict[str, tuple[str, str, dict[str, str], int, int]] = {
    "first 341 date -> objection": ("us.bankr.discharge_objection", "creditors_meeting_set", {}, 63, 64),
    "first 341 date -> proofs": ("us.bankr.proof_of_claim", "creditors_meeting_set", {}, 54, 57),
    "petition -> government": ("us.bankr.government_claim", "petition_filed", {"government": "yes"}, 7, 8),
    "petition -> schedules": ("us.bankr.schedules", "petition_filed", {"side": "debtor"}, 35, 45),
    "served -> answer": ("us.answer", "complaint_served", {"side": "defendant"}, 6, 6),
    "waiver sent -> answer": ("us.answer_waiver", "waiver_requested", {"side": "defendant"}, 2, 2),
    "summons issued -> answer": ("us.bankr.adversary_answer", "summons_issued", {"side": "defendant"}, 2, 3),
}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    rulebook, problems = load([rules_dir()])
    assert rulebook is not None, "\n".join(map(str, problems))
    return rulebook


def rows(data: Path, beginning: str) -> list[dict[str, str]]:
    with gzip.open(data / "us_deadline_golden.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["rule"].startswith(beginning)]


def due(book: Rulebook, name: str, row: dict[str, str], as_of: str | None = None) -> date:
    """Ask the public calculator, as a program would."""
    rule, event, attributes, _, _ = RULES[name]
    case_type = book.rules[rule].applies_to["case_type"][0]
    asked: dict[str, Any] = {
        "kind": "rule",
        "rule": rule,
        "events": [{"type": event, "on": row["trigger_date"]}],
        "case": {"case_type": case_type, **attributes},
        "at": f"{row['trigger_date']}T12:00:00-05:00",
    }
    if as_of:
        asked["as_of"] = as_of
    found = answer(asked, book, calendars.shipped())["deadlines"]
    assert len(found) == 1
    return date.fromisoformat(found[0]["due"])


@pytest.mark.parametrize("name", RULES)
def test_what_right_law_gives_on_the_courts_own_dates(name: str, book: Rulebook, shared_data: Path) -> None:
    asked = rows(shared_data, name)
    _, _, _, at_least, of = RULES[name]
    assert len(asked) == of
    wrong = []
    for row in asked:
        ours = due(book, name, row)
        if ours.isoformat() != row["due_date"]:
            theirs = date.fromisoformat(row["due_date"])
            days = (theirs - date.fromisoformat(row["trigger_date"])).days
            wrong.append(
                f"  {row['case_id']} {row['trigger_date']}: court {theirs} ({days} days), rule {ours}: {cause(theirs, days, name)}"
            )
    print(f"{RULES[name][0]}: {of - len(wrong)} of {of}", *wrong, sep="\n", file=sys.stderr)
    assert of - len(wrong) >= at_least


def cause(theirs: date, days: int, name: str) -> str:
    """Say what the court's own number of days points to."""
    if days in (60, 90, 180) and theirs.weekday() >= 5:
        return (
            "the length is right; the clerk left a weekend date as it was, which the rule moves to the next working day"
        )
    if name.startswith("petition -> schedules") and days in (45, 46, 47):
        return "the 45-day cut-off of 11 USC 521(i), written in the same sentence"
    return "the court set another number of days, or counted from another date"


def test_the_schedules_with_the_text_of_the_other_side_of_2009_are_wrong(book: Rulebook, shared_data: Path) -> None:
    name = "petition -> schedules"
    asked = rows(shared_data, name)
    right = 0
    for row in asked:
        other = "2009-11-30" if row["trigger_date"] >= "2009-12-01" else "2009-12-01"
        right += due(book, name, row, as_of=other).isoformat() == row["due_date"]
    print(f"with the other text {right} of {len(asked)}", file=sys.stderr)
    assert right / len(asked) < 0.10


def test_no_rule_names_a_court_or_a_case(book: Rulebook, shared_data: Path) -> None:
    named = {row["court"] for name in RULES for row in rows(shared_data, name)}
    named |= {row["case_id"] for name in RULES for row in rows(shared_data, name)}
    for rule in book.rules.values():
        selected = {str(v) for values in rule.applies_to.values() for v in values}
        assert not selected & named
