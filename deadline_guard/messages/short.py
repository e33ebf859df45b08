"""Two lines for a phone: DingTalk, Feishu, WeCom, and Slack's notification text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages import asked
from deadline_guard.messages.content import Content, Reader
from deadline_guard.messages.item import Item
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import badge, days_left, happened, sign_of

MOST: Final = 200


def short(reader: Reader, items: Sequence[Item], content: Content, person_name: str) -> str:
    """Return at most 200 characters: sign, code, what, day, time left, whom it concerns, one link."""
    t = reader.t
    link = next((a.url for a in content.actions if a.url), "")
    name = f" @{safe(person_name)}" if person_name else ""
    if len(items) > 1 or items[0].kind in (NoticeKind.SUMMARY, NoticeKind.DIGEST):
        first, second = content.headline + name, ""
    elif items[0].kind is NoticeKind.FINDING:
        first, second = content.headline + name, safe(items[0].code)
    else:
        first, second = _one(t, items[0], content, name)
    repeat = t.say("may be a repeat") if reader.may_repeat else ""
    tail = " ".join(p for p in (repeat, items[0].warning_id, link) if p)
    room = MOST - len(tail) - len(second) - 2
    lines = [_cut(first, max(room, 40)), second, tail]
    return "\n".join(line for line in lines if line)


def _one(t: Texts, item: Item, content: Content, name: str) -> tuple[str, str]:
    first = f"{badge(t, sign_of(item))} {safe(item.code)} {safe(t.title(item.what))}"
    day = t.short_day(item.due_on) if item.due_on else ""
    left = days_left(t, item)
    told = (NoticeKind.CLOSED, NoticeKind.WITHDRAWN, NoticeKind.CONFLICT, *asked.KINDS - {NoticeKind.OBSERVE})
    if item.kind in told:
        return first, content.gist + name
    if item.kind is NoticeKind.MOVED and item.old_due_on and item.due_on:
        return first, f"{t.short_day(item.old_due_on)} → {day}{name}"
    if happened(item):
        return first, f"{left}{name}"
    second = t.say("due {day}, {left}", day=day, left=left) if left else day
    return first, f"{second}{name}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
