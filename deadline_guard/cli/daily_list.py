"""`daily-list`: the dates entered, moved, done and withdrawn on a day, to be checked and signed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk
from deadline_guard.cli.terminal import day as civil_day
from deadline_guard.core.text import Text
from deadline_guard.messages.changes import HEADS, NOTHING, SIGN, TITLE, cells
from deadline_guard.messages.texts import Texts
from deadline_guard.views.daily import Change, changes

WRITTEN: Final = Text("{path}: {n} lines.", "{path}:{n} 行。")
_STYLE: Final = (
    "body{font:10pt sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #888;padding:.3em;text-align:left}p{margin-top:3em}"
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("daily-list")(show)


def show(
    day: Annotated[str | None, typer.Argument(help="YYYY-MM-DD; else today. 日期,默认当日。")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Cases of one team. 团队。")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write a table. 写入 CSV。")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page to print. 写入 HTML。")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """List the dates entered, changed, deleted and done on a day, for signature. 期限变动日清单(供签字)。"""
    with desk(config, locale) as at:
        office = at.app.office
        on = civil_day(day, "DATE") if day else at.now.astimezone(at.app.config.tz).date()
        with at.app.store.read() as conn:
            found = changes(conn, office.rulebook, office.directory(conn), on, at.app.config.zone, team)
        of_team = f" – {team}" if team else ""
        title = TITLE.said(at.t.locale).format(day=on.isoformat(), team=of_team)
        rows = [_row(at.t, one, at.app.config.zone) for one in found]
        if csv_file is not None:
            _write_csv(csv_file, at.t, rows)
            at.say(WRITTEN, path=csv_file, n=len(rows))
        if html_file is not None:
            html_file.write_text(page(at.t, title, rows), encoding="utf-8")
            at.say(WRITTEN, path=html_file, n=len(rows))
        if csv_file is None and html_file is None:
            _print(at, title, rows)


def _row(t: Texts, one: Change, zone: str) -> list[str]:
    return cells(t, one.plain(), zone)


def _print(at: Desk, title: str, rows: Sequence[Sequence[str]]) -> None:
    at.console.print(title, style="bold", markup=False, highlight=False)
    if rows:
        table = Table(*(head.said(at.t.locale) for head in HEADS))
        for row in rows:
            table.add_row(*row)
        at.console.print(table)
    else:
        at.say(NOTHING)
    at.say(SIGN)


def _write_csv(path: Path, t: Texts, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # spreadsheet programs look for the mark
        writer = csv.writer(file)
        writer.writerow([head.said(t.locale) for head in HEADS])
        writer.writerows([[_inert(value) for value in row] for row in rows])


def _inert(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def page(t: Texts, title: str, rows: Sequence[Sequence[str]]) -> str:
    """Return a page to print and sign."""
    heads = "".join(f"<th>{escape(head.said(t.locale))}</th>" for head in HEADS)
    body = "".join("<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>" for row in rows)
    listed = f"<table><tr>{heads}</tr>{body}</table>" if rows else f"<div>{escape(NOTHING.said(t.locale))}</div>"
    lang = "zh" if t.is_chinese else "en"
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1>{listed}<p>{escape(SIGN.said(t.locale))}</p></html>\n"
    )
