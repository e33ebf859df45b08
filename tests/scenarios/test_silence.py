"""Silence climbs: the lead, then the partner, until somebody answers or the chain ends."""

from __future__ import annotations

import pytest

from deadline_guard.core.rules import Level, Repeat, Wait
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, channel_down, channel_up, hours, persons, ruled, text
from tests.scenarios.world import World, told


def test_the_owner_is_silent_then_the_lead_then_the_partner(world: World) -> None:
    assert told(world.run_until("2026-03-13 12:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-10 12:30", "wang", "■临近"),
        ("03-11 12:30", "zhao", "■临近"),
    ]


def test_the_leads_message_names_who_was_silent_since_when(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    said = text(world.run_until("2026-03-10 13:00"))
    assert "张三" in said
    assert "08:30" in said


def test_a_lead_who_owns_the_case_is_passed_at_once(firm: Firm) -> None:
    world = firm(served="")
    world.case("A", owner="wang")
    world.event("A", "complaint_received", "2026-03-02")
    assert told(world.run_until("2026-03-13 12:00")) == [
        ("03-10 08:30", "wang", "■临近"),
        ("03-10 12:30", "zhao", "■临近"),  # the partner does not wait for a step on which nobody new stands
    ]


def test_a_step_and_a_level_that_fall_together_are_one_message(firm: Firm) -> None:
    world = firm([ruled(chain=(hours(96, "lead"), hours(24, "partner")))])
    assert told(world.run_until("2026-03-14 09:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-14 08:30", "wang", "▲紧急"),
        ("03-14 08:30", "zhang", "▲紧急"),
    ]
    assert told(world.run_until("2026-03-15 09:00")) == [("03-15 08:30", "zhao", "▲紧急")]


def test_below_the_level_from_which_it_climbs_silence_climbs_nowhere(firm: Firm) -> None:
    world = firm([ruled(chain_from=Level.URGENT)])
    assert told(world.run_until("2026-03-14 08:00")) == [("03-10 08:30", "zhang", "■临近")]
    assert told(world.run_until("2026-03-14 13:00")) == [
        ("03-14 08:30", "wang", "▲紧急"),
        ("03-14 08:30", "zhang", "▲紧急"),
        ("03-14 12:30", "wang", "▲紧急"),
    ]


def test_overdue_repeats_daily_and_only_to_its_cap(firm: Firm) -> None:
    world = firm([ruled(tell={Level.NEAR: ("owner",)}, chain=())])
    assert told(world.run_until("2026-04-30 12:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-14 08:30", "zhang", "▲紧急"),
        *((f"03-{day} 00:00", "zhang", "✖逾期") for day in (18, 19, 20, 21)),
    ]


def test_repeats_of_a_level_end_where_the_next_begins(firm: Firm) -> None:
    world = firm([ruled(chain=(), tell={Level.NEAR: ("owner",)}, repeat={Level.NEAR: Repeat(Wait(2, "days"))})])
    assert told(world.run_until("2026-03-17 23:00")) == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-12 08:30", "zhang", "■临近"),
        ("03-14 08:30", "zhang", "▲紧急"),
    ]


def test_a_step_is_taken_while_the_channel_is_down_and_each_hears_once_when_it_is_back(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 13:00")
    assert world.sent == []
    channel_up(world)
    sent = world.run_until("2026-03-10 20:00")
    assert sorted(s.person for s in sent) == ["wang", "zhang"]


def test_a_step_of_a_persons_action_names_the_action(firm: Firm) -> None:
    world = firm([ruled(chain=(hours(4, "lead", action="call"),))])
    world.run_until("2026-03-10 09:00")
    world.run_until("2026-03-10 13:00")
    with world.store.read() as conn:
        data = conn.exec_driver_sql("SELECT data FROM notice WHERE kind = 'step'").scalar()
    assert '"action": "call"' in str(data) or '"action":"call"' in str(data)


@pytest.mark.parametrize("left", ["wang", "zhao"])
def test_somebody_of_the_chain_has_left_the_next_named_person_hears(firm: Firm, left: str) -> None:
    world = firm()
    persons(world, **{left: {"active": False, "deputy": "qian"}})
    heard = [s[1] for s in told(world.run_until("2026-03-13 12:00"))]
    assert heard == ["zhang", "qian", "zhao"] if left == "wang" else ["zhang", "wang", "qian"]


def test_the_case_with_two_silent_deadlines_climbs_each_on_its_own(world: World) -> None:
    world.event("A", "complaint_received", "2026-03-03", id="2")  # due 03-18: near from 03-11
    world.run_until("2026-03-11 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE, "docket:complaint_received-1")
    assert told(world.run_until("2026-03-13 12:00")) == [
        ("03-11 12:30", "wang", "■临近"),
        ("03-12 12:30", "zhao", "■临近"),
    ]
