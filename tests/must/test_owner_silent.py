"""The owner is silent: the lead hears, then the partner, until somebody answers; dates move and come back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    ChainStep,
    Kind,
    Level,
    Profile,
    Repeat,
    Rule,
    RuleVersion,
    Threshold,
    Trigger,
    Wait,
    When,
    WhenKind,
)
from tests.scenarios.world import World, told

DAYS = WhenKind.DAYS
PROFILE = Profile(
    "short",
    thresholds=(
        Threshold(Level.NEAR, When(DAYS, Fraction(7))),
        Threshold(Level.URGENT, When(DAYS, Fraction(3))),
    ),
    tell={Level.NEAR: ("owner",), Level.URGENT: ("owner", "lead"), Level.OVERDUE: ("partner",)},
    chain=(
        ChainStep(Wait(Fraction(4), "hours"), ("lead",)),
        ChainStep(Wait(Fraction(1), "days"), ("partner",)),
    ),
    repeat={Level.OVERDUE: Repeat(Wait(Fraction(1), "days"), 3)},
)
RULE = Rule(
    "cn.civ.defence",
    {"zh": "提交答辩状", "en": "Statement of defence"},
    "deadline",
    PROFILE,
    kind=Kind.RIGHT,
    trigger=Trigger("complaint_received"),
    done_by=("defence_filed",),
    versions=(RuleVersion("1", parse_period("15 days"), basis="民事诉讼法 第128条"),),
)


@pytest.fixture
def world() -> Iterator[World]:
    world = World([RULE])
    world.case()
    world.event("A", "complaint_received", "2026-03-02")  # due 2026-03-17, a Tuesday; near from 03-10 08:30
    yield world
    world.close()


def test_silence_climbs_to_the_lead_and_the_leads_answer_stops_the_partners_step(world: World) -> None:
    assert told(world.run_until("2026-03-10 08:29")) == []
    assert told(world.run_until("2026-03-10 12:29")) == [("03-10 08:30", "zhang", "■临近")]
    assert told(world.run_until("2026-03-10 13:00")) == [("03-10 12:30", "wang", "■临近")]
    world.answer("A", "acknowledged", "wang", "cn.civ.defence")
    assert told(world.run_until("2026-03-14 08:29")) == []  # the partner would have heard on 03-11 12:30
    assert told(world.run_until("2026-03-14 09:00")) == [  # the level rises: the acknowledgement no longer holds
        ("03-14 08:30", "wang", "▲紧急"),
        ("03-14 08:30", "zhang", "▲紧急"),
    ]
    world.event("A", "defence_filed", "2026-03-14", by="zhang")
    closed = world.run_until("2026-03-14 10:00")
    assert [(s.person, s.letter.sender_name[-2:]) for s in closed] == [("wang", "了结")]  # zhang filed it
    assert world.advance(days=30) == []


def test_nobody_answers_the_chain_goes_to_its_end_and_overdue_repeats_daily(world: World) -> None:
    sent = told(world.run_until("2026-03-22 09:00"))
    assert sent == [
        ("03-10 08:30", "zhang", "■临近"),
        ("03-10 12:30", "wang", "■临近"),
        ("03-11 12:30", "zhao", "■临近"),
        ("03-14 08:30", "wang", "▲紧急"),
        ("03-14 08:30", "zhang", "▲紧急"),
        ("03-14 08:30", "zhao", "▲紧急"),
        *(("03-18 00:00", p, "✖逾期") for p in ("wang", "zhang", "zhao")),
        *((f"03-{d} 00:00", p, "✖逾期") for d in (19, 20, 21) for p in ("wang", "zhang", "zhao")),
    ]


def test_owner_on_leave_the_deputy_is_told_and_the_owner_on_return(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-12 09:00")
    assert told(world.run_until("2026-03-10 12:00")) == [("03-10 08:30", "li", "■临近")]
    world.answer("A", "acknowledged", "li", "cn.civ.defence")
    assert told(world.run_until("2026-03-12 10:00")) == [("03-12 09:00", "zhang", "■临近")]


def test_deputy_on_leave_too_the_deputys_deputy_is_told(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-20 09:00")
    world.absent("li", "2026-03-10 00:00", "2026-03-20 09:00")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "wang", "■临近")]


def test_date_moves_earlier_everybody_warned_hears_at_once(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-02-27")  # due 2026-03-16 (03-14 is a Saturday)
    assert told(world.run_until("2026-03-10 09:30")) == [("03-10 09:00", "zhang", "↷期限变更")]


def test_date_moves_later_whoever_was_warned_hears_once_with_the_next_digest(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-03-09")  # due 2026-03-24
    assert told(world.run_until("2026-03-16 09:00")) == [("03-11 08:30", "zhang", "↷期限变更")]
    assert told(world.run_until("2026-03-17 09:00")) == [("03-17 08:30", "zhang", "■临近")]


def test_date_moves_there_and_back_before_the_digest_nobody_hears_of_it(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-03-09")
    world.run_until("2026-03-10 10:00")
    world.event("A", "complaint_received", "2026-03-02")
    assert [s for s in told(world.run_until("2026-03-11 10:00")) if s[1] == "zhang"] == []


def test_done_retracted_the_level_is_told_once_more(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "defence_filed", "2026-03-10", by="zhang")
    world.run_until("2026-03-10 10:00")
    world.event("A", "defence_filed", "2026-03-10", retracted=True)
    assert told(world.run_until("2026-03-10 10:30")) == [("03-10 10:00", "zhang", "■临近")]
