"""Supervised demand (督办): told at once, said again until whoever asked for it settles it."""

from __future__ import annotations

from datetime import date

import pytest

from deadline_guard.core.rules import Rule
from deadline_guard.errors import AnswerError
from deadline_guard.loop.answers import Said, acknowledge, acted, clock_of, demand, done
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars
from deadline_guard.rulebook.load import load_with_places
from tests.scenarios.conftest import Firm
from tests.scenarios.given import answer, text
from tests.scenarios.world import World, told

DEMAND = "office.demand"


@pytest.fixture(scope="module")
def shipped() -> Rule:
    """Return the demand of the shipped office pack."""
    book = load_with_places([rules_dir()], calendars=calendars.shipped()).rulebook
    assert book is not None
    return book.rules[DEMAND]


@pytest.fixture
def asked(firm: Firm, shipped: Rule) -> World:
    """Given wang, the lead, asks li at nine for a report by 13 March, on zhang's case."""
    world: World = firm([shipped], served="")
    world.case()
    world.run_until("2026-03-10 09:00")
    with world.store.write() as conn:
        demand(world.office, conn, "A", Said("wang", world.now), "li", date(2026, 3, 13), "report on the hearing")
    return world


def settle(world: World, by: str) -> None:
    answer(world, done, by, date(2026, 3, 12), rule=DEMAND)


def seen(world: World, by: str) -> None:
    with world.store.write() as conn:
        acknowledge(world.office, conn, [clock_of(world.office, conn, "A", DEMAND, world.now)], Said(by, world.now))


def test_a_demand_is_told_to_its_addressee_at_once(asked: World) -> None:
    sent = asked.run_until("2026-03-10 09:00")
    assert told(sent) == [("03-10 09:00", "li", "■临近")]
    assert "report on the hearing" in text(sent)


def test_a_demand_is_said_again_daily_though_it_was_acknowledged(asked: World) -> None:
    asked.run_until("2026-03-10 10:00")
    seen(asked, "li")
    sent = asked.run_until("2026-03-11 23:00")
    assert told(sent) == [("03-11 10:01", "li", "■临近")]
    assert "直至督办人确认办结" in text(sent)
    assert "无人确认" not in text(sent)


def test_a_demand_is_settled_by_whoever_asked_for_it_and_by_nobody_else(asked: World) -> None:
    asked.run_until("2026-03-12 07:00")
    answer(asked, acted, "li", "handed in", rule=DEMAND)
    with pytest.raises(AnswerError, match="wang asked for this and says when it is settled"):
        settle(asked, "li")
    assert ("03-12 08:30", "li", "▲紧急") in told(asked.run_until("2026-03-12 12:00"))
    settle(asked, "wang")
    sent = asked.run_until("2026-05-01 00:00")
    assert [(s[1], s[2]) for s in told(sent)] == [("li", "✓已了结")]


def test_a_demand_overdue_reaches_the_superiors_too(asked: World) -> None:
    sent = told(asked.run_until("2026-03-14 00:00"))
    assert [s[1] for s in sent if s[2] == "✖逾期"] == ["li", "wang"]


def test_a_demand_needs_a_superior(asked: World) -> None:
    with asked.store.write() as conn, pytest.raises(AnswerError, match="is no superior"):
        demand(asked.office, conn, "A", Said("zhang", asked.now), "li", date(2026, 3, 13), "report")


def test_two_demands_on_a_case_are_settled_each_for_itself(asked: World) -> None:
    asked.run_until("2026-03-10 10:00")
    with asked.store.write() as conn:
        number = demand(asked.office, conn, "A", Said("zhao", asked.now), "qian", date(2026, 3, 20), "the bill")
    assert number == "D-2"
    assert told(asked.run_until("2026-03-10 10:00")) == [("03-10 10:00", "qian", "■临近")]
    asked.event("A", "demand_settled", "2026-03-10", subject="D-1", by="wang")
    sent = told(asked.run_until("2026-03-11 11:00"))
    assert [(s[1], s[2]) for s in sent] == [("li", "✓已了结"), ("qian", "■临近")]
