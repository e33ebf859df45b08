"""Recorded facts about people, texts in force, ticks, clocks and sources."""

from datetime import datetime, timedelta

import pytest

from deadline_guard.core.people import Absence
from deadline_guard.errors import NotFoundError
from deadline_guard.store import Store, people, runs, sources
from tests.store.making import HOUR, NOW


def test_absences_are_kept_per_person_the_latest_said_first(store: Store) -> None:
    old, new, other = (
        Absence("zhang", NOW, NOW + 5 * HOUR, "li"),
        Absence("zhang", NOW, NOW + 9 * HOUR, "wang"),
        Absence("li", NOW, NOW + HOUR),
    )
    with store.write() as conn:
        for absence in (old, new, other):
            people.record_absence(conn, absence, NOW, "chen")
        assert people.absences(conn) == {"zhang": (new, old), "li": (other,)}
        assert people.absences(conn, since=NOW + 5 * HOUR) == {"zhang": (new,)}


def test_a_cancelled_absence_is_gone_and_cannot_be_cancelled_twice(store: Store) -> None:
    with store.write() as conn:
        number = people.record_absence(conn, Absence("zhang", NOW, NOW + HOUR), NOW, "chen")
        people.cancel_absence(conn, number, NOW, "chen")
        assert people.absences(conn) == {}
        for unknown in (number, number + 1):
            with pytest.raises(NotFoundError, match=f"no absence {unknown}"):
                people.cancel_absence(conn, unknown, NOW, "chen")


def test_the_text_in_force_is_the_last_that_differed(store: Store) -> None:
    with store.write() as conn:
        assert people.latest_revision(conn, "people") is None
        said = [people.put_revision(conn, "people", digest, digest * 2, NOW) for digest in "aaba"]
        people.put_revision(conn, "rulebook", "z", "规则", NOW)
        assert said == [True, False, True, True]
        assert people.latest_revision(conn, "people") == people.Revision("a", "aa", NOW)
        assert people.latest_revision(conn, "rulebook") == people.Revision("z", "规则", NOW)


def test_the_last_tick_that_finished_is_told_apart_from_one_that_crashed(store: Store) -> None:
    with store.write() as conn:
        assert runs.last_run(conn) is None
        done = runs.Run(NOW, NOW + HOUR, NOW - HOUR, None, {"decided": 3})
        runs.record_run(conn, done)
        failed = done._replace(error="ValueError")
        runs.record_run(conn, failed)
        number = runs.begin_run(conn, NOW + HOUR, NOW)
        assert runs.last_run(conn) == done
        assert runs.last_run(conn, finished=False) == runs.Run(NOW + HOUR, None, NOW, None, {})
        runs.finish_run(conn, number, NOW + HOUR, NOW + 2 * HOUR, {"案": 1})
        assert runs.last_run(conn) == runs.Run(NOW + HOUR, NOW + HOUR, NOW, NOW + 2 * HOUR, {"案": 1})
        assert runs.forget_runs(conn, NOW + 9 * HOUR) == 2
        assert runs.last_run(conn) is not None


def test_clocks_and_jobs_survive(store: Store) -> None:
    with store.write() as conn:
        assert runs.virtual_clock(conn) is None
        assert runs.last_fired(conn, "audit") is None
        for now in (NOW, NOW + timedelta(microseconds=1)):
            runs.save_virtual_clock(conn, now)
            runs.save_fired(conn, "audit", now)
            assert runs.virtual_clock(conn) == now
            assert runs.last_fired(conn, "audit") == now
        assert runs.last_fired(conn, "digest") is None


@pytest.mark.parametrize(
    ("every", "seen", "late"),
    [(None, NOW, False), (HOUR, None, False), (HOUR, NOW, False), (HOUR, NOW - timedelta(seconds=1), True)],
)
def test_a_source_is_late_when_it_is_silent_for_longer_than_expected(
    store: Store, every: timedelta | None, seen: datetime | None, late: bool
) -> None:
    with store.write() as conn:
        sources.expect(conn, "csv", every)
        if seen is not None:
            sources.seen(conn, "csv", seen)
        (source,) = sources.sources(conn)
    assert source == sources.Source("csv", every, seen)
    assert source.late(NOW + HOUR) is late


def test_a_source_nobody_waits_for_is_known_once_seen(store: Store) -> None:
    with store.write() as conn:
        sources.seen(conn, "csv", NOW)
        sources.expect(conn, "csv", HOUR)
        sources.expect(conn, "xlsx", None)
        assert [s.name for s in sources.sources(conn)] == ["csv", "xlsx"]
        assert sources.sources(conn)[0] == sources.Source("csv", HOUR, NOW)
