"""The reply mailbox over a real IMAP server: every failure has its cause, every mail is read once, nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from deadline_guard.channels.mailbox import Mailbox, MailboxError, MailboxSettings
from deadline_guard.errors import StoreError
from deadline_guard.loop.replies.reading import Reading
from deadline_guard.store import replies
from tests.faults.postfix import PASSWORD, MailHost, free_port
from tests.loop.replies.desk import MAIL, Post
from tests.must.test_owner_silent import RULE
from tests.scenarios.disk import until
from tests.scenarios.world import World
from tests.servers.smtp_sink import CA_FILE, SilentPort

pytestmark = pytest.mark.debian


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:  # pytest's own are shut
        yield host


@pytest.fixture
def settings(host: MailHost) -> MailboxSettings:
    """Given an empty mailbox."""
    with host.box("ack") as box:
        for number in box.search(None, "ALL")[1][0].split():
            box.store(number.decode(), "+FLAGS", r"(\Deleted)")
        box.expunge()
    return MailboxSettings(
        "127.0.0.1", "ack", PASSWORD, host.imap, tls=False, starttls=True, ca_file=CA_FILE, timeout=10
    )


def put(
    host: MailHost, text: str = "收到", to: str = "ack@firm.example", sender: str = "zhang", flags: str = ""
) -> None:
    """Given a mail in the mailbox, with a Message-ID of its own."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = f"{sender}@firm.example", to, f"<{abs(hash((text, to)))}@x>"
    mail.set_content(text)
    with host.box("ack") as box:
        box.append("INBOX", flags, None, mail.as_bytes())


FAILURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "password": ({"password": "no-such-password"}, "login", "refused the login of 'ack'"),
    "password outside ASCII": ({"password": "密码"}, "login", "refused the login"),
    "folder": ({"folder": "Replies/none"}, "folder", "does not open 'Replies/none'"),
    "certificate": ({"ca_file": None}, "unreachable", "certificate does not verify"),
    "TLS where none is spoken": ({"tls": True}, "unreachable", "cannot be reached"),
    "nobody there": ({"port": 1}, "unreachable", "cannot be reached"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_names_its_cause_and_shows_no_password(settings: MailboxSettings, name: str) -> None:
    other, cause, words = FAILURES[name]
    asked = replace(settings, **(other | ({"port": free_port()} if other.get("port") else {})))
    with pytest.raises(MailboxError, match=words) as failed, Mailbox(asked):
        pass
    assert failed.value.cause == cause
    for secret in (PASSWORD, "no-such-password", "密码"):
        assert secret not in str(failed.value)


def test_a_server_that_says_nothing_is_left_after_the_time_out_and_at_once_when_told_to(
    settings: MailboxSettings,
) -> None:
    with SilentPort() as port:
        silent = Mailbox(replace(settings, port=port.number, timeout=0.5))
        with pytest.raises(MailboxError) as failed, silent:
            pass
        assert failed.value.cause == "unreachable"
    with Mailbox(settings) as box:
        box.hang_up()
        with pytest.raises(MailboxError):
            box.unseen()


def test_mails_are_found_by_number_and_stay_unread_until_they_are_marked(
    host: MailHost, settings: MailboxSettings
) -> None:
    put(host, "one")
    put(host, "two", flags=r"(\Seen)")
    with Mailbox(settings) as box:
        first, second = box.beyond(0)
        assert box.unseen() == [first]
        assert b"one" in (box.text(first) or b"")
        assert box.unseen() == [first], "reading is not marking"
        box.mark_seen([first])
        box.mark_seen([])
        assert box.unseen() == []
        assert (box.beyond(first), box.beyond(second)) == ([second], [])
        assert box.text(second + 7) is None


@pytest.fixture
def post() -> Iterator[Post]:
    """Given zhang was warned by mail."""
    world = World([RULE])
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    post = Post(world)
    world.run_until("2026-03-10 08:40")
    yield post
    world.close()


def reading(post: Post, settings: MailboxSettings) -> Reading:
    return Reading(post.world.office, MAIL, Mailbox(settings), lambda: post.world.now)


def test_whatever_breaks_off_each_mail_is_handled_once(host: MailHost, settings: MailboxSettings, post: Post) -> None:
    to = post.address(post.world.sent[0])
    put(host, "收到", to)
    assert reading(post, settings).look() == {"acknowledged": 1}
    assert reading(post, settings).look() == {}
    with host.box("ack") as box:
        box.store("1:*", "-FLAGS", r"(\Seen)")
    assert reading(post, settings).look() == {}, "marked as unread again by hand"
    put(host, "noted", to, flags=r"(\Seen)")
    assert reading(post, settings).look() == {"acknowledged": 1}, "somebody looked into the mailbox before us"
    assert post.kinds() == ["acknowledged"] * 2


def test_a_mailbox_numbered_anew_is_read_again_and_nothing_is_handled_twice(
    host: MailHost, settings: MailboxSettings, post: Post
) -> None:
    to = post.address(post.world.sent[0])
    with host.box("ack") as box:
        box.create("Replies")
        box.append("Replies", "", None, _mail("收到", to))
    other = replace(settings, folder="Replies")
    assert reading(post, other).look() == {"acknowledged": 1}
    with host.box("ack") as box:
        box.delete("Replies")
        box.create("Replies")
        for text in ("收到", "noted"):
            box.append("Replies", "", None, _mail(text, to))
    assert reading(post, other).look() == {"handled before": 1, "acknowledged": 1}
    with host.box("ack") as box:
        box.delete("Replies")


def test_while_the_database_cannot_be_written_the_mail_waits(
    host: MailHost, settings: MailboxSettings, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(host, "收到", post.address(post.world.sent[0]))
    with monkeypatch.context() as patch:
        patch.setattr(post.world.store, "write", _no)
        with pytest.raises(StoreError):
            reading(post, settings).look()
    assert reading(post, settings).look() == {"acknowledged": 1}


def test_one_mail_that_breaks_us_does_not_keep_the_others_waiting(
    host: MailHost, settings: MailboxSettings, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = post.address(post.world.sent[0])
    put(host, "noted", to)
    with monkeypatch.context() as patch:
        patch.setattr("deadline_guard.loop.replies.handling.nature", lambda mail: 1 / 0)
        assert reading(post, settings).look() == {"failed": 1}
    put(host, "收到", to)
    assert reading(post, settings).look() == {"acknowledged": 1}
    assert post.findings() == [("mailbox", "qian")]


def test_failures_back_off_and_are_told_once_a_day_for_each_cause(settings: MailboxSettings, post: Post) -> None:
    wrong = reading(post, replace(settings, password="wrong"))
    for _ in range(3):
        wrong.look()
    assert post.findings() == [("mailbox", "qian")]
    assert "refused the login" in trouble(post)
    assert reading(post, settings).look() == {}
    assert trouble(post) == "", "it is read again"
    gone = reading(post, replace(settings, port=free_port()))
    pauses = [gone.pause]
    for _ in range(8):
        gone.look()
        pauses.append(gone.pause)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1].total_seconds()) == (MAIL.every, 900)
    assert post.findings() == [("mailbox", "qian")] * 2
    post.world.run_until("2026-03-11 08:40")
    gone.look()
    assert [f for f in post.findings() if f[0] == "mailbox"] == [("mailbox", "qian")] * 3


def test_the_thread_ends_when_told_to_though_the_server_is_silent(settings: MailboxSettings, post: Post) -> None:
    with SilentPort() as port:
        running = reading(post, replace(settings, port=port.number, timeout=60.0))
        running.start()
        until(lambda: running._box._imap is not None, "the connection")
        began = time.monotonic()
        running.stop()
        assert time.monotonic() - began < 30, "the time-out of 60 seconds was not waited for"
    assert "replies" not in {t.name for t in threading.enumerate()}


def trouble(post: Post) -> str:
    """Return what `status` says is wrong with the mailbox."""
    with post.world.store.read() as conn:
        found = replies.trouble(conn, MAIL.name)
    return found.words if found else ""


def _mail(text: str, to: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "zhang@firm.example", to, f"<{text.encode().hex()}@x>"
    mail.set_content(text)
    return mail.as_bytes()


def _no() -> None:
    raise StoreError("disk full")
