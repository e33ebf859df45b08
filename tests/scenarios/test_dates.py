"""Dates move: earlier at once, later with the next digest, there and back in silence if nobody was told."""

from __future__ import annotations

from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, channel_down, channel_up, day_off, ruled, text, why_unsent
from tests.scenarios.world import World, told


def test_a_weekend_day_becomes_a_working_day_and_the_date_moves_earlier_at_once(firm: Firm) -> None:
    world = firm(served="2026-02-27")  # the 15th day is Saturday 03-14: due Monday 03-16
    world.run_until("2026-03-10 09:00")
    day_off(world, "2026-03-14", off=False)
    assert told(world.run_until("2026-03-10 09:30")) == [
        ("03-10 09:00", "wang", "↷期限变更"),
        ("03-10 09:00", "zhang", "↷期限变更"),
    ]
    assert ("03-15 00:00", "zhang", "✖逾期") in told(world.run_until("2026-03-15 00:00"))


def test_a_new_holiday_on_the_last_day_moves_the_date_later_with_the_next_digest(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    day_off(world, "2026-03-17")
    day_off(world, "2026-03-18")  # due 03-19: near again from 03-12
    assert told(world.run_until("2026-03-11 08:29")) == []
    assert told(world.run_until("2026-03-11 09:00")) == [("03-11 08:30", "zhang", "↷期限变更")]


def test_a_holiday_that_moves_no_date_tells_nobody(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    day_off(world, "2026-03-16")
    assert told(world.run_until("2026-03-14 08:00")) == []


def test_the_date_moves_before_anybody_was_warned_nobody_hears_of_the_old_one(world: World) -> None:
    world.run_until("2026-03-05 09:00")
    world.event("A", "complaint_received", "2026-03-04")  # due 03-19
    assert told(world.run_until("2026-03-12 09:00")) == [("03-12 08:30", "zhang", "■临近")]


def test_an_earlier_date_voids_the_acknowledgement_and_the_chain_begins_again(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.answer("A", "acknowledged", "wang", DEFENCE)
    world.run_until("2026-03-10 14:00")
    world.event("A", "complaint_received", "2026-02-27")
    assert told(world.run_until("2026-03-10 14:00")) == [
        ("03-10 14:00", "wang", "↷期限变更"),
        ("03-10 14:00", "zhang", "↷期限变更"),
    ]
    assert told(world.run_until("2026-03-10 19:00")) == [("03-10 18:00", "wang", "■临近")]


def test_a_later_date_takes_back_what_had_not_been_sent(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.event("A", "complaint_received", "2026-03-09")  # due 03-24
    channel_up(world)
    assert told(world.run_until("2026-03-17 09:00")) == [("03-17 08:30", "zhang", "■临近")]
    assert why_unsent(world) == [("zhang", "withdrawn", "the date has moved")]


def test_there_and_back_before_it_was_told_is_silent_and_the_chain_runs_on_from_the_return(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-03-09")
    world.run_until("2026-03-10 10:00")
    world.event("A", "complaint_received", "2026-03-02")
    assert told(world.run_until("2026-03-11 10:00")) == [("03-10 14:00", "wang", "■临近")]


def test_there_and_back_after_it_was_told_is_told_both_times(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-02-27")  # earlier: at once
    assert told(world.run_until("2026-03-10 10:00")) == [("03-10 09:00", "zhang", "↷期限变更")]
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    world.run_until("2026-03-10 10:30")
    world.event("A", "complaint_received", "2026-03-02")  # back: with the next digest
    sent = told(world.run_until("2026-03-11 08:30"))
    assert [s for s in sent if s[1] == "zhang"] == [("03-11 08:30", "zhang", "↷期限变更")]


def test_an_earlier_date_that_is_past_already_is_overdue_at_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-02-10")
    assert told(world.run_until("2026-03-10 09:00")) == [
        ("03-10 09:00", "wang", "✖逾期"),
        ("03-10 09:00", "zhang", "↷期限变更"),
        ("03-10 09:00", "zhao", "✖逾期"),
    ]


def test_a_profile_that_tells_no_moves_is_obeyed(firm: Firm) -> None:
    world = firm([ruled(tell_moved=False, chain=())])
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-02-27")
    assert told(world.run_until("2026-03-10 10:00")) == [("03-10 09:00", "zhang", "■临近")]


def test_a_correction_by_hand_and_its_source_contradict_owner_and_admin_hear_once(world: World) -> None:
    world.run_until("2026-03-05 09:00")
    world.event("A", "complaint_received", "2026-03-03", origin="hand", by="zhang")
    world.run_until("2026-03-05 10:00")
    world.event("A", "complaint_received", "2026-03-04")  # the source's own row changes afterwards
    first = told(world.run_until("2026-03-05 11:00"))
    assert [s[1] for s in first] == ["qian", "zhang"]
    assert told(world.run_until("2026-03-11 08:29")) == []
    assert told(world.run_until("2026-03-11 09:00")) == [("03-11 08:30", "zhang", "■临近")]  # the earlier date works


def test_the_owner_settles_the_contradiction_and_it_is_over(world: World) -> None:
    world.event("A", "complaint_received", "2026-03-03", origin="hand", by="zhang")
    world.run_until("2026-03-05 10:00")
    world.event("A", "complaint_received", "2026-03-04")
    world.run_until("2026-03-05 11:00")
    world.event("A", "complaint_received", "2026-03-04", origin="hand", by="zhang")
    assert told(world.run_until("2026-03-12 09:00")) == [("03-12 08:30", "zhang", "■临近")]


def test_a_level_that_begins_with_the_digest_that_would_tell_the_move_is_one_message(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-03-03")  # due 03-18: near from 03-11 08:30, when the digest leaves
    sent = world.run_until("2026-03-11 09:00")
    assert told(sent) == [("03-11 08:30", "zhang", "■临近")]
    assert "2026-03-17" in text(sent)
    assert "→ 新 2026-03-18" in text(sent)
    assert ("zhang", "withdrawn", "said together with the level") in why_unsent(world)
    assert told(world.run_until("2026-03-11 12:30")) == [("03-11 12:30", "wang", "■临近")]
