"""150,370 accounts as a recovery flow: who owes how much for how long, under both bucket tables, on five New Years."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from deadline_guard.core.arrears import Bucket, arrears, overdue_age
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import CaseType, Profile, Rule, Rulebook, RuleVersion, Trigger
from deadline_guard.core.timeline import Case, Event, Timeline
from tests.core.building import CALENDARS

YEARS = (2003, 2005, 2007, 2009, 2011)
ZONE = "Europe/Rome"
INDUSTRY = {"M0": (0, 0), "M1": (1, 30), "M2": (31, 60), "M3": (61, 90), "M4": (91, 120), "M5-M6": (121, 180),
            "M7+": (181, None)}  # fmt: skip
REGULATOR = {"normal": (0, 0), "special mention": (1, 90), "substandard": (91, 120), "doubtful": (121, 180),
             "loss": (181, None)}  # fmt: skip
TABLES = {
    name: tuple(Bucket(b, first, last) for b, (first, last) in table.items())
    for name, table in {"industry": INDUSTRY, "regulator": REGULATOR}.items()
}
RULE = Rule(
    "recovery.age",
    {"zh": "账龄", "en": "Arrears"},
    "overdue_age",
    Profile("buckets"),
    trigger=Trigger("Insert Fine Notification"),
    versions=(RuleVersion("1", parse_period("60 days")),),
    params={"plus": ["amount", "expense"], "minus": ["totalPaymentAmount"]},
)
BOOK = Rulebook({RULE.id: RULE}, {"fine": CaseType("fine", {})}, {}, {})
Totals = dict[tuple[int, str, str], tuple[int, Fraction]]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def by_the_product(path: Path) -> Totals:
    """Count through the core: a timeline an account, its deadline, its arrears at each instant."""
    found: dict[tuple[int, str, str], list[Any]] = defaultdict(lambda: [0, Fraction(0)])
    instants = {
        year: datetime.combine(date(year, 1, 1), datetime.min.time(), UTC) - timedelta(hours=1) for year in YEARS
    }
    for account, told in groupby(rows(path), key=lambda row: row["case_id"]):
        events = [_event(account, i, row) for i, row in enumerate(told)]
        case = Case(account, account, "fine", Timeline.of(events), zone=ZONE)
        for due in overdue_age(RULE, case, BOOK, CALENDARS, instants[2011]):
            for year, at in instants.items():
                for name, table in TABLES.items():
                    measure = arrears(due, RULE, case, at, table)
                    if measure.data["bucket"] is not None:
                        total = found[year, name, measure.data["bucket"]]
                        total[0] += 1
                        total[1] += measure.data["owed"]
    return {key: (n, owed) for key, (n, owed) in found.items()}


def _event(account: str, i: int, row: dict[str, str]) -> Event:
    data = {name: row[name] for name in ("amount", "expense", "totalPaymentAmount") if row[name]}
    on = date.fromisoformat(row["timestamp"])
    recorded = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return Event(row["activity"], on, "log", f"{account}-{i:03}", recorded, data=data)


def by_hand(path: Path) -> Totals:
    """Count with csv and date arithmetic alone."""
    counts: Counter[tuple[int, str, str]] = Counter()
    sums: dict[tuple[int, str, str], Fraction] = defaultdict(Fraction)
    for _, told in groupby(rows(path), key=lambda row: row["case_id"]):
        account = sorted(told, key=lambda row: row["timestamp"])
        notified = [row["timestamp"] for row in account if row["activity"] == "Insert Fine Notification"]
        for year in YEARS:
            new_year = f"{year}-01-01"
            last = {"amount": "0", "expense": "0", "totalPaymentAmount": "0"}
            for row in account:
                if row["timestamp"] <= new_year:
                    last |= {name: row[name] for name in last if row[name]}
            owed = Fraction(last["amount"]) + Fraction(last["expense"]) - Fraction(last["totalPaymentAmount"])
            for day in notified:
                age = (date(year, 1, 1) - date.fromisoformat(day)).days - 60
                for name, table in (("industry", INDUSTRY), ("regulator", REGULATOR)):
                    for bucket, (first, until) in table.items():
                        if owed > 0 and first <= age and (until is None or age <= until):
                            counts[year, name, bucket] += 1
                            sums[year, name, bucket] += owed
    return {key: (n, sums[key]) for key, n in counts.items()}


@pytest.mark.long
def test_counts_and_sums_of_every_bucket_equal_a_separate_count(shared_data: Path) -> None:
    path = shared_data / "traffic_fines.csv.gz"
    expected = by_hand(path)
    print({key: (n, float(owed)) for key, (n, owed) in sorted(expected.items())})
    assert by_the_product(path) == expected
    assert len({key[2] for key in expected if key[1] == "industry"}) >= 6
