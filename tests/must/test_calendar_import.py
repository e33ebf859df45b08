"""China 2027: provisional until its notice is imported; importing tells exactly those whose date moved.

The notice below is invented for this test: no notice for 2027 was seen.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from deadline_guard.app import App
from deadline_guard.cli import app as program
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.rulebook.calendars import shipped
from deadline_guard.store import cases, events
from deadline_guard.store.columns import micros
from deadline_guard.store.events import EventRow
from deadline_guard.views.compute import Tables, answer_line
from tests.real.office import make_office, person
from tests.servers.smtp_sink import SmtpSink

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 12, 21, 9, tzinfo=ZONE).astimezone(UTC)
N = 1000
INVENTED = """
calendars:
  - id: cn
    title: {zh: 中国, en: China}
    zone: Asia/Shanghai
    kind: announced
    known_from: 2027-01-01
    known_through: 2027-12-31
    source: invented for a test, no notice for 2027 was seen
    notices:
      - year: 2027
        notice: not seen
        source: invented for a test
        off:
          - {name: {zh: 元旦, en: "New Year's Day"}, from: 2027-01-01, to: 2027-01-03}
          - {name: {zh: 春节, en: Spring Festival}, from: 2027-02-05, to: 2027-02-11}
          - {name: {zh: 清明节, en: Tomb-Sweeping Day}, from: 2027-04-03, to: 2027-04-05}
          - {name: {zh: 劳动节, en: Labour Day}, from: 2027-05-01, to: 2027-05-05}
          - {name: {zh: 端午节, en: Dragon Boat Festival}, from: 2027-06-09, to: 2027-06-09}
          - {name: {zh: 中秋节, en: Mid-Autumn Festival}, from: 2027-09-15, to: 2027-09-15}
          - {name: {zh: 国庆节, en: National Day}, from: 2027-10-01, to: 2027-10-07}
        work: [2027-01-30, 2027-02-14, 2027-04-24, 2027-05-08, 2027-09-26, 2027-10-09]
"""
RULES = {
    "own": """
pack: {id: own, title: {zh: 自有, en: Own}, revised: 2026-11-21, reviewed: none}
rules:
  - id: own.defence
    title: {zh: 提交答辩状, en: Statement of defence}
    applies_to: {case_type: civil}
    trigger: complaint_received
    done_by: [defence_filed]
    limit: 15 days
    basis: 民事诉讼法 第128条
    profile: short
    confidence: H
""",
    "profiles": """
profiles:
  short:
    thresholds: [{level: early, when: 90 days before}]
    tell: {early: [owner], overdue: [owner]}
""",
    "case_types": """
case_types:
  civil: {title: {zh: 民事, en: Civil}, jurisdiction: cn-civil, calendar: cn, zone: Asia/Shanghai, closed_by: [defence_filed]}
""",
    "events": """
events:
  complaint_received: {title: {zh: 收到起诉状, en: Complaint received}}
  defence_filed: {title: {zh: 提交答辩状, en: Defence filed}}
