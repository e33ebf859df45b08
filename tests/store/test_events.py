"""The rule of revisions: what is recorded, what is not, and what is known of it when."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.timeline import Event, Origin, timeline
from deadline_guard.errors import NotFoundError
from deadline_guard.store import Store, cases, events, queue
from deadline_guard.store.columns import instant, instant_or_none, load
from deadline_guard.store.events import EventRow, Recorded
from tests.store.making import HOUR, NOW, case, scratch, served, settle_all


def record(store: Store, *rows: EventRow, now: datetime = NOW) -> Recorded:
    with store.write() as conn:
        return events.record_events(conn, rows, now)


def known(store: Store, case_id: str = "c1", at: datetime | None = None) -> list[tuple[str, str]]:
    with store.read() as conn:
        found = cases.load_case(conn, case_id, at).timeline.events
    return [(e.source_id, e.on.isoformat()) for e in found]


@pytest.fixture
def with_case(store: Store, now: datetime) -> Store:
    with store.write() as conn:
        cases.put_cases(conn, [case("c1"), case("c2")], now)
        settle_all(conn)
    return store


def test_the_same_file_again_writes_nothing(with_case: Store) -> None:
    rows = [served(source_id=str(n)) for n in range(5)]
    assert record(with_case, *rows)[:4] == (5, 0, 0, 0)
    with with_case.write() as conn:
        settle_all(conn)
    again = record(with_case, *rows, now=NOW + HOUR)
    assert again == Recorded(0, 0, 5, 0, frozenset())
    with with_case.read() as conn:
        assert queue.stale(conn, 9) == []


def test_other_content_from_the_source_supersedes(with_case: Store) -> None:
    record(with_case, served(on="2026-02-01"))
    assert record(with_case, served(on="2026-02-03"), now=NOW + HOUR)[:4] == (0, 1, 0, 0)
    assert known(with_case) == [("1", "2026-02-03")]
    assert known(with_case, at=NOW) == [("1", "2026-02-01")]


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "heard"}, {"on": "2026-02-02"}, {"at_us": 1}, {"subject": "a"}, {"data": '{"due":"2026-03-01"}'},
        {"retracted": True},
    ],
)  # fmt: skip
def test_every_part_of_the_content_counts(with_case: Store, more: dict[str, object]) -> None:
    record(with_case, served())
    assert record(with_case, served()._replace(**more)).revised == 1


@pytest.mark.parametrize("more", [{"recorded_by": "else"}, {"recorded_at_us": 5}])
def test_who_wrote_it_and_when_does_not_count(with_case: Store, more: dict[str, object]) -> None:
    record(with_case, served())
    assert record(with_case, served()._replace(**more)).same == 1


def test_a_retraction_ends_the_fact_and_the_source_may_bring_it_back(with_case: Store) -> None:
    record(with_case, served())
    with with_case.write() as conn:
        assert events.retract(conn, [("c1", "csv", "1")], NOW + HOUR).revised == 1
    assert known(with_case) == []
    assert known(with_case, at=NOW) == [("1", "2026-02-01")]
    assert record(with_case, served(), now=NOW + 2 * HOUR).revised == 1
    assert known(with_case) == [("1", "2026-02-01")]


def test_retracting_twice_writes_once(with_case: Store) -> None:
    record(with_case, served())
    for expected in (1, 0):
        with with_case.write() as conn:
            assert events.retract(conn, [("c1", "csv", "1")], NOW).revised == expected


def test_what_was_never_recorded_cannot_be_retracted(with_case: Store) -> None:
    with with_case.write() as conn, pytest.raises(NotFoundError, match="csv:7"):
        events.retract(conn, [("c1", "csv", "7")], NOW)


def test_a_correction_by_hand_survives_the_same_file(with_case: Store) -> None:
    record(with_case, served(on="2026-02-01"))
    record(with_case, served(on="2026-02-05", origin="hand", recorded_by="li"))
    assert record(with_case, served(on="2026-02-01")) == Recorded(0, 0, 1, 0, frozenset())
    assert known(with_case) == [("1", "2026-02-05")]


def test_a_source_that_changes_after_the_correction_is_a_conflict_until_settled(with_case: Store) -> None:
    record(with_case, served(on="2026-02-01"))
    record(with_case, served(on="2026-02-05", origin="hand"))
    assert record(with_case, served(on="2026-02-09"))[:4] == (0, 1, 0, 1)
    with with_case.read() as conn:
        (event,) = cases.load_case(conn, "c1").timeline.events
    assert event.on.isoformat() == "2026-02-05"
    assert [e.on.isoformat() for e in event.conflicts] == ["2026-02-09"]
    assert record(with_case, served(on="2026-02-05", origin="hand")).revised == 1  # the person insists
    with with_case.read() as conn:
        (event,) = cases.load_case(conn, "c1").timeline.events
    assert event.conflicts == ()
    assert record(with_case, served(on="2026-02-09")).same == 1


def test_one_fact_twice_in_one_file_is_one_fact_or_its_correction(with_case: Store) -> None:
    assert record(with_case, served(), served(), served(on="2026-02-02"))[:3] == (1, 1, 1)
    assert known(with_case) == [("1", "2026-02-02")]


def test_an_event_needs_its_case(with_case: Store) -> None:
    with with_case.write() as conn, pytest.raises(NotFoundError, match="nobody"):
        events.record_events(conn, [served("nobody")], NOW)


def test_only_the_touched_case_and_those_that_see_it_become_stale(with_case: Store) -> None:
    with with_case.write() as conn:
        cases.put_cases(conn, [case("child"), case("other")], NOW)
        cases.link(conn, "child", "c1", "parent", NOW)
        settle_all(conn)
        before = {i: found.rev for i, found in cases.load_cases(conn, ["c1", "c2", "child", "other"]).items()}
    assert record(with_case, served("c1")).cases == {"c1"}
    with with_case.read() as conn:
        after = {i: found.rev - before[i] for i, found in cases.load_cases(conn, list(before)).items()}
        assert sorted(queue.stale(conn, 9)) == ["c1", "child"]
    assert after == {"c1": 1, "c2": 0, "child": 1, "other": 0}


def test_a_fact_recorded_for_later_is_unknown_until_then(with_case: Store) -> None:
    later = NOW + timedelta(days=3)
    record(with_case, served(), served(source_id="2", recorded_at_us=int(later.timestamp()) * 1_000_000))
    with with_case.read() as conn:
        now = cases.load_cases(conn, ["c1"], NOW)["c1"]
        then = cases.load_cases(conn, ["c1"], later)["c1"]
    assert ([e.source_id for e in now.case.timeline.events], now.next_known_at) == (["1"], later)
    assert ([e.source_id for e in then.case.timeline.events], then.next_known_at) == (["1", "2"], None)


def test_a_linked_timeline_is_seen_under_its_relation(with_case: Store) -> None:
    with with_case.write() as conn:
        cases.link(conn, "c2", "c1", "parent", NOW)
    record(with_case, served("c1"))
    with with_case.read() as conn:
        child = cases.load_case(conn, "c2")
    assert child.timeline.events == ()
    assert [e.source_id for t in child.linked["parent"] for e in t.events] == ["1"]


def test_an_event_comes_back_as_it_was_recorded(with_case: Store) -> None:
    at = datetime(2026, 2, 1, 6, 30, tzinfo=UTC)
    event = Event(
        "听证", at.date(), "csv", "行:1", NOW, at, 1, "li", Origin.HAND, "原告", {"what": "开庭", "n": 2}, False
    )
    record(with_case, events.event_row("c1", event))
    with with_case.read() as conn:
        assert cases.load_case(conn, "c1").timeline.events == (event,)


rows = st.builds(
    lambda case_id, kind, on, source_id, subject, retracted, origin: EventRow(
        case_id, kind, on, "csv", source_id, None, subject, "{}", retracted, origin
    ),
    st.sampled_from(["c1", "c2"]),
    st.sampled_from(["served", "heard"]),
    st.sampled_from(["2026-02-01", "2026-02-02"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from([None, "a"]),
    st.booleans(),
    st.sampled_from(["source", "source", "hand"]),
)
EVERYTHING = (
    "SELECT case_id, source, source_id, revision, kind, on_date, subject, origin, retracted FROM event "
    "ORDER BY 1, 2, 3, 4"
)


@given(st.lists(st.lists(rows, max_size=5), max_size=5), st.randoms())
def test_the_state_depends_on_the_revisions_alone(imports: list[list[EventRow]], random: Random) -> None:
    with scratch() as conn:
        cases.put_cases(conn, [case("c1"), case("c2")], NOW)
        for n, chunk in enumerate(imports):
            events.record_events(conn, chunk, NOW + n * HOUR)
        stored = list(conn.exec_driver_sql(EVERYTHING))
        loaded = {i: found.case.timeline for i, found in cases.load_cases(conn, ["c1", "c2"]).items()}
    random.shuffle(stored)
    for case_id, found in loaded.items():
        again = timeline(
            Event(
                e.kind, date.fromisoformat(e.on_date), e.source, e.source_id, NOW, revision=e.revision,
                origin=Origin(e.origin), subject=e.subject, retracted=bool(e.retracted),
            )
            for e in stored
            if e.case_id == case_id
        )  # fmt: skip
        assert {(e.id, e.content(), len(e.conflicts)) for e in again.events} == {
            (e.id, e.content(), len(e.conflicts)) for e in found.events
        }


@given(st.lists(rows, max_size=8))
def test_importing_what_the_source_said_last_changes_nothing(imported: list[EventRow]) -> None:
    with scratch() as conn:
        cases.put_cases(conn, [case("c1"), case("c2")], NOW)
        for row in imported:
            events.record_events(conn, [row], NOW)
        last = {(r.case_id, r.source_id): r for r in imported if r.origin == "source"}
        before = conn.exec_driver_sql(EVERYTHING).all()
        assert events.record_events(conn, last.values(), NOW) == Recorded(0, 0, len(last), 0, frozenset())
        assert conn.exec_driver_sql(EVERYTHING).all() == before


@given(st.lists(rows, max_size=10))
def test_a_file_in_one_piece_and_row_by_row_record_the_same(imported: list[EventRow]) -> None:
    found = []
    for pieces in ([imported], [[row] for row in imported]):
        with scratch() as conn:
            cases.put_cases(conn, [case("c1"), case("c2")], NOW)
            counts = [events.record_events(conn, piece, NOW)[:4] for piece in pieces]
            stored = conn.exec_driver_sql(EVERYTHING).all()
        found.append(([sum(column) for column in zip((0, 0, 0, 0), *counts, strict=True)], stored))
    assert found[0] == found[1]


moments = st.datetimes(datetime(1960, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
facts = st.builds(
    lambda kind, on, source, source_id, recorded_at, at, data, retracted: Event(
        kind, on, source, source_id, recorded_at, at, data=data, retracted=retracted
    ),
    st.sampled_from(["served", "heard", "听证"]),
    st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    st.sampled_from(["csv", "案"]),
    st.sampled_from(["1", "2", "10", "é", "号"]),
    moments,
    st.none() | moments,
    st.sampled_from([{}, {"due": "2026-02-01"}]),
    st.booleans(),
)
STORED = "SELECT source, source_id, revision, kind, on_date, at, data, retracted, recorded_at FROM event"


@given(st.lists(facts, max_size=12), st.none() | moments)
def test_what_is_loaded_is_what_the_core_folds(given_facts: list[Event], known_at: datetime | None) -> None:
    stored: list[Event] = []
    with scratch() as conn:
        cases.put_case(conn, case("c1"), NOW)
        for fact in given_facts:
            events.record_events(conn, [events.event_row("c1", fact)], NOW)
        for row in conn.exec_driver_sql(STORED):
            event = Event(
                row.kind, date.fromisoformat(row.on_date), row.source, row.source_id, instant(row.recorded_at),
                instant_or_none(row.at), row.revision, data=load(row.data), retracted=bool(row.retracted),
            )  # fmt: skip
            stored.append(event)
        found = cases.load_cases(conn, ["c1"], known_at)["c1"]
    wanted = timeline(stored, known_at)
    assert found.case.timeline.events == wanted.events
    assert found.case.timeline.by_kind == wanted.by_kind
    unknown = [e.recorded_at for e in stored if known_at is not None and e.recorded_at > known_at]
    assert found.next_known_at == min(unknown, default=None)
