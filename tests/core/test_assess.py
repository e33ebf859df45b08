"""Which rules apply to a case, in which order they are computed, and when a level changes next."""

from __future__ import annotations

from typing import Any

import pytest

from deadline_guard.core.assess import applicable, assess
from deadline_guard.core.deadlines import State
from deadline_guard.core.rules import Level, Profile, Trigger, WhenKind
from tests.core.building import CALENDARS, NOW, case, event, rule, rulebook, threshold, utc

NEAR = Profile("n", thresholds=(threshold(Level.NEAR, WhenKind.DAYS, "7"),))


@pytest.mark.parametrize(
    ("condition", "attributes", "applies"),
    [
        ({"applies_to": {"case_type": ("civil",)}}, {}, True),
        ({"applies_to": {"side": ("defendant",)}}, {"side": "defendant"}, True),
        ({"applies_to": {"side": ("defendant",)}}, {"side": "plaintiff"}, False),
        ({"applies_to": {"side": ("defendant",)}}, {}, False),
        ({"when": {"amount": {"gte": 1000}}}, {"amount": 1000}, True),
        ({"when": {"amount": {"gte": 1000}}}, {"amount": 999}, False),
        ({"when": {"side": "defendant"}, "applies_to": {"case_type": ("civil",)}}, {}, False),
        ({"enabled": False}, {}, False),
        ({"applies_to": {"case_type": ("criminal",)}}, {}, False),
        ({"trigger": Trigger("something else")}, {}, False),
    ],
)
def test_a_rule_applies_to_the_cases_it_names(condition: Any, attributes: Any, applies: bool) -> None:
    book = rulebook(rule(**condition))
    found = list(applicable(case(event("opened", "2026-03-02"), attributes=attributes), book))
    assert bool(found) is applies


def test_a_rule_that_two_events_open_is_taken_once() -> None:
    twice = rule(None, trigger_any=(Trigger("opened"), Trigger("reopened")))
    given = case(event("opened", "2026-03-02"), event("reopened", "2026-03-03"))
    assert [r.id for r in applicable(given, rulebook(twice))] == ["r"]


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")])
def test_a_chained_rule_is_computed_after_the_one_it_starts_from_in_whatever_order_they_stand(order: Any) -> None:
    rules = {
        "a": rule(id="a"),
        "b": rule("10 days", id="b", trigger=Trigger(rule="a")),
        "c": rule("5 days", id="c", trigger=Trigger(rule="b")),
    }
    found, _ = assess(case(event("opened", "2026-03-02")), rulebook(*(rules[i] for i in order)), CALENDARS, NOW)
    due = {a.rule.id: str(a.deadline.due_on) for a in found}
    assert due == {"a": "2026-03-17", "b": "2026-03-27", "c": "2026-04-01"}


def test_a_level_and_when_it_changes_next() -> None:
    given, book = case(event("opened", "2026-03-02")), rulebook(rule(profile=NEAR))
    for at, level, following in (
        ("2026-03-10T00:29", Level.OK, "2026-03-10T00:30"),
        ("2026-03-10T00:30", Level.NEAR, "2026-03-17T16:00"),
        ("2026-03-17T16:00", Level.OVERDUE, None),
    ):
        (found,), next_at = assess(given, book, CALENDARS, utc(at))
        assert (found.level, next_at) == (level, utc(following) if following else None)


def test_what_has_ended_has_no_level_and_wakes_nobody() -> None:
    given = case(event("opened", "2026-03-02"), event("acted", "2026-03-04"))
    (found,), next_at = assess(given, rulebook(rule(profile=NEAR)), CALENDARS, utc("2026-04-01T00:00"))
    assert (found.deadline.state, found.level, found.crossings, next_at) == (State.DONE, Level.OK, (), None)


def test_a_case_without_rules_has_nothing_and_wakes_nobody() -> None:
    assert assess(case(), rulebook(), CALENDARS, NOW) == ((), None)
