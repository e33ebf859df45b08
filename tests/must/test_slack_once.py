"""One posted message per row of `message`, whatever Slack or the line does; requests may be more."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deadline_guard.app import App
from deadline_guard.daemon import Daemon
from tests.faults import office
from tests.servers.slack_fake import TOKEN, Code, Fault, Html500, RateLimited, Reset, SlackFake, Slow
from tests.servers.smtp_sink import Drop, Refuse, Silent, SmtpSink

CLOCK = ("2026-03-01T08:00:00+08:00", "2026-05-31T23:59:00+08:00")
FAULTS: dict[str, tuple[Fault, ...]] = {
    "429": (RateLimited(30),) * 5,
    "500 HTML, not posted": (Html500(),) * 5,
    "500 HTML, posted all the same": (Html500(keep=True),) * 5,
    "reset before receipt": (Reset(keep=False),) * 5,
    "reset after receipt": (Reset(keep=True),) * 5,
    "answer after the time-out": (Slow(1.6),) * 3,
    "code: ratelimited": (Code("ratelimited"),) * 5,
    "code: service_unavailable": (Code("service_unavailable"),) * 5,
    "code: internal_error, not posted": (Code("internal_error"),) * 5,
    "code: internal_error, posted": (Code("internal_error", keep=True),) * 5,
    "code: fatal_error, posted": (Code("fatal_error", keep=True),) * 5,
    "one after another": (Reset(keep=True), Html500(), RateLimited(), Reset(keep=False), Html500(keep=True)) * 3,
}


@pytest.fixture
def slack() -> Iterator[SlackFake]:
    with SlackFake() as fake:
        for name in ("zhang", "li", "wang"):
            fake.person(f"{name}@firm.example")
        yield fake


@pytest.fixture
def config(tmp_path: Path, slack: SlackFake, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office that warns by Slack alone: 3 cases, 2 dates each."""
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    section = f"slack: {{base_url: '{slack.base_url}', token_env: SLACK_TOKEN, timeout: 1}}"
    made = office.make(tmp_path / "office", section, use="slack", clock=CLOCK)
    office.import_rows(made, office.rows(3))
    return made


def assert_each_row_is_posted_once(slack: SlackFake, config: Path) -> int:
    """Compare Slack's channels with the outbox; return the number of messages.

    Only what was no longer wanted before a later attempt may be missing, or be there once as of unknown fate.
    """
    found = office.ask(config, "SELECT 'W-' || id, state, remote_id, may_repeat FROM message WHERE channel = 'slack'")
    assert {state for _, state, _, _ in found} <= {"sent", "withdrawn"}
    posted = Counter(p.delivery_id for p in slack.posts)
    assert set(posted.values()) == {1}, [number for number, n in posted.items() if n > 1]
    sent = {number for number, state, _, _ in found if state == "sent"}
    assert sent <= set(posted)
    assert set(posted) - sent <= {number for number, state, _, unknown in found if state == "withdrawn" and unknown}
    remotes = {(p.delivery_id, f"{p.channel}:{p.ts}") for p in slack.posts}
    assert {(number, remote) for number, state, remote, _ in found if state == "sent"} <= remotes
    return len(sent)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_post_leaves_one_post(fault: str, slack: SlackFake, config: Path) -> None:
    slack.next("chat.postMessage", None, *FAULTS[fault])
    Daemon(App.open(config)).run()
    assert assert_each_row_is_posted_once(slack, config) > 20
    assert not slack._faults["chat.postMessage"], "not every fault was met"


@pytest.mark.parametrize("method", ["users.lookupByEmail", "conversations.open"])
def test_a_fault_before_the_post_leaves_one_post(method: str, slack: SlackFake, config: Path) -> None:
    slack.next(method, Html500(), Reset(keep=True), RateLimited(), Reset(keep=False), Slow(1.6), Code("fatal_error"))
    Daemon(App.open(config)).run()
    assert_each_row_is_posted_once(slack, config)


def test_while_the_history_cannot_be_read_nothing_is_posted_a_second_time(slack: SlackFake, config: Path) -> None:
    slack.next("chat.postMessage", *(Reset(keep=True),) * 4)
    broken = (Html500(), RateLimited(), Reset(keep=False), Slow(1.6), Code("internal_error"))
    for method in ("conversations.history", "conversations.replies"):
        slack.next(method, *broken)
    Daemon(App.open(config)).run()
    assert_each_row_is_posted_once(slack, config)
    assert slack.calls("conversations.history"), "nobody looked"


