"""One person, many notices: one message, most urgent first; quiet hours; one summary after downtime."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from deadline_guard.core.rules import Acts, Level
from tests.must.test_owner_silent import RULE
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, DUTY, hours, quiet, ruled, text, why_unsent
from tests.scenarios.world import World, told

SECOND = replace(RULE, id="cn.civ.evidence")


def many(firm: Firm, count: int, owners: tuple[str, ...] = ("zhang",), **more: int) -> World:
    world = firm(served="", **more)
    for i in range(count):
        world.case(f"C{i:02}", owner=owners[i % len(owners)])
        world.event(f"C{i:02}", "complaint_received", "2026-03-02")
    return world


def test_forty_due_at_once_are_one_message_to_each_person(firm: Firm) -> None:
    world = many(firm, 40, ("zhang", "li"), at_once=5)
    sent = world.run_until("2026-03-10 12:00")
    assert told(sent) == [("03-10 08:30", "li", "■临近"), ("03-10 08:30", "zhang", "■临近")]
    mine = text([s for s in sent if s.person == "zhang"])
    assert [f"C{i:02}" in mine for i in range(0, 40, 2)] == [True] * 20
    assert "C01" not in mine


def test_as_many_as_the_office_wants_stay_single(firm: Firm) -> None:
    assert len(many(firm, 5, at_once=5).run_until("2026-03-10 12:00")) == 5


def test_of_forty_the_answered_ones_are_not_in_the_leads_message(firm: Firm) -> None:
    world = many(firm, 40, at_once=5)
    world.run_until("2026-03-10 09:00")
    for i in range(30):
        world.answer(f"C{i:02}", "acknowledged", "zhang", DEFENCE)
    sent = world.run_until("2026-03-10 12:30")
    assert told(sent) == [("03-10 12:30", "wang", "■临近")]
    assert [f"C{i:02}" in sent[0].letter.text for i in range(40)] == [False] * 30 + [True] * 10


def test_two_rules_due_the_same_moment_are_one_message_where_the_office_wants_it(firm: Firm) -> None:
    world = firm([RULE, SECOND], at_once=1)
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]  # the other: next digest


def test_two_rules_due_the_same_moment_are_two_conversations_otherwise(firm: Firm) -> None:
    sent = firm([RULE, SECOND]).run_until("2026-03-10 09:00")
    assert told(sent) == [("03-10 08:30", "zhang", "■临近")] * 2
    assert len({s.letter.subject for s in sent}) == 2


def test_the_most_urgent_stands_first(firm: Firm) -> None:
    world = firm(served="", at_once=1, start="2026-03-15 08:00")
    for case, served in (("NEAR", "2026-03-06"), ("OVER", "2026-02-27"), ("URGENT", "2026-03-02")):
        world.case(case)
        world.event(case, "complaint_received", served)
    said = world.run_until("2026-03-17 00:00")[-1].letter.text
    places = [said.find(c) for c in ("OVER", "URGENT", "NEAR")]
    assert [p for p in places if p >= 0] == sorted(p for p in places if p >= 0)


def test_down_three_days_over_twelve_thresholds_one_summary_a_person_and_nothing_of_what_is_done(firm: Firm) -> None:
    world = firm(served="")
    for i, served in enumerate(["2026-03-02", "2026-03-03", "2026-03-04", "2026-02-27"] * 3):
        world.case(f"C{i:02}", owner="zhang" if i < 8 else "li")
        world.event(f"C{i:02}", "complaint_received", served)
    world.run_until("2026-03-09 08:00")
    world.now = world.at("2026-03-12 09:00")
    world.event("C00", "defence_filed", "2026-03-11", by="zhang")
    sent = world.sleep_until("2026-03-12 10:00")
    persons = [s.person for s in sent if s.letter.sender_name.endswith("临近")]
    assert sorted(persons) == ["li", "zhang"]
    mine = next(s.letter.text for s in sent if s.person == "zhang")
    assert "C00" not in mine
    assert all(f"C{i:02}" in mine for i in range(1, 8))


def test_after_downtime_the_steps_that_were_missed_are_not_all_taken_at_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    sent = world.sleep_until("2026-03-13 12:00")
    assert [s.person for s in sent if s.person != "qian"] == ["wang"]  # the partner's day begins now
    assert [s[1] for s in told(world.run_until("2026-03-14 08:00"))] == []


def test_after_downtime_past_the_due_day_everybody_hears_the_state_of_now_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    sent = world.sleep_until("2026-03-20 12:00")
    assert sorted(s.person for s in sent if s.person != "qian") == ["wang", "zhang", "zhao"]
    assert {s.letter.sender_name.split(" ")[-1] for s in sent if s.person != "qian"} == {"✖逾期"}


def test_a_slow_tick_is_no_downtime(firm: Firm) -> None:
    world = many(firm, 2)
    world.run_until("2026-03-10 08:00")
    assert len(world.sleep_until("2026-03-10 09:00")) == 2


def test_quiet_hours_hold_until_morning_and_say_so(firm: Firm) -> None:
    world = firm([ruled(chain=())], start="2026-03-01 08:00", served="")
    quiet(world, "zhang", since=time(8), until=time(12))
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    assert told(world.run_until("2026-03-10 11:59")) == []
    assert why_unsent(world) == [("zhang", "held", "quiet hours")]
    assert told(world.run_until("2026-03-10 12:30")) == [("03-10 12:00", "zhang", "■临近")]


def test_quiet_hours_never_hold_past_the_step_that_would_be_missed(firm: Firm) -> None:
    world = firm([ruled(chain=(hours(2, "lead"),))])
    quiet(world, "zhang", since=time(8), until=time(12))
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]


def test_overdue_comes_at_midnight_into_quiet_hours(firm: Firm) -> None:
    world = firm([ruled(tell={Level.NEAR: ("owner",)}, chain=())])
    quiet(world, "zhang")
    assert ("03-18 00:00", "zhang", "✖逾期") in told(world.run_until("2026-03-18 00:00"))


def test_answered_in_quiet_hours_the_held_warning_never_goes_out(firm: Firm) -> None:
    world = firm([ruled(chain=())])
    quiet(world, "zhang", since=time(8), until=time(12))
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "li", DEFENCE)
    assert told(world.run_until("2026-03-14 08:00")) == []


def test_the_courts_clock_overdue_is_nobodys_fault_the_owner_reads_of_it_in_the_digest(firm: Firm) -> None:
    world = firm([replace(RULE, acts=Acts.COURT)])
    sent = world.run_until("2026-05-01 00:00")
    assert [(s.when, s.person) for s in sent] == [("03-11 08:30", "zhang"), ("03-18 08:30", "zhang")]
    assert "观察" in sent[0].letter.text
    assert "期限已过" in sent[1].letter.text


def test_the_opponents_clock_overdue_is_nobodys_fault_and_ours_beside_it_is_told(firm: Firm) -> None:
    world = firm([replace(RULE, acts=Acts.OPPONENT), DUTY])
    world.event("A", "fee_notice_received", "2026-03-02")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]
