"""A civil court's real log: what cannot be right is reported with row and value and not aged; the rest is aged."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deadline_guard.app import App
from deadline_guard.core.assess import assess
from deadline_guard.core.rules import Level
from deadline_guard.store import cases
from tests.real.office import import_file, make_office, person

NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)  # 09:00 in São Paulo
BEGINS = {Level.EARLY: 365, Level.NEAR: 635, Level.OVERDUE: 731}  # days after the filing, one of them for its own day
RULES = {
    "court": """
pack: {id: court, title: {zh: 法院, en: Court}, revised: 2026-11-22, reviewed: none}
rules:
  - id: court.age
    title: {zh: 案件存续时间, en: Age of the case}
    applies_to: {case_type: civil}
    nature: internal
    indicator: handling_time
    trigger: filed
    done_by: case_closed
    versions: [{limit: 730 days, roll: none}]
    profile:
      thresholds:
        - {level: early, when: 365 days before at 00:00}
        - {level: near, when: 95 days before at 00:00}
      tell: {early: [owner]}
""",
    "case_types": "case_types: {civil: {title: {zh: 民事, en: Civil}, calendar: cn, zone: America/Sao_Paulo}}\n",
    "events": """
events:
  filed: {title: {zh: 立案, en: Filing}}
  movement: {title: {zh: 案件进展, en: Movement}, data: {movement: text}}
  case_closed: {title: {zh: 结案, en: Closed}}
""",
}
Row = dict[str, str]


@pytest.fixture
def rows(shared_data: Path) -> list[Row]:
    with gzip.open(shared_data / "tjsc_civil.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def imported(tmp_path: Path, shared_data: Path) -> Iterator[tuple[App, list[Row]]]:
    people = {"fallback": "clerk", "persons": {"clerk": person("clerk", "America/Sao_Paulo", "console")}}
    config = make_office(
        tmp_path, rules=RULES, people=people, zone="America/Sao_Paulo", port=1, start="2025-07-01T09:00:00-03:00",
        until="2025-07-01T10:00:00-03:00",
    )  # fmt: skip
    report = tmp_path / "rejects.csv"
    import_file(config, shared_data / "tjsc_civil.csv.gz", "tjsc", "--rejects", str(report))
    app = App.open(config)
    with report.open(encoding="utf-8-sig", newline="") as file:
        yield app, list(csv.DictReader(file))
    app.close()


def test_impossible_cases_are_reported_and_the_rest_is_aged(imported: tuple[App, list[Row]], rows: list[Row]) -> None:
    app, rejected = imported
    unusable = check_the_report(rows, rejected)
    found = ages(app)
    expected = by_hand(rows, unusable)
    levels = Counter(level for _, state, level in expected.values() if state == "open")
    print(f"{len(unusable)} cases reported, {len(found)} aged: {dict(levels)}, ended {len(expected) - levels.total()}")
    assert found == expected
    assert len(found) == 17_351 - 25  # the 6 late filings are 6 of the 11 that come after their last movement
    assert set(levels) == {Level.OK, Level.EARLY, Level.NEAR, Level.OVERDUE}


def check_the_report(rows: list[Row], rejected: list[Row]) -> set[str]:
    """Compare the rejected rows with what csv and text comparison find; return the cases that must not be aged."""
    filings = {r["case_id"]: r["timestamp"] for r in rows if r["activity"] == "Filing"}
    early = {case for case, at in filings.items() if at < "1950"}
    late = {case for case, at in filings.items() if at[:4] > "2026"}
    before = {r["case_id"] for r in rows if r["timestamp"] < filings.get(r["case_id"], "")}
    lost = {r["case_id"] for r in rows} - set(filings)
    assert [len(s) for s in (early, late, before, lost)] == [2, 6, 11, 12]
    reasons: dict[str, set[str]] = {"the year cannot be right": set(), "lies before": set(), "no row": set()}
    for one in rejected:
        row = rows[int(one["row"]) - 2]  # the header is row 1
        assert (one["column"], one["value"], one["cell"]) == ("timestamp", row["timestamp"], f"D{one['row']}")
        (reason,) = [words for words in reasons if words in one["why"]]
        reasons[reason].add(row["case_id"])
    assert reasons == {"the year cannot be right": early | late, "lies before": before, "no row": lost}
    return early | late | before | lost


def ages(app: App) -> dict[str, tuple[date, str, Level]]:
    """Return due date, state and level of every case that the product ages."""
    office = app.office
    found: dict[str, tuple[date, str, Level]] = {}
    with app.store.read() as conn:
        ids = [row[0] for row in conn.exec_driver_sql('SELECT id FROM "case"')]
        for start in range(0, len(ids), 1000):
            for loaded in cases.load_cases(conn, ids[start : start + 1000], known_at=NOW).values():
                for one in assess(loaded.case, office.rulebook, office.calendars, NOW)[0]:
                    assert loaded.case.id not in found
                    found[loaded.case.id] = (one.deadline.due_on, one.deadline.state.value, one.level)
    return found


def by_hand(rows: list[Row], unusable: set[str]) -> dict[str, tuple[date, str, Level]]:
    """Age every other case by csv and date arithmetic alone."""
    today = date(2025, 7, 1)
    told: dict[str, dict[str, date]] = {}
    for row in rows:
        told.setdefault(row["case_id"], {})[row["activity"]] = date.fromisoformat(row["timestamp"][:10])
    found: dict[str, tuple[date, str, Level]] = {}
    for case, days in told.items():
        if case in unusable:
            continue
        age = (today - days["Filing"]).days
        ended = days.get("Baixa Definitiva", date.max) <= today
        level = max((level for level, after in BEGINS.items() if age >= after), default=Level.OK)
        due = days["Filing"] + timedelta(days=730)
        found[case] = (due, "done" if ended else "open", Level.OK if ended else level)
    return found
