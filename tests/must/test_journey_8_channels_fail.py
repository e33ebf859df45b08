"""Journey 8: Slack answers 429, 500, resets, a revoked token; DingTalk 200 with an errcode: mail takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.firm import Firm, with_slack
from tests.faults.postfix import MailHost
from tests.scenarios.disk import until
from tests.servers.chat_fakes import Body, ChatFakes
from tests.servers.slack_fake import Code, Html500, RateLimited, Reset, SlackFake

pytestmark = pytest.mark.debian
SECOND = 1_000_000


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:
        yield host


@pytest.fixture
def slack() -> Iterator[SlackFake]:
    with SlackFake() as fake:
        yield fake


def attempts(firm: Firm, channel: str) -> list[tuple[str, int]]:
    """Return (outcome, microseconds from the answer to the next try) of every settled attempt but the last."""
    rows = firm.ask(
        "SELECT a.outcome, a.settled_at, (SELECT MIN(b.started_at) FROM attempt AS b WHERE b.message_id = a.message_id "
        "AND b.n = a.n + 1) FROM attempt AS a JOIN message AS m ON m.id = a.message_id WHERE m.channel = ? "
        "AND a.settled_at IS NOT NULL ORDER BY a.message_id, a.n",
        channel,
    )
    return [(outcome, later - settled) for outcome, settled, later in rows if later is not None]


def sent(firm: Firm, channel: str) -> int:
    return int(firm.ask("SELECT COUNT(*) FROM message WHERE channel = ? AND state = 'sent'", channel)[0][0])


def test_what_passes_is_tried_again_when_the_server_says_and_holds_up_nobody(
    host: MailHost, slack: SlackFake, tmp_path: Path
) -> None:
    firm = with_slack(tmp_path / "office", host, slack)
    slack.next("chat.postMessage", RateLimited(3), Html500(), Reset(keep=False), Reset(keep=True))
    firm.case("A", "zhang", 5)
    with firm.running():
        until(lambda: sent(firm, "email") >= 1, "the mail", 60)
        waits = attempts(firm, "slack")
        assert sent(firm, "slack") == 0 or waits  # the mail did not wait for Slack
        until(lambda: sent(firm, "slack") >= 1, "the message in Slack", 60)
    outcomes = attempts(firm, "slack")
    assert outcomes[0][0] == "retry"
    assert outcomes[0][1] >= 3 * SECOND  # Retry-After is kept
    assert firm.ask("SELECT MIN(next_attempt_at) FROM message WHERE channel = 'slack'")
    assert [p.delivery_id for p in slack.posts] == [p.delivery_id for p in {p.ts: p for p in slack.posts}.values()]
    assert len({p.delivery_id for p in slack.posts}) == len(slack.posts) == 1  # the one that was reset was found again


def test_a_revoked_token_falls_back_to_mail_within_a_minute_and_status_names_it(
    host: MailHost, slack: SlackFake, tmp_path: Path
) -> None:
    firm = with_slack(tmp_path / "office", host, slack)
    profiles = firm.folder / "rules" / "profiles.yaml"
    profiles.write_text(profiles.read_text().replace("near: [email, slack]", "near: [slack]"), encoding="utf-8")
    slack.next("auth.test", *[Code("token_revoked")] * 20)
    slack.next("chat.postMessage", *[Code("token_revoked")] * 20)
    slack.next("users.lookupByEmail", *[Code("token_revoked")] * 20)
    firm.case("A", "li", 5)
    before = len(host.mails("li"))
    with firm.running():
        host.mails("li", before + 1)
        until(lambda: firm.ask("SELECT 1 FROM notice WHERE rule = 'finding.dead_channel'"), "the finding", 60)
        said = firm.do("status")
    assert "token_revoked" in said
    dead, fell = firm.ask(
        "SELECT (SELECT MAX(a.settled_at) FROM attempt AS a JOIN message AS m ON m.id = a.message_id "
        "WHERE m.channel = 'slack'), (SELECT MIN(sent_at) FROM message WHERE channel = 'email' AND person = 'li')"
    )[0]
    assert fell - dead <= 60 * SECOND
    assert firm.ask("SELECT COUNT(*) FROM message WHERE channel = 'slack' AND state = 'sent'")[0][0] == 0


@pytest.mark.parametrize(
    ("robot", "body"),
    [
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}),
        ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
    ],
)
def test_two_hundred_with_an_error_code_is_never_counted_as_sent(
    robot: str, body: dict[str, object], host: MailHost, tmp_path: Path
) -> None:
    with ChatFakes() as robots:
        firm = Firm(
            tmp_path / "office", host, {robot: "''"}, [f"{robot}: {{url_env: ROBOT, timeout: 5}}"],
            environment={"ROBOT": robots.url(robot)},
        )  # fmt: skip
        profiles = firm.folder / "rules" / "profiles.yaml"
        text = profiles.read_text().replace(f"near: [email, {robot}]", f"near: [{robot}]")
        profiles.write_text(text, encoding="utf-8")
        robots.next(*[Body(body)] * 20)
        firm.case("A", "wang", 5)
        before = len(host.mails("wang"))
        with firm.running():
            host.mails("wang", before + 1)
            said = firm.do("status")
    assert firm.ask("SELECT COUNT(*) FROM message WHERE channel = ? AND state = 'sent'", robot)[0][0] == 0
    assert str(next(iter(body.values()))) in said
