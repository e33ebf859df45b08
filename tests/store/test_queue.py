"""Nothing that changed is left undecided: due before stale, urgent before routine, and no lost wake-up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from deadline_guard.store import Store, assessments, cases, events, notices, people, queue
from deadline_guard.store.queue import CaseResult
from tests.store.making import HOUR, NOW, assessment, case, notice, served, settle_all


@pytest.fixture
def settled(store: Store) -> Store:
    with store.write() as conn:
        cases.put_cases(conn, [case(f"c{n}") for n in range(5)], NOW)
        settle_all(conn)
    return store


def rev(conn: Connection, case_id: str) -> int:
    return cases.load_cases(conn, [case_id])[case_id].rev


def wake(conn: Connection, case_id: str, hours: float | None) -> None:
    at = None if hours is None else NOW + timedelta(hours=hours)
    assert queue.store_result(conn, CaseResult(case_id, rev(conn, case_id), at, True), NOW)


def test_due_cases_come_earliest_first_and_later_ones_not(settled: Store) -> None:
    with settled.write() as conn:
        for case_id, hours in (("c0", 0), ("c1", -2), ("c2", 1), ("c3", None), ("c4", -1)):
            wake(conn, case_id, hours)
        assert queue.due(conn, NOW, 9) == ["c1", "c4", "c0"]
        assert queue.due(conn, NOW, 1) == ["c1"]
        assert queue.next_wake(conn) == NOW - 2 * HOUR


def test_nothing_to_wake_for_is_none(settled: Store) -> None:
    with settled.read() as conn:
        assert queue.next_wake(conn) is None
        assert not queue.has_stale(conn)


def test_stale_cases_come_by_class(settled: Store) -> None:
    with settled.write() as conn:
        queue.mark_stale(conn, ["c0", "c1", "c2"], queue.STALE_RULES, "rulebook")
        queue.mark_stale(conn, ["c1"], queue.STALE_PEOPLE, "people")
        queue.mark_stale(conn, ["c2"], queue.STALE_EVENT, "event")
        assert queue.stale(conn, 9) == ["c2", "c1", "c0"]


@pytest.mark.parametrize(("first", "then", "stands"), [(1, 3, (1, "a")), (3, 1, (1, "b")), (2, 2, (2, "a"))])
def test_the_more_urgent_class_stands_and_each_mark_raises_rev(
    settled: Store, first: int, then: int, stands: tuple[int, str]
) -> None:
    with settled.write() as conn:
        before = rev(conn, "c0")
        queue.mark_stale(conn, ["c0"], first, "a")
        queue.mark_stale(conn, ["c0"], then, "b")
        found = cases.load_cases(conn, ["c0"])["c0"]
    assert (found.stale, found.stale_reason) == stands
    assert found.rev == before + 2


def test_all_cases_are_marked_in_batches_each_once(settled: Store) -> None:
    with settled.write() as conn:
        before = {i: found.rev for i, found in cases.load_cases(conn, [f"c{n}" for n in range(5)]).items()}
        after, batches = "", 0
        while (last := queue.mark_all_stale_batch(conn, queue.STALE_RULES, "rulebook", after, 2)) is not None:
            after, batches = last, batches + 1
        found = cases.load_cases(conn, list(before))
    assert batches == 3
    assert {i: one.rev - before[i] for i, one in found.items()} == dict.fromkeys(before, 1)
    assert {one.stale for one in found.values()} == {queue.STALE_RULES}


def test_a_result_is_stored_with_its_case_and_ends_the_staleness(settled: Store) -> None:
    with settled.write() as conn:
        events.record_events(conn, [served("c0")], NOW)
        found = assessment()._replace(derivation='{"rule":"cn.civ.defence"}')
        result = CaseResult("c0", rev(conn, "c0"), NOW + HOUR, False, [found], [notice("c0")])
        assert queue.store_results(conn, [result], NOW) == {"c0"}
        loaded = cases.load_cases(conn, ["c0"])["c0"]
        assert (loaded.stale, loaded.wake_at, loaded.live) == (None, NOW + HOUR, False)
        assert assessments.assessments(conn, ["c0"]) == {"c0": [found._replace(derivation=None)]}
        assert assessments.derivation(conn, "c0", found.rule, found.cycle) == found.derivation
        (track,) = notices.histories(conn, ["c0"])["c0"].tracks.values()
        assert (track.level, track.step, track.due_at, track.owner) == (found.level, 1, found.due_at, "zhang")
        (told,) = notices.histories(conn, ["c0"])["c0"].told["cn.civ.defence", "csv:1"]
        assert (told.person, told.state) == ("zhang", "open")


def test_a_later_assessment_replaces_the_former_and_keeps_its_derivation(settled: Store) -> None:
    with settled.write() as conn:
        for step, derivation in ((1, '{"a":1}'), (2, None)):
            found = assessment(step=step)._replace(derivation=derivation)
            queue.store_result(conn, CaseResult("c0", rev(conn, "c0"), None, True, [found]), NOW)
        (stored,) = assessments.assessments(conn, ["c0"])["c0"]
        assert stored.step == 2
        assert assessments.derivation(conn, "c0", found.rule, found.cycle) == '{"a":1}'


CHANGES: dict[str, Callable[[Connection], object]] = {
    "event": lambda conn: events.record_events(conn, [served("c0", "2")], NOW),
    "answer": lambda conn: events.record_events(
        conn, [served("c0", "a")._replace(kind="acknowledged", source="answer", origin="hand")], NOW
    ),
    "retraction": lambda conn: events.retract(conn, [("c0", "csv", "1")], NOW),
    "rules": lambda conn: queue.mark_all_stale_batch(conn, queue.STALE_RULES, "rulebook"),
    "people": lambda conn: people.assign(conn, "c0", "owner", "wang", NOW, "chen"),
    "link": lambda conn: cases.link(conn, "c0", "c1", "parent", NOW),
    "case": lambda conn: cases.put_case(conn, case("c0", title="other"), NOW),
    "linked event": lambda conn: events.record_events(conn, [served("c4", "2")], NOW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_between_read_and_write_is_decided_again(settled: Store, change: str) -> None:
    with settled.write() as conn:
        cases.link(conn, "c0", "c4", "sibling", NOW)
        events.record_events(conn, [served("c0")], NOW)
        settle_all(conn)
        wake(conn, "c0", -1)
    with settled.read() as conn:
        read = cases.load_cases(conn, ["c0", "c1"])
    with settled.write() as conn:
        CHANGES[change](conn)
    with settled.write() as conn:
        results = [
            CaseResult(i, found.rev, None, True, [assessment()], [notice(i)])
            for i, found in read.items()
            if change != "rules" or i == "c0"
        ]
        won = queue.store_results(conn, results, NOW)
        assert won == {"c1"} - ({"c1"} if change == "rules" else set())
        assert "c0" in queue.stale(conn, 9)
        assert queue.due(conn, NOW, 9) == ["c0"]
        assert assessments.assessments(conn, ["c0"])["c0"] == []
        assert notices.of_subjects(conn, ["c0"]) == []


def test_one_event_is_served_before_thousands_of_cases_made_stale_by_a_rule(store: Store) -> None:
    with store.write() as conn:
        cases.put_cases(conn, (case(f"c{n:06d}") for n in range(2_000)), NOW)
        settle_all(conn)
        queue.mark_all_stale_batch(conn, queue.STALE_RULES, "rulebook", limit=10**6)
        events.record_events(conn, [served("c001000")], NOW)
        assert queue.stale(conn, 1) == ["c001000"]


def test_both_queues_are_read_from_their_index(store: Store) -> None:
    with store.read() as conn:
        for statement in (
            'SELECT id FROM "case" WHERE stale IS NOT NULL ORDER BY stale LIMIT 5',
            'SELECT id FROM "case" WHERE wake_at IS NOT NULL AND wake_at <= 5 ORDER BY wake_at LIMIT 5',
            'SELECT MIN(wake_at) FROM "case" WHERE wake_at IS NOT NULL',
        ):
            (plan,) = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
            assert "USING" in plan[3]
            assert "INDEX ix_case_" in plan[3]


def test_the_audit_sees_every_case_that_waits_for_nothing(settled: Store) -> None:
    with settled.write() as conn:
        wake(conn, "c0", -1)
        wake(conn, "c1", 1)
        queue.mark_stale(conn, ["c2"], queue.STALE_RULES, "rulebook")
        first = queue.settled(conn, NOW, limit=2)
        assert first == ["c1", "c3"]
        assert queue.settled(conn, NOW, first[-1]) == ["c4"]
