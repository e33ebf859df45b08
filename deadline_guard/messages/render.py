"""One text for one reader: subject, plain text, HTML, chat blocks, in their language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages import changes
from deadline_guard.messages.blocks import blocks, escape
from deadline_guard.messages.content import Content, Reader, single
from deadline_guard.messages.findings import finding, sentence
from deadline_guard.messages.item import Action, Item, Rendered
from deadline_guard.messages.overview import heading, overview
from deadline_guard.messages.plain import plain
from deadline_guard.messages.replies import invitation
from deadline_guard.messages.several import summary, tally
from deadline_guard.messages.short import short
from deadline_guard.messages.texts import Texts, safe, texts
from deadline_guard.messages.words import badge

TRUSTED: Final = frozenset({"email", "console"})  # only here may the parties be named
_WITH_BLOCKS: Final = frozenset({"slack", "slack_webhook"})


def render(
    items: Sequence[Item],
    *,
    kind: NoticeKind,
    locale: str,
    channel: str = "email",
    person_name: str = "",
    zone: str = "UTC",
    actions: Sequence[Action] = (),
    may_repeat: bool = False,
    down_since: datetime | None = None,
    invites: bool = False,
) -> Rendered:
    """Return what ``items`` say to one reader on one channel.

    ``zone`` is the reader's, for every instant but the due date, which stands in the case's own zone.
    ``down_since`` opens a summary after downtime. ``invites``: the mail can be replied to. The subject never changes within a thread: code, what,
    number of the thread; the level stands in the sender's name and the first line. ``channel`` decides how
    much may be said: party names stay in mail. Raises ValueError without items.
    """
    if not items:
        raise ValueError("no items: a message says at least one thing")
    t = texts(locale)
    shown = tuple(items) if channel in TRUSTED else tuple(for_chat(item) for item in items)
    reader = Reader(t, zone, may_repeat)
    if kind is NoticeKind.SUMMARY or len(shown) > 1:
        content = summary(reader, shown, actions, down_since)
        subject = t.say("[Deadlines] {tally}", tally=tally(shown))
    elif kind is NoticeKind.FINDING:
        content = finding(reader, shown[0], actions)
        what = safe(t.title(shown[0].what)) or sentence(t, shown[0], zone)[0]
        subject = t.say("[Deadlines] {what} · {id}", what=what, id=_thread(shown[0]))
    elif kind is NoticeKind.DIGEST and shown[0].rule == changes.RULE:
        content = changes.daily_list(reader, shown[0], actions)
        subject = t.say("[Deadlines] {tally}", tally=changes.title(t, shown[0]))
    elif kind is NoticeKind.DIGEST:
        content = overview(reader, shown[0], actions)
        subject = t.say("[Deadlines] {tally}", tally=heading(t, shown[0]))
    else:
        content = single(reader, shown[0], actions)
        subject = t.say("[Deadline] {code} · {what} · {id}", **_subject(t, shown[0]))
    content = replace(content, closing=invitation(t, shown)) if invites else content
    sender = t.say("Deadline guard {sign}{word}", sign=content.sign.shape, word=t.say(content.sign.word))
    title = f"{badge(t, content.sign)} · {_chat_title(t, shown)}"
    if channel in TRUSTED:
        text = plain(t, content)
    else:
        text = short(reader, shown, content, person_name)
        text = escape(text) if channel in _WITH_BLOCKS else text
    html = _html(t, content, subject) if channel == "email" else ""
    laid_out = blocks(content, title) if channel in _WITH_BLOCKS else ()
    return Rendered(subject, text, html, laid_out, sender)


def for_chat(item: Item) -> Item:
    """Return the item without what names parties, or may: what people wrote in their own words."""
    return replace(
        item,
        title=None,
        detail="",
        history=tuple(replace(p, detail="") for p in item.history),
        disputed=replace(item.disputed, detail="") if item.disputed else None,
        data={key: value for key, value in item.data.items() if key != "why"},
    )


def _thread(item: Item) -> str:
    return item.thread_id or item.warning_id


def _subject(t: Texts, item: Item) -> dict[str, str]:
    return {"code": safe(item.code), "what": safe(t.title(item.what)), "id": _thread(item)}


def _chat_title(t: Texts, items: Sequence[Item]) -> str:
    if len(items) > 1:
        return t.many("{n} deadline of yours", "{n} deadlines of yours", len(items))
    return " · ".join(p for p in (safe(items[0].code), safe(t.title(items[0].what))) if p)


@cache
def _template(name: str) -> Template:
    room = Environment(
        loader=PackageLoader("deadline_guard.messages"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=False,
        lstrip_blocks=False,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    found = room.get_template(name)
    found.globals = {}  # nothing is used of the usual ones, and they would be copied for every letter
    return found


def _html(t: Texts, content: Content, subject: str) -> str:
    answer = t.say("Answer on the command line:")
    lang = "zh-Hans" if t.is_chinese else "en"
    return _template("letter.html").render(c=content, subject=subject, lang=lang, answer=answer)
