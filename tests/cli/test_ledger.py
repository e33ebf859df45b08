"""The record on the command line: verified, sealed, erased where a case is over."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.scenarios import disk
from tests.scenarios.disk import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office with one case that is over: its act is registered, no date is live."""
    made = disk.make(tmp_path / "office", 1)
    made.type("case", "add", "C1", "--title", "秘密当事人诉泰山公司", "--type", "civil", "--owner", "zhang")
    made.type("event", "add", "C1", "deadline_set", "--data", f"due={made.day(30)}", "--data", "what=绝密备注")
    return made


def over(office: Office) -> None:
    """Let the case be decided and closed, without a daemon."""
    with sqlite3.connect(office.folder / "office.db") as bare:
        bare.execute('UPDATE "case" SET live = 0')


def stored(office: Office) -> bytes:
    return b"".join(p.read_bytes() for p in office.folder.glob("office.db*"))


def test_a_whole_record_is_said_to_be_whole(office: Office) -> None:
    said = office.do("ledger", "verify", "--locale", "en")
    assert re.search(r"Whole: \d+ entries in 1 chains under 0 seals", said), said
    assert "\n" not in said.strip()  # its progress is a moving line, which only a terminal shows
    assert "完整" in office.type("ledger", "verify", "--locale", "zh_Hans")


def test_an_altered_entry_is_named_and_the_command_fails(office: Office) -> None:
    with sqlite3.connect(office.folder / "office.db") as bare:
        bare.execute("UPDATE payload SET text = replace(text, '秘密', '公开')")
    said = office.do("ledger", "verify", "--locale", "en", expect=1)
    assert "case:C1, entry 1" in said
    assert "what it recorded was altered" in said
    assert "其记录的内容被改动" in office.type("ledger", "verify", "--locale", "zh_Hans", expect=1)


def test_a_seal_is_shown_and_its_root_verified(office: Office) -> None:
    assert "Nothing was sealed yet" in office.type("ledger", "seals", "--locale", "en")
    root = re.findall(r"[0-9a-f]{64}", office.type("ledger", "seal"))[0]
    assert root in office.type("ledger", "seals")
    office.type("ledger", "verify", "--against", root)
    assert "no seal has the root" in office.type("ledger", "verify", "--locale", "en", "--against", "ab" * 32, expect=1)


def test_a_live_case_is_not_erased(office: Office) -> None:
    said = office.do(
        "ledger", "erase", "--case", "C1", "--reason", "x", "--by", "chen", "--yes", "--locale", "en", expect=1
    )
    assert "still live" in said
    assert "绝密备注".encode() in stored(office)


def test_an_erased_case_leaves_no_text_in_the_file_and_verifies(office: Office) -> None:
    over(office)
    assert "绝密备注".encode() in stored(office)
    said = office.type(
        "ledger", "erase", "--case", "C1", "--reason", "客户要求", "--by", "chen", "--yes", "--locale", "en"
    )
    assert "erased 1 payloads, the content of 1 events" in said
    for text in ("绝密备注", "秘密当事人"):
        assert text.encode() not in stored(office)
    said = office.type("ledger", "verify", "--locale", "en")
    assert "2 payloads were erased" in said  # one text, and one entry's events
    office.type("ledger", "erase", "--case", "C1", "--reason", "noch einmal", "--by", "chen", "--yes")
    office.type("ledger", "verify")


def test_an_erasure_that_nobody_recorded_is_a_fault(office: Office) -> None:
    with sqlite3.connect(office.folder / "office.db") as bare:
        bare.execute("UPDATE payload SET text = '', erased_at = 1")
    assert "no entry says by whom" in office.type("ledger", "verify", "--locale", "en", expect=1)


def test_what_an_erasure_left_is_still_verified(office: Office) -> None:
    over(office)
    office.type("ledger", "erase", "--case", "C1", "--reason", "客户要求", "--by", "chen", "--yes")
    with sqlite3.connect(office.folder / "office.db") as bare:
        bare.execute("UPDATE event SET on_date = '2020-01-01'")
    assert "the events that it recorded were altered" in office.type("ledger", "verify", "--locale", "en", expect=1)


def test_erasing_waits_for_the_daemon_to_stop(office: Office) -> None:
    over(office)
    with office.daemon():
        said = office.do("ledger", "erase", "--case", "C1", "--reason", "x", "--by", "chen", "--yes", expect=1)
    assert "daemon" in said or "deadline-guard" in said
    assert "绝密备注".encode() in stored(office)
