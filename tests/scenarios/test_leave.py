"""Leave: the deputy, the deputy's deputy, the named last resort; never nobody, never a wait for an empty chair."""

from __future__ import annotations

from deadline_guard.core.rules import Level
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, persons, ruled
from tests.scenarios.world import World, told


def test_owner_on_leave_the_deputy_is_told(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "li", "■临近")]


def test_the_deputy_named_for_this_leave_goes_before_the_standing_one(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-20 00:00", deputy="qian")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "qian", "■临近")]


def test_deputy_on_leave_too_the_deputys_deputy_is_told(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-20 00:00")
    world.absent("li", "2026-03-09 00:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "wang", "■临近")]


def test_nobody_on_call_the_named_last_resort_is_told(world: World) -> None:
    for person in ("zhang", "li", "wang"):
        world.absent(person, "2026-03-09 00:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhao", "■临近")]


def test_even_the_last_resort_on_leave_is_told_rather_than_nobody(world: World) -> None:
    for person in ("zhang", "li", "wang", "zhao"):
        world.absent(person, "2026-03-09 00:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhao", "■临近")]


def test_a_leave_that_begins_in_mid_wait_the_deputy_hears_and_the_step_keeps_its_time(world: World) -> None:
    world.absent("zhang", "2026-03-10 10:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 13:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-10 10:00", "li", "■临近"),
        ("03-10 12:30", "wang", "■临近"),
    ]


def test_the_leads_leave_begins_in_mid_wait_the_step_goes_to_who_stands_in(world: World) -> None:
    world.absent("wang", "2026-03-10 10:00", "2026-03-20 00:00", deputy="qian")
    assert told(world.run_until("2026-03-10 13:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-10 12:30", "qian", "■临近"),
    ]


def test_the_lead_comes_back_and_learns_what_the_stand_in_was_told(firm: Firm) -> None:
    world = firm([ruled(tell={Level.NEAR: ("owner",)})])
    world.absent("wang", "2026-03-10 10:00", "2026-03-11 09:00", deputy="qian")
    world.run_until("2026-03-11 08:00")
    assert told(world.run_until("2026-03-11 10:00")) == [("03-11 09:00", "wang", "■临近")]


def test_the_owner_comes_back_and_is_told_what_the_deputy_was_told(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-12 09:00")
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "li", DEFENCE)
    assert told(world.run_until("2026-03-13 09:00")) == [
        ("03-12 09:00", "zhang", "■临近"),
        ("03-12 13:00", "wang", "■临近"),  # another answers for it now: the deputy's word no longer holds
    ]


def test_a_leave_recorded_while_the_step_waits_changes_who_hears_not_when(world: World) -> None:
    world.run_until("2026-03-10 11:00")
    world.absent("wang", "2026-03-10 11:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 13:00")) == [("03-10 12:30", "zhao", "■临近")]


def test_a_deputy_who_is_the_lead_hears_once_and_the_step_goes_on(firm: Firm) -> None:
    world = firm([ruled()])
    persons(world, zhang={"deputy": "wang"})
    world.absent("zhang", "2026-03-09 00:00", "2026-03-20 00:00")
    assert told(world.run_until("2026-03-10 13:00")) == [
        ("03-10 08:30", "wang", "■临近"),
        ("03-10 12:30", "zhao", "■临近"),
    ]
