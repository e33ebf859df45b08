"""The text of the morning's list: one's own clocks, what is only to be observed, a lead's exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.rules import Acts, Level
from deadline_guard.messages.content import Content, Reader, Section, footer, repeat_mark
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.several import row
from deadline_guard.messages.texts import Texts, mark, safe
from deadline_guard.messages.words import LEVELS

Row = Mapping[str, Any]
_TEAM: Final = {
    "unowned": mark("Nobody owns these"),
    "unanswered": mark("Nobody has acknowledged these"),
    "absent": mark("The owner is away beyond the date"),
    "provisional": mark("Provisional dates within 30 days"),
    "unwatched": mark("No rule watches these cases"),
}


def overview(reader: Reader, item: Item, actions: Sequence[Action]) -> Content:
    """Return the content of a morning's list, or that there is nothing on it."""
    t, data = reader.t, item.data
    mine, team = list(data.get("mine", ())), dict(data.get("team", {}))
    worst = max((Level[str(r["level"]).upper()] for r in mine), default=Level.OK)
    return Content(
        sign=LEVELS[worst],
        headline=heading(t, item),
        gist=_gist(t, mine, int(data.get("more", 0)), data),
        facts=(),
        paragraphs=(*repeat_mark(reader), *_nothing(t, data)),
        sections=tuple(_sections(t, data, mine, team)),
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


def _sections(t: Texts, data: Row, mine: Sequence[Row], team: Mapping[str, Sequence[Row]]) -> list[Section]:
    found = [Section(t.say("Most urgent first"), _rows(t, mine, int(data.get("more", 0)), own=True))]
    observe = list(data.get("observe", ()))
    found.append(Section(t.say("Only to observe: the court or the other side moves"), _rows(t, observe, 0, own=True)))
    more = data.get("team_more", {})
    for kind in _TEAM:
        found.append(Section(t.say(_TEAM[kind]), _rows(t, team.get(kind, ()), int(more.get(kind, 0)), own=False)))
    return [section for section in found if section.lines]


def _rows(t: Texts, rows: Sequence[Row], more: int, *, own: bool) -> tuple[str, ...]:
    lines = [_row(t, one, own=own) for one in rows]
    if more > 0:
        lines.append(t.many("and {n} more", "and {n} more", more))
    return tuple(lines)


def _row(t: Texts, one: Row, *, own: bool) -> str:
    """Return one line: sign, time left, code, what, day, owner, whether anybody acknowledged it."""
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
