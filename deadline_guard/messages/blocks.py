"""Slack blocks: code and dates, never the parties; with limits that Slack enforces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deadline_guard.messages.content import Content
from deadline_guard.messages.item import Action
from deadline_guard.messages.press import ACKNOWLEDGE, WHY

HEADER: Final = 150
SECTION: Final = 3000
FIELD: Final = 2000
FIELDS: Final = 10
BUTTON: Final = 75
BUTTONS: Final = 8
LISTED: Final = 15  # sections one list may fill: Slack takes 50 blocks a message


def blocks(content: Content, title: str) -> tuple[Mapping[str, Any], ...]:
    """Return header, facts as fields, sentences, links, context line."""
    made: list[Mapping[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, HEADER), "emoji": False}},
        _section(f"*{escape(content.headline)}*"),
    ]
    fields = [_mrkdwn(f"*{escape(label)}*\n{escape(text)}", FIELD) for label, text in content.facts]
    for start in range(0, len(fields), FIELDS):
        made.append({"type": "section", "fields": fields[start : start + FIELDS]})
    if content.paragraphs:
        made.append(_section("\n".join(escape(p) for p in content.paragraphs)))
    for section in content.sections:
        if section.derives and any(a.press == WHY for a in content.actions):
            continue  # a press tells it
        made.extend(_lists(section.title, section.lines))
    if content.commands:
        made.append(_section("\n".join(f"`{escape(c)}`" for c in content.commands)))
    pressed = [a for a in content.actions if a.url or a.press]
    if pressed:
        made.append(_buttons(pressed))
    made.append({"type": "context", "elements": [_mrkdwn(escape(content.footer), FIELD)]})
    return tuple(made)


def escape(text: str) -> str:
    """Return ``text`` without meaning for Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lists(title: str, lines: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return a titled list in as many sections as its length asks for."""
    made, current = [], f"*{escape(title)}*"
    for line in lines:
        entry = _cut(f"• {escape(line)}", SECTION - 1)
        if len(current) + 1 + len(entry) > SECTION:
            made.append(_section(current))
            current = entry
        else:
            current = f"{current}\n{entry}"
    made.append(_section(current))
    return made if len(made) <= LISTED else [*made[: LISTED - 1], _section("…")]


def _section(text: str) -> Mapping[str, Any]:
    return {"type": "section", "text": _mrkdwn(text, SECTION)}


def _mrkdwn(text: str, most: int) -> Mapping[str, Any]:
    return {"type": "mrkdwn", "text": _cut(text, most)}


def _buttons(actions: Sequence[Action]) -> Mapping[str, Any]:
    return {"type": "actions", "elements": [_button(a) for a in actions[:BUTTONS]]}


def _button(action: Action) -> Mapping[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "text": {"type": "plain_text", "text": _cut(action.label, BUTTON), "emoji": False},
    }
    if action.url:
        return button | {"url": action.url}
    button |= {"action_id": action.press, "value": action.value}
    return button | {"style": "primary"} if action.press == ACKNOWLEDGE else button


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
