"""Configured sources: read again by the daemon's job; one that cannot be read, or stays away, is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from deadline_guard.app import App
from deadline_guard.messages import render
from deadline_guard.store import cases, notices
from deadline_guard.views.items import Sight, bare
from tests.scenarios import disk
from tests.scenarios.disk import Office

MAPPING = """
source: docket
zone: Asia/Shanghai
case: {id: code, code: code, case_type: {const: civil}, owners: {owner: who}}
events:
  - {name: received, kind: complaint_received, on: received, identity: [code]}
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office that reads ``docket.csv`` and expects it every hour."""
    office = disk.make(tmp_path / "office", 9)
    (office.folder / "docket.yaml").write_text(MAPPING)
    (office.folder / "docket.csv").write_text(f"code,who,received\nA,zhang,{office.day(-1)}\n")
    text = office.config.read_text().replace('sync: "off"', 'sync: "*/15 * * * *"')
    one = "sources: [{name: docket, file: docket.csv, mapping: docket.yaml, expect_every: 1 hour}]\n"
    office.config.write_text(text + one)
    return office


def letter(app: App, locale: str) -> str:
    """Return what the finding about the source says in a language."""
    with app.store.read() as conn:
        (found,) = notices.of_subjects(conn, ["source:docket"])
    item = bare(found.notice, "", "UTC", Sight(app.office.rulebook, {}, app.office.people), "W-1", "W-1")
    return render([item], kind=found.notice.kind, locale=locale).text


def told(app: App) -> list[tuple[str, str]]:
    with app.store.read() as conn:
        return [(n.notice.rule, n.notice.person) for n in notices.of_subjects(conn, ["source:docket"])]


def test_the_job_reads_the_file_again_and_only_what_is_new_changes_anything(office: Office) -> None:
    app = App.open(office.config)
    app.start()
    now = app.clock.now()
    app.tick(now)
    app.tick(now + timedelta(minutes=16))
    (office.folder / "docket.csv").write_text(f"code,who,received\nA,zhang,{office.day(-2)}\nB,li,{office.day(-1)}\n")
    app.tick(now + timedelta(minutes=32))
    with app.store.read() as conn:
        found = cases.load_cases(conn, ["A", "B"])
    app.close()
    assert {c: [e.revision for e in one.case.timeline.events] for c, one in found.items()} == {"A": [2], "B": [1]}


def test_a_file_that_cannot_be_read_is_told_once_a_day_and_nothing_is_lost(office: Office) -> None:
    app = App.open(office.config)
    app.start()
    now = app.clock.now()
    app.office.sync(now)
    (office.folder / "docket.csv").unlink()
    for minutes in (1, 2):
        app.office.sync(now + timedelta(minutes=minutes))
    found = told(app)
    with app.store.read() as conn:
        kept = cases.load_case(conn, "A")
    chinese, english = letter(app, "zh_Hans"), letter(app, "en")
    app.close()
    assert found == [("finding.source_failed", "zhao")]
    assert "docket.csv:文件无法读取" in chinese
    assert "docket.csv: the file cannot be read" in english
    assert len(kept.timeline.events) == 1


def test_one_that_never_comes_is_late_from_the_start_on(office: Office) -> None:
    office.config.write_text(office.config.read_text().replace("*/15 * * * *", "0 0 1 1 *"))
    app = App.open(office.config)
    app.start()
    now = app.clock.now()
    app.tick(now + timedelta(minutes=59))
    assert told(app) == []
    app.tick(now + timedelta(minutes=61))
    app.tick(now + timedelta(minutes=90))
    found = told(app)
    app.close()
    assert found == [("finding.stale_source", "zhao")]
