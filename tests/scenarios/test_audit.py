"""The nightly audit finds what the stored state and the timelines disagree on, mends it and says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from deadline_guard.loop.audit import audit
from deadline_guard.store import runs
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World([RULE])
    for code in ("A", "B", "C"):
        world.case(code)
        world.event(code, "complaint_received", "2026-03-02")
    world.run_until("2026-03-05 09:00")
    yield world
    world.close()


def test_a_sound_store_has_nothing_to_mend(world: World) -> None:
    assert audit(world.office, world.now) == []
    assert world.run_until("2026-03-06 09:00") == []


def test_a_date_altered_behind_our_back_is_mended_and_told_to_the_admin(world: World) -> None:
    with world.store.write() as conn:
        conn.exec_driver_sql("UPDATE assessment SET due_at = due_at + 86400000000 WHERE case_id = 'B'")
    assert audit(world.office, world.now) == ["B"]
    sent = world.run_until("2026-03-05 10:00")
    assert [(s.person, "1" in s.letter.text) for s in sent] == [("qian", True)]
    assert audit(world.office, world.now) == []


def test_a_lost_assessment_does_not_survive_the_night(world: World) -> None:
    with world.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM assessment WHERE case_id = 'C'")
        conn.exec_driver_sql("UPDATE \"case\" SET wake_at = NULL WHERE id = 'C'")
    assert audit(world.office, world.now) == ["C"]
    warned = {s.letter.subject.split(" ")[1] for s in world.run_until("2026-03-10 09:00") if s.person == "zhang"}
    assert warned == {"A", "B", "C"}


def test_a_case_that_would_sleep_through_its_threshold_is_woken(world: World) -> None:
    with world.store.write() as conn:
        conn.exec_driver_sql("UPDATE \"case\" SET wake_at = NULL WHERE id = 'C'")
    assert audit(world.office, world.now) == ["C"]
    warned = {s.letter.subject.split(" ")[1] for s in world.run_until("2026-03-10 09:00") if s.person == "zhang"}
    assert warned == {"A", "B", "C"}


def test_a_mute_is_no_difference(world: World) -> None:
    world.run_until("2026-03-09 09:00")
    world.answer("A", "muted", "zhang", until=world.at("2026-03-12 09:00").isoformat())
    world.run_until("2026-03-11 09:00")
    assert audit(world.office, world.now) == []


def test_rows_of_old_ticks_are_forgotten_and_young_ones_kept(world: World) -> None:
    with world.store.write() as conn:
        old = world.now - timedelta(days=91)
        for at in (old, world.now - timedelta(days=89)):
            runs.record_run(conn, runs.Run(at, at, at, None, {"made": 1}))
        runs.record_run(conn, runs.Run(world.now, world.now, world.now, None, {}))
    audit(world.office, world.now)
    with world.store.read() as conn:
        kept = conn.exec_driver_sql("SELECT COUNT(*) FROM run WHERE counts LIKE '%made%'").scalar()
    assert kept == 1
