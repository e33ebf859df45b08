"""Slack over its real client against a loopback Slack: one message a letter, whatever happens on the way."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deadline_guard.channels import DeliveryError, Letter, Outcome
from deadline_guard.channels.slack import Slack, SlackSettings, SlackWebhook
from deadline_guard.errors import ConfigError
from tests.servers.slack_fake import TOKEN, Code, Fault, Html500, RateLimited, Reset, SlackFake, Slow

LETTER = Letter(
    delivery_id="W-10482",
    address="zhangsan@firm.example",
    subject="[期限] (2026)京01民初123号 · 提交答辩状 · W-10482",
    text="▲ 紧急 (2026)京01民初123号 提交答辩状\n12月3日（四）截止",
    blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "*▲ 紧急*"}},),
    sent_at=datetime(2026, 11, 30, 0, 30, tzinfo=UTC),
)


def channel(fake: SlackFake, **more: object) -> Slack:
    return Slack.from_settings({"token": TOKEN, "base_url": fake.base_url, "timeout": 2, **more})


def outcome(sender: Slack | SlackWebhook, letter: Letter = LETTER) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        sender.send(letter)
    return failed.value


def test_a_person_is_found_by_mail_address_once_and_gets_a_direct_message() -> None:
    with SlackFake() as fake:
        fake.person("zhangsan@firm.example")
        sender = channel(fake)
        first = sender.send(LETTER)
        sender.send(replace(LETTER, delivery_id="W-2"))
    assert [p.channel for p in fake.posts] == ["D00000001", "D00000001"]
    assert fake.posts[0].text == LETTER.text
    assert fake.posts[0].blocks == list(LETTER.blocks or ())
    assert fake.posts[0].metadata == {
        "event_type": "deadline_guard",
        "event_payload": {"delivery_id": "W-10482", "may_repeat": False},
    }
    assert first.remote_id == f"D00000001:{fake.posts[0].ts}"
    assert len(fake.calls("users.lookupByEmail")) == 1
    assert len(fake.calls("conversations.open")) == 1


def test_a_channel_is_written_to_by_its_id() -> None:
    with SlackFake() as fake:
        lit2 = fake.channel()
        channel(fake).send(replace(LETTER, address=lit2))
    assert [p.channel for p in fake.posts] == [lit2]
    assert fake.calls("users.lookupByEmail") == []


def test_later_letters_hang_below_the_first_and_may_be_shown_in_the_channel_too() -> None:
    with SlackFake() as fake:
        lit2 = fake.channel()
        root = channel(fake).send(replace(LETTER, address=lit2)).remote_id
        channel(fake).send(replace(LETTER, address=lit2, delivery_id="W-2", thread_root=root))
        shown = channel(fake, broadcast=True)
        shown.send(replace(LETTER, address=lit2, delivery_id="W-3", thread_root=root))
    first, second, third = fake.posts
    assert first.thread_ts is None
    assert second.thread_ts == third.thread_ts == first.ts
    assert (second.broadcast, third.broadcast) == (False, True)


def test_a_root_in_another_channel_is_no_root_here() -> None:
    with SlackFake() as fake:
        one, two = fake.channel(), fake.channel()
        root = channel(fake).send(replace(LETTER, address=one)).remote_id
        channel(fake).send(replace(LETTER, address=two, thread_root=root))
    assert [p.thread_ts for p in fake.posts] == [None, None]


def test_a_message_is_edited_in_its_place() -> None:
    with SlackFake() as fake:
        fake.person("zhangsan@firm.example")
        sender = channel(fake)
        receipt = sender.send(LETTER)
        sender.edit(receipt.remote_id or "", replace(LETTER, text="✓ 已确认"))
    (post,) = fake.posts
    assert (post.text, post.edits) == ("✓ 已确认", 1)


@pytest.mark.parametrize(
    ("fault", "expected", "posted"),
    [
        (RateLimited(7), Outcome.RETRY, 0),
        (Html500(keep=False), Outcome.AMBIGUOUS, 0),
        (Html500(keep=True), Outcome.AMBIGUOUS, 1),
        (Reset(keep=False), Outcome.AMBIGUOUS, 0),
        (Reset(keep=True), Outcome.AMBIGUOUS, 1),
        (Slow(3.0), Outcome.AMBIGUOUS, 1),
        (Code("internal_error", keep=True), Outcome.AMBIGUOUS, 1),
        (Code("channel_not_found"), Outcome.PERMANENT, 0),
        (Code("not_in_channel"), Outcome.PERMANENT, 0),
        (Code("is_archived"), Outcome.PERMANENT, 0),
        (Code("account_inactive"), Outcome.PERMANENT, 0),
        (Code("token_revoked"), Outcome.PERMANENT, 0),
        (Code("a_code_of_next_year"), Outcome.PERMANENT, 0),
        (Code("ratelimited"), Outcome.RETRY, 0),
    ],
    ids=repr,
)
def test_every_fault_is_called_by_its_name_and_one_message_is_posted_in_the_end(
    fault: Fault, expected: Outcome, posted: int
) -> None:
    with SlackFake() as fake:
        fake.person("zhangsan@firm.example")
        sender = channel(fake, timeout=1)
        fake.next("chat.postMessage", fault)
        error = outcome(sender)
        assert error.outcome is expected
        assert len(fake.posts) == posted, "one request, never a hidden second one"
        if isinstance(fault, RateLimited):
            assert error.retry_after == 7
        found = sender.find(LETTER) if expected is Outcome.AMBIGUOUS else None
        assert (found is not None) == (posted == 1)
        if found is None:
            sender.send(LETTER)
        else:
            assert found.remote_id == f"{fake.posts[0].channel}:{fake.posts[0].ts}"
        assert [p.delivery_id for p in fake.posts] == ["W-10482"]


def test_an_ambiguous_reply_is_found_in_its_thread_and_on_later_pages() -> None:
    with SlackFake() as fake:
        lit2 = fake.channel()
        fake.page = 2
        sender = channel(fake)
        root = sender.send(replace(LETTER, address=lit2)).remote_id
        reply = replace(LETTER, address=lit2, delivery_id="W-2", thread_root=root)
        fake.next("chat.postMessage", Reset(keep=True))
        assert outcome(sender, reply).outcome is Outcome.AMBIGUOUS
        for n in range(5):
            sender.send(replace(reply, delivery_id=f"W-9{n}"))
        assert sender.find(reply) is not None
        assert sender.find(replace(reply, delivery_id="W-777")) is None


def test_a_letter_stays_ambiguous_while_the_history_cannot_be_read() -> None:
    with SlackFake() as fake:
        fake.person("zhangsan@firm.example")
        sender = channel(fake)
        for fault in (RateLimited(4), Html500(), Reset(keep=False)):
            fake.next("conversations.history", fault)
            with pytest.raises(DeliveryError) as failed:
                sender.find(LETTER)
            assert failed.value.outcome is Outcome.AMBIGUOUS
        fake.next("conversations.history", Code("missing_scope"))
        assert sender.find(LETTER) is None


def test_a_person_whom_slack_does_not_know_is_a_permanent_failure_without_a_post() -> None:
    with SlackFake() as fake:
        error = outcome(channel(fake))
    assert error.outcome is Outcome.PERMANENT
    assert "users_not_found" in str(error)
    assert fake.calls("chat.postMessage") == []


def test_a_look_up_that_fails_is_simply_tried_again() -> None:
    with SlackFake() as fake:
        fake.person("zhangsan@firm.example")
        sender = channel(fake)
        fake.next("users.lookupByEmail", Reset(keep=True))
        assert outcome(sender).outcome is Outcome.RETRY
        sender.send(LETTER)
    assert len(fake.posts) == 1


@pytest.mark.parametrize("address", ["zhangsan", "", "c123"])
def test_what_is_no_slack_address_is_refused_before_any_call(address: str) -> None:
    with SlackFake() as fake:
        error = outcome(channel(fake), replace(LETTER, address=address))
    assert error.outcome is Outcome.PERMANENT
    assert fake.requests == []


def test_nobody_listening_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = Slack(SlackSettings(token=TOKEN, base_url=f"http://127.0.0.1:{port}/api/"))
    assert outcome(gone).outcome is Outcome.RETRY


def test_a_wrong_token_is_a_matter_of_configuration_and_is_not_shown() -> None:
    with SlackFake() as fake:
        fake.person("zhangsan@firm.example")
        error = outcome(channel(fake, token="xoxb-wrong"))
    assert error.outcome is Outcome.PERMANENT
    assert "configuration" in str(error)
    assert "xoxb" not in str(error)


def webhook(fake: SlackFake, **more: object) -> SlackWebhook:
    return SlackWebhook.from_settings({"url": fake.webhook_url(), "timeout": 0.5, **more})


def test_a_webhook_takes_text_and_blocks_over_one_connection() -> None:
    with SlackFake() as fake:
        sender = webhook(fake)
        receipt = sender.send(replace(LETTER, address=""))
        sender.send(replace(LETTER, address="", blocks=None))
        sender.close()
    assert receipt.remote_id is None
    assert fake.webhook_posts[0] == {"text": LETTER.text, "blocks": list(LETTER.blocks or ())}
    assert fake.webhook_posts[1] == {"text": LETTER.text}


def test_several_webhooks_are_told_apart_by_name() -> None:
    with SlackFake() as fake:
        url = f"lit1 {fake.webhook_url('one')}\nlit2 {fake.webhook_url('two')}\n"
        sender = webhook(fake, url=url)
        sender.send(replace(LETTER, address="lit2"))
        error = outcome(sender, replace(LETTER, address="lit3"))
    assert error.outcome is Outcome.PERMANENT
    assert "lit1, lit2" in str(error)
    assert len(fake.webhook_posts) == 1
    with pytest.raises(ConfigError, match="name https"):
        SlackWebhook.from_settings({"url": "not an address"})


@pytest.mark.parametrize(
    ("fault", "expected", "posted"),
    [
        (RateLimited(9), Outcome.RETRY, 0),
        (Html500(), Outcome.RETRY, 0),
        (Reset(keep=True), Outcome.AMBIGUOUS, 1),
        (Reset(keep=False), Outcome.AMBIGUOUS, 0),
        (Slow(1.5), Outcome.AMBIGUOUS, 1),
    ],
    ids=repr,
)
def test_a_webhook_s_faults_are_called_by_their_names(fault: Fault, expected: Outcome, posted: int) -> None:
    with SlackFake() as fake:
        sender = webhook(fake)
        fake.next("webhook", fault)
        error = outcome(sender, replace(LETTER, address=""))
        assert error.outcome is expected
        assert len(fake.webhook_posts) == posted
        if isinstance(fault, RateLimited):
            assert error.retry_after == 9
        sender.send(replace(LETTER, address=""))
        assert len(fake.webhook_posts) == posted + 1
