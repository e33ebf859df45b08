"""Permits: seven days before the planned end each responsible person is told, unless the case ended before."""

from __future__ import annotations

import csv
import gzip
import re
import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.app import App
from deadline_guard.daemon import Daemon
from tests.real.office import import_file, make_office, person
from tests.servers.smtp_sink import Mail, SmtpSink

ZONE = ZoneInfo("Europe/Amsterdam")
RULES = {
    "permit": """
pack: {id: permit, title: {zh: 许可, en: Permits}, revised: 2026-11-21, reviewed: none}
rules:
  - id: permit.decision
    title: {zh: 作出决定, en: Decision}
    applies_to: {case_type: permit}
    nature: internal
    indicator: deadline
    trigger: deadline_set
    date_from: due
    done_by: [case_ended]
    profile: week
""",
    "profiles": """
profiles:
  week:
    thresholds: [{level: near, when: 7 days before at 09:00}]
    tell: {near: [owner]}
    overdue: false
    tell_closed: false
""",
    "case_types": """
case_types:
  permit: {title: {zh: 许可, en: Permit}, jurisdiction: plain, calendar: plain, zone: Europe/Amsterdam}
""",
    "events": """
events:
  case_started: {title: {zh: 开始, en: Case started}}
  case_ended: {title: {zh: 结束, en: Case ended}}
  activity: {title: {zh: 活动, en: Activity}}
  deadline_set: {title: {zh: 期限, en: Planned end}, data: {due: date, what: text}}
""",
}


def cases(data: Path) -> Iterator[dict[str, str]]:
    """Yield each case once, by csv alone."""
    with gzip.open(data / "receipt.csv.gz", "rt", encoding="utf-8", newline="") as file:
        seen: set[str] = set()
        for row in csv.DictReader(file):
            if row["case_id"] not in seen:
                seen.add(row["case_id"])
                yield row


def expected(data: Path) -> tuple[set[tuple[str, str, datetime]], int, int]:
    """Return (person, case, instant) of every mail, how many cases ended before, how many were late at the start."""
    mails: set[tuple[str, str, datetime]] = set()
    ended = late = 0
    for row in cases(data):
        planned = datetime.fromisoformat(row["case_enddate_planned"]).date()
        threshold = datetime.combine(planned - timedelta(days=7), time(9), ZONE)
        started = datetime.fromisoformat(row["case_startdate"]).replace(tzinfo=ZONE)
        over = datetime.fromisoformat(row["case_enddate"]).replace(tzinfo=ZONE) if row["case_enddate"] else None
        late += started > threshold
        at = max(threshold, started)
        if over is not None and over <= at:
            ended += 1
        else:
            mails.add((row["case_responsible"], row["case_id"], at))
    return mails, ended, late


def described(mail: Mail) -> tuple[str, str, datetime]:
    code = re.search(r"^Case +(\S+)", mail.part("text/plain"), re.MULTILINE)
    assert code
    at = mail.message["Date"].datetime.astimezone(ZONE)
    return mail.recipients[0].partition("@")[0], code[1], at


@pytest.mark.long
def test_seven_days_before_the_planned_end_742_mails_reach_35_persons(tmp_path: Path, shared_data: Path) -> None:
    wanted, ended, late = expected(shared_data)
    names = sorted({row["case_responsible"] for row in cases(shared_data)})
    people = {
        "fallback": "clerk",
        "persons": {name: person(name, ZONE.key) for name in names}
        | {"clerk": person("clerk", ZONE.key), "admin": person("admin", ZONE.key, "console")},
        "roles": {"admin": "admin"},
    }
    with SmtpSink() as sink:
        config = make_office(
            tmp_path, rules=RULES, people=people, zone=ZONE.key, port=sink.port, start="2010-01-01T00:00:00+01:00",
            until="2013-12-31T00:00:00+01:00",
        )  # fmt: skip
        import_file(config, shared_data / "receipt.csv.gz", "receipt")
        app = App.open(config)
        with app.store.read() as conn:
            assert conn.exec_driver_sql('SELECT COUNT(*) FROM "case"').scalar() == 1434
        Daemon(app).run()
        got = [described(m) for m in sink.mails]
    print(f"count by csv {len(wanted)}, ended before {ended}; mails {len(got)}", file=sys.stderr)
    assert len(names) == 39
    assert late == 1
    assert ended == 692
    assert set(got) - wanted == set()
    assert len(got) == len(set(got)) == 742
    assert len({to for to, _, _ in got}) == 35
    assert set(got) == wanted
