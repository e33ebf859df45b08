"""The real dockets through the import; every number beside a count by csv and arithmetic alone."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.intake.importing import Import, Outcome, open_table
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.store import Store
from deadline_guard.store.columns import micros
from deadline_guard.store.statements import fetch

MAPPINGS = Path(__file__).parent / "mappings"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


def rows(data: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(data / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.open(":memory:", create=True)
    yield opened
    opened.close()


def taken(store: Store, data: Path, mapping: str, name: str) -> Outcome:
    plan = read_mapping(MAPPINGS / f"{mapping}.yaml")
    table = open_table(data / f"{name}.csv.gz", plan)
    shown = Import(store, table, plan, Vocabulary()).preview(Rejects(table.header))
    done = Import(store, table, plan, Vocabulary()).record(NOW, Rejects(table.header))
    for name_of_count in ("new_cases", "changed_cases", "new", "revised", "same"):
        assert getattr(shown, name_of_count) == getattr(done, name_of_count)
    return done


def test_every_entry_of_every_docket_is_one_event(store: Store, shared_data: Path) -> None:
    entries = rows(shared_data, "us_dockets")
    identities = Counter((r["case_id"], r["timestamp"], r["activity"], r["document_number"]) for r in entries)
    equals = sum(n - 1 for n in identities.values())
    judged = {r["case_id"]: r["resource"] for r in entries}

    outcome = taken(store, shared_data, "dockets_events", "us_dockets")
    assert outcome.new_cases == len(judged) == 578
    assert outcome.new == len(entries) == 19_848
    assert outcome.rejects.rows == 0
    assert outcome.tally.without_owner == sum(not judge for judge in judged.values()) == 46
    with store.read() as conn:
        stored = fetch(conn, "SELECT case_id, source_id, on_date, recorded_at FROM event")
    assert sum("#" in source_id for _, source_id, _, _ in stored) == equals == 245
    assert Counter((case, day) for case, _, day, _ in stored) == Counter(
        (r["case_id"], r["timestamp"]) for r in entries
    )
    for _, _, day, recorded in stored:
        assert recorded == micros(datetime.combine(date.fromisoformat(day), time(), ZONE))

    again = taken(store, shared_data, "dockets_events", "us_dockets")
    assert (again.changes, again.same) == (False, 19_848)


def test_every_date_is_one_deadline_opened_by_the_entry_that_first_set_it(store: Store, shared_data: Path) -> None:
    dates = rows(shared_data, "us_dockets_deadlines")
    first: dict[tuple[str, ...], str] = {}
    met: set[tuple[str, ...]] = set()
    refused = same = later = 0
    for row in dates:
        if row["due_date"] < row["set_on"]:
            refused += 1
            continue
        key = (row["case_id"], row["class"], row["what"], row["due_date"])
        if key in first:
            same += tuple(row.values()) in met
            later += tuple(row.values()) not in met
        first.setdefault(key, row["set_on"])
        met.add(tuple(row.values()))

    outcome = taken(store, shared_data, "dockets_deadlines", "us_dockets_deadlines")
    assert outcome.tally.rows == len(dates) == 3_699
    assert outcome.new == len(first) == 2_404
    assert outcome.tally.same_rows == same == 956
    assert outcome.tally.restated == later == 298
    assert outcome.rejects.rows == len(outcome.rejects.kept) == refused == 41
    for rejected in outcome.rejects.kept:
        row = dates[rejected.row - 2]  # the header is row 1
        assert (rejected.value, rejected.cell) == (row["due_date"], f"H{rejected.row}")
        assert row["due_date"] < row["set_on"]
    with store.read() as conn:
        stored = fetch(conn, "SELECT case_id, data ->> 'class', data ->> 'what', data ->> 'due', on_date FROM event")
    assert {tuple(row[:4]): row[4] for row in stored} == first
    weekend = [key for key in first if date.fromisoformat(key[3]).weekday() >= 5]
    assert len(weekend) == 40
    assert (
        sum(date.fromisoformat(row["due_date"]).weekday() >= 5 for row in dates if row["due_date"] >= row["set_on"])
        == 45
    )


def test_the_dates_leave_the_judges_of_the_dockets_alone(store: Store, shared_data: Path) -> None:
    taken(store, shared_data, "dockets_events", "us_dockets")
    outcome = taken(store, shared_data, "dockets_deadlines", "us_dockets_deadlines")
    assert (outcome.new_cases, outcome.changed_cases) == (0, 0)
    with store.read() as conn:
        owners = dict(fetch(conn, "SELECT id, owners ->> 'owner' FROM \"case\""))
    assert owners == {r["case_id"]: r["resource"] or None for r in rows(shared_data, "us_dockets")}


def test_the_permits_are_1434_cases_of_39_persons(store: Store, shared_data: Path) -> None:
    entries = rows(shared_data, "receipt")
    responsible = {r["case_id"]: r["case_responsible"] for r in entries}
    outcome = taken(store, shared_data, "receipt", "receipt")
    assert outcome.new_cases == len(responsible) == 1_434
    assert len(outcome.tally.owners) == len(set(responsible.values())) == 39
    assert outcome.tally.owners == Counter(responsible.values())
    assert outcome.tally.kinds["activity"] == len(entries) == 8_577
    assert outcome.tally.kinds["case_ended"] == len({r["case_id"] for r in entries if r["case_enddate"]})
    assert (outcome.rejects.rows, outcome.tally.other_case) == (0, 0)
    assert not taken(store, shared_data, "receipt", "receipt").changes


@pytest.mark.parametrize(
    ("mapping", "name", "cases", "rejected"), [("bpic15", "bpic15_135", 3_764, 0), ("tjsc", "tjsc_civil", 17_328, 36)]
)
@pytest.mark.long
def test_the_larger_logs_are_read_whole(
    store: Store, shared_data: Path, mapping: str, name: str, cases: int, rejected: int
) -> None:
    entries = rows(shared_data, name)
    plan = read_mapping(MAPPINGS / f"{mapping}.yaml")
    table = open_table(shared_data / f"{name}.csv.gz", plan)
    outcome = Import(store, table, plan, Vocabulary()).record(NOW, Rejects(table.header))
    assert outcome.new_cases == cases
    assert outcome.rejects.rows == rejected
    assert outcome.new == len(entries) - rejected
