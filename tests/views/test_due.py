"""The due list: right at the moment it is asked, the riskiest first, its meaning never in colour alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deadline_guard.core.rules import Acts, Level, Pair, Trigger
from deadline_guard.views.due import Due, counts, due
from deadline_guard.views.items import Sight
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World

COURT = replace(RULE, id="court.term", acts=Acts.COURT, trigger=Trigger("docketed"), done_by=("judgment",))
HOLDS = replace(RULE, suspends=(Pair("stayed", "resumed"),))


@pytest.fixture
def world() -> Iterator[World]:
    world = World([HOLDS, COURT])
    yield world
    world.close()


def board(world: World, days: int | None = None) -> list[Due]:
    with world.store.read() as conn:
        directory = world.office.directory(conn)
        return due(conn, Sight(world.office.rulebook, world.office.calendars, directory), world.now, days)


def case(world: World, code: str, received: str, owner: str | None = "zhang") -> None:
    world.case(code, owner)
    world.event(code, "complaint_received", received)


def test_level_and_days_left_are_those_of_now_though_nobody_swept_since(world: World) -> None:
    case(world, "A", "2026-03-02")  # due Tuesday 03-17: near from 03-10, urgent from 03-14
    world.tick()
    world.now = world.at("2026-03-16 09:00")
    (one,) = board(world)
    assert (one.level, one.days_left, one.working_days_left) == (Level.URGENT, 1, 1)
    world.now = world.at("2026-03-19 09:00")
    (one,) = board(world)
    assert (one.level, one.days_left) == (Level.OVERDUE, -2)


def test_the_riskiest_first(world: World) -> None:
    case(world, "late", "2026-02-09")
    case(world, "seen", "2026-03-02")
    case(world, "silent", "2026-03-02")
    case(world, "nobody's", "2026-03-03", owner=None)
    case(world, "later", "2026-03-08")
    world.case("court")
    world.event("court", "docketed", "2026-02-20")
    world.run_until("2026-03-10 09:00")
    world.answer("seen", "acknowledged", "zhang", RULE.id)
    world.run_until("2026-03-11 09:00")
    found = board(world)
    assert [d.code for d in found] == ["late", "nobody's", "silent", "seen", "later", "court"]
    assert [d.unowned for d in found] == [False, True, False, False, False, False]
    assert [d.acknowledged for d in found] == [False, False, False, True, False, False]
    assert counts(found) == {
        Level.OVERDUE: 1, Level.CRITICAL: 0, Level.URGENT: 0, Level.NEAR: 3, Level.EARLY: 0, Level.OK: 1,
    }  # fmt: skip


def test_only_so_many_days(world: World) -> None:
    case(world, "A", "2026-03-02")
    case(world, "B", "2026-03-12")
    world.tick()
    assert [d.code for d in board(world, 15)] == ["A"]
    assert [d.code for d in board(world)] == ["A", "B"]


def test_an_acknowledgement_holds_to_the_next_level_only(world: World) -> None:
    case(world, "A", "2026-03-02")
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", RULE.id)
    world.run_until("2026-03-10 10:00")
    assert board(world)[0].acknowledged
    world.run_until("2026-03-14 09:00")
    assert not board(world)[0].acknowledged


def test_what_was_just_recorded_shows_before_anybody_swept(world: World) -> None:
    case(world, "A", "2026-03-02")
    world.tick()
    world.event("A", "defence_filed", "2026-03-02")
    case(world, "B", "2026-03-02")
    assert [d.code for d in board(world)] == ["B"]


def test_a_clock_that_stands_still_has_no_level_and_comes_last(world: World) -> None:
    case(world, "A", "2026-02-20")
    world.event("A", "stayed", "2026-03-01")
    case(world, "B", "2026-03-02")
    world.tick()
    assert [(d.code, d.held, d.level) for d in board(world)] == [("B", False, Level.OK), ("A", True, Level.OK)]
