"""Done: those who were warned hear it, nobody is told afterwards; retracted, late, suspended, withdrawn."""

from __future__ import annotations

from dataclasses import replace

from deadline_guard.core.rules import CaseType, Level, Pair
from tests.must.test_owner_silent import RULE
from tests.scenarios.conftest import Firm
from tests.scenarios.given import channel_down, channel_up, closed, ruled, rules, text, why_unsent
from tests.scenarios.world import World, told


def test_done_closes_it_for_everybody_warned_but_the_one_who_did_it(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    assert told(world.run_until("2026-05-01 00:00")) == [("03-10 13:00", "wang", "✓已了结")]


def test_done_before_anybody_was_warned_is_silent(world: World) -> None:
    world.run_until("2026-03-05 09:00")
    world.event("A", "defence_filed", "2026-03-05", by="zhang")
    assert told(world.run_until("2026-05-01 00:00")) == []


def test_done_while_the_warning_waits_nothing_goes_out(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    channel_up(world)
    assert told(world.run_until("2026-05-01 00:00")) == []
    assert why_unsent(world) == [("zhang", "withdrawn", "the deadline has ended")]


def test_done_retracted_the_level_is_told_once_and_the_chain_begins_again(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    world.run_until("2026-03-10 14:00")
    world.event("A", "defence_filed", "2026-03-10", retracted=True)
    assert told(world.run_until("2026-03-10 19:00")) == [
        ("03-10 14:00", "zhang", "■临近"),
        ("03-10 18:00", "wang", "■临近"),
    ]


def test_done_retracted_and_done_again_those_warned_hear_it_again(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    for at, retracted in (("09:00", False), ("10:00", True), ("11:00", False)):
        world.run_until(f"2026-03-10 {at}")
        world.event("A", "defence_filed", "2026-03-10", by="li", retracted=retracted)
    assert told(world.run_until("2026-03-10 12:00")) == [("03-10 11:00", "zhang", "✓已了结")]


def test_done_retracted_after_the_day_has_passed_is_overdue_at_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    world.run_until("2026-03-20 09:00")
    world.event("A", "defence_filed", "2026-03-10", retracted=True)
    assert told(world.run_until("2026-03-20 09:00")) == [("03-20 09:00", p, "✖逾期") for p in ("wang", "zhang", "zhao")]


def test_filed_in_time_registered_late_the_incident_closes_as_in_time(world: World) -> None:
    world.run_until("2026-03-18 09:00")
    world.event("A", "defence_filed", "2026-03-16", by="zhang")
    sent = world.run_until("2026-05-01 00:00")
    assert told(sent) == [("03-18 09:00", p, "✓已了结") for p in ("wang", "zhao")]
    with world.store.read() as conn:
        assert conn.exec_driver_sql("SELECT state FROM assessment").scalar() == "done"


def test_an_overdue_message_blames_nobody(world: World) -> None:
    world.run_until("2026-03-17 12:00")
    assert "没有" in text(world.run_until("2026-03-18 00:00"))


def test_a_retracted_trigger_is_withdrawn_once(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.event("A", "complaint_received", "2026-03-02", retracted=True)
    sent = told(world.run_until("2026-05-01 00:00"))
    assert [(at, person) for at, person, _ in sent] == [("03-10 13:00", "wang"), ("03-10 13:00", "zhang")]


def test_a_retracted_trigger_that_comes_back_warns_again(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-03-02", retracted=True)
    world.run_until("2026-03-10 10:00")
    world.event("A", "complaint_received", "2026-03-02")
    assert told(world.run_until("2026-03-10 10:00")) == [("03-10 10:00", "zhang", "■临近")]


def test_a_rule_that_leaves_the_rulebook_closes_its_clocks_and_says_so(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    rules(world, [replace(RULE, enabled=False)])
    assert [s[1] for s in told(world.run_until("2026-05-01 00:00"))] == [
        "qian",
        "zhang",
    ]  # the admin: no rule watches A


def suspended(firm: Firm) -> World:
    why = {"zh": "中止", "en": "suspended"}
    return firm([replace(RULE, suspends=(Pair("suspended", "resumed", why),))])


def test_nobody_is_told_while_the_clock_stands_still(firm: Firm) -> None:
    world = suspended(firm)
    world.run_until("2026-03-10 09:00")
    world.event("A", "suspended", "2026-03-10")
    assert told(world.run_until("2026-05-01 00:00")) == []


def test_resumed_those_warned_hear_the_new_date(firm: Firm) -> None:
    world = suspended(firm)
    world.run_until("2026-03-10 09:00")
    world.event("A", "suspended", "2026-03-10")
    world.run_until("2026-04-10 10:00")
    world.event("A", "resumed", "2026-04-10")
    sent = told(world.run_until("2026-04-12 00:00"))
    assert [s for s in sent if s[1] == "zhang"] == [("04-11 08:30", "zhang", "↷期限变更")]
    assert "✖逾期" in {s[2] for s in told(world.run_until("2026-05-01 00:00"))}


def test_done_while_the_clock_stands_still_those_warned_hear_it(firm: Firm) -> None:
    world = suspended(firm)
    world.run_until("2026-03-10 13:00")
    world.event("A", "suspended", "2026-03-10")
    world.run_until("2026-03-12 10:00")
    world.event("A", "defence_filed", "2026-03-12", by="zhang")
    assert told(world.run_until("2026-05-01 00:00")) == [("03-12 10:00", "wang", "✓已了结")]


def test_two_parties_with_two_service_dates_have_two_clocks(firm: Firm) -> None:
    world = firm(served="")
    world.case()
    world.event("A", "complaint_received", "2026-03-02", id="1", subject="first defendant")
    world.event("A", "complaint_received", "2026-03-04", id="2", subject="second defendant")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]
    world.event("A", "defence_filed", "2026-03-10", subject="first defendant", by="zhang")
    assert told(world.run_until("2026-03-12 13:00")) == [
        ("03-12 08:30", "zhang", "■临近"),
        ("03-12 12:30", "wang", "■临近"),
    ]


def test_a_closed_case_with_a_live_clock_still_warns(world: World) -> None:
    world.run_until("2026-03-05 09:00")
    closed(world, "A")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]
    assert ("03-18 00:00", "zhao", "✖逾期") in told(world.run_until("2026-03-18 00:00"))


def test_an_event_that_closes_the_case_leaves_the_clock_of_the_appeal_alone(firm: Firm) -> None:
    kinds = {"civil": CaseType("civil", {}, closed_by=("judgment_served",), calendar="cn", jurisdiction="cn-civil")}
    world = firm(case_types=kinds)
    world.event("A", "judgment_served", "2026-03-05")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]


def test_a_cancelled_deadline_is_over_for_those_warned(firm: Firm) -> None:
    world = firm([replace(RULE, cancelled_by=("claim_withdrawn",))])
    world.run_until("2026-03-10 09:00")
    world.event("A", "claim_withdrawn", "2026-03-10")
    sent = world.run_until("2026-05-01 00:00")
    assert told(sent) == [("03-10 09:00", "zhang", "✓已了结")]


def test_a_profile_that_tells_no_closing_is_obeyed(firm: Firm) -> None:
    world = firm([ruled(tell_closed=False, tell={Level.NEAR: ("owner",)})])
    world.run_until("2026-03-10 13:00")
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    assert told(world.run_until("2026-05-01 00:00")) == []
