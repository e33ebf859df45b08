"""Ways to reach a person, one file each."""

from deadline_guard.channels.base import (
    Attachment,
    Channel,
    DeliveryError,
    Editor,
    Finder,
    Letter,
    Outcome,
    Paced,
    Receipt,
)
from deadline_guard.channels.console import Console
from deadline_guard.channels.dingtalk import DingTalk
from deadline_guard.channels.email import Email
from deadline_guard.channels.feishu import Feishu
from deadline_guard.channels.slack import Slack, SlackWebhook
from deadline_guard.channels.wecom import WeCom

CHANNELS: dict[str, type[Channel]] = {
    "console": Console,
    "dingtalk": DingTalk,
    "email": Email,
    "feishu": Feishu,
    "slack": Slack,
    "slack_webhook": SlackWebhook,
    "wecom": WeCom,
}

__all__ = [
    "CHANNELS",
    "Attachment",
    "Channel",
    "DeliveryError",
    "Editor",
    "Finder",
    "Letter",
    "Outcome",
    "Paced",
    "Receipt",
]
