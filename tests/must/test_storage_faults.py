"""Disk full, read-only, locked, damaged, newer schema, half-written rules: a clear error, nothing half-done, no hand work."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.scenarios import disk
from tests.scenarios.disk import Office, until
from tests.servers.smtp_sink import Mail, Slow, SmtpSink


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def office(tmp_path: Path, sink: SmtpSink) -> Office:
    """An office with one deadline, due in two days."""
    office = disk.make(tmp_path / "office", sink.port)
    office.do("case", "add", "A-1", "--type", "civil", "--owner", "zhang", "--team", "lit")
    return office


def deadline(office: Office, what: str, expect: int = 0) -> str:
    """Record a date that warns at once; return what the command printed."""
    return office.do("deadline", "add", "A-1", office.day(2), "--what", what, expect=expect)


def told(sink: SmtpSink) -> Counter[str]:
    """Return what zhang was told of, how often."""
    texts = [m.part("text/plain") for m in sink.mails if m.recipients == ("zhang@firm.example",)]
    return Counter(what for text in texts for what in ("first", "second", "third") if f"{what} paper" in text)


def marked(sink: SmtpSink) -> list[Mail]:
    """Return the mails that say they may be a repeat."""
    return [m for m in sink.mails if m.message["X-Deadline-Guard-Repeat"]]


def assert_whole(office: Office) -> None:
    """Check the file, every reference in it, and that no try is left open."""
    with closing(sqlite3.connect(office.folder / "office.db")) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert conn.execute("SELECT COUNT(*) FROM attempt WHERE settled_at IS NULL").fetchone() == (0,)


def log(office: Office) -> str:
    return (office.folder / "daemon.log").read_text(encoding="utf-8")


@contextmanager
def small_disk(folder: Path, office: Office) -> Iterator[Path]:
    """Put the office's database on a file system of its own, of two megabytes; root only."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    try:
        shutil.copy(office.folder / "office.db", folder / "office.db")
        config = office.config.read_text(encoding="utf-8")
        office.config.write_text(config.replace("database: office.db", f"database: {folder}/office.db"), "utf-8")
        (office.folder / "office.db").unlink()
        (office.folder / "office.db").symlink_to(folder / "office.db")
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def nothing_free(folder: Path) -> Iterator[None]:
    """Leave no byte free on a file system."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    yield
    filler.unlink()


@pytest.mark.debian
def test_disk_full_the_command_says_so_and_what_was_sent_meanwhile_is_not_sent_again(
    tmp_path: Path, office: Office, sink: SmtpSink
) -> None:
    with small_disk(tmp_path / "disk", office) as folder, office.daemon() as daemon:
        deadline(office, "first paper")
        sink.wait_for(1)
        sink.next(Slow(3.0))
        deadline(office, "second paper")
        until(lambda: sink.attempts == 2, "the second mail to be under way")
        with nothing_free(folder):
            said = deadline(office, "third paper", expect=1)
            assert "the disk is full; nothing of this transaction was written; free space" in said
            sink.wait_for(2)
            until(lambda: "the disk is full" in log(office), "a word in the daemon's log")
            assert daemon.poll() is None
        deadline(office, "third paper")
        sink.wait_for(3)
        until(lambda: told(sink)["third"], "the third mail")
        office.do("status")
    assert told(sink) == {"first": 1, "second": 1, "third": 1}
    assert marked(sink) == []


@pytest.mark.debian
def test_read_only_database_says_so_and_starts_once_it_is_writable(
    tmp_path: Path, office: Office, sink: SmtpSink
) -> None:
    with small_disk(tmp_path / "disk", office) as folder:
        deadline(office, "first paper")
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        for words in (("run",), ("deadline", "add", "A-1", office.day(2), "--what", "second paper")):
            said = office.do(*words, expect=1)
            assert f"{folder}/office.db: " in said
            assert "mounted read-only" in said
            assert "Traceback" not in said
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        with office.daemon():
            deadline(office, "second paper")
            until(lambda: told(sink).total() == 2, "both mails")
    assert told(sink) == {"first": 1, "second": 1}


@pytest.mark.long
def test_locked_database_says_so_and_every_warning_goes_once_it_is_free(office: Office, sink: SmtpSink) -> None:
    with office.daemon() as daemon:
        deadline(office, "first paper")
        sink.wait_for(1)
        sink.next(Slow(2.0))
        deadline(office, "second paper")
        until(lambda: sink.attempts == 2, "the second mail to be under way")
        with closing(sqlite3.connect(office.folder / "office.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            said = deadline(office, "third paper", expect=1)
            assert "the database is locked by another process; stop the other program" in said
            until(lambda: "locked by another process" in log(office), "a word in the daemon's log")
            assert daemon.poll() is None
            other.execute("ROLLBACK")
        deadline(office, "third paper")
        until(lambda: told(sink).total() >= 3, "the third mail", 30)
    assert told(sink) == {"first": 1, "second": 1, "third": 1}
    assert marked(sink) == []
    assert_whole(office)


@pytest.mark.long
@pytest.mark.parametrize("damage", ["tail cut off", "garbage at the start"])
def test_copy_with_a_damaged_wal_goes_back_to_the_last_whole_commit_and_runs(
    damage: str, tmp_path: Path, office: Office, sink: SmtpSink
) -> None:
    with office.daemon() as daemon:
        deadline(office, "first paper")
        sink.wait_for(1)
        deadline(office, "second paper")
        sink.wait_for(2)
        until(lambda: b"".join(settled(office)) == b"", "both mails to be settled")
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
    wal = office.folder / "office.db-wal"
    whole = wal.read_bytes()
    assert len(whole) > 20_000
    middle = len(whole) // 2
    spoilt = {
        "tail cut off": whole[: middle + 17],
        "garbage at the start": b"\xa5" * 300 + whole[300:],
    }
    wal.write_bytes(spoilt[damage])
    (office.folder / "office.db-shm").unlink(missing_ok=True)
    before = told(sink)
    with office.daemon():
        deadline(office, "third paper", expect=0 if has_case(office) else 1)
    assert_whole(office)
    again = told(sink) - before
    assert set(again) <= {"first", "second", "third"}
    assert max(again.values(), default=0) <= 1


def settled(office: Office) -> list[bytes]:
    """Return a byte for every message that is not yet sent."""
    with closing(sqlite3.connect(office.folder / "office.db")) as conn:
        return [b"x" for _ in conn.execute("SELECT 1 FROM message WHERE state <> 'sent'")]


def has_case(office: Office) -> bool:
    with closing(sqlite3.connect(office.folder / "office.db")) as conn:
        return bool(conn.execute('SELECT COUNT(*) FROM "case"').fetchone()[0])


def test_damaged_database_names_the_restore_and_after_it_runs(office: Office, sink: SmtpSink) -> None:
    deadline(office, "first paper")
    office.do("backup", "safe.db")
    database = office.folder / "office.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    for file in office.folder.glob("office.db-*"):
        file.unlink()
    said = office.do("run", expect=1)
    assert "deadline-guard restore" in said
    assert "Traceback" not in said
    office.do("restore", "safe.db")
    with office.daemon():
        until(lambda: told(sink)["first"], "the warning")
    assert told(sink) == {"first": 1}
    assert_whole(office)


def test_old_program_on_a_newer_schema_refuses_and_changes_nothing(office: Office) -> None:
    database = office.folder / "office.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = database.read_bytes()
    for words in (("run",), ("deadline", "add", "A-1", office.day(2), "--what", "x"), ("due",)):
        said = office.do(*words, expect=1)
        assert "9999 is newer than this program knows" in said
        assert "Traceback" not in said
    assert database.read_bytes() == before


def test_rule_file_replaced_half_written_the_old_rules_stay_and_the_admin_hears(office: Office, sink: SmtpSink) -> None:
    whole = office.rules.read_text(encoding="utf-8")
    with office.daemon() as daemon:
        for cut in (whole.index("title:") + 9, whole.index("indicator:") + 4, whole.rindex("profile:") + 3):
            before = log(office).count("were refused")
            office.rules.write_text(whole[:cut], encoding="utf-8")
            daemon.send_signal(signal.SIGHUP)
            until(lambda before=before: log(office).count("were refused") > before, f"the refusal at {cut}")
        assert "t.yaml:" in log(office).split("were refused")[-1]
        assert "t.yaml:" in deadline(office, "first paper", expect=1)  # a command reads the files anew
        assert daemon.poll() is None
        office.rules.write_text(whole.replace("Date set}", "Date that the court set}"), encoding="utf-8")
        daemon.send_signal(signal.SIGHUP)
        deadline(office, "second paper")
        until(lambda: told(sink)["second"], "the warning by the new rules")
    admins = [m.part("text/plain") for m in sink.mails if m.recipients == ("zhao@firm.example",)]
    assert any("t.yaml:" in text for text in admins)
    assert told(sink) == {"second": 1}
    assert_whole(office)
