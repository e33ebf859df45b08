"""The daily list of dates entered, changed, deleted and done: its columns, and its text as a message to be signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from deadline_guard.core.text import Text
from deadline_guard.messages.content import Content, Reader, Section, footer, headline, repeat_mark
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.texts import Texts, mark, safe
from deadline_guard.messages.words import Sign, why_you

RULE: Final = "digest.daily_list"
KINDS: Final = {
    "entered": Text("entered", "新增"),
    "moved": Text("changed", "变更"),
    "done": Text("done", "已完成"),
    "ended": Text("deleted", "删除"),
    "reopened": Text("open again", "恢复"),
}
HEADS: Final = (
    Text("Time", "时间"), Text("Case", "案件"), Text("What", "事项"), Text("Change", "变动"), Text("Old date", "原日期"),
    Text("New date", "新日期"), Text("On the word of", "依据何人"), Text("Checked", "核对"),
)  # fmt: skip
TITLE: Final = Text(
    "Dates entered, changed, deleted and done on {day}{team}", "{day} 期限变动清单(新增、变更、删除、完成){team}"
)
NOTHING: Final = Text("Nothing was entered, changed, deleted or done.", "当日无新增、变更、删除或完成。")
SIGN: Final = Text(
    "Checked against the files. Date: ______________  Name: ______________  Signature: ______________",
    "已与案卷核对。日期:______________ 姓名:______________ 签字:______________",
)
NOT_SHOWN: Final = Text(
    "{n} more lines do not fit in here. The whole list: deadline-guard daily-list DAY --html list.html",
    "另有 {n} 行未列出。完整清单:deadline-guard daily-list 日期 --html list.html",
)
_SIGN: Final = Sign("☰", mark("DAILY LIST"), "#0B57A4")
_BOX: Final = "☐"
_EMPTY: Final = "–"
Row = Mapping[str, Any]  # at, code, what, kind, old, new, by; days and instants as ISO text, "" for none


def cells(t: Texts, row: Row, zone: str) -> list[str]:
    """Return one line by column, in the order of HEADS; what is over has no new date."""
    new = "" if row["kind"] in ("done", "ended") else row["new"]
    when = t.stamp(datetime.fromisoformat(row["at"]), zone)
    kind = KINDS[row["kind"]].said(t.locale)
    return [when, safe(row["code"]), safe(t.title(row["what"])), kind, row["old"], new, safe(row["by"]), ""]


def title(t: Texts, item: Item) -> str:
    """Return which days and whose cases a list is about."""
    first, last = (date.fromisoformat(item.data[key]).isoformat() for key in ("day", "until"))
    team = safe(t.title(item.data["team"])) if item.data.get("team") else ""
    days = first if first == last else f"{first} – {last}"
    return TITLE.said(t.locale).format(day=days, team=f" – {team}" if team else "")


def daily_list(reader: Reader, item: Item, actions: Sequence[Action]) -> Content:
    """Return the content of a daily list: every line with the columns of the command, and where to sign."""
    t, rows, zone = reader.t, item.data["lines"], item.data["zone"]
    shown = tuple(" · ".join(cell or _EMPTY for cell in [*cells(t, row, zone)[:-1], _BOX]) for row in rows)
    more = int(item.data.get("more", 0))
    unseen = [NOT_SHOWN.said(t.locale).format(n=more)] if more else []
    columns = " · ".join(head.said(t.locale) for head in HEADS)
    gist = title(t, item)
    return Content(
        sign=_SIGN,
        headline=headline(t, _SIGN, gist),
        gist=gist,
        facts=((t.say("Why you"), why_you(t, item)),),
        paragraphs=(*repeat_mark(reader), *([] if rows else [NOTHING.said(t.locale)]), *unseen),
        sections=(Section(columns, shown),) if rows else (),
        actions=tuple(actions),
        commands=(),
        footer=footer(reader, item),
        closing=SIGN.said(t.locale),
    )
