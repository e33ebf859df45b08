"""150,370 traffic fines through import and rules: terms, a change of the law, and dates that contradict each other."""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deadline_guard.app import App
from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.endings import ACT_BEFORE_EVENT
from deadline_guard.store import cases
from tests.real.office import import_file, make_office, person

pytestmark = pytest.mark.long

NOW = datetime(2014, 1, 1, tzinfo=UTC)  # after the last event of the log
CHANGED = date(2010, 8, 13)
RULES = {
    "fines": """
pack: {id: fine, title: {zh: 交通罚款, en: Traffic fines}, revised: 2026-11-21, reviewed: none}
rules:
  - id: fine.sending
    title: {zh: 寄送罚单, en: Send the fine}
    applies_to: {case_type: fine}
    trigger: fine_created
    done_by: [fine_sent]
    versions:
      - {id: "150", limit: 150 days, roll: none, basis: C.d.S. art. 201, until: 2010-08-12}
      - {id: "90", limit: 90 days, roll: none, basis: C.d.S. art. 201 as amended 2010, since: 2010-08-13}
    profile: plain
  - id: fine.penalty
    title: {zh: 缴款期满即加罚, en: Term of payment; the penalty follows}
    applies_to: {case_type: fine}
    acts: opponent
    trigger: fine_notified
    limit: 60 days
    roll: none
    basis: C.d.S. art. 203
    profile: plain
  - id: fine.prefecture_appeal
    title: {zh: 向省督申诉, en: Appeal to the prefecture}
    applies_to: {case_type: fine}
    acts: opponent
    kind: right
    trigger: fine_notified
    done_by: [prefecture_appeal_dated]
    limit: 60 days
    roll: none
    basis: C.d.S. art. 203
    profile: plain
  - id: fine.judge_appeal
    title: {zh: 向法官申诉, en: Appeal to the judge}
    applies_to: {case_type: fine}
    acts: opponent
    kind: right
    trigger: fine_notified
    done_by: [judge_appeal]
    limit: 60 days
    roll: none
    basis: C.d.S. art. 204-bis, as it stood
    profile: plain
""",
    "profiles": """
profiles:
  plain:
    thresholds: [{level: near, when: 7 days before}]
    tell: {near: [owner], overdue: [owner]}
""",
    "case_types": """
case_types:
  fine: {title: {zh: 罚款, en: Fine}, jurisdiction: plain, calendar: plain, zone: Europe/Rome}
""",
    "events": """
events:
  fine_created: {title: {zh: 开具, en: Fine created}}
  fine_sent: {title: {zh: 寄送, en: Fine sent}}
  fine_notified: {title: {zh: 送达, en: Fine notified}}
  penalty_added: {title: {zh: 加罚, en: Penalty added}}
  payment: {title: {zh: 付款, en: Payment}}
  sent_to_collection: {title: {zh: 移交催收, en: Sent to collection}}
  prefecture_appeal_dated: {title: {zh: 申诉日期, en: Date of the appeal}}
  prefecture_appeal_sent: {title: {zh: 申诉移送, en: Appeal sent on}}
  prefecture_result_received: {title: {zh: 收到结果, en: Result received}}
  prefecture_result_notified: {title: {zh: 通知结果, en: Result notified}}
  judge_appeal: {title: {zh: 法官申诉, en: Appeal to the judge}}
""",
}


@dataclass
class Seen:
    """What the rules gave, gathered once over all cases."""

    cases: int
    penalty: dict[str, date]
    sending: dict[str, Deadline]
    appeals: dict[str, Deadline]


@dataclass
class Log:
    """What the log says, by csv alone."""

    dates: dict[str, dict[str, date]]

    def of(self, *activities: str) -> Iterator[tuple[str, tuple[date, ...]]]:
        for case, found in self.dates.items():
            if all(a in found for a in activities):
                yield case, tuple(found[a] for a in activities)


