"""What answering in Slack asks of Slack: who pressed, a form to fill in, a word that only this person sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import urlsplit

from slack_sdk.webhook import WebhookClient

from deadline_guard.channels.base import settings_of
from deadline_guard.channels.slack_calls import SlackSettings, call, client, safely

_KEPT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Account:
    """A member of the workspace; ``email`` is '' where it says nothing about who it is (bots, other firms' people)."""

    user: str
    email: str


class SlackDesk:
    """The calls behind a press; none of them posts a message, so that any may be made again."""

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._client = client(settings)
        self._known: dict[str, tuple[datetime, Account]] = {}

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """Build the desk from the channel's section of the configuration."""
        return cls(settings_of(SlackSettings, settings, "slack"))

    def account(self, user: str, now: datetime) -> Account:
        """Return whose account a user id is, looked up at most once an hour; raises DeliveryError.

        The address of somebody from another workspace is set there, by anybody, and so proves nothing.
        """
        kept = self._known.get(user)
        if kept is not None and kept[0] <= now < kept[0] + _KEPT:
            return kept[1]
        told: Mapping[str, Any] = safely(lambda: self._client.users_info(user=user))["user"]
        ours = not any(told.get(mark) for mark in ("is_stranger", "is_bot", "deleted"))
        found = Account(user, str((told.get("profile") or {}).get("email") or "") if ours else "")
        self._known[user] = (now, found)
        return found

    def open_form(self, trigger: str, view: Mapping[str, Any]) -> None:
        """Show a form to whoever pressed; ``trigger`` is good for three seconds. Raises DeliveryError."""
        call(lambda: self._client.views_open(trigger_id=trigger, view=dict(view)))

    def whisper(self, *, user: str, channel: str, text: str, thread: str = "", url: str = "") -> None:
        """Say something that only ``user`` sees, by the press's own address or in the channel; raises DeliveryError."""
        if url and self._trusted(url):
            hook = WebhookClient(
                url,
                timeout=self._settings.timeout,
                ssl=self._client.ssl,
                proxy=self._settings.proxy,
                retry_handlers=[],
            )
            body: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False, "text": text}
            if hook.send_dict(body | ({"thread_ts": thread} if thread else {})).status_code == 200:
                return
        call(lambda: self._client.chat_postEphemeral(channel=channel, user=user, text=text, thread_ts=thread or None))

    def _trusted(self, url: str) -> bool:
        """Return whether an address lies with the same Slack that we call: the answer goes nowhere else."""
        ours, theirs = urlsplit(self._settings.base_url), urlsplit(url)
        home, host = ours.hostname or "", theirs.hostname or ""
        same_place = (ours.scheme, ours.port) == (theirs.scheme, theirs.port)
        return same_place and (host == home or host.endswith(f".{home}"))
