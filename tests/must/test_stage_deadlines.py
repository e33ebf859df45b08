"""Building permits: 10,058 task dates of three municipalities, late to the second, levels every morning at six."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.levels import crossings, level_at
from deadline_guard.core.limits import deadlines
from deadline_guard.core.rules import CaseType, Level, Profile, Rule, Rulebook, Threshold, Trigger, When, WhenKind
from deadline_guard.core.timeline import Case, Event, Timeline
from tests.core.building import CALENDARS

DAYS = {Level.EARLY: 14, Level.NEAR: 7, Level.URGENT: 1}
PROFILE = Profile("task", tuple(Threshold(level, When(WhenKind.DAYS, Fraction(n))) for level, n in DAYS.items()))
RULE = Rule(
    "permit.task",
    {"zh": "环节期限", "en": "Task"},
    "deadline",
    PROFILE,
    trigger=Trigger("task_planned"),
    done_by=("task_finished",),
    date_field="due",
)
BOOK = Rulebook({RULE.id: RULE}, {"permit": CaseType("permit", {})}, {}, {})
NOW = datetime(2016, 1, 1, tzinfo=UTC)
Row = dict[str, str]


@pytest.fixture(scope="module")
def permits(shared_data: Path) -> dict[str, list[tuple[Row, Deadline]]]:
    """Return each case's dated rows with the deadline that the core finds."""
    with gzip.open(shared_data / "bpic15_135.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["dueDate"]]
    assert len(rows) == 10_058
    found = {}
    for name, told in groupby(sorted(rows, key=lambda r: r["case_id"]), key=lambda r: r["case_id"]):
        mine = list(told)
        case = Case(name, name, "permit", Timeline.of(e for i, r in enumerate(mine) for e in events(r, i)), zone="UTC")
        by_subject = {d.subject: d for d in deadlines(RULE, case, BOOK, CALENDARS, NOW)}
        found[name] = [(row, by_subject[f"{i}"]) for i, row in enumerate(mine)]
    return found


def events(row: Row, i: int) -> list[Event]:
    """Return the date planned at the start of the case, known from the row's own event, and its end."""
    known, finished = moment(row["timestamp"]), row["dateFinished"]
    # 7 tasks were finished before their case says that it began; they were planned by then.
    started = min(date.fromisoformat(row["case_startDate"]), moment(finished).date())
    given: dict[str, Any] = {"source": "log", "subject": f"{i}"}
    return [
        Event("task_planned", started, source_id=f"p{i}", recorded_at=known, data={"due": row["dueDate"]}, **given),
        Event(
            "task_finished", moment(finished).date(), source_id=f"f{i}", recorded_at=known, at=moment(finished), **given
        ),
    ]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_late_by_the_instant(permits: dict[str, list[tuple[Row, Deadline]]]) -> None:
    late = Counter(
        row["municipality"]
        for told in permits.values()
        for row, deadline in told
        if deadline.ended_at is not None and deadline.ended_at > deadline.due_at
    )
    by_hand = Counter(
        row["municipality"] for told in permits.values() for row, _ in told if row["dateFinished"] > row["dueDate"]
    )
    assert late == by_hand == {"3": 1182, "5": 784, "1": 621}
    assert all(d.state is State.DONE for told in permits.values() for _, d in told)


def test_a_date_before_its_own_event_is_overdue_at_once(permits: dict[str, list[tuple[Row, Deadline]]]) -> None:
    before = [(row, d) for told in permits.values() for row, d in told if row["dueDate"] < row["timestamp"]]
    assert len(before) == 1221
    assert {level(d, d.known_at) for _, d in before} == {Level.OVERDUE}


def level(deadline: Deadline, at: datetime) -> Level:
    case = Case("", "", "permit", Timeline(), zone="UTC")
    return level_at(crossings(deadline, RULE, case, BOOK, CALENDARS), at)


def test_levels_at_six_every_morning_of_every_seventh_case(permits: dict[str, list[tuple[Row, Deadline]]]) -> None:
    compared: Counter[Level] = Counter()
    for name in sorted(permits)[::7]:
        for row, deadline in permits[name]:
            due, day = moment(row["dueDate"]), date.fromisoformat(row["case_startDate"])
            while (at := datetime.combine(day, time(6), UTC)) <= moment(row["dateFinished"]):
                expected = Level.OK
                for worse, n in DAYS.items():
                    begins = datetime.combine(due.date() - timedelta(days=n), time(8, 30), UTC)
                    expected = worse if begins <= at else expected
                expected = Level.OVERDUE if due <= at else expected
                assert level(deadline, at) is expected, (name, at)
                compared[expected] += 1
                day += timedelta(days=1)
    print({one.word: n for one, n in sorted(compared.items())})
    assert set(compared) == set(Level) - {Level.CRITICAL}