@pytest.fixture(scope="module")
def log(shared_data: Path) -> Log:
    dates: dict[str, dict[str, date]] = {}
    with gzip.open(shared_data / "traffic_fines.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            dates.setdefault(row["case_id"], {})[row["activity"]] = date.fromisoformat(row["timestamp"][:10])
    return Log(dates)


@pytest.fixture(scope="module")
def seen(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Import the log into an office and look at every case as its sweep would."""
    folder = tmp_path_factory.mktemp("fines")
    people = {"fallback": "clerk", "persons": {"clerk": person("clerk", "Europe/Rome")}}
    config = make_office(
        folder, rules=RULES, people=people, zone="Europe/Rome", port=9, start=NOW.isoformat(), until=NOW.isoformat()
    )
    said = import_file(config, shared_data / "traffic_fines.csv.gz", "traffic_fines")
    assert "150,370" in said.replace("150370", "150,370"), said
    office = App.open(config)
    try:
        return _looked(office)
    finally:
        office.close()


def _looked(office: App) -> Seen:
    found = Seen(0, {}, {}, {})
    with office.store.read() as conn:
        ids = list(conn.exec_driver_sql('SELECT id FROM "case"').scalars())
        for start in range(0, len(ids), 2000):
            for one in cases.load_cases(conn, ids[start : start + 2000], known_at=NOW).values():
                _note(found, one.case.code, assess(one.case, office.office.rulebook, office.office.calendars, NOW)[0])
    return found


def _note(found: Seen, case: str, assessed: tuple[Assessment, ...]) -> None:
    found.cases += 1
    for one in assessed:
        if one.rule.id == "fine.penalty":
            assert case not in found.penalty
            found.penalty[case] = one.deadline.due_on
        elif one.rule.id == "fine.sending":
            found.sending[case] = one.deadline
        elif one.rule.id == "fine.prefecture_appeal":
            found.appeals[case] = one.deadline


def test_the_term_of_payment_ends_on_the_day_of_the_penalty_and_nowhere_else(seen: Seen, log: Log) -> None:
    penalties = {case: day for case, (day,) in log.of("Add penalty")}
    assert seen.cases == len(log.dates) == 150_370
    assert len(penalties) == 79_860
    assert seen.penalty == penalties
    assert seen.cases - len(seen.penalty) == 70_510


def test_late_sendings_by_the_law_of_the_day_on_which_the_fine_was_made(seen: Seen, log: Log) -> None:
    assert len(seen.sending) == 150_370
    sent: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for case, (made, left) in log.of("Create Fine", "Send Fine"):
        deadline = seen.sending[case]
        assert deadline.version == ("150" if made < CHANGED else "90")
        assert deadline.state is State.DONE
        assert deadline.ended_at is not None
        sent[deadline.version] += 1
        overdue = deadline.ended_at >= deadline.due_at
        assert overdue == ((left - made).days > int(deadline.version))
        late[deadline.version] += overdue
    assert (late["150"], sent["150"]) == (2_202, 92_951)
    assert (late["90"], sent["90"]) == (1_055, 11_036)
    unsent = [d for case, d in seen.sending.items() if "Send Fine" not in log.dates[case]]
    assert {d.state for d in unsent} == {State.OPEN}


def test_appeals_are_in_time_for_sixty_days(seen: Seen, log: Log) -> None:
    assert len(seen.appeals) == 79_860
    in_time = late = 0
    for case, (notified, appealed) in log.of("Insert Fine Notification", "Insert Date Appeal to Prefecture"):
        deadline = seen.appeals[case]
        assert deadline.due_on == notified + timedelta(60)
        if appealed >= notified:
            assert deadline.ended_at is not None
            late += deadline.ended_at >= deadline.due_at
            in_time += deadline.ended_at < deadline.due_at
    print(f"appeals in time {in_time}, late {late}", file=sys.stderr)
    assert late == 582


def test_appeals_dated_before_their_notification_are_reported(seen: Seen, log: Log) -> None:
    dated = log.of("Insert Fine Notification", "Insert Date Appeal to Prefecture")
    before = {case for case, (notified, appealed) in dated if appealed < notified}
    assert len(before) == 28
    assert {case for case, d in seen.appeals.items() if ACT_BEFORE_EVENT in d.flags} == before
    assert {seen.appeals[case].state for case in before} == {State.OPEN}  # such an appeal answers nothing
