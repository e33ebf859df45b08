"""Who may answer a warning: whoever was told of the deadline or has a part in its chain; nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deadline_guard.loop.permitted import permitted
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import persons
from tests.scenarios.world import PEOPLE, World


@pytest.fixture
def world() -> Iterator[World]:
    """The owner zhang was told of a deadline; its chain is lead (wang) and partner (zhao), qian is the admin."""
    world = World([RULE])
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    world.run_until("2026-03-10 09:00")
    yield world
    world.close()


def may(world: World, message: int = 1) -> set[str]:
    """Return who may answer a message now."""
    with world.store.read() as conn:
        return {p for p in [*PEOPLE, "stranger"] if permitted(world.office, conn, message, p, world.now)}


def test_the_chain_and_the_admin_may_answer_before_they_were_told_and_others_may_not(world: World) -> None:
    assert may(world) == {"zhang", "wang", "zhao", "qian"}


def test_nobody_may_answer_a_message_that_never_was(world: World) -> None:
    assert may(world, 4711) == set()


def test_a_deputy_may_answer_while_standing_in_and_the_absent_owner_too(world: World) -> None:
    world.absent("zhang", "2026-03-10 08:00", "2026-03-12 09:00")
    assert may(world) == {"zhang", "li", "wang", "zhao", "qian"}
    world.now = world.at("2026-03-12 10:00")
    assert may(world) == {"zhang", "wang", "zhao", "qian"}


def test_a_deputy_who_was_told_may_answer_after_the_owner_is_back(world: World) -> None:
    world.absent("zhang", "2026-03-13 18:00", "2026-03-15 09:00")
    sent = world.run_until("2026-03-15 10:00")
    assert "li" in {s.person for s in sent}
    assert "li" in may(world)


def test_the_old_owner_was_told_and_the_new_owner_owns_it_so_both_may(world: World) -> None:
    world.assign("A", "owner", "li")
    world.run_until("2026-03-10 10:00")
    assert may(world) >= {"zhang", "li"}


def test_whoever_left_the_firm_may_not(world: World) -> None:
    persons(world, zhang={"active": False})
    assert "zhang" not in may(world)


def test_of_a_message_about_two_deadlines_only_who_has_a_part_in_both_may(world: World) -> None:
    world.close()
    narrow = replace(RULE, id="cn.civ.other", profile=replace(RULE.profile, id="narrow", tell={}, chain=()))
    both = World([RULE, narrow], at_once=1)
    both.case()
    both.event("A", "complaint_received", "2026-03-02")
    both.run_until("2026-03-10 09:00")
    assert len(both.sent) == 1
    assert may(both) == {"zhang", "wang", "qian"}  # the partner is in the chain of one of them only
    both.close()