""",
}
PEOPLE = {
    "fallback": "boss",
    "persons": {"boss": person("boss", "Asia/Shanghai"), "zhang": person("zhang", "Asia/Shanghai")},
}


def office_folder(folder: Path, sink: SmtpSink) -> Path:
    return make_office(
        folder, rules=RULES, people=PEOPLE, zone="Asia/Shanghai", port=sink.port, start="2026-12-21T09:00:00+08:00",
        until="2027-03-01T00:00:00+08:00",
    )  # fmt: skip


def served(i: int) -> date:
    """Return the day on which case i was served: due dates from 2027-01-01 to 2027-02-24."""
    return date(2026, 12, 17) + timedelta(i % 55)


def fill(office: App) -> None:
    with office.store.write() as conn:
        rows = []
        for i in range(N):
            code = f"C{i:04}"
            case = Case(
                code, code, "civil", Timeline(), "甲诉乙", "Asia/Shanghai", "cn", "cn-civil", {}, {"owner": "zhang"},
                opened_at=NOW,
            )  # fmt: skip
            cases.put_case(conn, case, NOW)
            on = served(i).isoformat()
            known = micros(NOW)
            row = EventRow(code, "complaint_received", on, "docket", code, None, None, "{}", False, "source", "", known)
            rows.append(row)
        events.record_events(conn, rows, NOW)


DRAFT_OFF = (("2027-01-01", "2027-01-01"), ("2027-02-05", "2027-02-10"))  # the shipped draft of early 2027
NOTICE_OFF = (("2027-01-01", "2027-01-03"), ("2027-02-05", "2027-02-11"))
NOTICE_WORK = ("2027-01-30", "2027-02-14")


def due(i: int, off: tuple[tuple[str, str], ...], work: tuple[str, ...] = ()) -> date:
    """Count the 15 days by hand on the days of a notice."""
    day = served(i) + timedelta(15)
    while any(a <= day.isoformat() <= b for a, b in off) or (day.weekday() >= 5 and day.isoformat() not in work):
        day += timedelta(1)
    return day


def moves() -> dict[str, tuple[date, date]]:
    both = {f"C{i:04}": (due(i, DRAFT_OFF), due(i, NOTICE_OFF, NOTICE_WORK)) for i in range(N)}
    return {code: pair for code, pair in both.items() if pair[0] != pair[1]}


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "cn2027.yaml"
    path.write_text(INVENTED, encoding="utf-8")
    return path


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


def invoke(*words: str) -> str:
    done = CliRunner().invoke(program, list(words), env={"COLUMNS": "160"})
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def told(office: App) -> dict[str, list[str]]:
    """Return the kinds of notices per case, in order."""
    with office.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT subject, kind FROM notice ORDER BY id").all()
    found: dict[str, list[str]] = {}
    for subject, kind in rows:
        found.setdefault(subject, []).append(kind)
    return found


def beat(config: Path, at: datetime | None = None) -> dict[str, list[str]]:
    """Let the office decide and send once, as the daemon does; return what it has told so far."""
    office = App.open(config)
    try:
        now = at or office.clock.now()
        office.start()
        office.tick(now)
        office.deliver(lambda: now, threading.Event())
        return told(office)
    finally:
        office.close()


def test_2027_is_provisional_and_strict_refuses_it() -> None:
    asked: dict[str, Any] = {
        "kind": "period",
        "jurisdiction": "cn-civil",
        "trigger": "2027-01-20",
        "length": 15,
        "unit": "days",
    }
    given = answer(asked)
    assert given["provisional"] is True
    assert "2027" in " ".join(given["provisional_because"])
    refused = answer({**asked, "strict": True})
    assert refused["error"]["field"] == "strict"
    firm = answer({**asked, "trigger": "2026-01-20", "strict": True})
    assert firm["provisional"] is False


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    found = answer_line(json.dumps(asked), Tables(shipped(), lambda: pytest.fail("no rule was asked for")))
    assert isinstance(found, dict)
    return found


def test_importing_the_notice_tells_only_those_whose_date_moved(tmp_path: Path, notice: Path, sink: SmtpSink) -> None:
    config = office_folder(tmp_path, sink)
    office = App.open(config)
    fill(office)
    office.close()
    before = beat(config)
    assert len(before) == N
    assert all(kinds == ["level"] for kinds in before.values())
    sent_before = len(sink.mails)

    seen = invoke("calendar", "import", str(notice), "-c", str(config), "--yes", "--by", "zhang", "--locale", "en")
    moving = moves()
    assert 0 < len(moving) < N / 2
    assert f"{len(moving)} open deadlines move:" in seen
    assert f"{N - len(moving)} dates become firm and stay as they are." in seen
    shown = re.findall(r"(C\d{4}).*?(\d{4}-\d\d-\d\d).*?(\d{4}-\d\d-\d\d)", seen)
    assert {c: (date.fromisoformat(a), date.fromisoformat(b)) for c, a, b in shown}.items() <= moving.items()
    assert len(shown) == min(200, len(moving))

    after = beat(config)
    moved = {code for code, kinds in after.items() if kinds[1:]}
    assert moved == moving.keys()
    assert all(after[code][1:] == ["moved"] for code in moved)
    beat(config, NOW + timedelta(days=1))
    text = "\n".join(mail.part("text/plain") for mail in sink.mails[sent_before:])
    assert set(re.findall(r"C\d{4}", text)) == moving.keys()


def test_an_import_counts_at_the_next_start_and_for_states_that_extend_it(
    tmp_path: Path, notice: Path, sink: SmtpSink
) -> None:
    config = office_folder(tmp_path, sink)
    assert App.open(config).office.calendars["cn"].known_through == date(2026, 12, 31)
    invoke("calendar", "import", str(notice), "-c", str(config), "--yes")
    office = App.open(config)
    cn = office.office.calendars["cn"]
    assert cn.known_through == date(2027, 12, 31)
    assert cn.is_open(date(2027, 1, 30))
    assert not cn.is_open(date(2027, 2, 11))
    assert not cn.is_open(date(2026, 10, 1))  # what was known before still is
    again = invoke("calendar", "import", str(notice), "-c", str(config), "--yes", "--locale", "en")
    assert "Nothing changed" in again
    office.close()


def test_a_dry_run_and_a_no_record_nothing(tmp_path: Path, notice: Path, sink: SmtpSink) -> None:
    config = office_folder(tmp_path, sink)
    assert "Nothing was recorded." in invoke(
        "calendar", "import", str(notice), "-c", str(config), "--dry-run", "--locale", "en"
    )
    no = CliRunner().invoke(program, ["calendar", "import", str(notice), "-c", str(config)], input="n\n")
    assert no.exit_code == 1
    office = App.open(config)
    assert office.office.calendars["cn"].known_through == date(2026, 12, 31)
    office.close()


def test_a_running_office_reads_the_import_at_its_next_tick(tmp_path: Path, notice: Path, sink: SmtpSink) -> None:
    config = office_folder(tmp_path, sink)
    running = App.open(config)
    running.start()
    invoke("calendar", "import", str(notice), "-c", str(config), "--yes")
    running.tick(NOW)
    assert running.office.calendars["cn"].known_through == date(2027, 12, 31)
    running.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: cn\n", "id: xx\n"), "calendar xx is unknown"),
        (
            ("        source: invented for a test\n", "        source: invented\n        confirmed: false\n"),
            "not confirmed",
        ),
        (("known_through: 2027-12-31", "known_through: 2028-12-31"), "covers 2028, for which no notice stands here"),
        (("year: 2027", "yaer: 2027"), "yaer"),
        (("2027-01-03}", "2027-01-32}"), "2027-01-32"),
        (("    notices:", "    holidays: [{name: {zh: 甲, en: A}, on: 03-12}]\n    notices:"), "holidays are law"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(
    tmp_path: Path, sink: SmtpSink, change: tuple[str, str], said: str
) -> None:
    config = office_folder(tmp_path, sink)
    path = tmp_path / "wrong.yaml"
    assert change[0] in INVENTED
    path.write_text(INVENTED.replace(*change), encoding="utf-8")
    done = CliRunner().invoke(program, ["calendar", "import", str(path), "-c", str(config), "--yes", "--locale", "en"])
    assert done.exit_code == 1
    assert said in str(done.exception)
    assert f"{path}:" in str(done.exception)
