"""Answers by reply mail through Postfix and Dovecot, the daemon a real process: taken once, or refused and told."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from deadline_guard.clock import SystemClock
from tests.faults.postfix import PASSWORD, MailHost
from tests.scenarios.disk import PEOPLE, ROOT, Office, make, until
from tests.servers.smtp_sink import CA_FILE

pytestmark = pytest.mark.debian

PATIENCE = 120.0  # seconds for what takes two on an idle machine
CONFIG = """
database: office.db
rules: [rules]
shipped_rules: false
people: people.yaml
zone: ZONE
locale: en
answers: {key_file: key}
reply_mail:
  {host: 127.0.0.1, port: IMAP, tls: false, starttls: true, ca_file: CA, user: ack, password_file: password,
   address: ack@firm.example, every: 1 second, timeout: 5}
channels:
  console: {}
  email: {host: 127.0.0.1, port: SMTP, sender: guard@firm.example, timeout: 10, starttls: true, ca_file: CA,
          username: guard, password_file: password}
daemon: {heartbeat: 1 second}
delivery: {retry_first: 1 second, retry_longest: 5 seconds}
jobs: {audit: "off", sync: "off"}
"""
# As a process of its own: reads the mailbox and is killed when the first mail is handled and not yet marked as read.
DIES_BEFORE_MARKING = """
import os, signal, sys
from pathlib import Path
from deadline_guard.app import App
from deadline_guard.channels.mailbox import Mailbox
from deadline_guard.loop.replies.reading import Reading
def die(box, uids):
    if list(uids):
        os.kill(os.getpid(), signal.SIGKILL)
