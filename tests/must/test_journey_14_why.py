"""Journey 14: "why was nobody told?", six months later, when rules, calendars and people have all changed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deadline_guard.cli import app
from tests.scenarios import disk
from tests.scenarios.disk import Office
from tests.servers.smtp_sink import SmtpSink

CALENDAR = """
calendars:
  - {id: plain, title: {zh: 本所, en: Ours}, zone: null, kind: enacted, known_from: 2020-01-01,
     known_through: 2030-12-31, source: the firm, days: [{day: DAY, kind: holiday, name: {zh: 所庆, en: Anniversary}}]}
"""
RULES = disk.RULES["t"].replace("limit: 15 days", "limit: 10 working days, basis: 民事诉讼法 第128条")


def simulate(office: Office, start: str, until: str) -> None:
    """Let the office live on a virtual clock as a process of its own."""
    text = office.config.read_text(encoding="utf-8")
    clock = f'clock: {{start: "{start}T00:00:00+00:00", until: "{until}T00:00:00+00:00"}}\n'
    office.config.write_text(re.sub(r"clock: .*\n", "", text) + clock, encoding="utf-8")
    office.do("run")


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office that warned in spring, and changed everything in summer; the answers come from its processes."""
    with SmtpSink() as sink:
        office = disk.make(tmp_path_factory.mktemp("journey14") / "office", sink.port)
        office.rules.write_text(RULES, encoding="utf-8")
        (office.folder / "rules" / "calendars").mkdir()
        calendar = office.folder / "rules" / "calendars" / "plain.yaml"
        calendar.write_text(CALENDAR.replace("DAY", "2026-03-10"), encoding="utf-8")
        simulate(office, "2026-03-02", "2026-03-03")
        office.do("case", "add", "(2026)京01民初1号", "--type", "civil", "--owner", "zhang", "--team", "lit")
        office.do("event", "add", "(2026)京01民初1号", "complaint_received", "--on", "2026-03-02", "--by", "li")
        simulate(office, "2026-03-03", "2026-03-12")
        office.do("ack", "W-1", "--by", "zhang")
        simulate(office, "2026-03-12", "2026-03-20")
        office.rules.write_text(
            RULES.replace("10 working days", "30 days").replace("第128条", "第999条"), encoding="utf-8"
        )
        calendar.write_text(CALENDAR.replace("DAY", "2026-03-11"), encoding="utf-8")
        people = office.folder / "people.yaml"
        people.write_text(people.read_text(encoding="utf-8").replace("张三", "张散"), encoding="utf-8")
        simulate(office, "2026-03-20", "2026-09-15")
        return office


@pytest.fixture
def lived(spring: Office, tmp_path: Path) -> Office:
    """Return a copy of that office, which a test may alter."""
    shutil.copytree(spring.folder, tmp_path / "office")
    return Office(tmp_path / "office", spring.zone)


def due(said: str) -> str:
    """Return the date of the defence in an explanation."""
    found = re.search(r"Statement of defence[\s\S]*?(\d{4}-\d\d-\d\d|\d{1,2} \w{3} \d{4}) (?:24:00|\d\d:\d\d)", said)
    assert found is not None, said
    return found[1]


@pytest.mark.long
def test_from_a_warnings_id_to_everything_behind_it(lived: Office) -> None:
    said = lived.do("why", "W-1", "--locale", "en")
    assert "limit: 10 working days" in said  # the rule as it read then
    assert "第999条" not in said
    assert "Complaint received" in said  # the fact
    assert "李四" in said  # who recorded it
    assert "Anniversary" in said  # the day that the calendar of then left out
    assert "accepted: 250" in said  # what the server answered
    assert "acknowledged" in said.lower()  # the answer
    assert "张三" in said  # as the person was called then
    assert "张散" not in said
    assert "What happened next" in said
    zh = lived.type("why", "W-1", "--locale", "zh_Hans")
    for word in ("当时适用的规则原文", "发送情况", "已受理", "答复", "后续"):
        assert word in zh


def test_the_same_date_is_reached_again(lived: Office) -> None:
    then = lived.do("explain", "(2026)京01民初1号", "--at", "2026-03-11 12:00", "--locale", "en")
    now = lived.type("explain", "(2026)京01民初1号", "--locale", "en")
    with sqlite3.connect(lived.folder / "office.db") as bare:
        told = bare.execute("SELECT due_on FROM notice WHERE id = 1").fetchone()[0]
    assert told == "2026-03-17"  # ten working days from 3 March, 10 March left out
    assert "17 Mar" in due(then) or told in due(then), then
    assert due(then) != due(now)
    assert "another revision of the rules" not in then


def test_an_export_is_verified_and_one_altered_byte_is_seen(lived: Office) -> None:
    export = lived.folder / "export.json"
    export.write_text(lived.do("why", "W-1", "--json"), encoding="utf-8")
    given = json.loads(export.read_text(encoding="utf-8"))
    assert given["warnings"][0]["date_again"] == given["warnings"][0]["due_at"]
    assert "whole" in lived_alone(lived, export)
    text = export.read_text(encoding="utf-8")
    for place in range(20, len(text) - 20, len(text) // 40):
        other = "0" if text[place] != "0" else "1"
        export.write_text(text[:place] + other + text[place + 1 :], encoding="utf-8")
        lived_alone(lived, export, expect=1)


def lived_alone(office: Office, export: Path, expect: int = 0) -> str:
    """Check an export as somebody who has nothing but the file."""
    done = CliRunner().invoke(app, ["why-check", str(export)])
    assert (1 if done.exception else done.exit_code) == expect or done.exit_code == expect, done.output
    return done.output


def test_one_altered_byte_in_the_office_is_detected(lived: Office) -> None:
    lived.do("ledger", "verify")
    with sqlite3.connect(lived.folder / "office.db") as bare:
        bare.execute("UPDATE attempt SET detail = replace(detail, '250', '251') WHERE message_id = 1")
    assert "attempt 1.1" in lived.do("ledger", "verify", "--locale", "en", expect=1)


def test_an_id_that_was_never_given_is_refused(lived: Office) -> None:
    lived.do("why", "W-99999", expect=1)
    lived.do("why", "nonsense", expect=1)
