"""`deadline-guard calendar import`: an announced year over the files, after a look at what it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from deadline_guard.app import load_rules
from deadline_guard.cli.terminal import DEFAULT_CONFIG, By, ConfigFile, Desk, Locale, author, desk
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.text import Text
from deadline_guard.errors import InputError, RulebookError
from deadline_guard.messages.texts import safe
from deadline_guard.rulebook import calendars
from deadline_guard.rulebook.calendar_import import refusals
from deadline_guard.rulebook.problems import Problem
from deadline_guard.store import recorded_law
from deadline_guard.views.calendar_change import Change, changes
from deadline_guard.views.items import Sight

MOVING: Final = Text("{n} open deadlines move:", "{n} 个未结期限将变动:")
STAYING: Final = Text("{n} dates become firm and stay as they are.", "{n} 个暂定日期确定下来,日期不变。")
NONE_MOVE: Final = Text("No open deadline moves.", "没有未结期限变动。")
ASK: Final = Text(
    "Import it, and tell whoever was warned of a date that moves?", "是否导入,并通知曾收到预警且日期变动的人员?"
)
DONE: Final = Text(
    "Imported. The daemon decides every case again and tells whoever was warned of a date that moved.",
    "已导入。守护进程将重新计算全部案件,并通知曾收到预警且日期变动的人员。",
)
KNOWN: Final = Text("Nothing changed: this text was imported last.", "没有变化:此前最近一次导入的就是该文本。")
DRY: Final = Text("Nothing was recorded.", "未作任何登记。")
_HEADS: Final = (Text("Case", "案件"), Text("What", "事项"), Text("Old date", "原日期"), Text("New date", "新日期"))
_SHOWN: Final = 200


def import_year(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A calendar file. 日历文件。")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. 不再询问。")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would move. 仅预览。")] = False,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Import an announced year; every date that moves is shown first. 导入已公布的年份,先列出变动的期限。"""
    with desk(config, locale) as at:
        text = _text(file)
        after = _checked(at, file, text)
        office = at.app.office
        with at.app.store.read() as conn:
            sight = Sight(office.rulebook, office.calendars, office.directory(conn))
            found = list(changes(conn, sight, after, at.now))
        _show(at, found)
        if dry_run:
            at.say(DRY)
            return
        if not yes:
            typer.confirm(ASK.said(at.t.locale), abort=True)
        with at.app.store.write() as conn:
            new = recorded_law.import_calendar(conn, text, author(by), at.now)
        at.say(DONE if new else KNOWN)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise InputError(field="FILE", message=f"{file} cannot be read as UTF-8 text: {error}") from None


def _checked(at: Desk, file: Path, text: str) -> Mapping[str, Calendar]:
    """Return the calendars as they would be; raises RulebookError with every reason against the file."""
    found, problems = calendars.parse(file)
    for shape, mark in found:
        problems += refusals(shape, mark, at.app.office.calendars)
    _refuse(at, problems)
    with at.app.store.read() as conn:
        before = [one.text for one in recorded_law.imports(conn)]
    return load_rules(at.app.config, [*before, text]).calendars


def _refuse(at: Desk, problems: Sequence[Problem]) -> None:
    if problems:
        raise RulebookError("\n".join(p.line_in(at.t.locale) for p in problems))


def _show(at: Desk, found: Sequence[Change]) -> None:
    """Print what moves, old and new date side by side, and how many dates only become firm."""
    moving = [c for c in found if c.moves]
    if not moving:
        at.say(NONE_MOVE)
    else:
        at.say(MOVING, n=len(moving))
        table = Table(*(head.said(at.t.locale) for head in _HEADS))
        for change in moving[:_SHOWN]:
            what = safe(at.t.title(change.rule.title))
            days = (change.old.deadline.due_on.isoformat(), change.new.deadline.due_on.isoformat())
            table.add_row(safe(change.case.code), what, *days)
        at.console.print(table)
        if len(moving) > _SHOWN:
            at.say(Text("… and {n} more", "……另有 {n} 个"), n=len(moving) - _SHOWN)
    staying = sum(c.firm and not c.moves for c in found)
    if staying:
        at.say(STAYING, n=staying)
