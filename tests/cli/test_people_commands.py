"""`people`: gaps in who answers, and passing on what a leaver holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import disk
from tests.scenarios.disk import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Zhang owns three cases, li one; all are in the litigation team."""
    office = disk.make(tmp_path / "office", 9)
    for code, owner in (("A", "zhang"), ("B", "zhang"), ("C", "zhang"), ("D", "li")):
        office.type("case", "add", code, "--type", "civil", "--owner", owner, "--team", "lit")
        office.type("deadline", "add", code, office.day(5), "--what", f"list of {code}")
    return office


def test_an_office_that_is_fully_staffed_says_so(office: Office) -> None:
    assert "filled for the next 90 days" in office.type("people", "coverage")


def test_leave_of_both_is_named_by_type_role_team_and_days(office: Office) -> None:
    office.type("absence", "add", "zhang", "--from", office.day(10), "--until", office.day(20), "--by", "wang")
    office.type("absence", "add", "li", "--from", office.day(15), "--until", office.day(25), "--by", "wang")
    said = office.type("people", "coverage", expect=1)
    assert "civil" in said
    assert f"from {office.day(15)} to {office.day(20)}" in said  # until the day of return
    assert "3 cases such as A" in said


def test_a_leaver_s_cases_go_to_whoever_has_the_fewest(office: Office) -> None:
    said = office.type("people", "pass-on", "zhang", "--to", "li", "--to", "wang", "--by", "zhao", "--yes")
    assert "3 roles on 3 cases pass: wang 2, li 1" in said
    assert "persons.li.deputy" in said  # what only people.yaml can change is named
    assert "holds no open case" in office.type("people", "pass-on", "zhang", "--to", "li", "--by", "zhao", "--yes")
    assert "王五" in office.type("due")
    assert "张三" not in office.type("due")


def test_passing_on_is_asked_first_and_refused_to_the_leaver_and_to_strangers(office: Office) -> None:
    office.type("people", "pass-on", "zhang", "--to", "li", expect=1)  # nobody says yes
    assert "zhang leaves" in office.type("people", "pass-on", "zhang", "--to", "zhang", "--yes", expect=1)
    assert "nobody" in office.type("people", "pass-on", "zhang", "--to", "nobody", "--yes", expect=1)
    assert "张三" in office.type("due")
