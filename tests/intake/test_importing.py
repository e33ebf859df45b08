"""An import is shown first, then recorded whole; once more changes nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deadline_guard.core.timeline import Event, Origin
from deadline_guard.errors import IntakeError
from deadline_guard.intake.importing import Outcome
from deadline_guard.intake.mapping import Mapping
from deadline_guard.store import Store, cases, events, sources
from deadline_guard.store.statements import fetch
from tests.intake.office_files import FILED, HEAD, importing, mapping, table_file

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "office.db", create=True)
    yield opened
    opened.close()


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as conn:
        return {
            table: sorted(fetch(conn, f'SELECT * FROM "{table}"'))
            for table in ("case", "event", "ledger", "ledger_chain", "payload")
        }


def record(store: Store, path: Path, plan: Mapping, now: datetime = NOW, **options: bool) -> Outcome:
    job, rejects = importing(store, path, plan, snapshot=options.get("snapshot", False))
    return job.record(now, rejects, allow_loss=options.get("allow_loss", False))


def effective(store: Store, case: str) -> dict[str, Event]:
    with store.read() as conn:
        return {event.source_id: event for event in cases.load_case(conn, case).timeline.events}


def numbers(outcome: Outcome) -> dict[str, int | None]:
    names = ("new_cases", "changed_cases", "new", "revised", "same", "conflicts", "gone")
    return {name: getattr(outcome, name) for name in names if getattr(outcome, name)}


def test_the_preview_writes_nothing_and_says_what_recording_then_does(store: Store, tmp_path: Path) -> None:
    path = table_file(tmp_path, "A,zhang,x,2026-01-02", "B,li,x,2026-01-03", "B,li,y,never")
    before = rows(store)
    job, rejects = importing(store, path, mapping(tmp_path))
    shown = job.preview(rejects)
    assert rows(store) == before
    assert not shown.written
    assert numbers(shown) == {"new_cases": 2, "new": 2}
    assert numbers(record(store, path, mapping(tmp_path))) == numbers(shown)
    assert [case.id for case in shown.sample_cases] == ["A", "B"]
    assert [event.source_id for event in shown.sample_events] == ["filed|A|x", "filed|B|x"]


def test_the_same_file_twice_changes_no_row(store: Store, tmp_path: Path) -> None:
    path = table_file(tmp_path, "A,zhang,x,2026-01-02", "B,li,x,2026-01-03")
    record(store, path, mapping(tmp_path))
    before = rows(store)
    again = record(store, path, mapping(tmp_path), LATER)
    assert numbers(again) == {"same": 2}
    assert not again.changes
    assert rows(store) == before


def test_a_row_corrected_by_its_source_is_a_revision_learnt_of_now(store: Store, tmp_path: Path) -> None:
    plan = mapping(tmp_path, FILED.replace("data:", "recorded_at: start of day of day, data:"))
    record(store, table_file(tmp_path, "A,zhang,x,2026-01-02"), plan)
    path = table_file(tmp_path, "A,zhang,x,2026-01-09")
    job, rejects = importing(store, path, plan)
    assert numbers(job.preview(rejects)) == numbers(record(store, path, plan, LATER)) == {"revised": 1}
    event = effective(store, "A")["filed|A|x"]
    assert (event.on, event.revision, event.recorded_at) == (date(2026, 1, 9), 2, LATER)


def correct_by_hand(store: Store, day: date) -> None:
    by_hand = Event(
        "filed", day, "docket", "filed|A|x", NOW, origin=Origin.HAND, recorded_by="zhang", data={"what": "x"}
    )
    with store.write() as conn:
        events.record_events(conn, [events.event_row("A", by_hand)], NOW)


def test_a_row_corrected_by_hand_stays_corrected(store: Store, tmp_path: Path) -> None:
    path = table_file(tmp_path, "A,zhang,x,2026-01-02")
    record(store, path, mapping(tmp_path))
    correct_by_hand(store, date(2026, 1, 20))
    assert numbers(record(store, path, mapping(tmp_path), LATER)) == {"same": 1}
    assert effective(store, "A")["filed|A|x"].on == date(2026, 1, 20)


def test_a_source_that_changes_a_row_corrected_by_hand_is_a_conflict(store: Store, tmp_path: Path) -> None:
    record(store, table_file(tmp_path, "A,zhang,x,2026-01-02"), mapping(tmp_path))
    correct_by_hand(store, date(2026, 1, 20))
    path = table_file(tmp_path, "A,zhang,x,2026-01-15")
    job, rejects = importing(store, path, mapping(tmp_path))
    assert numbers(job.preview(rejects)) == {"revised": 1, "conflicts": 1}
    assert numbers(record(store, path, mapping(tmp_path), LATER)) == {"revised": 1, "conflicts": 1}
    event = effective(store, "A")["filed|A|x"]
    assert event.on == date(2026, 1, 15)  # the earlier one works
    assert [rival.on for rival in event.conflicts] == [date(2026, 1, 20)]


def hundred(folder: Path, without: int = 0) -> Path:
    return table_file(folder, *(f"A{n % 7},zhang,w{n},2026-01-02" for n in range(without, 100)))


@pytest.mark.parametrize("gone", [1, 5])
def test_a_snapshot_takes_back_what_is_gone_and_counts_it_first(store: Store, tmp_path: Path, gone: int) -> None:
    plan = mapping(tmp_path)
    record(store, hundred(tmp_path), plan)
    assert numbers(record(store, hundred(tmp_path, gone), plan, LATER)) == {"same": 100 - gone}
    job, rejects = importing(store, hundred(tmp_path, gone), plan, snapshot=True)
    shown = job.preview(rejects)
    assert (shown.gone, shown.had, shown.loses_too_much) == (gone, 100, False)
    assert record(store, hundred(tmp_path, gone), plan, LATER, snapshot=True).gone == gone
    left = sum(len(effective(store, f"A{n}")) for n in range(7))
    assert left == 100 - gone
    before = rows(store)
    assert record(store, hundred(tmp_path, gone), plan, LATER, snapshot=True).gone == 0
    assert rows(store) == before


def test_a_snapshot_that_loses_more_than_five_in_a_hundred_needs_leave(store: Store, tmp_path: Path) -> None:
    plan = mapping(tmp_path)
    record(store, hundred(tmp_path), plan)
    before = rows(store)
    with pytest.raises(IntakeError, match=r"6 of the 100 facts of source 'docket'.*--allow-loss"):
        record(store, hundred(tmp_path, 6), plan, LATER, snapshot=True)
    assert rows(store) == before
    assert record(store, hundred(tmp_path, 6), plan, LATER, snapshot=True, allow_loss=True).gone == 6


def test_what_comes_back_after_a_snapshot_counts_again(store: Store, tmp_path: Path) -> None:
    plan = mapping(tmp_path)
    record(store, hundred(tmp_path), plan)
    record(store, hundred(tmp_path, 3), plan, LATER, snapshot=True)
    assert numbers(record(store, hundred(tmp_path), plan, LATER)) == {"revised": 3, "same": 97}
    assert sum(len(effective(store, f"A{n}")) for n in range(7)) == 100


def test_a_snapshot_leaves_other_sources_and_facts_by_hand_alone(store: Store, tmp_path: Path) -> None:
    record(store, hundred(tmp_path), mapping(tmp_path))
    other = mapping(tmp_path, head=HEAD.replace("source: docket", "source: other"))
    record(store, table_file(tmp_path, "A0,zhang,other,2026-01-02"), other)
    by_hand = Event("filed", date(2026, 1, 5), "docket", "by hand", NOW, origin=Origin.HAND)
    with store.write() as conn:
        events.record_events(conn, [events.event_row("A0", by_hand)], NOW)
    assert record(store, hundred(tmp_path), mapping(tmp_path), LATER, snapshot=True).gone == 0
    assert {"filed|A0|other", "by hand"} <= effective(store, "A0").keys()


def test_what_a_source_does_not_speak_of_stays_as_another_source_said_it(store: Store, tmp_path: Path) -> None:
    record(store, table_file(tmp_path, "A,zhang,x,2026-01-02"), mapping(tmp_path))
    head = "source: dates\nzone: Asia/Shanghai\ncase: {id: case, title: what, case_type: {const: civil}}\nevents:\n"
    outcome = record(store, table_file(tmp_path, "A,,y,2026-01-05"), mapping(tmp_path, head=head), LATER)
    assert numbers(outcome) == {"changed_cases": 1, "new": 1}
    with store.read() as conn:
        case = cases.load_case(conn, "A")
    assert (case.title, dict(case.owners)) == ("y", {"owner": "zhang"})


def test_an_import_that_fails_in_the_middle_leaves_nothing(store: Store, tmp_path: Path) -> None:
    lines = [f"A{n},zhang,x,2026-01-02" for n in range(12_000)]
    path = table_file(tmp_path, *lines, 'B,"zhang,x,2026-01-02')
    before = rows(store)
    with pytest.raises(IntakeError, match="unexpected end of data"):
        record(store, path, mapping(tmp_path))
    assert rows(store) == before
    record(store, table_file(tmp_path, *lines), mapping(tmp_path))
    assert len(rows(store)["case"]) == 12_000


def test_a_file_that_changes_between_preview_and_recording_is_refused(store: Store, tmp_path: Path) -> None:
    path = table_file(tmp_path, "A,zhang,x,2026-01-02")
    job, rejects = importing(store, path, mapping(tmp_path))
    job.preview(rejects)
    table_file(tmp_path, "A,zhang,x,2026-01-02", "B,zhang,x,2026-01-02")
    with pytest.raises(IntakeError, match="changed"):
        job.record(NOW, rejects)
    assert not rows(store)["case"]


def test_a_source_is_known_from_its_first_delivery_with_how_often_it_should_come(store: Store, tmp_path: Path) -> None:
    plan = mapping(tmp_path, head=HEAD.replace("zone:", "expect_every: 12 hours\nzone:"))
    record(store, table_file(tmp_path, "A,zhang,x,2026-01-02"), plan)
    record(store, table_file(tmp_path, "A,zhang,x,2026-01-02"), plan, LATER)
    with store.read() as conn:
        assert sources.sources(conn) == [sources.Source("docket", timedelta(hours=12), LATER)]


def test_an_unknown_kind_of_file_is_refused_with_those_that_are_known(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "cases.pdf"
    path.write_text("x")
    with pytest.raises(IntakeError, match=r"\.csv.*\.xlsx"):
        importing(store, path, mapping(tmp_path))