Mailbox.mark_seen = die
app = App.open(Path(sys.argv[1]))
reading = Reading.of(app.office, app.clock.now)
print(reading.look())
"""


@pytest.fixture
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:  # pytest's own are shut
        yield host


@pytest.fixture
def office(host: MailHost, tmp_path: Path) -> Office:
    office = make(tmp_path / "office", host.smtp)
    text = CONFIG.replace("ZONE", office.zone).replace("IMAP", str(host.imap)).replace("SMTP", str(host.smtp))
    office.config.write_text(text.replace("CA,", f"'{CA_FILE}',"), encoding="utf-8")
    (office.folder / "key").write_text("ab" * 32, encoding="utf-8")
    (office.folder / "password").write_text(PASSWORD, encoding="utf-8")
    return office


def ask(office: Office, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(f"file:{office.folder / 'office.db'}?mode=ro", uri=True, timeout=20)) as db:
        return db.execute(query).fetchall()


def outcomes(office: Office) -> list[str]:
    return [row[0] for row in ask(office, "SELECT outcome FROM reply_mail ORDER BY at, digest")]


def findings(office: Office) -> list[str]:
    return [row[0] for row in ask(office, "SELECT rule FROM notice WHERE kind = 'finding' ORDER BY rule")]


def answers(office: Office, code: str) -> list[str]:
    return [row[0] for row in ask(office, f"SELECT kind FROM event WHERE case_id = '{code}' AND source = 'answer'")]


def deadline(office: Office, code: str, owner: str = "zhang") -> None:
    """Given a date set by the court in five days, of which the owner is warned at once."""
    office.type("case", "add", code, "--type", "civil", "--owner", owner, "--team", "lit")
    office.type("deadline", "add", code, office.day(5), "--what", "材料")


def warning(host: MailHost, user: str, code: str) -> EmailMessage:
    """Return the warning about a case as soon as the user has it."""
    found: list[EmailMessage] = []

    def came() -> bool:
        found[:] = [m for m in host.mails(user) if code in str(m["Subject"])]
        return bool(found)

    until(came, f"the warning about {code} in the box of {user}: {host.log()}", PATIENCE)
    return found[0]


def reply(host: MailHost, user: str, to: EmailMessage, text: str, **headers: str) -> None:
    """Let a user reply, from the address and to the address that a mail program would take."""
    made = EmailMessage()
    made["From"], made["To"] = f"{user}@firm.example", str(to["Reply-To"])
    made["Subject"] = headers.pop("Subject", f"回复: {to['Subject']}")
    made["In-Reply-To"], made["Message-ID"] = str(to["Message-ID"]), f"<{user}-{text[:8].encode().hex()}@firm.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(f"{text}\n\n在 2026年11月23日,期限预警 写道:\n> 还剩 5 天\n", charset="gb18030", cte="base64")
    host.send(user, made, str(to["Reply-To"]))


def run_on_for_five_hours(office: Office) -> None:
    """Let the daemon run on a clock that jumps, from now until the wait of the chain is long over."""
    now = SystemClock().now()
    plain = office.config.read_text(encoding="utf-8")
    start, end = (now + timedelta(seconds=5)).isoformat(), (now + timedelta(hours=5)).isoformat()
    office.config.write_text(f"{plain}clock: {{start: '{start}', until: '{end}'}}\n", encoding="utf-8")
    office.do("run")
    office.config.write_text(plain, encoding="utf-8")


def test_received_settles_the_step_and_silence_does_not(host: MailHost, office: Office) -> None:
    deadline(office, "A-1")
    deadline(office, "B-1")
    with office.daemon():
        mail = warning(host, "zhang", "A-1")
        warning(host, "zhang", "B-1")
        assert str(mail["Reply-To"]).startswith("ack+")
        assert str(mail["Return-Path"]).strip("<>") == str(mail["Reply-To"]), "what comes back says what it was"
        text = mail.get_body(("plain",))
        assert text is not None
        assert "您也可以直接回复「收到」" in text.get_content()
        reply(host, "zhang", mail, "收到")
        until(lambda: answers(office, "A-1"), "the answer", PATIENCE)
    run_on_for_five_hours(office)
    assert answers(office, "A-1") == ["acknowledged"]
    assert answers(office, "B-1") == []
    warning(host, "wang", "B-1")
    assert not [m for m in host.mails("wang") if "A-1" in str(m["Subject"])]


def test_an_out_of_office_reply_brings_in_the_deputy_and_the_lead_reads_of_it(host: MailHost, office: Office) -> None:
    deadline(office, "A-1")
    with office.daemon():
        mail = warning(host, "zhang", "A-1")
        back = office.day(3)
        away = f"收到\n我在休假,{back} 回来。"
        reply(host, "zhang", mail, away, Subject="自动回复: 期限", Auto_Submitted="auto-replied")
        warning(host, "li", "A-1")
        assert outcomes(office) == ["absent"]
        assert answers(office, "A-1") == []
    run_on_for_five_hours(office)
    text = warning(host, "wang", "A-1").get_body(("plain",))
    assert text is not None
    assert "张三 的自动回复" in text.get_content()


def test_a_foreign_address_and_a_made_up_token_are_refused_and_nobody_writes_back(
    host: MailHost, office: Office
) -> None:
    deadline(office, "A-1")
    with office.daemon():
        mail = warning(host, "zhang", "A-1")
        reply(host, "li", mail, "收到")
        until(lambda: outcomes(office) == ["refused"], "the refusal", PATIENCE)
        address = str(mail["Reply-To"])
        mail.replace_header("Reply-To", address.replace("ack+", "ack+a"))
        reply(host, "zhang", mail, "received")
        until(lambda: outcomes(office) == ["refused"] * 2, "the second refusal", PATIENCE)
        until(lambda: any("A-1" not in str(m["Subject"]) for m in host.mails("zhao")), "the admin's mail", PATIENCE)
    assert answers(office, "A-1") == []
    assert findings(office) == ["finding.reply_refused"]
    assert ask(office, "SELECT COUNT(*) FROM ledger WHERE kind = 'refused'") == [(2,)]
    assert host.mails("li") == []


def test_what_came_back_goes_by_the_next_channel_and_is_told(host: MailHost, office: Office) -> None:
    people = PEOPLE.replace("{email: zhang@firm.example}", "{email: gone@firm.example, console: zhang}")
    (office.folder / "people.yaml").write_text(people, encoding="utf-8")
    deadline(office, "A-1")
    with office.daemon():
        until(lambda: "bounced" in outcomes(office), f"what came back: {host.log()}", PATIENCE)
        sent = "SELECT state FROM message WHERE person = 'zhang' AND channel = 'console'"
        until(lambda: ask(office, sent) == [("sent",)], "the message by the next channel", PATIENCE)
    assert ask(office, "SELECT state FROM message WHERE person = 'zhang' AND channel = 'email'") == [("dead",)]
    assert findings(office) == ["finding.dead_channel"]
    said = ask(office, "SELECT data FROM notice WHERE rule = 'finding.dead_channel'")[0][0]
    assert "came back" in said
    assert "User doesn't exist" in said
    assert "A-1" in (office.folder / "daemon.log").read_text(encoding="utf-8")


def test_a_mailbox_that_is_down_is_told_and_caught_up_with_nothing_twice(host: MailHost, office: Office) -> None:
    deadline(office, "A-1")
    with office.daemon():
        mail = warning(host, "zhang", "A-1")
        reply(host, "zhang", mail, "收到")
        until(lambda: outcomes(office) == ["acknowledged"], "the answer", PATIENCE)
        host.mailboxes_down()
        until(lambda: "finding.mailbox" in findings(office), "the finding", PATIENCE)
        deadline(office, "B-1")
        until(lambda: _decided(office, "B-1"), "the warning about B-1", PATIENCE)
        host.mailboxes_up()
        reply_to = warning(host, "zhang", "B-1")
        reply(host, "zhang", reply_to, "noted")
        until(lambda: answers(office, "B-1") == ["acknowledged"], "the answer after the outage", PATIENCE)
    assert answers(office, "A-1") == ["acknowledged"]
    assert outcomes(office) == ["acknowledged"] * 2
    assert findings(office).count("finding.mailbox") == 1


def test_killed_between_answer_and_mark_a_mail_is_handled_once(host: MailHost, office: Office) -> None:
    deadline(office, "A-1")
    with office.daemon():
        mail = warning(host, "zhang", "A-1")
    reply(host, "zhang", mail, "收到")
    host.mails("ack", 1)
    command = [sys.executable, "-c", DIES_BEFORE_MARKING, str(office.config)]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert answers(office, "A-1") == ["acknowledged"]
    assert unread(host) == 1, "the crash came before the mail was marked"
    with office.daemon():
        until(lambda: unread(host) == 0, "the mail is marked", PATIENCE)
    assert answers(office, "A-1") == ["acknowledged"]
    assert outcomes(office) == ["acknowledged"]


def unread(host: MailHost) -> int:
    """Return how many mails nobody has read in the mailbox for replies."""
    with host.box("ack") as box:
        return len(box.search(None, "UNSEEN")[1][0].split())


def _decided(office: Office, code: str) -> bool:
    return bool(ask(office, f"SELECT 1 FROM notice WHERE subject = '{code}'"))
