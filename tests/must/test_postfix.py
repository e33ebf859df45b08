"""Through a real mail system: what is written arrives as written, in one thread; what it refuses is understood."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deadline_guard.app import App
from deadline_guard.channels import DeliveryError, Email, Letter, Outcome
from deadline_guard.channels.email import EmailSettings
from deadline_guard.daemon import Daemon
from tests.faults import office
from tests.faults.office import Row
from tests.faults.postfix import PASSWORD, MailHost
from tests.servers.smtp_sink import CA_FILE

pytestmark = pytest.mark.debian


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with (
        TemporaryDirectory(prefix="dg-mail-") as folder,
        MailHost(Path(folder)) as host,
    ):  # pytest's own folders are shut
        yield host


def letter(to: str) -> Letter:
    return Letter(
        delivery_id="W-1", address=f"{to}@firm.example", subject="[Deadline] x", text="text " * 100,
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


def settings(host: MailHost, **other: object) -> EmailSettings:
    given: dict[str, object] = {"starttls": True, "ca_file": CA_FILE, "username": "guard", "password": PASSWORD}
    return EmailSettings("127.0.0.1", "guard@firm.example", host.smtp, timeout=10.0, **{**given, **other})  # type: ignore[arg-type]


REFUSALS = {
    "login refused": ("zhang", {"password": "wrong"}, Outcome.PERMANENT, "refused the login of 'guard'"),
    "TLS required": (
        "zhang", {"starttls": False, "username": None, "password": None}, Outcome.PERMANENT, "530",
    ),
    "TLS broken": ("zhang", {"ca_file": None}, Outcome.PERMANENT, "certificate that does not verify"),
    "mailbox full": ("full", {}, Outcome.PERMANENT, "552 5.2.2"),
    "greylisted": ("grey", {}, Outcome.RETRY, "450 4.7.1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_the_server_refuses_is_understood(name: str, host: MailHost) -> None:
    to, other, outcome, words = REFUSALS[name]
    channel = Email(settings(host, **other))
    with pytest.raises(DeliveryError) as refused:
        channel.send(letter(to))
    channel.close()
    assert refused.value.outcome is outcome, str(refused.value)
    assert words in str(refused.value)


def test_in_a_burst_each_arrives_as_written_and_each_refusal_is_understood(
    host: MailHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str | None] = []
    at_once = Email._at_once
    monkeypatch.setattr(Email, "_at_once", lambda *given: taken.append(at_once(*given)) or taken[-1])
    channel, outcomes = Email(settings(host)), []
    for number, to in enumerate(("li", "li", "full", "li", "li", "grey", "li", "li")):
        text = f"第{number}封:提交答辩状\n.\n..\n" * 40
        try:
            channel.send(dataclasses.replace(letter(to), delivery_id=f"W-{number}", text=text))
            outcomes.append("sent")
        except DeliveryError as refused:
            outcomes.append(str(refused.outcome))
    channel.close()
    assert outcomes == ["sent", "sent", "permanent", "sent", "sent", "retry", "sent", "sent"]
    assert [answer is not None for answer in taken] == [True, False, True, False, True], "in one breath, where it may"
    mails = {str(mail["X-Deadline-Guard-Delivery"]): mail for mail in host.mails("li", 6)}
    assert sorted(mails) == ["W-0", "W-1", "W-3", "W-4", "W-6", "W-7"]
    for name, mail in mails.items():
        part = mail.get_body(("plain",))
        assert part is not None
        assert part.get_content().replace("\r\n", "\n") == f"第{name[2:]}封:提交答辩状\n.\n..\n" * 40


def test_subject_chinese_text_and_thread_arrive_whole(host: MailHost, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    section = (
        f"email: {{host: 127.0.0.1, port: {host.smtp}, sender: guard@firm.example, starttls: true, "
        f"ca_file: '{CA_FILE}', username: guard, password_file: '{tmp_path}/password'}}"
    )
    clock = ("2026-03-01T08:00:00+08:00", "2026-04-30T00:00:00+08:00")
    config = office.make(tmp_path / "office", section, clock=clock)
    dates = [
        Row(f"(2026)沪01民初{n}号", "zhang", date(2026, 3, 2), "提交答辩状", date(2026, 3, 20 + n)) for n in (1, 2)
    ]
    office.import_rows(config, dates)
    Daemon(App.open(config)).run()
    sent = office.ask(config, "SELECT COUNT(*) FROM message WHERE state = 'sent' AND person = 'zhang'")[0][0]
    assert sent >= 8
    mails = host.mails("zhang", sent)
    assert len(mails) == sent
    by_subject: dict[str, int] = {}
    for mail in mails:
        subject = str(mail["Subject"])
        assert re.fullmatch(r"\[期限\] \(2026\)沪01民初[12]号 · .+ · W-\d+", subject), subject
        by_subject[subject] = by_subject.get(subject, 0) + 1
        text = mail.get_body(("plain",))
        assert text is not None
        assert "提交答辩状" in text.get_content()
    threads = host.threads("zhang")
    assert count_threads(threads) == len(by_subject) == 2, threads


def count_threads(answer: str) -> int:
    """Return how many outermost parentheses an answer to THREAD has."""
    depth = found = 0
    for sign in answer:
        found += sign == "(" and depth == 0
        depth += {"(": 1, ")": -1}.get(sign, 0)
    return found
