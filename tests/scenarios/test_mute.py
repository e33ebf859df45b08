"""Muted: no notices until a date; critical and overdue pierce; at its end everything is decided again."""

from __future__ import annotations

from fractions import Fraction

from deadline_guard.core.rules import Level, Threshold, When, WhenKind
from tests.must.test_owner_silent import PROFILE
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, channel_down, channel_up, ruled, why_unsent
from tests.scenarios.world import World, told


def mute(world: World, until: str, rule: str | None = DEFENCE) -> None:
    world.answer("A", "muted", "wang", rule, until=world.at(until).isoformat())


def test_a_muted_rule_tells_nobody_until_its_end(world: World) -> None:
    mute(world, "2026-03-11 10:00")
    assert told(world.run_until("2026-03-11 12:00")) == [("03-11 10:00", "zhang", "■临近")]


def test_a_muted_case_tells_nobody_of_any_rule(world: World) -> None:
    mute(world, "2026-03-11 10:00", rule=None)
    assert told(world.run_until("2026-03-11 12:00")) == [("03-11 10:00", "zhang", "■临近")]


def test_critical_pierces_a_mute(firm: Firm) -> None:
    critical = Threshold(Level.CRITICAL, When(WhenKind.DAYS, Fraction(1)))
    world = firm([ruled(thresholds=(*PROFILE.thresholds, critical), chain=())])
    mute(world, "2026-04-30 00:00")
    assert told(world.run_until("2026-03-17 12:00")) == [
        ("03-16 08:30", "wang", "▲▲危急"),
        ("03-16 08:30", "zhang", "▲▲危急"),
    ]


def test_overdue_pierces_a_mute_and_repeats(world: World) -> None:
    mute(world, "2026-04-30 00:00")
    assert told(world.run_until("2026-03-20 05:00")) == [
        *(("03-18 00:00", p, "✖逾期") for p in ("wang", "zhang", "zhao")),
        ("03-18 04:00", "wang", "✖逾期"),  # nobody answered: the chain climbs from here
        ("03-19 04:00", "zhao", "✖逾期"),
        *(("03-20 04:00", p, "✖逾期") for p in ("wang", "zhang", "zhao")),
    ]


def test_muted_while_a_warning_waits_it_does_not_go_out_before_the_end(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    mute(world, "2026-03-12 10:00")
    channel_up(world)
    assert told(world.run_until("2026-03-12 09:59")) == []
    assert why_unsent(world) == [("zhang", "withdrawn", "muted")]
    assert told(world.run_until("2026-03-12 11:00")) == [("03-12 10:00", "zhang", "■临近")]


def test_a_date_that_moves_while_muted_is_told_at_the_end(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    mute(world, "2026-03-12 10:00")
    world.run_until("2026-03-10 10:00")
    world.event("A", "complaint_received", "2026-03-12")  # due 03-27
    assert told(world.run_until("2026-03-13 09:00")) == [("03-13 08:30", "zhang", "↷期限变更")]


def test_done_while_muted_nobody_hears_of_it_at_the_end_but_that_it_is_done(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    mute(world, "2026-03-12 10:00")
    world.event("A", "defence_filed", "2026-03-11", by="li")
    assert told(world.run_until("2026-05-01 00:00")) == [("03-11 00:00", "zhang", "✓已了结")]
