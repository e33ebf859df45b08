"""Real dockets through the public import, three years replayed: the mails equal an independent count."""

from __future__ import annotations

import csv
import gzip
import re
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from typer.testing import CliRunner

from deadline_guard.app import App
from deadline_guard.cli import app as program
from deadline_guard.daemon import Daemon
from tests.real.count_dockets import warnings
from tests.servers.smtp_sink import Mail, SmtpSink

ZONE = ZoneInfo("America/New_York")
MAPPINGS = Path(__file__).parents[1] / "real" / "mappings"
RULES = """
pack: {id: replay, title: {zh: 回放, en: Replay}, revised: 2026-11-21, reviewed: none}
rules:
  - id: replay.court_set
    title: {zh: 法院指定期限, en: Date set by the court}
    applies_to: {case_type: docket}
    nature: court_set
    indicator: deadline
    trigger: deadline_set
    date_from: due
    profile: replay
"""
PROFILES = """
profiles:
  replay:
    thresholds:
      - {level: early, when: 14 days before at 09:00}
      - {level: near, when: 7 days before at 09:00}
      - {level: urgent, when: 1 days before at 09:00}
    tell: {early: [owner]}
    overdue: false
"""
CASE_TYPES = """
case_types:
  docket: {title: {zh: 案卷, en: Docket}, jurisdiction: us-federal, calendar: us, zone: America/New_York}
"""
EVENTS = """
events:
  docket_entry: {title: {zh: 案卷记录, en: Docket entry}}
  deadline_set: {title: {zh: 法院指定期限, en: Date set by the court}, data: {due: date, what: text}}
"""


def people(data: Path) -> dict[str, object]:
    """Return the judges of the file, and a named person for the cases that have none."""
    with gzip.open(data / "us_dockets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        judges = sorted({row["resource"] for row in csv.DictReader(file)} - {""})
    persons = {j: {"name": j, "locale": "en", "zone": "America/New_York", "channels": {"email": f"{j}@court.example"}}
               for j in judges}  # fmt: skip
    persons["clerk"] = {"name": "Clerk", "locale": "en", "zone": "America/New_York",
                        "channels": {"email": "clerk@court.example"}}  # fmt: skip
    persons["admin"] = {"name": "Admin", "locale": "en", "zone": "America/New_York", "channels": {"console": "admin"}}
    return {"fallback": "clerk", "persons": persons, "roles": {"admin": "admin"}}


@pytest.fixture
def office(tmp_path: Path, shared_data: Path) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    for name, text in (
        ("replay.yaml", RULES), ("profiles.yaml", PROFILES), ("case_types.yaml", CASE_TYPES), ("events.yaml", EVENTS),
    ):  # fmt: skip
        (rules / name).write_text(text, encoding="utf-8")
    (tmp_path / "people.yaml").write_text(yaml.safe_dump(people(shared_data)), encoding="utf-8")
    return tmp_path


def configure(folder: Path, port: int) -> Path:
    path = folder / "config.yaml"
    path.write_text(
        f"""
database: replay.db
rules: [rules]
shipped_rules: false
people: people.yaml
zone: America/New_York
locale: en
channels: {{email: {{host: 127.0.0.1, port: {port}, sender: guard@court.example}}, console: {{}}}}
jobs: {{audit: "off", sync: "off", morning: "off"}}
messages: {{at_once: 0}}
go_live: "2009-01-01T00:00:00-05:00"
clock: {{start: "2008-12-31T23:59:00-05:00", until: "2011-12-31T23:59:59-05:00"}}
""",
        encoding="utf-8",
    )
    return path


@pytest.mark.long
def test_the_mails_of_three_years_equal_an_independent_count(office: Path, shared_data: Path) -> None:
    expected = warnings(
        shared_data, ZONE, datetime(2009, 1, 1, tzinfo=ZONE), datetime(2011, 12, 31, 23, 59, 59, tzinfo=ZONE)
    )
    with SmtpSink() as sink:
        config = configure(office, sink.port)
        App.open(config, create=True).close()
        run = CliRunner()
        for mapping, file in (("dockets_events", "us_dockets"), ("dockets_deadlines", "us_dockets_deadlines")):
            done = run.invoke(
                program,
                ["import", str(shared_data / f"{file}.csv.gz"), "-m", str(MAPPINGS / f"{mapping}.yaml"),
                 "-c", str(config), "--yes"],
            )  # fmt: skip
            assert done.exit_code == 0, done.output
        check_what_was_imported(config, shared_data)
        Daemon(App.open(config)).run()
        mails = list(sink.mails)
    got = Counter(described(m) for m in mails)
    twice = [key for key, n in got.items() if n > 1]
    print(f"independent count {len(expected)}; mails {len(mails)}, distinct {len(got)}", file=sys.stderr)
    assert not twice, f"sent twice: {twice[:5]}"
    assert set(got) == expected_mails(expected, shared_data)
    assert len(mails) == len(expected) == 5185


def check_what_was_imported(config: Path, shared_data: Path) -> None:
    """578 cases; 19,848 events; 2,404 deadlines, 40 of them on a weekend; 46 cases without an owner."""
    app = App.open(config)
    try:
        with app.store.read() as conn:
            ask = conn.exec_driver_sql
            assert ask('SELECT COUNT(*) FROM "case"').scalar() == 578
            assert ask("SELECT COUNT(*) FROM event WHERE kind = 'docket_entry'").scalar() == 19_848
            assert ask("SELECT COUNT(*) FROM event WHERE kind = 'deadline_set'").scalar() == 2_404
            ownerless = ask('SELECT COUNT(*) FROM "case" WHERE owners NOT LIKE \'%"owner"%\'').scalar()
            assert ownerless == 46
            due = [row[0] for row in ask("SELECT data ->> 'due' FROM event WHERE kind = 'deadline_set'").fetchall()]
        assert sum(date.fromisoformat(d).weekday() >= 5 for d in due) == 40
    finally:
        app.close()


def owners(data: Path) -> dict[str, str]:
    """Return the judge of every case that has one, by csv alone."""
    with gzip.open(data / "us_dockets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["case_id"]: row["resource"] for row in csv.DictReader(file) if row["resource"]}


Warning = tuple[str, str, str, str, datetime]  # to whom, case, what, due date, instant


def expected_mails(expected: set[tuple[str, str, str, datetime]], data: Path) -> set[Warning]:
    judge = owners(data)
    return {(judge.get(case, "clerk"), case, what, due, at) for case, what, due, at in expected}


def described(mail: Mail) -> Warning:
    """Return what a mail says to whom and when, read from the mail alone."""
    message = mail.message
    text = mail.part("text/plain")
    case = re.search(r"^Case +(\S+)", text, re.MULTILINE)
    what = re.search(r"^What +Date set by the court – (.+)$", text, re.MULTILINE)
    due = re.search(r"^Due +\w{3} (\d+ \w{3} \d{4})", text, re.MULTILINE)
    assert case and what and due, text
    day = datetime.strptime(due[1], "%d %b %Y").replace(tzinfo=ZONE).date().isoformat()
    at = message["Date"].datetime.astimezone(ZONE)
    return mail.recipients[0].partition("@")[0], case[1], what[1].strip(), day, at
