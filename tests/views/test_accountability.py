"""Figures about persons: what each kind of viewer sees, and what nobody can work out from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from deadline_guard.errors import NotFoundError
from deadline_guard.views.accountability import Figures, Report, names_allowed, report, total
from deadline_guard.views.items import Sight
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Give a firm with one date filed on its last day, one in good time, one filed late, one never."""
    made = World([RULE])
    for code, owner in (("LAST", "zhang"), ("GOOD", "zhang"), ("LATE", "li"), ("NEVER", "li")):
        made.case(code, owner)
        made.event(code, "complaint_received", "2026-03-02")
    made.run_until("2026-03-10 10:30")
    made.answer("LAST", "acknowledged", "zhang", RULE.id)
    made.run_until("2026-03-11 09:00")
    made.event("GOOD", "defence_filed", "2026-03-11")
    made.run_until("2026-03-17 12:00")
    made.event("LAST", "defence_filed", "2026-03-17")
    made.run_until("2026-03-19 12:00")
    made.event("LATE", "defence_filed", "2026-03-19")
    made.run_until("2026-03-20 12:00")
    yield made
    made.close()


def seen(world: World, viewer: str, *names_for: str, teams: dict[str, str | None] | None = None) -> Report:
    """Return what somebody sees of the month; ``teams`` puts persons elsewhere."""
    directory = world.office.people
    moved = {p: replace(directory.persons[p], team=team) for p, team in (teams or {}).items()}
    directory = replace(directory, persons={**directory.persons, **moved})
    sight = Sight(world.office.rulebook, world.office.calendars, directory)
    with world.store.read() as conn:
        return report(conn, sight, viewer, world.at("2026-03-01 00:00"), world.at("2026-03-20 12:00"), names_for)


def test_everybody_sees_their_own_figures_and_nobody_elses(world: World) -> None:
    found = seen(world, "zhang")
    assert (found.team, found.named, found.too_few) == (None, (), False)
    own = found.own
    assert (own.due, own.near_misses, own.overdue.total()) == (2, 1, 0)
    assert own.median == own.ninetieth == timedelta(hours=2)  # warned at 08:30, answered at 10:30
    assert own.warnings >= 2
    assert own.escalations >= 1


def test_overdue_dates_have_their_cause(world: World) -> None:
    own = seen(world, "li").own
    assert dict(own.overdue) == {"late": 1, "not_answered": 1}
    assert own.near_misses == 0


def test_a_lead_sees_the_teams_sum_without_names(world: World) -> None:
    found = seen(world, "wang")
    assert found.named == ()
    assert found.team is not None
    assert (found.team.due, found.team.near_misses, found.team.overdue.total()) == (4, 1, 2)


def test_names_stand_only_for_the_roles_that_are_allowed(world: World) -> None:
    assert {p.id for p, _ in seen(world, "wang", "lead").named} == {"zhang", "li"}
    assert seen(world, "wang", "partner", "risk").named == ()
    everybody = {"zhang", "li", "wang", "qian"}
    assert {p.id for p, _ in seen(world, "zhao", "risk").named} == everybody
    assert {p.id for p, _ in seen(world, "zhao", "partner").named} == everybody
    assert seen(world, "zhao", "lead").named == ()  # leads nobody
    assert seen(world, "zhang", "lead", "partner", "risk").named == ()


def test_a_partner_without_names_sees_nothing_of_others(world: World) -> None:
    found = seen(world, "zhao")
    assert (found.team, found.named) == (None, ())
    assert found.own.due == 0


def test_a_sum_over_one_other_person_is_not_shown(world: World) -> None:
    found = seen(world, "wang", teams={"li": None})
    assert (found.team, found.too_few) == (None, True)
    idle = seen(world, "wang", teams={"li": None, "qian": "lit"})  # two others, of whom one has nothing at all
    assert (idle.team, idle.too_few) == (None, True)
    allowed = seen(world, "wang", "lead", teams={"li": None})
    assert allowed.team is not None  # who may see the name may see the sum


def test_a_stranger_is_refused(world: World) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        seen(world, "nobody")


def test_names_are_off_by_default_outside_china() -> None:
    assert list(names_allowed(None, "Asia/Shanghai", "zh_Hans")) == ["lead", "partner", "risk"]
    for zone, locale in (("Asia/Shanghai", "en"), ("Europe/Berlin", "zh_Hans"), ("Europe/Berlin", "en")):
        assert list(names_allowed(None, zone, locale)) == []
    assert list(names_allowed(["lead"], "Europe/Berlin", "en")) == ["lead"]
    assert list(names_allowed([], "Asia/Shanghai", "zh_Hans")) == []


def test_nine_of_ten_answers_came_within_the_ninetieth_percentile() -> None:
    ten = Figures(waits=[timedelta(minutes=n) for n in range(10, 0, -1)])
    assert ten.ninetieth == timedelta(minutes=9)
    assert ten.median == timedelta(minutes=5, seconds=30)
    assert total([ten, Figures(waits=[timedelta(hours=1)])]).ninetieth == timedelta(minutes=10)
    assert Figures().median is None
    assert Figures().ninetieth is None
