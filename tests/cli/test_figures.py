"""`figures` at the command line: both languages, and who may look."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios import disk


def test_figures_are_shown_to_a_person_of_the_firm_only(tmp_path: Path) -> None:
    office = disk.make(tmp_path / "office", 1)
    said = office.type("figures", "--as", "zhang", "--locale", "en")
    assert "Near misses" in said
    assert "You" in said
    zh = office.type("figures", "--as", "wang", "--locale", "zh_Hans")
    assert "险些逾期" in zh
    assert "人过少" in zh or "成员过少" in zh
    assert "nobody" in office.do("figures", "--as", "nobody", "--locale", "en", expect=1)
