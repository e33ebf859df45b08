"""What stands in place of a chat message once somebody has answered: what became of it, and what is left to press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from deadline_guard.messages.blocks import blocks, escape
from deadline_guard.messages.content import Content, Section
from deadline_guard.messages.item import Item, Rendered
from deadline_guard.messages.past import history
from deadline_guard.messages.press import ASKING, buttons
from deadline_guard.messages.texts import Texts, safe, texts
from deadline_guard.messages.words import LEVELS, badge, channel_name, sign_of

# What is said in a sentence of its own, and what nobody answered; the rest is told line by line.
_TOLD_APART: Final = frozenset({"told", "accepted", "failed", "unknown", "absent", "acknowledged", "done"})


class Became(StrEnum):
    """What became of a deadline since a message warned of it."""

    OPEN = "open"
    MOVED = "moved"
    DONE = "done"
    NOT_PURSUED = "not_pursued"
    NOT_APPLICABLE = "not_applicable"
    CANCELLED = "cancelled"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Fate:
    """One deadline of a message as it stands now.

    ``by`` (a name), ``via`` and ``at`` say who acknowledged it last or recorded what ended it; ``on`` is the day it
    was done or, where it moved, the new date.
    """

    item: Item
    became: Became = Became.OPEN
    by: str = ""
    via: str = ""
    at: datetime | None = None
    on: date | None = None

    @property
    def acknowledged(self) -> bool:
        """Return whether somebody has seen it since."""
        return self.became is Became.OPEN and self.at is not None


def touched(fates: Sequence[Fate]) -> bool:
    """Return whether there is anything to say that the message did not say when it was sent."""
    return any(f.became is not Became.OPEN or f.at is not None or _others(f) for f in fates)


def edited(fates: Sequence[Fate], *, locale: str, zone: str, message: str, pressable: bool) -> Rendered:
    """Return what a message (``W-12``) about ``fates`` shows now; chat, so no party is named.

    ``zone`` is the reader's. Buttons are left while anything is open. Raises ValueError without fates.
    """
    if not fates:
        raise ValueError("no fates: a message says at least one thing")
    t = texts(locale)
    items = [f.item for f in fates]
    open_now = [f for f in fates if f.became is Became.OPEN]
    worst = max(items, key=lambda item: item.level)
    sign = sign_of(items[0]) if len(items) == 1 else LEVELS[worst.level]
    lines = [line for f in fates for line in _lines(t, f, zone)] if len(fates) == 1 else []
    left = [f for f in open_now if f.item.kind in ASKING or not _others(f)]  # what one person asked is answered once
    seen = all(f.acknowledged for f in left)
    shown = buttons(t, [f.item for f in left], message, acknowledged=seen) if left else ()
    due = [(t.say("Due"), t.day(f.item.due_on)) for f in fates if len(fates) == 1 and f.item.due_on is not None]
    listed = [_listed(t, f, zone) for f in fates] if len(fates) > 1 else []
    content = Content(
        sign=sign,
        headline=lines[0] if lines else t.many("{n} deadline of yours", "{n} deadlines of yours", len(fates)),
        gist="",
        facts=tuple(due),
        paragraphs=tuple(lines[1:]),
        sections=(Section(t.say("So far"), tuple(listed)),) if listed else (),
        actions=shown if pressable else (),
        commands=(),
        footer=t.say("warning {id}", id=message),
    )
    title = f"{badge(t, sign)} · {_name(t, items[0]) if len(items) == 1 else content.headline}"
    text = "\n".join([title, *(lines or listed)])
    return Rendered(title, escape(text), "", blocks(content, title), "")


def _listed(t: Texts, fate: Fate, zone: str) -> str:
    return t.say("{line}: {detail}", line=_name(t, fate.item), detail=" ".join(_lines(t, fate, zone)))


def _name(t: Texts, item: Item) -> str:
    return " · ".join(p for p in (safe(item.code), safe(t.title(item.what))) if p)


def _others(fate: Fate) -> list[str]:
    return [p.what for p in fate.item.history if p.what not in _TOLD_APART and _since(fate, p.at)]


def _since(fate: Fate, at: datetime) -> bool:
    began = fate.item.evaluated_at
    return began is None or at >= began


def _lines(t: Texts, fate: Fate, zone: str) -> list[str]:
    """Return what became of one deadline: the sentence that matters, then who else said what since."""
    past = [p for p in fate.item.history if p.what not in _TOLD_APART and _since(fate, p.at)]
    return [_sentence(t, fate, zone), *history(t, past, zone)]


def _sentence(t: Texts, fate: Fate, zone: str) -> str:
    who = {"name": safe(fate.by), "channel": channel_name(t, fate.via)}
    at = t.moment(fate.at, zone) if fate.at is not None else ""
    match fate.became:
        case Became.OPEN if fate.at is not None:
            return t.say("✓ Acknowledged by {name} {at} ({channel}). Still open: not filed.", at=at, **who)
        case Became.OPEN:
            return t.say("Still open: not filed.")
        case Became.MOVED if fate.on is not None:
            return t.say("↷ The date has moved: now due {day}. A new message tells of it.", day=t.day(fate.on))
        case Became.DONE if fate.on is not None and fate.by:
            return t.say("✓ Done {day}, recorded by {name}.", day=t.day(fate.on), name=who["name"])
        case Became.DONE:
            return t.say("✓ Done.")
        case Became.NOT_PURSUED:
            return t.say("✓ Closed: it was decided not to pursue this ({name}).", name=who["name"])
        case Became.NOT_APPLICABLE:
            return t.say("✓ Closed: this does not apply here ({name}).", name=who["name"])
        case Became.CANCELLED:
            return t.say("✓ Closed: cancelled.")
        case _:
            return t.say("↶ This warning no longer holds: the event or the rule behind it is gone.")
