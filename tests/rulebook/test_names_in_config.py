"""Whoever config.yaml names must be somebody: refused with place, what was found and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import disk
from tests.scenarios.disk import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return disk.make(tmp_path / "office", 1)


def named(office: Office, line: str) -> int:
    """Given one more line in config.yaml; return its number."""
    lines = [*office.config.read_text(encoding="utf-8").splitlines(), line]
    office.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def test_an_unknown_custodian_is_refused_at_its_place_with_the_nearest_name(office: Office) -> None:
    line = named(office, "custodian: zhoa")
    said = office.type("check", "--locale", "en", expect=1)
    assert f'config.yaml:{line}:12  error  the custodian "zhoa" is not among the persons; expected an id of' in said
    assert 'did you mean "zhao"?' in said
    assert "人员中没有保管人" in office.type("check", "--locale", "zh_Hans", expect=1)


def test_the_daemon_does_not_start_with_it(office: Office) -> None:
    line = named(office, "custodian: zhoa")
    with office.daemon() as process:
        assert process.wait(60) == 1
    said = (office.folder / "daemon.log").read_text(encoding="utf-8")
    assert f"config.yaml:{line}:12" in said
    assert 'did you mean "zhao"?' in said


@pytest.mark.parametrize("custodian", ["zhao", "notary@chamber.example", '""'])
def test_a_person_an_address_and_nobody_are_custodians(office: Office, custodian: str) -> None:
    named(office, f"custodian: {custodian}")
    office.type("check")
    office.type("ledger", "seals")


def test_a_custodian_who_has_left_is_refused(office: Office) -> None:
    people = office.folder / "people.yaml"
    people.write_text(people.read_text(encoding="utf-8").replace("li: {name", "li: {active: false, name"), "utf-8")
    named(office, "custodian: li")
    assert "has left the firm" in office.type("check", "--locale", "en", expect=1)


@pytest.mark.parametrize(("to", "status"), [("leads", 0), ("wang", 0), ("partner", 0), ("wong", 1)])
def test_whoever_signs_the_daily_list_is_a_person_a_role_or_the_leads(office: Office, to: str, status: int) -> None:
    named(office, f"daily_list: {{to: {to}}}")
    said = office.type("check", "--locale", "en", expect=status)
    assert ('did you mean "wang"?' in said) == bool(status)
