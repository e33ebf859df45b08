"""The watchdog speaks when nobody watches the dates, once a day until mended, and is silent while all is well."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deadline_guard.clock import SystemClock
from deadline_guard.core.notices import Message, NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.store import Store, messages
from tests.scenarios import disk
from tests.scenarios.disk import Office
from tests.servers.smtp_sink import Mail, SmtpSink

LIMIT = 3.0  # seconds without a finished sweep


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def office(tmp_path: Path, sink: SmtpSink) -> Office:
    """Three cases: two due today, one the day after tomorrow; the daemon has not run yet."""
    office = disk.make(tmp_path / "office", sink.port, f"{LIMIT} seconds")
    for code, ahead in (("A-1", 0), ("A-2", 0), ("B-1", 2)):
        office.type("case", "add", code, "--type", "civil", "--owner", "zhang", "--team", "lit")
        office.type("deadline", "add", code, office.day(ahead), "--what", f"file {code}")
    return office


def to_admin(sink: SmtpSink) -> list[Mail]:
    """Return the watchdog's mails so far."""
    return [m for m in sink.mails if m.recipients == ("it@firm.example",)]


def a_day_passes(office: Office) -> None:
    """Set the watchdog's own memory back by a day."""
    file = office.folder / "office.watchdog.json"
    state = json.loads(file.read_text())
    state["told_at"] = (datetime.fromisoformat(state["told_at"]) - timedelta(days=1)).isoformat()
    file.write_text(json.dumps(state))


@pytest.mark.long
def test_killed_daemon_the_mail_names_the_next_day_and_comes_once_a_day_until_mended(
    office: Office, sink: SmtpSink
) -> None:
    with office.daemon() as daemon:
        sink.wait_for(3)
        assert office.do("watchdog") == ""
        assert to_admin(sink) == []
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
    time.sleep(LIMIT + 0.5)
    office.do("watchdog", expect=1)
    (mail,) = to_admin(sink)
    text = mail.part("text/plain")
    assert "has not completed an evaluation since" in text
    assert [line.split()[1] for line in text.splitlines() if line.startswith("  ")] == ["A-1", "A-2"]
    office.do("watchdog", expect=1)
    assert len(to_admin(sink)) == 1  # once a day
    a_day_passes(office)
    office.do("watchdog", expect=1)
    assert len(to_admin(sink)) == 2
    with office.daemon():
        assert office.do("watchdog") == ""
    time.sleep(LIMIT + 0.5)
    office.do("watchdog", expect=1)
    assert len(to_admin(sink)) == 3  # mended in between: the next failure is told at once


def test_sweeps_run_but_the_oldest_message_is_unsent_past_the_limit(office: Office, sink: SmtpSink) -> None:
    with office.daemon():
        sink.wait_for(3)
        assert office.do("watchdog") == ""
        store = Store.open(office.folder / "office.db")
        leased_for_good = "UPDATE message SET state = 'leased', next_attempt_at = ? WHERE key = 'stuck'"
        now = SystemClock().now()
        with store.write() as conn:
            stuck = Message("stuck", "zhang", "email", "z@firm.example", NoticeKind.LEVEL, (), Level.NEAR, "t", now)
            messages.insert(conn, [stuck], now)
            conn.exec_driver_sql(leased_for_good, (int((now + timedelta(hours=1)).timestamp() * 1_000_000),))
        store.close()
        time.sleep(LIMIT + 0.5)
        office.do("watchdog", expect=1)
        text = to_admin(sink)[0].part("text/plain")
    assert "has not been sent" in text
    assert "A-1" in text
    assert "A-2" in text


def test_database_cannot_be_opened_what_was_known_last_is_named(office: Office, sink: SmtpSink) -> None:
    with office.daemon():
        assert office.do("watchdog") == ""
    for file in office.folder.glob("office.db*"):
        file.unlink()
    (office.folder / "office.db").write_bytes(b"this is no database" * 100)
    office.do("watchdog", expect=1)
    text = to_admin(sink)[0].part("text/plain")
    assert "cannot be opened" in text
    assert "not a SQLite database" in text
    assert [line.split()[1] for line in text.splitlines() if line.startswith("  ")] == ["A-1", "A-2"]


def test_never_started_is_told_too(office: Office, sink: SmtpSink) -> None:
    office.do("watchdog", expect=1)
    assert "was not started" in to_admin(sink)[0].part("text/plain")


def test_mail_server_down_the_watchdog_says_so_and_tries_again(office: Office, sink: SmtpSink) -> None:
    config = office.config.read_text()
    office.config.write_text(config.replace(f"port: {sink.port}", "port: 9"))
    assert "the watchdog's own mail to it@firm.example failed" in office.do("watchdog", expect=1)
    office.config.write_text(config)
    office.do("watchdog", expect=1)
    assert len(to_admin(sink)) == 1
