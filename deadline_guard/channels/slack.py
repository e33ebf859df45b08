"""Letters in Slack: the Web API (people by e-mail, threads, edits, reconciliation) and incoming webhooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit

from slack_sdk.web import SlackResponse

from deadline_guard.channels.base import DeliveryError, Letter, Outcome, Receipt, settings_of
from deadline_guard.channels.post import Poster, chosen, refused, robots
from deadline_guard.channels.slack_calls import SlackSettings, call, client, safely

__all__ = ["Slack", "SlackSettings", "SlackWebhook", "SlackWebhookSettings"]

EVENT_TYPE: Final = "deadline_guard"
_ID: Final = re.compile(r"[CGDUW][A-Z0-9]{6,}")
_PAGES: Final = 5


class Slack:
    """``chat.postMessage`` once and only once: no retry inside, metadata to find an ambiguous post again."""

    name = "slack"

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._channels: dict[str, str] = {}
        self._client = client(settings)

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(SlackSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        channel = self._channel(letter.address)
        thread = _thread(letter, channel)
        try:
            posted = call(
                lambda: self._client.chat_postMessage(
                    channel=channel,
                    text=letter.text,
                    blocks=list(letter.blocks) if letter.blocks else None,  # type: ignore[arg-type]
                    thread_ts=thread,
                    reply_broadcast=True if thread and self._settings.broadcast else None,
                    metadata=_metadata(letter),
                    unfurl_links=False,
                    unfurl_media=False,
                )
            )
        except DeliveryError as error:
            if error.outcome is Outcome.PERMANENT:
                self._channels.pop(letter.address, None)  # a person may have come back under another id
            raise
        return Receipt(f"{posted['channel']}:{posted['ts']}", "posted")

    def find(self, letter: Letter) -> Receipt | None:
        """Return the receipt of the post that carries this delivery id in its metadata, or None.

        ``letter.metadata["since"]`` (aware) bounds the search to what came after the first attempt. While
        the history cannot be read the letter stays ambiguous; an app that may never read it finds nothing, so
        that the letter is sent again, marked.
        """
        try:
            return self._found(letter)
        except DeliveryError as error:
            if error.outcome is Outcome.PERMANENT:
                return None
            raise DeliveryError(str(error), Outcome.AMBIGUOUS, error.retry_after) from error

    def _found(self, letter: Letter) -> Receipt | None:
        channel = self._channel(letter.address)
        thread = _thread(letter, channel)
        since = letter.metadata.get("since")
        oldest = f"{since.timestamp() - 300:.6f}" if isinstance(since, datetime) else "0"
        cursor = None
        for _ in range(_PAGES):
            page = self._page(channel, thread, oldest, cursor)
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("delivery_id") == letter.delivery_id:
                    return Receipt(f"{channel}:{message['ts']}", "found again")
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None

    def edit(self, remote_id: str, letter: Letter) -> Receipt:
        """Replace the text of a message, as after an answer."""
        channel, _, ts = remote_id.partition(":")
        call(
            lambda: self._client.chat_update(
                channel=channel,
                ts=ts,
                text=letter.text,
                blocks=list(letter.blocks) if letter.blocks else None,  # type: ignore[arg-type]
                metadata=_metadata(letter),
            )
        )
        return Receipt(remote_id, "edited")

    def close(self) -> None:
        """Forget who is who; the client opens a connection a call and keeps none."""
        self._channels.clear()

    def _page(self, channel: str, thread: str | None, oldest: str, cursor: str | None) -> SlackResponse:
        more: dict[str, Any] = {"oldest": oldest, "cursor": cursor, "limit": 200}
        more["include_all_metadata"] = True
        if thread is None:
            return call(lambda: self._client.conversations_history(channel=channel, **more))
        return call(lambda: self._client.conversations_replies(channel=channel, ts=thread, **more))

    def _channel(self, address: str) -> str:
        """Return the channel id of an address: an id, a ``#channel``, or the direct channel of an e-mail."""
        known = self._channels.get(address)
        if known is not None:
            return known
        wanted = address.strip()
        if "@" in wanted:
            found = safely(lambda: self._client.users_lookupByEmail(email=wanted))
            wanted = str(found["user"]["id"])
        elif not _ID.fullmatch(wanted) and not wanted.startswith("#"):
            raise DeliveryError(
                f"{address!r} is no Slack address: write an e-mail, an id or #channel in people.yaml",
                Outcome.PERMANENT,
            )
        if wanted[0] in "UW":
            opened = safely(lambda: self._client.conversations_open(users=wanted))
            wanted = str(opened["channel"]["id"])
        self._channels[address] = wanted
        return wanted


def _thread(letter: Letter, channel: str) -> str | None:
    """Return the timestamp of the thread's root, where it lies in the same channel."""
    there, _, ts = (letter.thread_root or "").rpartition(":")
    return ts if ts and there in ("", channel) else None


def _metadata(letter: Letter) -> dict[str, Any]:
    payload = {"delivery_id": letter.delivery_id, "may_repeat": letter.may_repeat}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


@dataclass(frozen=True, slots=True)
class SlackWebhookSettings:
    """Incoming webhooks: ``url`` is one address, or a line ``name address`` for each."""

    url: str
    timeout: float = 15.0
    ca_file: str | None = None


class SlackWebhook:
    """Posts into the one channel of a webhook: no thread, no edit, and no way to find an ambiguous post."""

    name = "slack_webhook"

    def __init__(self, settings: SlackWebhookSettings) -> None:
        self._robots = robots(settings.url, None, self.name)
        self._poster = Poster(settings.timeout, settings.ca_file)

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(SlackWebhookSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        """Post to the webhook named by the address ('' or the only one's name)."""
        robot = chosen(self._robots, letter.address.strip(), self.name)
        payload: dict[str, Any] = {"text": letter.text}
        if letter.blocks:
            payload["blocks"] = list(letter.blocks)
        answer = self._poster.post(robot.url, payload)
        if answer.status != 200:
            raise refused(str(urlsplit(robot.url).hostname), answer)
        return Receipt(None, answer.words() or "ok")

    def close(self) -> None:
        self._poster.close()
