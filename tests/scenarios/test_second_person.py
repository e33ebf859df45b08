"""A second pair of eyes: who is asked to confirm a date that nobody checked, or an answer that ends a duty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deadline_guard.errors import AnswerError
from deadline_guard.loop.answers import confirm, not_applicable
from tests.must.test_owner_silent import RULE
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DUTY, answer, persons, text
from tests.scenarios.world import World, told

LATER = replace(RULE, id="cn.civ.evidence", done_by=("evidence_filed",))


def unconfirmed(firm: Firm, by: str = "li", **more: object) -> World:
    """Given somebody recorded the day of service on 2 March, unconfirmed."""
    world = firm(served="", **more)
    world.case()
    world.event("A", "complaint_received", "2026-03-02", origin="hand", by=by, unconfirmed=True)
    return world


def test_an_unconfirmed_date_asks_the_lead_daily_until_it_is_confirmed(firm: Firm) -> None:
    world = unconfirmed(firm)
    sent = world.run_until("2026-03-04 12:00")
    assert told(sent) == [(f"03-0{d} 08:00", "wang", "?待确认") for d in (2, 3, 4)]
    assert "deadline-guard confirm W-" in text(sent)
    answer(world, confirm, "wang")
    assert told(world.run_until("2026-03-10 08:29")) == []


def test_an_unconfirmed_date_runs_on_as_computed(firm: Firm) -> None:
    world = unconfirmed(firm)
    sent = told(world.run_until("2026-03-10 13:00"))
    assert [s for s in sent if s[2] == "■临近"] == [("03-10 08:30", "zhang", "■临近"), ("03-10 12:30", "wang", "■临近")]


def test_an_unconfirmed_date_that_the_lead_entered_is_confirmed_by_the_deputy(firm: Firm) -> None:
    world = unconfirmed(firm, by="wang")
    persons(world, wang={"deputy": "qian"})
    assert told(world.run_until("2026-03-02 12:00")) == [("03-02 08:00", "qian", "?待确认")]
    with pytest.raises(AnswerError, match="somebody else must confirm"):
        answer(world, confirm, "wang")
    answer(world, confirm, "qian")
    assert told(world.run_until("2026-03-10 08:29")) == []


def test_an_unconfirmed_date_that_a_lead_without_deputy_entered_goes_to_the_last_resort(firm: Firm) -> None:
    world = unconfirmed(firm, by="wang")
    assert told(world.run_until("2026-03-02 12:00")) == [("03-02 08:00", "zhao", "?待确认")]


def test_an_unconfirmed_date_that_is_corrected_is_asked_about_no_more(firm: Firm) -> None:
    world = unconfirmed(firm)
    world.run_until("2026-03-03 12:00")
    world.event("A", "complaint_received", "2026-03-03", origin="hand", by="wang")
    assert told(world.run_until("2026-03-10 08:29")) == []


def test_an_unconfirmed_date_nobody_ever_confirms_is_asked_about_until_it_is_overdue(firm: Firm) -> None:
    world = unconfirmed(firm)
    sent = told(world.run_until("2026-04-10 00:00"))
    asked = [s for s in sent if s[2] == "?待确认"]
    assert asked == [(f"03-{d:02} 08:00", "wang", "?待确认") for d in range(2, 18)]
    assert ("03-18 00:00", "zhang", "✖逾期") in sent


def test_two_rules_that_begin_with_one_unconfirmed_date_ask_once(firm: Firm) -> None:
    world = unconfirmed(firm, rules=[RULE, LATER])
    assert told(world.run_until("2026-03-02 12:00")) == [("03-02 08:00", "wang", "?待确认")]


def test_an_answer_that_ends_a_duty_asks_the_lead_to_confirm_it_and_says_why_it_was_given(firm: Firm) -> None:
    world = firm([DUTY], served="")
    world.case()
    world.event("A", "fee_notice_received", "2026-03-02")
    world.run_until("2026-03-05 09:00")
    assert answer(world, not_applicable, "zhang", "the court waived it", rule=DUTY.id)
    sent = world.run_until("2026-03-05 09:00")
    assert told(sent) == [("03-05 09:00", "wang", "?待确认")]
    assert "the court waived it" in text(sent)
    answer(world, confirm, "wang", rule=DUTY.id)
    assert told(world.run_until("2026-05-01 00:00")) == []


def test_a_right_that_does_not_apply_ends_at_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    assert not answer(world, not_applicable, "zhang", "we are not the defendant")
    assert told(world.run_until("2026-05-01 00:00")) == []


def test_nothing_is_not_applicable_without_a_reason(world: World) -> None:
    with pytest.raises(AnswerError, match="say why"):
        answer(world, not_applicable, "zhang", "  ")
