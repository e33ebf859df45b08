"""Put off by an answer: a snooze misses no step, level or deadline; a mute ends; an answer is taken back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from deadline_guard.core.rules import Level, Repeat, Wait
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.answers import Said, clock_of, mute, retract, snooze
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, ruled
from tests.scenarios.world import World, told

HOURLY = {Level.NEAR: Repeat(Wait(Fraction(1), "hours"))}
DAILY = {Level.NEAR: Repeat(Wait(Fraction(1), "days"))}


def put_off(world: World, until: str) -> None:
    with world.store.write() as conn:
        clock = clock_of(world.office, conn, "A", DEFENCE, world.now)
        snooze(world.office, conn, [clock], Said("zhang", world.now), world.at(until))


def muted(world: World, rule: str | None, until: str) -> None:
    with world.store.write() as conn:
        mute(world.office, conn, "A", rule, Said("wang", world.now), world.at(until))


def taken_back(world: World, kind: str, by: str) -> None:
    with world.store.write() as conn:
        found = conn.exec_driver_sql(f"SELECT source_id FROM event WHERE kind = '{kind}'").scalar()
        retract(world.office, conn, "A", f"answer:{found}", Said(by, world.now))


def test_a_snooze_ends_before_the_step_that_it_would_miss(firm: Firm) -> None:
    world = firm([ruled(repeat=HOURLY)])
    world.run_until("2026-03-10 08:45")
    with pytest.raises(AnswerError, match=r"the next step of the chain at 2026-03-10 12:30 would be missed"):
        put_off(world, "2026-03-10 12:31")
    put_off(world, "2026-03-10 12:00")
    assert told(world.run_until("2026-03-10 12:30")) == [
        ("03-10 12:00", "zhang", "■临近"),
        ("03-10 12:30", "wang", "■临近"),
    ]


def test_a_snooze_ends_before_the_level_and_the_deadline_that_it_would_miss(firm: Firm) -> None:
    world = firm([ruled(repeat=DAILY, chain=())])
    world.run_until("2026-03-10 09:00")
    with pytest.raises(AnswerError, match=r"the level urgent at 2026-03-14 08:30 would be missed"):
        put_off(world, "2026-03-14 08:31")
    world.run_until("2026-03-14 09:00")
    with pytest.raises(AnswerError, match=r"2026-03-18 00:00 would be missed"):
        put_off(world, "2026-03-18 00:01")


def test_what_is_overdue_is_not_snoozed(world: World) -> None:
    world.run_until("2026-03-18 01:00")
    with pytest.raises(AnswerError, match="overdue is not put off"):
        put_off(world, "2026-03-18 12:00")


def test_a_snooze_or_mute_that_is_over_already_is_refused(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    with pytest.raises(AnswerError, match="is over already"):
        put_off(world, "2026-03-10 09:00")
    with pytest.raises(AnswerError, match="is over already"):
        muted(world, None, "2026-03-09 09:00")


def test_a_mute_of_a_rule_that_does_not_watch_the_case_is_refused(world: World) -> None:
    with pytest.raises(NotFoundError, match=r"no rule cn.none watches case A; these do: cn.civ.defence"):
        muted(world, "cn.none", "2026-03-11 10:00")


@pytest.mark.parametrize("rule", [DEFENCE, None])
def test_a_mute_given_by_the_lead_ends_at_its_hour(world: World, rule: str | None) -> None:
    muted(world, rule, "2026-03-11 10:00")
    assert told(world.run_until("2026-03-11 12:00")) == [("03-11 10:00", "zhang", "■临近")]


def test_a_mute_taken_back_ends_at_once(world: World) -> None:
    muted(world, None, "2026-03-13 10:00")
    assert told(world.run_until("2026-03-11 09:00")) == []
    taken_back(world, "muted", "wang")
    assert told(world.run_until("2026-03-11 10:00")) == [("03-11 09:00", "zhang", "■临近")]


def test_an_acknowledgement_taken_back_the_silence_counts_as_if_it_had_not_been_given(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    assert told(world.run_until("2026-03-10 15:00")) == []
    taken_back(world, "acknowledged", "zhang")
    assert told(world.run_until("2026-03-10 15:00")) == [("03-10 15:00", "wang", "■临近")]


def test_an_answer_is_taken_back_by_its_author_or_a_superior_only(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    with pytest.raises(AnswerError, match="zhang gave this answer"):
        taken_back(world, "acknowledged", "li")
    taken_back(world, "acknowledged", "wang")
    assert told(world.run_until("2026-03-10 12:30")) == [("03-10 12:30", "wang", "■临近")]


def test_no_answer_of_that_name_lists_those_given(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    with world.store.write() as conn, pytest.raises(NotFoundError, match=r"no answer none on case A; .*acknowledged"):
        retract(world.office, conn, "A", "none", Said("zhang", world.now))


def test_a_right_given_up_and_taken_back_warns_again(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "not_pursued", "zhang", DEFENCE, reason="the client settles")
    assert told(world.run_until("2026-03-11 09:00")) == []
    taken_back(world, "not_pursued", "zhang")
    sent = told(world.run_until("2026-03-11 13:00"))
    assert sent == [("03-11 09:00", "zhang", "■临近"), ("03-11 13:00", "wang", "■临近")]
