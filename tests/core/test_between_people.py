"""What one person asks of another about an open deadline: to settle a dispute, to confirm, to say what came of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from deadline_guard.core.rules import ChainStep, Kind, Level, Wait
from tests.core.desk import CYCLE, PROFILE, RIGHT, Desk

CALL = replace(
    PROFILE,
    chain=(
        ChainStep(Wait(Fraction(4), "hours"), ("lead",), action="call"),
        ChainStep(Wait(Fraction(20), "days"), ("partner",)),
    ),
)


def near(desk: Desk) -> Desk:
    """Given zhang was told at 03-10 08:30 that it is near."""
    desk.opened()
    assert desk.until("2026-03-10T09:00")[-1] == ("level", "zhang", "near")
    return desk


def test_a_disputed_date_stands_and_is_told_to_whoever_may_settle_it_once() -> None:
    desk = near(Desk())
    desk.answer("disputed", "zhang", reason="served later")
    assert desk.sweep() == [("dispute", "wang", "near"), ("dispute", "zhao", "near")]
    assert desk.sweep() == []
    assert desk.notices[-1].data["why"] == "served later"
    assert desk.until("2026-03-10T12:30") == [("step", "wang", "near")]  # the chain runs on


def test_only_somebody_else_settles_a_dispute_and_then_who_raised_it_hears_how() -> None:
    desk = near(Desk())
    dispute = desk.answer("disputed", "zhang", reason="served later")
    desk.sweep()
    desk.answer("resolved", "zhang", answer=dispute, reason="never mind")
    assert desk.sweep() == []
    desk.answer("resolved", "wang", answer=dispute, reason="the receipt says so")
    assert desk.sweep() == [("dispute", "zhang", "near")]
    assert desk.notices[-1].data == {"by": "wang", "why": "the receipt says so"}
    assert desk.sweep() == []


def test_a_dispute_ends_when_its_event_is_corrected() -> None:
    desk = near(Desk())
    desk.answer("disputed", "zhang")
    desk.sweep()
    desk.opened("2026-03-04")
    assert "dispute" not in {kind for kind, *_ in desk.until("2026-03-10T12:00")}


def test_a_lead_who_disputes_is_not_asked_to_settle_it() -> None:
    desk = near(Desk())
    desk.answer("disputed", "wang")
    assert desk.sweep() == [("dispute", "zhao", "near")]


def urgent() -> Desk:
    desk = near(Desk())
    desk.until("2026-03-14T09:00")
    assert desk.found[0].level is Level.URGENT
    return desk


def asked(found: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(kind, person) for kind, person, _ in found if kind == "confirm"]


def test_giving_a_right_up_from_urgent_on_asks_the_lead_every_day_and_runs_on_until_then() -> None:
    desk = urgent()
    desk.answer("not_pursued", "zhang", reason="settled out of court")
    assert asked(desk.sweep()) == [("confirm", "wang")]
    assert desk.notices[-1].data["why"] == "settled out of court"
    assert asked(desk.until("2026-03-16T10:00")) == [("confirm", "wang")] * 2
    assert desk.tracks["r", CYCLE].state == "open"


def test_a_lead_who_gives_it_up_is_confirmed_by_the_last_resort() -> None:
    desk = urgent()
    desk.answer("not_pursued", "wang", reason="settled")
    assert asked(desk.sweep()) == [("confirm", "zhao")]


def test_once_it_is_overdue_the_incident_speaks_and_nobody_is_asked_again() -> None:
    desk = urgent()
    desk.until("2026-03-18T12:00")
    assert desk.found[0].level is Level.OVERDUE
    desk.answer("not_pursued", "zhang", reason="settled")
    assert asked(desk.until("2026-03-21T12:00")) == [("confirm", "wang")]


def test_a_duty_that_does_not_apply_needs_a_second_person_at_every_level() -> None:
    desk = near(Desk(replace(RIGHT, kind=Kind.DUTY)))
    desk.answer("not_applicable", "zhang", reason="no such party")
    assert asked(desk.sweep()) == [("confirm", "wang")]


def test_an_unconfirmed_trigger_date_is_asked_about_until_it_is_confirmed() -> None:
    desk = Desk()
    desk.opened(unconfirmed=True)
    assert asked(desk.until("2026-03-04T09:00")) == [("confirm", "wang")] * 3


def test_who_was_to_call_is_asked_what_came_of_it_each_working_day_until_they_say() -> None:
    desk = near(Desk(replace(RIGHT, profile=CALL)))
    assert desk.until("2026-03-10T13:00") == [("step", "wang", "near")]
    assert desk.notices[-1].data["action"] == "call"
    assert [n for n in desk.until("2026-03-12T23:00") if n[0] == "action"] == [("action", "wang", "near")] * 2
    desk.answer("acted", "wang", step=2, result="will file tomorrow")
    assert [n for n in desk.until("2026-03-13T23:00") if n[0] == "action"] == []


def test_a_result_that_never_comes_is_asked_for_five_times() -> None:
    desk = near(Desk(replace(RIGHT, profile=CALL)))
    found = desk.until("2026-03-29T00:00")
    assert len([n for n in found if n[0] == "action"]) == 5
