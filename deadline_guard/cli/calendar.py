"""`deadline-guard calendar`: what the calendars know, and drafts of years that are not announced yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deadline_guard.cli.calendar_import import import_year
from deadline_guard.cli.language import spoken
from deadline_guard.clock import SystemClock
from deadline_guard.core.text import Text
from deadline_guard.errors import RulebookError
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendar_draft, calendars
from deadline_guard.rulebook.problems import lines_of

Locale = Annotated[str | None, typer.Option("--locale", help="en or zh_Hans; else from LANG. 语言。")]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="A rule folder whose calendars are read too. 同时读取其中日历的文件夹。"),
]
SOON = 60  # days before a calendar's end at which it stands out

_HEAD = (
    Text("Calendar", "日历"),
    Text("Name", "名称"),
    Text("Kind", "性质"),
    Text("Known from", "起"),
    Text("Known through", "止"),
    Text("Left", "剩余"),
)
_KIND = {"enacted": Text("enacted", "法定推算"), "announced": Text("announced", "逐年公布")}

group = typer.Typer(no_args_is_help=True, help="Calendars: what they know; drafts. 日历:已知范围与草稿。")


def register(app: typer.Typer) -> None:
    """Mount the command group."""
    group.command("import")(import_year)
    app.add_typer(group, name="calendar")


@group.command("status")
def status(rules: Rules = None, locale: Locale = None) -> None:
    """Say for every calendar through which day its dates are firm. 各日历的日期确定到哪一天。"""
    language = spoken(locale)
    found, problems = calendars.load(*(folder / "calendars" for folder in (rules_dir(), *(rules or ()))))
    if problems:
        raise RulebookError(lines_of(problems))
    rows = calendars.status(found, SystemClock().now().date())
    console = Console()
    console.print(_table(rows, language))
    for row in rows:
        if row.days_left < SOON:
            console.print(_warned(row).said(language), highlight=False, soft_wrap=True)


def _table(rows: Sequence[calendars.Status], language: str) -> Table:
    table = Table(*(one.said(language) for one in _HEAD))
    for row in rows:
        left = Text(f"{row.days_left} days", f"{row.days_left}日").said(language)
        cells = (row.id, row.title.said(language), _KIND[row.kind].said(language))
        table.add_row(*cells, row.known_from.isoformat(), row.known_through.isoformat(), left)
    return table


def _warned(row: calendars.Status) -> Text:
    """Return what to do about a calendar that runs out."""
    if row.days_left < 0:
        return Text(
            f"{row.id}: dates after {row.known_through} are provisional; import the year as soon as it is announced",
            f"{row.id}:{row.known_through}之后的日期均为暂定;公布后请立即导入该年",
        )
    return Text(
        f"{row.id}: ends in {row.days_left} days, on {row.known_through}; look for the next year's notice",
        f"{row.id}:{row.days_left}日后({row.known_through})到头;请留意下一年的通知",
    )


@group.command("draft")
def draft(
    name: Annotated[str, typer.Argument(help="The calendar, for example cn. 日历,例如 cn。")],
    year: Annotated[int, typer.Argument(help="The year, for example 2027. 年份,例如 2027。")],
) -> None:
    """Print a year as the libraries compute it, marked unconfirmed. 按程序库推算某年,标为未确认。"""
    typer.echo(calendar_draft.draft(name, year), nl=False)
