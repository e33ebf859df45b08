"""What is committed between the sweep's read and its write is decided at the next tick; the due go first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.loop.sweep import sweep
from deadline_guard.store import cases, queue
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World, told


def a_date_that_moves(world: World) -> None:
    world.event("A", "complaint_received", "2026-02-27")  # due 2026-03-16: near at once on 03-10


def an_answer(world: World) -> None:
    world.event("A", "defence_filed", "2026-03-10", by="zhang")


def a_rule_change(world: World) -> None:
    with world.store.write() as conn:
        queue.mark_all_stale_batch(conn, queue.STALE_RULES, "rules changed")


def a_new_owner(world: World) -> None:
    world.assign("A", "owner", "li")


INTRUDERS = [a_date_that_moves, an_answer, a_rule_change, a_new_owner]


class Intruded:
    """A store whose next write is preceded by somebody else's, after everything was read."""

    def __init__(self, world: World, intruder: Callable[[World], None]) -> None:
        self._store, self._world, self._intruder = world.store, world, intruder
        self.happened = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if not self.happened:
            self.happened = True
            self._intruder(self._world)
        with self._store.write() as conn:
            yield conn


@pytest.mark.parametrize("lane", ["due", "stale"])
@pytest.mark.parametrize("intruder", INTRUDERS, ids=lambda f: f.__name__)
def test_what_is_committed_between_read_and_write_is_decided_next(lane: str, intruder: Callable[[World], None]) -> None:
    world = World([RULE])
    try:
        world.case()
        world.event("A", "complaint_received", "2026-03-02")
        world.run_until("2026-03-10 08:00")
        world.now = world.at("2026-03-10 08:30")  # the case is due now
        if lane == "stale":
            world.event("A", "note", "2026-03-10")
        intruded = Intruded(world, intruder)
        world.office.store = intruded  # type: ignore[assignment]
        counts = sweep(world.office, world.now)
        world.office.store = world.store
        assert intruded.happened
        assert counts["overtaken"] == 1, "the result made of old inputs was not thrown away"
        world.tick()
        world.tick()
        with world.store.read() as conn:
            assert not queue.has_stale(conn)
        expected = {
            "a_date_that_moves": [("03-10 08:30", "zhang", "■临近")],
            "an_answer": [],
            "a_rule_change": [("03-10 08:30", "zhang", "■临近")],
            "a_new_owner": [("03-10 08:30", "li", "■临近")],
        }
        assert told(world.sent) == expected[intruder.__name__]
    finally:
        world.close()


def crowd(world: World, count: int, klass: int) -> None:
    """Given so many other cases, all of them stale."""
    made = (
        Case(f"S{i}", f"S{i}", "civil", Timeline(), zone="Asia/Shanghai", owners={"owner": "li"}, opened_at=world.now)
        for i in range(count)
    )
    with world.store.write() as conn:
        cases.put_cases(conn, made, world.now)
        conn.exec_driver_sql("UPDATE \"case\" SET stale = ? WHERE id LIKE 'S%'", (klass,))


@pytest.fixture
def world() -> Iterator[World]:
    world = World([RULE])
    yield world
    world.close()


@pytest.mark.long
def test_ten_due_cases_are_served_in_the_first_tick_while_200_000_are_stale(world: World) -> None:
    for i in range(10):
        world.case(f"D{i}")
        world.event(f"D{i}", "complaint_received", "2026-03-02")
    world.run_until("2026-03-10 08:00")
    crowd(world, 200_000, queue.STALE_RULES)
    world.office.config = world.office.config.model_copy(
        update={"daemon": world.office.config.daemon.model_copy(update={"stale_budget": world.downtime_after * 0})}
    )
    world.now = world.at("2026-03-10 08:30")
    world.tick()
    assert told(world.sent) == [("03-10 08:30", "zhang", "■临近")] * 10
    with world.store.read() as conn:
        assert queue.has_stale(conn)  # the rest is still waiting: it delayed nobody


@pytest.mark.long
def test_one_new_event_is_served_before_200_000_cases_that_a_rule_change_made_stale(world: World) -> None:
    world.case("E")
    world.tick()
    crowd(world, 200_000, queue.STALE_RULES)
    world.office.config = world.office.config.model_copy(
        update={"daemon": world.office.config.daemon.model_copy(update={"stale_budget": world.downtime_after * 0})}
    )
    world.now = world.at("2026-03-10 08:30")
    world.event("E", "complaint_received", "2026-03-02")
    world.tick()
    assert told(world.sent) == [("03-10 08:30", "zhang", "■临近")]
