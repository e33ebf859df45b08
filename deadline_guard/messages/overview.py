"""The text of the morning's list: one's own clocks, what is only to be observed, a lead's exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.rules import Acts, Level
from deadline_guard.messages.content import Content, Reader, Section, footer, repeat_mark
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.listed import MINE, TEAM, TITLES, Listed, Row, listed
from deadline_guard.messages.several import row
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import LEVELS


def overview(reader: Reader, item: Item, actions: Sequence[Action]) -> Content:
    """Return the content of a morning's list, or that there is nothing on it."""
    t, data = reader.t, item.data
    mine = list(data.get("mine", ()))
    worst = max((Level[str(r["level"]).upper()] for r in mine), default=Level.OK)
    return Content(
        sign=LEVELS[worst],
        headline=heading(t, item),
        gist=_gist(t, mine, int(data.get("more", 0)), data),
        facts=(),
        paragraphs=(*repeat_mark(reader), *_nothing(t, data)),
        sections=tuple(_sections(t, item)),
        actions=tuple(actions),
        commands=(),
        footer=footer(reader, item),
    )


def heading(t: Texts, item: Item) -> str:
    """Return the subject's text: the day and how many there are at each level, the worst first."""
    counted = Counter(Level[str(r["level"]).upper()] for r in item.data.get("mine", ()))
    shown = [f"{LEVELS[level].shape}{counted[level]}" for level in sorted(counted, reverse=True)]
    shown = [" ".join(shown)] if shown else []
    exceptions = sum(len(rows) for rows in item.data.get("team", {}).values())
    if exceptions:
        shown.append(t.many("{n} exception", "{n} exceptions", exceptions))
    day = t.short_day(date.fromisoformat(item.data["day"]))
    if not shown:
        return t.say("{day}: nothing due within a week", day=day)
    return t.say("{day}: {tally}", day=day, tally=" · ".join(shown))


def _gist(t: Texts, mine: Sequence[Row], more: int, data: Row) -> str:
    if mine:
        return t.many("{n} deadline of yours", "{n} deadlines of yours", len(mine) + more)
    if data.get("team"):
        return t.say("what your team should not overlook")
    return t.say("nothing due within a week")


def _nothing(t: Texts, data: Row) -> list[str]:
    """Return that nothing of one's own is due, and what is next; nothing where something is."""
    if data.get("mine"):
        return []
    day = t.day(date.fromisoformat(data["until"]))
    said = [t.say("You have no deadline until {day}; everything was looked at.", day=day)]
    following = data.get("next")
    if following:
        when, what = t.day(date.fromisoformat(following["due_on"])), safe(t.title(following["what"]))
        said.append(t.say("The next one: {code}, {what}, {day}.", code=safe(following["code"]), what=what, day=when))
    return said


def _sections(t: Texts, item: Item) -> list[Section]:
    lines, more = listed(item.data), item.data.get("team_more", {}) | {MINE: int(item.data.get("more", 0))}
    found = []
    for part in TITLES:
        rows = [_row(t, one, item.warning_id) for one in lines if one.part == part]
        if int(more.get(part, 0)) > 0:
            rows.append(t.many("and {n} more", "and {n} more", int(more[part])))
        found.append(Section(t.say(TITLES[part]), tuple(rows)))
    return [section for section in found if section.lines]


def _row(t: Texts, line: Listed, warning: str) -> str:
    """Return one line: sign, time left, code, what, day, owner, whether anybody acknowledged it, its number."""
    shown = _clock(t, line.row, own=line.part not in TEAM)
    return f"{shown} · {warning}.{line.place}" if line.place and warning else shown


def _clock(t: Texts, one: Row, *, own: bool) -> str:
    if "level" not in one:
        return safe(one["code"])
    acts = Acts(one["acts"])
    shown = row(
        t,
        Item(
            warning_id="",
            code=str(one["code"]),
            what=one["what"],
            kind=NoticeKind.LEVEL,
            reason=Reason.DIGEST,
            level=Level[str(one["level"]).upper()],
            zone="UTC",
            due_on=date.fromisoformat(one["due_on"]) if one["due_on"] else None,
            days_left=one["days"],
            working_days_left=one["working"],
            owner=str(one["owner"]),
            reader_is_owner=own,
            acts=acts,
            provisional=("",) if one["provisional"] else (),
        ),
    )
    if acts is not Acts.PARTY and acts is not Acts.OTHER:
        return shown
    answered = t.say("acknowledged") if one["answered"] else t.say("not acknowledged")
    return f"{shown} · {answered}" if Level[str(one["level"]).upper()] >= Level.NEAR else shown
