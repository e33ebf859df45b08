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

CHANNELS: dict[str, type[Channel]] = {
    "console": Console,
    "email": Email,
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