def test_the_search_begins_where_the_first_attempt_was(slack: SlackFake, config: Path) -> None:
    slack.next("chat.postMessage", Reset(keep=True))
    Daemon(App.open(config)).run()
    (looked,) = slack.calls("conversations.history")
    (first,) = office.ask(
        config, "SELECT MIN(a.started_at) FROM attempt AS a JOIN message AS m ON m.id = a.message_id WHERE m.may_repeat"
    )
    assert float(looked["oldest"]) == first[0] / 1_000_000 - 300
    assert_each_row_is_posted_once(slack, config)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_faults_at_random_leave_one_post_each(seed: int, slack: SlackFake, config: Path) -> None:
    office.import_rows(config, office.rows(12, each=3))
    chance = random.Random(seed)
    kinds: list[Fault | None] = [
        None, RateLimited(5), Html500(), Html500(keep=True), Reset(keep=True), Reset(keep=False),
        Code("fatal_error", keep=True), Code("ratelimited"),
    ]  # fmt: skip
    slack.next("chat.postMessage", *chance.choices(kinds, k=200), Slow(1.6), Slow(1.6))
    for method in ("conversations.history", "conversations.replies", "conversations.open"):
        slack.next(method, *chance.choices([*kinds[:3], Reset(keep=True)], k=30))
    Daemon(App.open(config)).run()
    assert assert_each_row_is_posted_once(slack, config) > 100


def test_archived_channel_the_warning_goes_by_mail_once_and_the_admin_hears(
    tmp_path: Path, slack: SlackFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    with SmtpSink() as sink:
        sections = (
            f"slack: {{base_url: '{slack.base_url}', token_env: SLACK_TOKEN, timeout: 1}}\n"
            f"email: {{host: 127.0.0.1, port: {sink.port}, sender: guard@firm.example}}"
        )
        config = office.make(tmp_path / "archived", sections, use="slack, email", clock=CLOCK)
        office.import_rows(config, office.rows(1, each=1))
        slack.next("chat.postMessage", *(Code("is_archived"),) * 50)
        Daemon(App.open(config)).run()
        told = Counter(office.ask(config, "SELECT n.key FROM notice AS n JOIN message_notice AS x ON x.notice_id = n.id "
                                          "JOIN message AS m ON m.id = x.message_id WHERE m.state = 'sent'"))  # fmt: skip
        every = office.ask(config, "SELECT key FROM notice WHERE state <> 'withdrawn'")
        assert slack.posts == []
        assert told == Counter(every)
        assert any("is_archived" in m.part("text/plain") for m in sink.mails if m.recipients == ("zhao@firm.example",))


def test_a_webhook_cannot_look_so_the_post_goes_again_under_its_id_and_says_so(
    tmp_path: Path, slack: SlackFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", slack.webhook_url())
    config = office.make(tmp_path / "hook", "slack_webhook: {url_env: HOOK}", use="slack_webhook", clock=CLOCK)
    office.import_rows(config, office.rows(1, each=1))
    slack.next("webhook", Reset(keep=True), Reset(keep=False))
    Daemon(App.open(config)).run()
    (number,) = office.ask(config, "SELECT id FROM message WHERE may_repeat")[0]
    about = [str(p) for p in slack.webhook_posts if f"W-{number}" in str(p)]
    assert len(about) >= 2
    mark = ("may be a repeat", "可能重复")
    assert [any(m in text for m in mark) for text in about[:2]] == [False, True]
    assert set(office.states(config, ["slack_webhook"])) == {"sent"}


@pytest.mark.parametrize("fault", [Drop(keep=True), Drop(keep=False), Silent(keep=True)], ids=str)
def test_a_mail_of_unknown_fate_goes_again_under_its_id_and_says_so(tmp_path: Path, fault: Drop | Silent) -> None:
    with SmtpSink() as sink:
        section = f"email: {{host: 127.0.0.1, port: {sink.port}, sender: guard@firm.example, timeout: 1}}"
        config = office.make(tmp_path / "office", section, clock=CLOCK)
        office.import_rows(config, office.rows(1, each=1))
        sink.next(fault, Refuse(451, "4.7.1 greylisted"))
        Daemon(App.open(config)).run()
        repeated = [m for m in sink.mails if m.message["X-Deadline-Guard-Repeat"]]
        by_id = Counter(m.message["Message-ID"] for m in sink.mails)
    assert set(office.states(config, ["email"])) == {"sent"}
    assert len(repeated) == 1
    assert any(m in repeated[0].part("text/plain") for m in ("may be a repeat", "可能重复"))
    assert by_id.pop(repeated[0].message["Message-ID"]) == (2 if fault.keep else 1)
    assert set(by_id.values()) == {1}
