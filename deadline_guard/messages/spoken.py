"""What is said to somebody alone after a press: why a date is what it is, or why nothing came of the press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from deadline_guard.messages.blocks import escape
from deadline_guard.messages.content import Reader, due, single
from deadline_guard.messages.item import Item
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import channel_name

_MOST: Final = 3500  # characters; Slack cuts a text at 4,000
_ITEMS: Final = 5


def named(t: Texts, item: Item) -> str:
    """Return a deadline as one line: code, what, day."""
    day = t.day(item.due_on) if item.due_on else ""
    return " · ".join(p for p in (safe(item.code), safe(t.title(item.what)), day) if p)


def why(t: Texts, items: Sequence[Item], zone: str) -> str:
    """Return how the dates of a message were reached, for Slack; codes, never the parties."""
    lines: list[str] = []
    for item in items[:_ITEMS]:
        lines += [f"*{escape(named(t, item))}*", escape(due(t, item))]
        sections = [s for s in single(Reader(t, zone), item, ()).sections if s.derives]
        lines += [f"• {escape(line)}" for section in sections for line in section.lines]
    if len(items) > _ITEMS:
        lines.append(t.many("{n} more deadline", "{n} more deadlines", len(items) - _ITEMS))
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"


def already(t: Texts, name: str, channel: str, at: datetime, zone: str) -> str:
    """Return that somebody acknowledged before."""
    who = {"name": safe(name), "channel": channel_name(t, channel)}
    return t.say("Already acknowledged by {name}, {at} ({channel}).", at=t.moment(at, zone), **who)


def moved(t: Texts) -> str:
    """Return that the date of this message is no longer the date."""
    return t.say("The date has moved since: please answer the newer message.")


def outsider(t: Texts) -> str:
    """Return that an answer was refused: it is not this person's to give."""
    return t.say("This is not yours to answer: you have no part in its chain. It was written down.")


def stranger(t: Texts) -> str:
    """Return that an answer was refused: nobody has this account."""
    return t.say("people.yaml names nobody with this Slack account, so this does not count as an answer.")


def unknown_now(t: Texts) -> str:
    """Return that nobody could be asked who pressed."""
    return t.say("Slack did not say who you are. Nothing was recorded; please press again.")


def not_now(t: Texts) -> str:
    """Return that the press could not be worked on in time."""
    return t.say("That took too long, and the form could not be opened. Please press again.")


def late(t: Texts, words: Sequence[str]) -> str:
    """Return that a form that closed already was not recorded, and why."""
    return t.say("Not recorded: {why} Please press again.", why=" ".join(safe(w) for w in words))


def awaits_second(t: Texts) -> str:
    """Return that an answer holds only once a second person confirms it."""
    return t.say("Recorded. A second person must confirm it; until then the deadline runs on.")


def choose_one(t: Texts) -> str:
    """Return that one of several must be chosen."""
    return t.say("Choose one.")


def give_day(t: Texts, example: str) -> str:
    """Return how a day is to be written."""
    return t.say("Give the day as in {day}.", day=example)


def give_reason(t: Texts) -> str:
    """Return that a reason is needed."""
    return t.say("Give the reason.")


def still_yours(t: Texts) -> str:
    """Return what an offer to hand over does not change."""
    return t.say("It stays yours, and its warnings go on, until the other person accepts.")


def date_stands(t: Texts) -> str:
    """Return what a dispute does not change."""
    return t.say("The date stands, and its warnings go on, until it is looked into.")
