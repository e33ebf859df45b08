"""Owners change: what waits for the old one is taken back, the new one hears with history, the step stays."""

from __future__ import annotations

from deadline_guard.loop import leaving
from deadline_guard.loop.answers import Said
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, channel_down, channel_up, text, why_unsent
from tests.scenarios.world import World, told


def test_the_new_owner_hears_with_history_and_the_step_stays(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.assign("A", "owner", "li")
    sent = world.run_until("2026-03-11 13:00")
    assert told(sent) == [("03-10 13:00", "li", "■临近"), ("03-11 12:30", "zhao", "■临近")]
    assert "张三" in text(sent[:1])
    assert "王五" in text(sent[:1])


def test_the_old_owners_waiting_message_is_taken_back(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.assign("A", "owner", "li")
    channel_up(world)
    assert told(world.run_until("2026-03-10 12:00")) == [("03-10 08:31", "li", "■临近")]
    assert why_unsent(world) == [("zhang", "withdrawn", "somebody else owns it now")]


def test_there_and_back_before_anything_was_sent_the_first_owner_is_told_after_all(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.assign("A", "owner", "li")
    world.run_until("2026-03-10 08:45")
    world.assign("A", "owner", "zhang")
    world.run_until("2026-03-10 08:50")
    channel_up(world)
    assert {s[1] for s in told(world.run_until("2026-03-10 12:00"))} == {"zhang"}


def test_a_new_owner_voids_the_old_ones_acknowledgement(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    world.run_until("2026-03-11 09:00")
    world.assign("A", "owner", "li")
    assert told(world.run_until("2026-03-11 14:00")) == [
        ("03-11 09:00", "li", "■临近"),
        ("03-11 13:00", "wang", "■临近"),
    ]


def test_a_leavers_cases_are_handed_over_the_new_owner_hears_of_what_is_near_only(firm: Firm) -> None:
    world = firm(served="")
    for case, served in (("NEAR", "2026-03-02"), ("LATER", "2026-03-09")):
        world.case(case)
        world.event(case, "complaint_received", served)
    world.run_until("2026-03-10 09:00")
    passing = leaving.plan(world.office, "zhang", ["qian"], world.now)
    assert leaving.pass_on(world.office, passing, Said("wang", world.now)) == 2
    sent = world.run_until("2026-03-10 10:00")
    assert [(s.person, "NEAR" in s.letter.text) for s in sent] == [("qian", True)]
    assert told(world.run_until("2026-03-17 09:00"))[-1] == ("03-17 08:30", "qian", "■临近")


def test_nobody_owns_it_the_teams_lead_is_told_and_the_admin_hears_why(firm: Firm) -> None:
    world = firm(served="")
    world.case("A", owner=None)
    world.event("A", "complaint_received", "2026-03-02")
    sent = told(world.run_until("2026-03-10 09:00"))
    assert [s[1] for s in sent] == ["qian", "wang"]


def test_an_owner_unknown_to_the_firm_the_last_resort_is_told(firm: Firm) -> None:
    world = firm(served="")
    world.case("A", owner="stranger")
    world.event("A", "complaint_received", "2026-03-02")
    sent = told(world.run_until("2026-03-10 09:00"))
    assert {s[1] for s in sent} >= {"qian"}
    assert any(s[1] in ("wang", "zhao") for s in sent)


def test_an_owner_change_before_anything_is_near_tells_nobody(world: World) -> None:
    world.run_until("2026-03-05 09:00")
    world.assign("A", "owner", "li")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "li", "■临近")]


def test_it_passes_to_somebody_told_at_that_level_before_who_is_told_anew(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    world.run_until("2026-03-10 14:00")
    world.assign("A", "owner", "wang")  # the lead, who heard of it by the first step
    assert told(world.run_until("2026-03-11 16:00")) == [
        ("03-10 14:00", "wang", "■临近"),
        ("03-11 14:00", "zhao", "■临近"),  # another answers for it now: zhang's word no longer holds
    ]
