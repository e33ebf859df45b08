"""Permits: what lay on each responsible person's desk on every Monday, and who could have taken more."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from deadline_guard.core.capacity import Capacity
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.core.workload import loads, workload

CAPACITY = 30


@pytest.fixture
def permits(shared_data: Path) -> list[dict[str, str]]:
    with gzip.open(shared_data / "receipt.csv.gz", "rt", encoding="utf-8") as file:
        return list({row["case_id"]: row for row in csv.DictReader(file)}.values())


def mondays(permits: list[dict[str, str]]) -> list[date]:
    first = min(date.fromisoformat(row["case_startdate"][:10]) for row in permits)
    last = max(date.fromisoformat((row["case_enddate"] or row["case_startdate"])[:10]) for row in permits)
    monday = first + timedelta(days=(7 - first.weekday()) % 7)
    return [monday + timedelta(weeks=i) for i in range((last - monday).days // 7 + 1)]


def instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def test_load_per_person_on_every_monday_equals_a_separate_count(permits: list[dict[str, str]]) -> None:
    cases = [
        Case(row["case_id"], row["case_id"], "permit", Timeline(), owners={"owner": row["case_responsible"]},
             opened_at=instant(row["case_startdate"]), closed_at=instant(row["case_enddate"]))
        for row in permits
    ]  # fmt: skip
    overloads = 0
    assert (len(cases), len({c.owners["owner"] for c in cases})) == (1434, 39)
    for monday in mondays(permits):
        text = f"{monday.isoformat()}T00:00:00"
        expected = Counter(
            row["case_responsible"]
            for row in permits
            if row["case_startdate"] <= text and (not row["case_enddate"] or row["case_enddate"] > text)
        )
        capacity = {row["case_responsible"]: Capacity(Fraction(CAPACITY)) for row in permits}
        at = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
        found = {m.subject.removeprefix("person:"): m for m in workload(loads(cases, at), capacity, at)}
        assert {person: int(m.value) for person, m in found.items() if m.value} == expected
        for person, measure in found.items():
            overloaded = expected[person] > CAPACITY
            assert (measure.level is Level.URGENT) is overloaded
            if overloaded:
                overloads += 1
                free = [p for p in capacity if p != person and expected[p] < CAPACITY]
                assert measure.data["capacity"] == CAPACITY
                room = [(p, CAPACITY - expected[p]) for p in sorted(free, key=lambda p: (expected[p], p))]
                assert list(measure.data["room"]) == room
    print(f"{len(mondays(permits))} Mondays, {overloads} times somebody held more than {CAPACITY}")
    assert overloads
