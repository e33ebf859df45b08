"""The stage board: where each case stands, since when, what is left there, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    CaseType,
    Level,
    Profile,
    Rule,
    RuleVersion,
    Stage,
    Threshold,
    Trigger,
    When,
    WhenKind,
)
from deadline_guard.store import board as store_board
from deadline_guard.store import cases
from deadline_guard.store.closing import closed_cases
from deadline_guard.views.board import Standing, counts, standings
from deadline_guard.views.items import Sight
from tests.scenarios.world import World

FILING = Stage("filing", {"zh": "立案", "en": "Filing"}, ("filed",), target=parse_period("15 days"), phase="first")
TRIAL = Stage("trial", {"zh": "审理", "en": "Trial"}, ("hearing",), owner="litigation", phase="first")
AFTER = Stage("after", {"zh": "执行", "en": "Enforcement"}, ("enforced",), phase="last")
CIVIL = CaseType(
    "civil", {}, (FILING, TRIAL, AFTER), ("closed",), "cn", "cn-civil",
    phases={"first": {"zh": "一审", "en": "First instance"}, "last": {"zh": "执行", "en": "Enforcement"}},
)  # fmt: skip
PROFILE = Profile("p", (Threshold(Level.NEAR, When(WhenKind.DUE)),), {Level.NEAR: ("owner",)})
APPEAL = Rule(
    "appeal", {"zh": "上诉", "en": "Appeal"}, "deadline", PROFILE, trigger=Trigger("hearing"),
    versions=(RuleVersion("1", parse_period("15 days")),),
)  # fmt: skip
LONG_TRIAL = Rule(
    "trial.longest", {"zh": "审限", "en": "Trial limit"}, "stage_time", PROFILE, stage="trial",
    versions=(RuleVersion("1", parse_period("40 days")),),
)  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    made = World([APPEAL, LONG_TRIAL], {"civil": CIVIL})
    yield made
    made.close()


def board(world: World) -> dict[str, Standing]:
    with world.store.read() as conn:
        sight = Sight(world.office.rulebook, world.office.calendars, world.office.directory(conn))
        return {one.code: one for one in standings(conn, sight, world.now)}


def test_a_case_stands_in_its_stage_until_it_moves_on_closes_and_reopens(world: World) -> None:
    world.case()
    here = board(world)["A"]
    assert (here.stage, here.since, here.coming) == (None, date(2026, 3, 2), None)  # nothing is known of it yet
    world.event("A", "filed", "2026-03-02")
    world.run_until("2026-03-10 12:00")
    here = board(world)["A"]
    assert (here.stage, here.stage_title["en"], here.phase["zh"]) == ("filing", "Filing", "一审")
    assert (here.since, here.days_there, here.owner) == (date(2026, 3, 2), 8, "张三")
    assert (here.due_on, here.days_left, here.working_days_left) == (date(2026, 3, 17), 7, 5)
    assert here.following == TRIAL.title
    assert here.coming is None

    world.event("A", "hearing", "2026-03-11")
    world.run_until("2026-03-12 12:00")
    here = board(world)["A"]
    assert (here.stage, here.since, here.due_on, here.days_left) == ("trial", date(2026, 3, 11), date(2026, 4, 20), 39)
    assert here.coming is not None
    assert (here.coming.rule, here.coming.due_on) == ("appeal", date(2026, 3, 26))
    assert (here.coming.days_left, here.coming.working_days_left) == (14, 10)

    world.event("A", "closed", "2026-03-13")
    world.run_until("2026-03-14 12:00")
    assert board(world) == {}
    world.event("A", "enforced", "2026-03-16")
    world.run_until("2026-03-17 12:00")
    here = board(world)["A"]
    assert (here.stage, here.since, here.due_on, here.following) == ("after", date(2026, 3, 16), None, None)


def test_an_event_dated_ahead_has_not_moved_the_case_yet(world: World) -> None:
    world.case()
    world.event("A", "filed", "2026-03-02")
    world.event("A", "hearing", "2026-03-20")
    assert board(world)["A"].stage == "filing"
    world.run_until("2026-03-20 08:00")
    assert board(world)["A"].stage == "trial"


def test_a_case_outside_all_stages_stands_since_its_first_event(world: World) -> None:
    world.case()
    world.event("A", "noted", "2026-03-01")
    here = board(world)["A"]
    assert (here.stage, here.since, here.days_there, here.due_on) == (None, date(2026, 3, 1), 1, None)


def test_a_case_without_owner_is_shown_and_counted(world: World) -> None:
    world.case("A", owner=None)
    world.case("B")
    world.case("C")
    for code in "AB":
        world.event(code, "filed", "2026-03-02")
    world.run_until("2026-03-20 12:00")
    found = board(world)
    assert [(one.code, one.unowned) for one in found.values()] == [("A", True), ("B", False), ("C", False)]
    counted = counts(found.values(), world.office.rulebook)
    assert [(c.stage, c.cases, c.late, c.held, c.unowned) for c in counted] == [
        ("filing", 2, 2, 0, 1),
        (None, 1, 0, 0, 0),
    ]


def test_a_case_closed_by_its_source_or_by_an_event_is_closed_to_every_view(world: World) -> None:
    for code in "ABC":
        world.case(code, owner=None)
        world.event(code, "filed", "2026-03-02")
    world.event("A", "closed", "2026-03-03")
    with world.store.write() as conn:
        marked = replace(cases.load_case(conn, "B"), closed_at=world.at("2026-03-03 00:00"))
        cases.put_case(conn, marked, world.now)
    sent = world.run_until("2026-03-04 12:00")
    with world.store.read() as conn:
        figures = store_board.figures(conn, world.now, world.office.rulebook.case_types)
        ended = closed_cases(conn, {"A", "B", "C"}, world.office.rulebook.case_types, world.now)
        before = closed_cases(conn, {"A", "B", "C"}, world.office.rulebook.case_types, world.at("2026-03-02 12:00"))
    assert (set(board(world)), ended, before) == ({"C"}, {"A", "B"}, set())
    assert (figures.cases, figures.without_owner, figures.without_clock) == (3, 1, 1)
    assert sent
