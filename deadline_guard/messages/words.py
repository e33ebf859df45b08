"""The words for levels, roles, ways to a person and channels: sign, word and colour always together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deadline_guard.core.gaps import TOO_EARLY
from deadline_guard.core.gauges import GAUGE
from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.messages.item import Item
from deadline_guard.messages.texts import Texts, mark, safe


@dataclass(frozen=True, slots=True)
class Sign:
    """A shape, its word and a colour that reads on white (contrast 4.5 and more)."""

    shape: str
    word: str
    colour: str


LEVELS: Final[Mapping[Level, Sign]] = {
    Level.OK: Sign("●", mark("OK"), "#1B6E3C"),
    Level.EARLY: Sign("◆", mark("EARLY"), "#0B57A4"),
    Level.NEAR: Sign("■", mark("NEAR"), "#8A5300"),
    Level.URGENT: Sign("▲", mark("URGENT"), "#B00020"),
    Level.CRITICAL: Sign("▲▲", mark("CRITICAL"), "#B00020"),
    Level.OVERDUE: Sign("✖", mark("OVERDUE"), "#111111"),
}
KINDS: Final[Mapping[NoticeKind, Sign]] = {
    NoticeKind.MOVED: Sign("↷", mark("DATE MOVED"), "#0B57A4"),
    NoticeKind.WITHDRAWN: Sign("↶", mark("WITHDRAWN"), "#555555"),
    NoticeKind.CLOSED: Sign("✓", mark("CLOSED"), "#1B6E3C"),
    NoticeKind.CONFLICT: Sign("≠", mark("CONFLICT"), "#B00020"),
    NoticeKind.CONFIRM: Sign("?", mark("TO CONFIRM"), "#8A5300"),
    NoticeKind.OBSERVE: Sign("○", mark("TO OBSERVE"), "#0B57A4"),
    NoticeKind.HAND_OVER: Sign("⇄", mark("HAND-OVER"), "#0B57A4"),
    NoticeKind.DISPUTE: Sign("≠", mark("DATE DISPUTED"), "#B00020"),
    NoticeKind.ACTION: Sign("☎", mark("RESULT WANTED"), "#8A5300"),
    NoticeKind.FINDING: Sign("⊘", mark("FINDING"), "#B00020"),
}
ROLES: Final[Mapping[str, str]] = {
    "owner": mark("owner"),
    "lead": mark("team lead"),
    "partner": mark("partner"),
    "risk": mark("risk manager"),
    "admin": mark("administrator"),
    "compliance": mark("compliance"),
    "manager": mark("manager"),
    "deputy": mark("deputy"),
}
ACTIONS: Final[Mapping[str, str]] = {
    "call": mark("call the person responsible"),
    "visit": mark("see the person responsible"),
    "report": mark("report to the person above you"),
}
CHANNEL_NAMES: Final[Mapping[str, str]] = {
    "email": mark("e-mail"),
    "slack": mark("Slack"),
    "slack_webhook": mark("Slack"),
    "dingtalk": mark("DingTalk"),
    "feishu": mark("Feishu"),
    "wecom": mark("WeCom"),
    "console": mark("console"),
    "cli": mark("command line"),
    "mail": mark("e-mail"),
    "web": mark("web page"),
}


def sign_of(item: Item) -> Sign:
    """Return the sign of a notice: its level's, or its kind's where no level is meant."""
    return KINDS.get(item.kind) or LEVELS[item.level]


def badge(t: Texts, sign: Sign) -> str:
    """Return shape and word: ``▲ URGENT``, ``▲ 紧急``."""
    return f"{sign.shape} {t.say(sign.word)}"


def role(t: Texts, name: str) -> str:
    """Return a role in the reader's language; a role of the firm's own stays as it is written."""
    return t.say(ROLES[name]) if name in ROLES else safe(name)


def action(t: Texts, name: str) -> str:
    """Return what a chain step asks a person to do."""
    return t.say(ACTIONS[name]) if name in ACTIONS else safe(name)


def channel_name(t: Texts, name: str) -> str:
    """Return how people call a channel."""
    return t.say(CHANNEL_NAMES[name]) if name in CHANNEL_NAMES else safe(name)


def why_you(t: Texts, item: Item) -> str:
    """Return the path of :func:`people.who` in words: role, who is away, who stands in."""
    parts: list[str] = []
    for turn in item.via:
        verb, _, person = turn.partition(" ")
        name = safe(item.names.get(person, person))
        if turn == "unassigned":
            parts.append(t.say("nobody is assigned"))
        elif turn == "fallback":
            parts.append(t.say("you are the named last resort"))
        elif turn == "warned before":
            parts.append(t.say("you were warned of this before"))
        elif turn == "warned":
            continue
        elif verb == "absent":
            parts.append(t.say("{name} is away", name=name))
        elif turn == "deputy none":
            parts.append(t.say("no deputy is named"))
        elif verb == "deputy" and person:
            parts.append(t.say("deputy is {name}", name=name))
        else:
            parts.append(t.say("responsible here: {role}", role=role(t, turn)))
    arrow = " → "
    return arrow.join(parts)


def happened(item: Item) -> bool:
    """Return whether the date is that of something that happened, not a day by which to act."""
    return GAUGE in item.flags or TOO_EARLY in item.flags


def days_left(t: Texts, item: Item) -> str:
    """Return the time left in working and calendar days, or how long it is past; '' without a date.

    A number beyond its line, or an act that came too early, has a day on which it happened and none that is due.
    """
    if item.days_left is None:
        return ""
    if happened(item) and item.due_on is not None:
        day = t.short_day(item.due_on)
        early = TOO_EARLY in item.flags
        return t.say("too early, on {day}", day=day) if early else t.say("beyond its line since {day}", day=day)
    if item.level is Level.OVERDUE or item.days_left < 0:
        if item.days_left >= 0:
            return t.say("past due today")
        return t.many("{n} calendar day past due", "{n} calendar days past due", -item.days_left)
    if item.days_left == 0:
        return t.say("due today")
    calendar = t.many("{n} calendar day", "{n} calendar days", item.days_left)
    if item.working_days_left is None:
        return t.say("{days} left", days=calendar)
    working = t.many("{n} working day", "{n} working days", item.working_days_left)
    return t.say("{working} ({calendar}) left", working=working, calendar=calendar)
