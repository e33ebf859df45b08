"""People at the Slack fake: they press buttons, fill in forms and read what only they see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol


class Posted(Protocol):
    """A message in a channel, as the fake keeps it."""

    channel: str
    ts: str
    thread_ts: str | None
    blocks: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Whisper:
    """Something that one person alone saw; ``by``: response_url or chat.postEphemeral."""

    user: str
    text: str
    by: str
    thread: str = ""


@dataclass(slots=True)
class Form:
    """A form that was opened for somebody."""

    user: str
    view: dict[str, Any]


@dataclass(slots=True)
class People:
    """Who there is, what was opened for them and said to them, and the payloads that their presses make."""

    users: dict[str, str] = field(default_factory=dict)  # e-mail → user id
    marks: dict[str, dict[str, Any]] = field(default_factory=dict)  # user id → is_stranger, deleted …
    forms: list[Form] = field(default_factory=list)
    whispers: list[Whisper] = field(default_factory=list)
    triggers: dict[str, str] = field(default_factory=dict)
    base: str = ""
    _numbers: Any = field(default_factory=lambda: count(1))

    def pressed(self, post: Posted, action: str, email: str) -> dict[str, Any]:
        """Return the payload of a press on the button ``action`` of a message; fails where there is no such button."""
        found = [b for b in buttons(post) if b.get("action_id") == action]
        assert found, f"no button {action}, only {[b.get('action_id') for b in buttons(post)]}"
        user, trigger = self.users[email], self._trigger(self.users[email])
        where = {"type": "message", "message_ts": post.ts, "channel_id": post.channel}
        message = {"ts": post.ts, "thread_ts": post.thread_ts} if post.thread_ts else {"ts": post.ts}
        return {
            "type": "block_actions",
            "user": {"id": user, "username": email.split("@")[0], "team_id": "T0FIRM"},
            "team": {"id": "T0FIRM", "domain": "firm"},
            "container": where,
            "channel": {"id": post.channel, "name": "directmessage"},
            "message": message,
            "trigger_id": trigger,
            "response_url": f"{self.base}/respond/{user}/{trigger}",
            "actions": [{**found[0], "block_id": "b", "action_ts": f"{next(self._numbers)}.0"}],
        }

    def filled(self, form: Form, values: Mapping[str, str]) -> dict[str, Any]:
        """Return the payload of a form sent with these values by field; what was not given holds its first value."""
        state: dict[str, dict[str, Any]] = {}
        for block in form.view["blocks"]:
            if block["type"] != "input":
                continue
            element = block["element"]
            state[block["block_id"]] = {element["action_id"]: _held(element, values.get(block["block_id"]))}
        return {
            "type": "view_submission",
            "user": {"id": form.user, "team_id": "T0FIRM"},
            "team": {"id": "T0FIRM", "domain": "firm"},
            "trigger_id": self._trigger(form.user),
            "view": {"id": f"V{next(self._numbers)}", **form.view, "state": {"values": state}},
        }

    def _trigger(self, user: str) -> str:
        made = f"{next(self._numbers)}.T0FIRM.{user}"
        self.triggers[made] = user
        return made

    async def info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        emails = {user: email for email, user in self.users.items()}
        user = str(arguments.get("user"))
        if user not in emails:
            return {"ok": False, "error": "user_not_found"}
        told = {"id": user, "team_id": "T0FIRM", "profile": {"email": emails[user]}, **self.marks.get(user, {})}
        return {"ok": True, "user": told}

    async def open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = self.triggers.pop(str(arguments.get("trigger_id")), None)
        if user is None:
            return {"ok": False, "error": "expired_trigger_id"}
        given = arguments.get("view")
        view = json.loads(given) if isinstance(given, str) else given
        if (wrong := _invalid(view)) is not None:
            return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [wrong]}}
        self.forms.append(Form(user, view))
        return {"ok": True, "view": view}

    async def ephemeral(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = str(arguments.get("user"))
        self.whispers.append(Whisper(user, str(arguments["text"]), "api", str(arguments.get("thread_ts") or "")))
        return {"ok": True, "message_ts": "1.0"}

    def respond(self, user: str, body: Mapping[str, Any]) -> None:
        """Take what came to a response_url; it must neither replace the message nor be seen by others."""
        assert body["response_type"] == "ephemeral" and body["replace_original"] is False
        self.whispers.append(Whisper(user, str(body["text"]), "response_url", str(body.get("thread_ts") or "")))


def buttons(post: Posted) -> list[dict[str, Any]]:
    """Return the buttons under a message."""
    return [b for block in post.blocks if block["type"] == "actions" for b in block["elements"]]


def _held(element: Mapping[str, Any], given: str | None) -> dict[str, Any]:
    match element["type"]:
        case "datepicker":
            return {"type": "datepicker", "selected_date": given or element.get("initial_date")}
        case "datetimepicker":
            picked = int(given) if given else element.get("initial_date_time")
            return {"type": "datetimepicker", "selected_date_time": picked}
        case "static_select":
            chosen = [o for o in element["options"] if o["value"] == given]
            return {"type": "static_select", "selected_option": chosen[0] if chosen else None}
        case _:
            return {"type": "plain_text_input", "value": given}


def _invalid(view: Mapping[str, Any]) -> str | None:
    """Return what Slack would not take of a form; None for a good one."""
    for part in ("title", "submit", "close"):
        if not 1 <= len(view[part]["text"]) <= 24:
            return f"{part}: 1 to 24 characters"
    if len(view["private_metadata"]) > 3000 or len(view["blocks"]) > 100:
        return "too much"
    for block in view["blocks"]:
        options = block.get("element", {}).get("options")
        if options is not None and not (
            1 <= len(options) <= 100 and all(len(o["text"]["text"]) <= 75 for o in options)
        ):
            return f"{block['block_id']}: 1 to 100 options of at most 75 characters"
        if block["type"] == "section" and len(block["text"]["text"]) > 3000:
            return "a section of more than 3000 characters"
    return None


def invalid_message(arguments: dict[str, Any], blocks: list[dict[str, Any]], metadata: Any) -> str | None:
    """Return the error code that Slack answers to a malformed message, None for a good one."""
    if not arguments.get("text") and not blocks:
        return "no_text"
    if len(blocks) > 50:
        return "invalid_blocks"
    for block in blocks:
        text = str((block.get("text") or {}).get("text", ""))
        most = 150 if block["type"] == "header" else 3000
        if len(text) > most or len(block.get("fields") or ()) > 10:
            return "invalid_blocks"
        if any(len(f["text"]) > 2000 for f in block.get("fields") or ()):
            return "invalid_blocks"
    if metadata is not None and not {"event_type", "event_payload"} <= set(metadata):
        return "invalid_metadata_format"
    return None
