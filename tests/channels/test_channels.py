"""What every channel promises, whichever it is: found by name, built from settings, closed and used again."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from deadline_guard.channels import CHANNELS, Channel, DeliveryError, Finder, Letter, Outcome, Receipt
from deadline_guard.channels.base import settings_of
from deadline_guard.channels.console import Console
from deadline_guard.errors import ConfigError
from tests.servers.chat_fakes import ChatFakes
from tests.servers.slack_fake import TOKEN, SlackFake
from tests.servers.smtp_sink import SmtpSink

NOW = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


@dataclass
class Bed:
    """The three servers that all channels reach, and settings and an address for each channel."""

    mail: SmtpSink
    slack: SlackFake
    chats: ChatFakes

    def settings(self, name: str) -> dict[str, Any]:
        return {
            "console": {},
            "email": {"host": "127.0.0.1", "port": self.mail.port, "sender": "d@firm.example"},
            "slack": {"token": TOKEN, "base_url": self.slack.base_url},
            "slack_webhook": {"url": self.slack.webhook_url()},
        }.get(name) or ({"url": self.chats.url(name)} if name in self.chats.posts else {})

    def address(self, name: str) -> str:
        return "zhangsan@firm.example" if name in ("email", "slack", "console") else ""

    def received(self) -> int:
        chats = sum(len(posts) for posts in self.chats.posts.values())
        return len(self.mail.mails) + len(self.slack.posts) + len(self.slack.webhook_posts) + chats


@pytest.fixture
def bed() -> Iterator[Bed]:
    with ExitStack() as stack:
        slack = stack.enter_context(SlackFake())
        slack.person("zhangsan@firm.example")
        yield Bed(stack.enter_context(SmtpSink()), slack, stack.enter_context(ChatFakes()))


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_called_what_it_is_listed_as_and_sends_before_and_after_closing(name: str, bed: Bed) -> None:
    channel: Channel = CHANNELS[name].from_settings(bed.settings(name))
    assert channel.name == name
    for n in (1, 2):
        letter = Letter(
            delivery_id=f"W-{n}",
            address=bed.address(name),
            subject="[期限] 一号案 · 答辩状 · W-1",
            text=f"■ 临近 第 {n} 封",
            sent_at=NOW,
        )
        receipt = channel.send(letter)
        assert isinstance(receipt, Receipt)
        assert receipt.detail
        channel.close()
        assert bed.received() == (n if name != "console" else 0)


@pytest.mark.parametrize("name", CHANNELS)
def test_an_unknown_setting_is_refused_with_its_place_and_the_nearest_name(name: str, bed: Bed) -> None:
    with pytest.raises(ConfigError) as refused:
        CHANNELS[name].from_settings({**bed.settings(name), "timeoutt": 3})
    assert f"channels.{name}.timeoutt" in str(refused.value)


@pytest.mark.parametrize("name", CHANNELS)
def test_no_channel_reads_the_clock_or_sleeps(name: str) -> None:
    source = inspect.getsource(inspect.getmodule(CHANNELS[name]) or inspect)
    for word in ("import time", "time.sleep", "datetime.now", "monotonic"):
        assert word not in source


def test_only_slack_can_look_for_what_it_posted() -> None:
    able = [name for name in CHANNELS if isinstance(CHANNELS[name], type) and hasattr(CHANNELS[name], "find")]
    assert able == ["slack"]
    assert isinstance(CHANNELS["slack"].from_settings({"token": "x"}), Finder)


def test_settings_are_checked_for_presence_and_type() -> None:
    kind = CHANNELS["email"]
    with pytest.raises(ConfigError, match=r"channels\.email\.host: missing"):
        kind.from_settings({"sender": "d@firm.example"})
    with pytest.raises(ConfigError, match=r"channels\.email\.port: found '587', expected int"):
        kind.from_settings({"host": "h", "sender": "d@firm.example", "port": "587"})
    with pytest.raises(ConfigError, match=r"channels\.email\.prot: unknown setting; did you mean port"):
        kind.from_settings({"host": "h", "sender": "d@firm.example", "prot": 25})
    with pytest.raises(ConfigError, match=r"channels\.email\.sender: found 'Guard <d@firm.example>'"):
        kind.from_settings({"host": "h", "sender": "Guard <d@firm.example>"})
    with pytest.raises(ConfigError, match="expected a mapping"):
        kind.from_settings("mail.firm.example")


def test_settings_already_made_pass_through() -> None:
    from deadline_guard.channels.email import EmailSettings

    made = EmailSettings(host="h", sender="d@firm.example", timeout=3)
    assert settings_of(EmailSettings, made, "email") is made


def test_the_console_prints_sender_reader_subject_and_text() -> None:
    out = io.StringIO()
    letter = Letter(
        delivery_id="W-1",
        address="z@firm.example",
        subject="[期限] 一号案",
        text="■ 临近\n",
        sender_name="期限预警 ■临近",
        recipient_name="张三",
        sent_at=NOW,
    )
    assert Console(stream=out).send(letter).remote_id == "W-1"
    assert out.getvalue() == "── 期限预警 ■临近 → 张三 · [期限] 一号案\n■ 临近\n\n"


def test_a_closed_terminal_is_a_permanent_failure() -> None:
    out = io.StringIO()
    out.close()
    with pytest.raises(DeliveryError) as failed:
        Console(stream=out).send(Letter(delivery_id="W-1", address="", subject="", text="x", sent_at=NOW))
    assert failed.value.outcome is Outcome.PERMANENT
