"""Absences by command: recorded, taken back, and both seen by whoever is told next."""

from __future__ import annotations

from pathlib import Path

import pytest

from deadline_guard.app import App
from tests.scenarios import disk
from tests.scenarios.disk import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = disk.make(tmp_path / "office", 9)
    office.type("case", "add", "A", "--type", "civil", "--owner", "zhang", "--team", "lit")
    office.type("deadline", "add", "A", office.day(1), "--what", "file the list")
    return office


def told(office: Office) -> set[str]:
    """Let the office decide once; return whom its messages are for."""
    app = App.open(office.config)
    try:
        app.tick(app.clock.now())
        with app.store.read() as conn:
            return {row[0] for row in conn.exec_driver_sql("SELECT person FROM message")}
    finally:
        app.close()


def test_an_absence_that_was_taken_back_no_longer_brings_in_the_deputy(office: Office) -> None:
    office.type("absence", "add", "zhang", "--from", office.day(-1), "--until", office.day(5))
    assert told(office) == {"li"}
    assert "张三 is back" in office.type("absence", "cancel", "zhang", "--by", "wang")
    assert told(office) == {"li", "zhang"}


def test_an_absence_that_is_over_or_none_changes_nothing(office: Office) -> None:
    office.type("absence", "add", "zhang", "--from", office.day(-5), "--until", office.day(-1))
    assert "Nothing changed" in office.type("absence", "cancel", "zhang")
    assert "did you mean" in office.type("absence", "cancel", "zang", expect=1)
