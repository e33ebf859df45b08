"""The daemon as a process: what it tells its supervisor, how it stops, what it does with changed rules."""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deadline_guard.store import Store, messages
from tests.scenarios import disk
from tests.scenarios.disk import Office, until
from tests.servers.smtp_sink import Slow, SmtpSink


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def office(tmp_path: Path, sink: SmtpSink) -> Office:
    office = disk.make(tmp_path / "office", sink.port)
    office.type("case", "add", "A", "--type", "civil", "--owner", "zhang", "--team", "lit")
    office.type("deadline", "add", "A", office.day(5), "--what", "file the list")
    return office


@contextmanager
def supervisor() -> Iterator[tuple[str, socket.socket]]:
    """Give a socket as systemd would, and its name for NOTIFY_SOCKET."""
    with (
        tempfile.TemporaryDirectory(prefix="dg") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock,
    ):
        sock.bind(f"{folder}/notify")
        sock.settimeout(60)
        yield f"{folder}/notify", sock


def test_ready_after_the_first_tick_alive_after_each_and_stopping_at_the_end(office: Office, sink: SmtpSink) -> None:
    with supervisor() as (address, sock):
        with office.daemon(NOTIFY_SOCKET=address) as daemon:
            assert sock.recv(100) == b"READY=1"
            assert office.ticks() > 0  # not before one has finished
            assert [sock.recv(100), sock.recv(100)] == [b"WATCHDOG=1"] * 2
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(90) == 0
        said = [sock.recv(100)]
        while said[-1] == b"WATCHDOG=1":
            said.append(sock.recv(100))
        assert said[-1] == b"STOPPING=1"
    assert [m.recipients for m in sink.mails] == [("zhang@firm.example",)]


def test_what_another_process_records_is_decided_within_seconds(office: Office, sink: SmtpSink) -> None:
    with office.daemon():
        sink.wait_for(1)
        office.type("deadline", "add", "A", office.day(2), "--what", "pay the fee")
        mails = sink.wait_for(2)
        assert "pay the fee" in mails[-1].part("text/plain")


@pytest.mark.long
def test_sigterm_finishes_the_batch(office: Office, sink: SmtpSink) -> None:
    for n in range(5):
        office.type("deadline", "add", "A", office.day(4), "--what", f"paper {n}")
    sink.next(*[Slow(0.7)] * 6)
    with office.daemon() as daemon:
        until(lambda: sink.attempts, "the first mail on its way")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(90) == 0
    store = Store.open(office.folder / "office.db", read_only=True)
    with store.read() as conn:
        assert messages.counts(conn) == {"sent": len(sink.mails)}  # nothing is left in somebody's hands
    store.close()


def test_a_second_daemon_is_refused_and_the_first_goes_on(office: Office) -> None:
    with office.daemon() as daemon:
        said = office.do("run", expect=1)
        assert f"in use by process {daemon.pid}" in said
        assert "one database has one daemon" in said
        before = office.ticks()
        until(lambda: office.ticks() > before, "another tick of the first daemon")


def test_sighup_takes_good_rules_and_refuses_broken_ones_aloud(office: Office, sink: SmtpSink) -> None:
    good = office.rules.read_text()
    with office.daemon() as daemon:
        sink.wait_for(1)
        office.rules.write_text(good.replace("trigger: deadline_set", "trigger: deadline_sett"))
        daemon.send_signal(signal.SIGHUP)
        finding = sink.wait_for(2)[-1]
        assert finding.recipients == ("zhao@firm.example",)  # the admin
        assert "deadline_sett" in finding.part("text/plain")
        office.rules.write_text(good)
        office.type("deadline", "add", "A", office.day(2), "--what", "pay the fee")
        assert "pay the fee" in sink.wait_for(3)[-1].part("text/plain")  # the old rules are still in force
        office.rules.write_text(good.replace("zh: 指定期限", "zh: 法官指定之日"))
        daemon.send_signal(signal.SIGHUP)
        until(lambda: "came into force" in (office.folder / "daemon.log").read_text(), "the new rules")
        office.type("deadline", "add", "A", office.day(3), "--what", "send the list")
        assert "法官指定之日" in str(sink.wait_for(4)[-1].message["Subject"])


def test_a_rule_file_cut_between_two_rules_is_told_by_the_names_that_are_gone(office: Office, sink: SmtpSink) -> None:
    whole = office.rules.read_text()
    first = whole.index("  - id: ")
    more = whole[first:].replace("- id: t.", "- id: second.")
    office.rules.write_text(whole.rstrip() + "\n" + more)
    with office.daemon() as daemon:
        sink.wait_for(1)
        office.rules.write_text(whole)  # as if the rest had not been written yet
        daemon.send_signal(signal.SIGHUP)
        admin = ("zhao@firm.example",)  # zhang is warned under both rules, by two mails in any order
        until(
            lambda: any(m.recipients == admin and "second." in m.part("text/plain") for m in sink.mails),
            "the finding to the admin",
        )
        assert {m.recipients for m in sink.mails} == {admin, ("zhang@firm.example",)}


def test_start_with_broken_rules_says_where_and_starts_nothing(office: Office) -> None:
    office.rules.write_text(office.rules.read_text().replace("kind: right", "kind: rigth"))
    said = office.do("run", expect=1)
    assert "t.yaml:" in said
    assert "rigth" in said
    assert office.ticks() == 0
