"""Journeys 2 and 3: one mail and one Slack message; pressed, the chain stops; filed and registered, silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.firm import PARTIES, Firm, with_slack
from tests.faults.postfix import MailHost
from tests.scenarios.disk import until
from tests.servers.slack_fake import SlackFake
from tests.web.browse import Page

pytestmark = pytest.mark.debian
LINK = re.compile(r"http://127\.0\.0\.1:\d+/a/[a-z2-7]+")


@pytest.fixture
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:
        yield host


@pytest.fixture
def slack() -> Iterator[SlackFake]:
    with SlackFake() as fake:
        yield fake


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def everything(firm: Firm) -> dict[str, list[object]]:
    """Return every row that says what happened."""
    tables = ("event", "notice", "message", "attempt", "ledger", "answer_link", "assignment", "absence")
    found = {name: firm.ask(f"SELECT * FROM {name}") for name in tables}
    assert found["message"]
    return {name: list(rows) for name, rows in found.items()}


def test_one_mail_one_slack_message_and_a_press_that_stops_the_chain(
    host: MailHost, slack: SlackFake, tmp_path: Path
) -> None:
    firm = with_slack(tmp_path / "office", host, slack, pages=True)
    firm.case("A-1", "zhang", 5)
    with firm.running():
        mail = host.mails("zhang", 1)[0]
        until(lambda: len(slack.posts) == 1, "the Slack message", 60)
        assert PARTIES in plain(mail)
        assert PARTIES not in str(slack.posts[0])  # chat carries the code, not the parties
        link = LINK.findall(plain(mail))[0]
        before = everything(firm)
        for _ in range(100):
            assert Page.at(link).status == 200
        assert everything(firm) == before  # looking is not answering
        page = Page.at(link)
        assert "A-1" in page.text
        assert PARTIES not in page.html
        said = page.press(next(label for label in page.form.buttons if "已知悉" in label))
        assert said.status == 200
        assert len(host.mails("zhang")) == 1
        again = page.press(next(label for label in page.form.buttons if "已知悉" in label))
        assert "已" in again.text
        until(lambda: slack.posts[0].edits == 1, "the edit of the Slack message", 60)
    answered = firm.ask("SELECT kind FROM event WHERE source = 'answer'")
    assert answered == [("acknowledged",)]  # the second press answered nothing

    firm.case("B-1", "li", 5)  # beside it one that nobody answers
    firm.simulate(hours=30)
    told = Counter((who, kind) for who, _, kind, _ in firm.sent())
    assert told["wang", "step"] > 0  # the chain of B-1 climbs
    about = firm.ask("SELECT DISTINCT n.subject, n.person FROM notice AS n WHERE n.kind = 'step' ORDER BY 1, 2")
    codes = dict(firm.ask('SELECT id, code FROM "case"'))
    assert {codes[subject] for subject, _ in about} == {"B-1"}  # and that of A-1 does not


def test_filed_and_registered_ends_it_within_one_evaluation_and_nothing_follows(
    host: MailHost, slack: SlackFake, tmp_path: Path
) -> None:
    firm = with_slack(tmp_path / "office", host, slack)
    firm.case("A-1", "zhang", 5)
    firm.case("B-1", "li", 20)
    with firm.running():
        until(lambda: len(slack.posts) == 1, "the Slack message", 60)
        host.mails("zhang", 1)
        firm.type("done", "W-1", "--on", firm.day(), "--receipt", "R-2026-7", "--by", "zhang")
        until(lambda: firm.ask("SELECT state FROM assessment WHERE cycle LIKE '%' AND state = 'done'"), "the end", 60)
        until(lambda: slack.posts[0].edits == 1, "the edit of the Slack message", 60)
        assert "✓" in str(slack.posts[0].blocks)
    before = len(firm.sent())
    firm.simulate(days=30)
    later = firm.sent()[before:]
    assert {who for who, *_ in later} == {"li", "wang", "zhao"}  # B-1 runs its whole course
    subjects = firm.ask('SELECT DISTINCT c.code FROM notice AS n JOIN "case" AS c ON c.id = n.subject WHERE n.id > 1')
    assert ("B-1",) in subjects
    assert firm.ask(
        'SELECT COUNT(*) FROM notice AS n JOIN "case" AS c ON c.id = n.subject WHERE c.code = ?', "A-1"
    ) == [(1,)]
    assert len(host.mails("zhang")) == 1
