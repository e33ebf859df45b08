"""Journey 4: the owner is silent and out of office; the lead reads both attempts and the absence, and reassigns."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.firm import with_slack
from tests.faults.postfix import MailHost
from tests.scenarios.disk import until
from tests.servers.slack_fake import SlackFake

pytestmark = pytest.mark.debian
HOUR = 3_600_000_000


@pytest.fixture
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:
        yield host


@pytest.fixture
def slack() -> Iterator[SlackFake]:
    with SlackFake() as fake:
        yield fake


def test_the_owner_is_away_and_nobody_answers(host: MailHost, slack: SlackFake, tmp_path: Path) -> None:
    firm = with_slack(tmp_path / "office", host, slack, replies=True)
    firm.case("A-1", "zhang", 6)
    with firm.running():
        warning = host.mails("zhang", 1)[0]
        until(lambda: slack.posts, "the Slack message", 60)
        away = EmailMessage()
        away["From"], away["To"] = "zhang@firm.example", str(warning["Reply-To"])
        away["Subject"], away["Auto-Submitted"] = f"自动回复: {warning['Subject']}", "auto-replied"
        away["Message-ID"], away["In-Reply-To"] = "<away@firm.example>", str(warning["Message-ID"])
        away.set_content(f"我在休假，{firm.day(4)} 回来。")
        host.send("zhang", away, str(warning["Reply-To"]))
        until(lambda: firm.ask("SELECT 1 FROM absence"), "the absence", 120)
        host.mails("li", 1)  # the deputy is brought in
    firm.simulate(hours=5)
    step = firm.ask("SELECT decided_at FROM notice WHERE kind = 'step' AND person = 'wang'")
    told = firm.ask("SELECT MIN(decided_at) FROM notice WHERE kind = 'level' AND person = 'zhang'")[0][0]
    again = firm.ask("SELECT MIN(decided_at) FROM notice WHERE kind = 'level' AND person = 'li'")[0][0]
    assert step
    assert step[0][0] in (told + 4 * HOUR, again + 4 * HOUR)  # at the instant itself: within one evaluation
    mail = host.mails("wang", 1)[-1].get_body(("plain",))
    assert mail is not None
    text = mail.get_content()
    assert text.count("张三") >= 2
    assert "Slack" in text  # both ways that were tried
    assert "自动回复" in text, text
    firm.type("assign", "A-1", "owner", "li", "--by", "wang")
    firm.simulate(hours=30)
    owner = firm.ask("SELECT owner FROM assessment")
    assert owner == [("li",)]
    assert firm.ask("SELECT person FROM notice WHERE kind = 'step' AND step = 3") == [("zhao",)]  # climbs for li too
    said = firm.do("explain", "A-1", "--locale", "zh_Hans")
    assert "张三" in said  # the history keeps both
    assert "李四" in said or "Li Si" in said
