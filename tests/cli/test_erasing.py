"""One entry, or what one event carried, is erased alone: asked first, recorded, and the record still verifies."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deadline_guard.cli import app as program
from tests.scenarios import disk
from tests.scenarios.disk import Office

WHY = ("--reason", "客户要求", "--by", "chen", "--locale", "en")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office with one live case whose date was set with a remark, then corrected without it."""
    made = disk.make(tmp_path / "office", 1)
    made.type("case", "add", "C1", "--title", "泰山公司案", "--type", "civil", "--owner", "zhang")
    said = made.type(*EVENT, "--data", f"due={made.day(30)}", "--data", "what=绝密备注", "--locale", "en")
    identity = re.findall(r"\((hand:\w+)\)", said)[0]
    made.type(*EVENT, "--data", f"due={made.day(31)}", "--data", "what=开庭", "--corrects", identity)
    (made.folder / "identity").write_text(identity)
    return made


EVENT = ("event", "add", "C1", "deadline_set")


def identity(office: Office) -> str:
    return (office.folder / "identity").read_text()


def stored(office: Office) -> str:
    return b"".join(p.read_bytes() for p in office.folder.glob("office.db*")).decode("utf-8", "ignore")


def bare(office: Office, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(office.folder / "office.db") as conn:
        return conn.execute(statement).fetchall()


def alone(*words: str) -> str:
    """Run a command that needs no office."""
    return CliRunner().invoke(program, words, env={"COLUMNS": "200"}).output


def entry_with(office: Office, text: str) -> str:
    said = office.type("ledger", "entries", "--case", "C1", "--containing", text, "--locale", "en")
    (number,) = re.findall(r"(?m)^\s*(\d+)  ", said)
    return str(number)


def test_a_superseded_remark_is_erased_from_a_live_case_and_the_rest_stays(office: Office) -> None:
    number = entry_with(office, "绝密备注")
    office.type("ledger", "erase", "--case", "C1", "--entry", number, "--yes", *WHY)
    assert "绝密备注" not in stored(office)
    assert "泰山公司案" in stored(office)
    said = office.type("ledger", "verify", "--locale", "en")
    assert "Whole" in said
    assert "1 payloads were erased" in said
    assert "开庭" in office.type("explain", "C1", "--locale", "en")
    (payload,) = bare(office, "SELECT text FROM payload JOIN ledger ON payload_id = payload.id WHERE kind = 'erased'")
    assert '"by":"chen"' in str(payload[0])
    assert "客户要求" in str(payload[0])


def test_nothing_is_erased_before_the_question_is_answered_with_yes(office: Office) -> None:
    words = ["ledger", "erase", "--case", "C1", "--entry", entry_with(office, "绝密备注"), *WHY]
    config = ["--config", str(office.config)]
    refused = CliRunner().invoke(program, [*words, *config], input="n\n")
    assert "Erase what entry" in refused.output
    assert refused.exit_code == 1
    assert "绝密备注" in stored(office)
    assert CliRunner().invoke(program, [*words, *config], input="y\n").exit_code == 0
    assert "绝密备注" not in stored(office)


def test_what_dates_still_rest_on_is_not_erased(office: Office) -> None:
    number = entry_with(office, "开庭")
    assert "still counts" in office.type("ledger", "erase", "--case", "C1", "--entry", number, "--yes", *WHY, expect=1)
    assert "开庭" in stored(office)
    said = office.type("ledger", "erase", "--case", "C1", "--event", identity(office), "--yes", *WHY)
    assert "1 revisions still count" in said
    assert "绝密备注" not in stored(office)
    assert "开庭" in stored(office)


def test_a_retracted_event_is_erased_in_all_its_revisions(office: Office) -> None:
    office.type("event", "retract", "C1", identity(office))
    said = office.type("ledger", "erase", "--case", "C1", "--event", identity(office), "--yes", *WHY)
    assert "still count" not in said
    assert "绝密备注" not in stored(office)
    assert "开庭" not in stored(office)
    office.type("ledger", "verify")


def test_decisions_are_erased_one_by_one_when_the_case_is_over_and_what_is_left_stays_provable(office: Office) -> None:
    office.type(*EVENT, "--data", f"due={office.day(2)}")
    with office.daemon():
        pass
    number = entry_with(office, '"notices":[\n[')
    refused = office.type("ledger", "erase", "--case", "C1", "--entry", number, "--yes", *WHY, expect=1)
    assert "when the case is over" in refused
    bare(office, 'UPDATE "case" SET live = 0')
    office.type("ledger", "erase", "--case", "C1", "--entry", number, "--yes", *WHY)
    assert bare(office, "SELECT DISTINCT data FROM notice WHERE subject = 'C1'") == [("{}",)]
    office.type("ledger", "erase", "--case", "C1", "--event", identity(office), "--yes", *WHY)
    (office.folder / "export.json").write_text(office.type("why", "W-1", "--json"), encoding="utf-8")
    assert "whole" in alone("why-check", str(office.folder / "export.json"), "--locale", "en")
    office.type("ledger", "verify")
    bare(office, "UPDATE notice SET person = 'li' WHERE subject = 'C1'")
    assert "altered" in office.type("ledger", "verify", "--locale", "en", expect=1)


def test_the_record_of_an_erasure_cannot_be_erased_nor_anything_twice(office: Office) -> None:
    first = entry_with(office, "泰山公司案")
    erase = ("ledger", "erase", "--case", "C1", "--yes", *WHY, "--entry")
    office.type(*erase, first)
    assert "is erased already" in office.type(*erase, first, expect=1)
    assert "part of the proof" in office.type(*erase, entry_with(office, "客户要求"), expect=1)
    assert "has no entry 99" in office.type(*erase, "99", expect=1)
    assert "no event hand:x" in office.type(*erase[:-1], "--event", "hand:x", expect=1)
    office.type("ledger", "verify")


def test_an_entry_of_another_chain_is_erased_by_its_name(office: Office) -> None:
    office.type("absence", "add", "zhang", "--from", office.day(5), "--until", office.day(6))
    office.type("ledger", "erase", "--chain", "system", "--entry", "1", "--yes", *WHY)
    assert "(erased)" in office.type("ledger", "entries", "--chain", "system", "--locale", "en")
    assert "name a case or a chain" in office.type("ledger", "erase", "--chain", "system", "--yes", *WHY, expect=1)
    office.type("ledger", "verify")
