"""Answers: seen is not done; an answer holds for its level; a right may be given up, a duty may not."""

from __future__ import annotations

from deadline_guard.core.rules import Level, Repeat, Wait
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, DUTY, channel_down, channel_up, ruled, text, why_unsent
from tests.scenarios.world import World, told

LEVELS = {Level.NEAR: ("owner",)}


def test_acknowledged_stops_the_chain_until_the_level_rises(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    assert told(world.run_until("2026-03-14 08:29")) == []
    assert told(world.run_until("2026-03-14 13:00")) == [
        ("03-14 08:30", "wang", "▲紧急"),
        ("03-14 08:30", "zhang", "▲紧急"),
        ("03-14 12:30", "wang", "▲紧急"),
    ]


def test_an_answer_by_anyone_settles_the_step_for_all(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    world.answer("A", "acknowledged", "wang", DEFENCE)
    assert told(world.run_until("2026-03-14 08:00")) == []


def test_an_acknowledgement_expires_and_the_silence_runs_from_then(firm: Firm) -> None:
    world = firm([ruled(ack_expires=Wait(1, "days"))])
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    assert told(world.run_until("2026-03-11 12:59")) == []
    assert told(world.run_until("2026-03-11 14:00")) == [("03-11 13:00", "wang", "■临近")]


def test_an_acknowledgement_until_an_hour_holds_until_that_hour(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE, until=world.at("2026-03-12 09:00").isoformat())
    assert told(world.run_until("2026-03-12 12:00")) == []
    assert told(world.run_until("2026-03-12 14:00")) == [("03-12 13:00", "wang", "■临近")]


def test_an_acknowledgement_never_stops_overdue(world: World) -> None:
    world.run_until("2026-03-18 00:00")
    world.answer("A", "acknowledged", "zhao", DEFENCE)
    assert told(world.run_until("2026-03-19 01:00")) == [("03-19 00:00", p, "✖逾期") for p in ("wang", "zhang", "zhao")]


def test_an_acknowledged_overdue_still_climbs(firm: Firm) -> None:
    world = firm([ruled(tell=LEVELS, chain_from=Level.OVERDUE, repeat={})])
    world.run_until("2026-03-18 01:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    assert told(world.run_until("2026-03-19 05:00")) == [
        ("03-18 04:00", "wang", "✖逾期"),
        ("03-19 04:00", "zhao", "✖逾期"),
    ]


def test_answered_between_decision_and_sending_nothing_goes_out(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    channel_up(world)
    assert told(world.run_until("2026-03-10 20:00")) == []
    world.event("A", "note", "2026-03-10")  # decided again for another reason: the answer still holds
    assert told(world.run_until("2026-03-14 08:00")) == []
    assert why_unsent(world) == [("zhang", "withdrawn", "answered meanwhile")]


def test_an_answer_that_kept_a_message_back_expires_and_the_owner_is_told_after_all(firm: Firm) -> None:
    world = firm([ruled(ack_expires=Wait(1, "days"))])
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    channel_up(world)
    assert told(world.run_until("2026-03-11 13:00")) == [
        ("03-11 08:31", "zhang", "■临近"),
        ("03-11 12:31", "wang", "■临近"),
    ]


def test_a_snooze_delays_the_repeat_and_never_the_step(firm: Firm) -> None:
    world = firm([ruled(repeat={Level.NEAR: Repeat(Wait(1, "hours"))})])
    world.run_until("2026-03-10 08:45")
    world.answer("A", "snoozed", "zhang", DEFENCE, until=world.at("2026-03-10 11:45").isoformat())
    assert told(world.run_until("2026-03-10 12:30")) == [
        ("03-10 11:45", "zhang", "■临近"),
        ("03-10 12:30", "wang", "■临近"),
    ]


def test_the_level_rises_while_snoozed_the_snooze_ends(firm: Firm) -> None:
    repeat = {Level.NEAR: Repeat(Wait(1, "days")), Level.URGENT: Repeat(Wait(1, "days"))}
    world = firm([ruled(repeat=repeat, chain=(), tell=LEVELS)])
    world.run_until("2026-03-13 09:00")
    world.answer("A", "snoozed", "zhang", DEFENCE, until=world.at("2026-03-16 20:00").isoformat())
    assert told(world.run_until("2026-03-15 09:00")) == [
        ("03-14 08:30", "zhang", "▲紧急"),
        ("03-15 08:30", "zhang", "▲紧急"),
    ]


def test_a_right_given_up_in_good_time_ends_at_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "not_pursued", "zhang", DEFENCE, reason="the client settles")
    assert told(world.run_until("2026-05-01 00:00")) == []


def test_a_right_given_up_when_urgent_runs_on_until_a_second_person_confirms(world: World) -> None:
    world.run_until("2026-03-14 09:00")
    world.answer("A", "not_pursued", "zhang", DEFENCE, reason="the client settles")
    assert told(world.run_until("2026-03-18 00:00")) == [
        *((f"03-{d} 09:00", "wang", "?待确认") for d in (14, 15, 16, 17)),
        *(("03-18 00:00", p, "✖逾期") for p in ("wang", "zhang", "zhao")),
    ]
    with world.store.read() as conn:
        answer = conn.exec_driver_sql("SELECT source || ':' || source_id FROM event WHERE kind='not_pursued'").scalar()
    world.answer("A", "confirmed", "wang", DEFENCE, answer=answer)
    assert told(world.run_until("2026-05-01 00:00")) == [("03-18 00:00", p, "✓已了结") for p in ("wang", "zhao")]


def test_the_second_person_never_confirms_the_chain_runs_to_its_end(world: World) -> None:
    world.run_until("2026-03-14 09:00")
    world.answer("A", "not_pursued", "zhang", DEFENCE, reason="the client settles")
    sent = told(world.run_until("2026-05-01 00:00"))
    assert sent == [
        *((f"03-{d} 09:00", "wang", "?待确认") for d in (14, 15, 16, 17)),  # asked daily until the incident speaks
        *((f"03-{d} 00:00", p, "✖逾期") for d in (18, 19, 20, 21) for p in ("wang", "zhang", "zhao")),
    ]


def test_who_gave_it_up_cannot_be_the_second_person(world: World) -> None:
    world.run_until("2026-03-14 09:00")
    world.answer("A", "not_pursued", "zhang", DEFENCE, reason="the client settles")
    with world.store.read() as conn:
        answer = conn.exec_driver_sql("SELECT source || ':' || source_id FROM event WHERE kind='not_pursued'").scalar()
    world.run_until("2026-03-14 09:30")
    world.answer("A", "confirmed", "zhang", DEFENCE, answer=answer)
    assert ("03-18 00:00", "zhang", "✖逾期") in told(world.run_until("2026-03-18 00:00"))


def duty(firm: Firm) -> World:
    world = firm([DUTY], served="")
    world.case()
    world.event("A", "fee_notice_received", "2026-03-02")
    return world


def test_a_duty_said_not_to_apply_runs_on_until_a_second_person_confirms(firm: Firm) -> None:
    world = duty(firm)
    world.run_until("2026-03-10 09:00")
    world.answer("A", "not_applicable", "zhang", DUTY.id, reason="the court waived it")
    assert told(world.run_until("2026-03-10 13:00")) == [
        ("03-10 09:00", "wang", "?待确认"),
        ("03-10 12:30", "wang", "■临近"),
    ]
    with world.store.read() as conn:
        found = conn.exec_driver_sql(
            "SELECT source || ':' || source_id FROM event WHERE kind='not_applicable'"
        ).scalar()
    world.answer("A", "confirmed", "wang", DUTY.id, answer=found)
    sent = world.run_until("2026-05-01 00:00")
    assert told(sent) == [("03-10 13:00", "wang", "✓已了结")]
    assert "不适用" in text(sent)


def test_a_duty_given_up_is_not_given_up_and_a_waiting_warning_still_goes_out(firm: Firm) -> None:
    world = duty(firm)
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    world.answer("A", "not_pursued", "zhang", DUTY.id, reason="no time")
    channel_up(world)
    assert [s[1] for s in told(world.run_until("2026-03-10 13:00"))] == ["zhang", "wang"]


def test_an_answer_to_the_whole_case_is_one_for_each_of_its_deadlines(world: World) -> None:
    world.event("A", "complaint_received", "2026-03-02", id="2", subject="second defendant")
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang")
    assert told(world.run_until("2026-03-14 08:00")) == []
