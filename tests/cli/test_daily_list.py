"""The list of a day's dates: entered, moved, done and withdrawn, the same whenever it is printed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from deadline_guard.cli.daily_list import page
from deadline_guard.messages.texts import texts
from deadline_guard.views.daily import Change, changes
from tests.must.test_owner_silent import RULE
from tests.scenarios import disk
from tests.scenarios.world import World


@pytest.fixture
def world() -> Iterator[World]:
    made = World([RULE])
    yield made
    made.close()


def listed(world: World, day: str, team: str | None = None) -> list[tuple[str, str, str | None, str | None, str]]:
    """Return (case, kind, old, new, by) of a day."""
    with world.store.read() as conn:
        found: list[Change] = changes(
            conn, world.office.rulebook, world.office.people, date.fromisoformat(day), "Asia/Shanghai", team
        )
    return [
        (c.code, c.kind, c.old.isoformat() if c.old else None, c.new.isoformat() if c.new else None, c.by)
        for c in found
    ]


def test_a_date_entered_moved_and_done_each_stand_on_their_day(world: World) -> None:
    world.case("A")
    world.event("A", "complaint_received", "2026-03-02", by="li")
    world.run_until("2026-03-04 09:00")
    world.event("A", "complaint_received", "2026-03-03", by="zhang", origin="hand")
    world.run_until("2026-03-05 09:00")
    world.event("A", "defence_filed", "2026-03-05", by="wang")
    world.run_until("2026-03-06 09:00")
    assert listed(world, "2026-03-02") == [("A", "entered", None, "2026-03-17", "李四")]
    assert listed(world, "2026-03-03") == []
    assert listed(world, "2026-03-04") == [("A", "moved", "2026-03-17", "2026-03-18", "张三")]
    assert listed(world, "2026-03-05") == [("A", "done", "2026-03-18", "2026-03-18", "王五")]


def test_a_withdrawn_date_is_listed_as_deleted_and_a_level_alone_is_not(world: World) -> None:
    world.case("A")
    world.event("A", "complaint_received", "2026-03-02")
    world.run_until("2026-03-11 09:00")
    assert listed(world, "2026-03-10") == []  # only the level rose
    world.event("A", "complaint_received", "2026-03-02", retracted=True, by="li")
    world.run_until("2026-03-12 09:00")
    assert [row[:3] for row in listed(world, "2026-03-11")] == [("A", "ended", "2026-03-17")]


def test_a_past_day_reads_the_same_later(world: World) -> None:
    world.case("A")
    world.event("A", "complaint_received", "2026-03-02", by="li")
    world.run_until("2026-03-03 09:00")
    before = listed(world, "2026-03-02")
    world.event("A", "complaint_received", "2026-03-09", by="zhang", origin="hand")
    world.run_until("2026-04-20 09:00")
    assert listed(world, "2026-03-02") == before


def test_a_team_sees_its_own_cases(world: World) -> None:
    world.case("A")
    world.event("A", "complaint_received", "2026-03-02")
    world.run_until("2026-03-03 09:00")
    assert len(listed(world, "2026-03-02", "lit")) == 1
    assert listed(world, "2026-03-02", "tax") == []


def test_the_list_ends_with_a_line_to_sign(tmp_path: Path) -> None:
    office = disk.make(tmp_path / "office", 1)
    office.type("case", "add", "=A", "--type", "civil", "--owner", "zhang", "--team", "lit")
    office.type("event", "add", "=A", "complaint_received", "--on", office.day(), "--by", "li")
    with office.daemon():
        pass
    said = office.type("daily-list", "--locale", "en")
    assert "entered" in said
    assert "Signature" in said
    assert re.search(office.day(15), said)
    zh = office.type("daily-list", "--locale", "zh_Hans")
    assert "新增" in zh
    assert "签字" in zh
    office.type("daily-list", office.day(), "--csv", str(tmp_path / "l.csv"), "--html", str(tmp_path / "l.html"))
    with (tmp_path / "l.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 2
    assert rows[1][1] == "'=A"  # no spreadsheet takes it for a formula
    assert "Signature" in (tmp_path / "l.html").read_text(encoding="utf-8")
    assert "Nothing was entered" in office.type("daily-list", office.day(-5), "--locale", "en")


def test_a_page_shows_what_is_written_and_runs_nothing() -> None:
    shown = page(texts("en"), "T", [["<script>alert(1)</script>"] * 8])
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
