"""What a case or an event must say for a rule or a trigger to apply."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deadline_guard.core.assess import assess
from deadline_guard.core.conditions import matches
from tests.core.building import CALENDARS, case, event, rule, rulebook


@pytest.mark.parametrize(
    ("wanted", "found", "fits"),
    [
        ({}, {}, True),
        ({"court": "A"}, {"court": "A"}, True),
        ({"court": ["A", "B"]}, {"court": "B"}, True),
        ({"court": ("A", "B")}, {"court": "C"}, False),
        ({"court": "A"}, {}, False),
        ({"amount": {"gte": 50_000}}, {"amount": 50_000}, True),
        ({"amount": {"gte": 50_000}}, {"amount": "49,999.99"}, False),
        ({"amount": {"gte": 50_000}}, {"amount": "500,000"}, True),
        ({"amount": {"gt": 9, "lt": "10.5"}}, {"amount": 10}, True),
        ({"amount": {"lte": 9}}, {"amount": 10}, False),
        ({"amount": {"gte": 1}}, {}, False),
        ({"amount": {"gte": 1}}, {"amount": "unknown"}, False),
        ({"filed": {"lt": "2024-01-01"}}, {"filed": "2023-12-31"}, True),
        ({"side": {"not": "court"}}, {}, True),
        ({"side": {"eq": "court"}}, {"side": "court"}, True),
    ],
)
def test_a_condition_fits(wanted: dict[str, Any], found: dict[str, Any], fits: bool) -> None:
    assert matches(wanted, found) is fits


@pytest.mark.parametrize(("amount", "found"), [("60000", 1), ("40000", 0), (None, 0)])
def test_a_rule_may_ask_for_an_amount(amount: str | None, found: int) -> None:
    made = rule(when={"amount": {"gte": 50_000}})
    here = case(event("opened", "2026-03-02"), attributes={"amount": amount})
    assert len(assess(here, rulebook(made), CALENDARS, datetime(2026, 3, 3, tzinfo=UTC))[0]) == found
