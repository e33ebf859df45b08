"""Steps that a person takes: a call, a visit, a report; asked about until somebody says what came of it."""

from __future__ import annotations

from dataclasses import replace

from deadline_guard.loop.answers import acted
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, answer, hours, ruled, text
from tests.scenarios.world import Sent, World, told

CALL = (hours(4, "lead", action="call"), hours(24, "partner"))


def asked(firm: Firm) -> World:
    """Given zhang was silent from 08:30 and wang is asked at 12:30 to call."""
    world = firm([ruled(chain=CALL)])
    sent = world.run_until("2026-03-10 12:30")
    assert told(sent)[-1] == ("03-10 12:30", "wang", "■临近")
    assert "请您致电责任人" in text(sent[-1:])
    return world


def questions(sent: list[Sent]) -> list[tuple[str, str]]:
    """Return (local minute, person) of every question what came of it."""
    return [(when, who) for when, who, sign in told(sent) if sign == "☎待反馈"]


def test_a_call_that_was_asked_for_is_asked_about_once_a_working_day_until_its_result_is_recorded(firm: Firm) -> None:
    world = asked(firm)
    sent = world.run_until("2026-03-12 13:00")
    assert questions(sent) == [("03-11 12:30", "wang"), ("03-12 12:30", "wang")]
    assert "deadline-guard acted W-" in text([s for s in sent if s.person == "wang"])
    answer(world, acted, "wang", "called, no answer")
    assert questions(world.run_until("2026-03-16 12:00")) == []


def test_nobody_is_asked_at_the_weekend_nor_more_than_five_times(firm: Firm) -> None:
    world = asked(firm)
    sent = world.run_until("2026-03-30 12:00")
    assert [when for when, _ in questions(sent) if when < "03-17"] == [
        "03-11 12:30", "03-12 12:30", "03-13 12:30", "03-16 12:30",
    ]  # fmt: skip
    assert len(questions(sent)) == 5


def test_a_result_does_not_stop_the_chain_and_stands_in_the_next_persons_history(firm: Firm) -> None:
    world = asked(firm)
    world.run_until("2026-03-10 17:05")
    answer(world, acted, "wang", "called, no answer")
    sent = world.run_until("2026-03-11 13:00")
    assert told(sent) == [("03-11 12:30", "zhao", "■临近")]
    line = next(line for line in sent[0].letter.text.splitlines() if "called, no answer" in line)
    assert "17:05" in line
    assert "王五" in line


def test_an_acknowledgement_stops_the_chain_but_not_the_question_what_came_of_the_call(firm: Firm) -> None:
    world = asked(firm)
    world.run_until("2026-03-10 13:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    assert told(world.run_until("2026-03-11 17:00")) == [("03-11 12:30", "wang", "☎待反馈")]
    answer(world, acted, "wang", "he called back")
    assert told(world.run_until("2026-03-14 08:00")) == []


def test_a_call_is_asked_about_no_more_once_it_is_done(firm: Firm) -> None:
    world = asked(firm)
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    assert told(world.run_until("2026-05-01 00:00")) == [("03-10 12:30", "wang", "✓已了结")]


def test_a_step_without_action_asks_for_no_result(firm: Firm) -> None:
    world = firm([ruled(chain=(replace(CALL[0], action=None), CALL[1]))])
    assert told(world.run_until("2026-03-11 12:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-10 12:30", "wang", "■临近"),
    ]
