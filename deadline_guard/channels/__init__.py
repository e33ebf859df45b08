"""Ways to reach a person, one file each."""

from deadline_guard.channels.base import (
    Attachment,
    Channel,
    DeliveryError,
    Editor,
    Finder,
    Letter,
    Outcome,
    Receipt,
)
from deadline_guard.channels.console import Console
from deadline_guard.channels.email import Email
from deadline_guard.channels.slack import Slack, SlackWebhook

CHANNELS: dict[str, type[Channel]] = {
    "console": Console,
    "email": Email,
    "slack": Slack,
    "slack_webhook": SlackWebhook,
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
    "Receipt",
]
