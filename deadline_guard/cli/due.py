"""`due`: what is coming, the riskiest first; readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from deadline_guard.cli import picture
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk
from deadline_guard.core.rules import Acts, Level
from deadline_guard.core.text import Text
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import LEVELS, badge
from deadline_guard.views.due import Due, counts, due
from deadline_guard.views.items import Sight

STYLES: Final = {
    Level.OK: "green",
    Level.EARLY: "blue",
    Level.NEAR: "yellow",
    Level.URGENT: "bold red",
    Level.CRITICAL: "bold red",
    Level.OVERDUE: "bold reverse",
}
_PICTURE: Final = 126  # columns
BOARD: Final = Text("What is coming", "即将到期")
AS_OF: Final = Text("as of {at}", "截至 {at}")
HELD: Final = Text("‖ held", "‖ 中止")
WATCH: Final = Text("◇ to observe", "◇ 关注")
NO_OWNER: Final = Text("⊘ NO OWNER", "⊘ 无责任人")
SEEN: Final = Text("✓ acknowledged", "✓ 已知悉")
DISPUTED: Final = Text("≠ date disputed", "≠ 日期有异议")
SILENT: Final = Text("no answer ({step}/{steps})", "未答复({step}/{steps})")
NOTHING: Final = Text("Nothing is open in this time.", "此期间没有未结期限。")
COLUMNS: Final = (
    Text("Level", "级别"),
    Text("Left", "剩余"),
    Text("Due", "截止"),
    Text("Case", "案件"),
    Text("What", "事项"),
    Text("Owner", "责任人"),
    Text("Answer", "答复"),
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("due")(show)


def show(
    days: Annotated[
        int | None, typer.Option("--days", min=0, help="Only what is due within so many days. 天数。")
    ] = None,
    most: Annotated[int | None, typer.Option("--most", min=1, help="At most so many lines. 最多行数。")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Also as a picture into this file. 另存为图片。")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Show what is coming, the riskiest first. 查看即将到期的事项。"""
    with desk(config, locale) as at:
        if svg is None:
            print_board(at, days, most=most)
            return
        recording = Console(record=True, width=_PICTURE, file=StringIO(), force_terminal=True)
        print_board(at, days, recording, most)
        svg.write_text(picture.svg(recording, "deadline-guard due"), encoding="utf-8")


def print_board(at: Desk, days: int | None = None, console: Console | None = None, most: int | None = None) -> None:
    """Print the due list of an office; ``most`` cuts it after so many lines and says so."""
    with at.app.store.read() as conn:
        office = at.app.office
        found = due(conn, Sight(office.rulebook, office.calendars, office.directory(conn)), at.now, days)
    out = console or at.console
    out.print(headline(at, found))
    if not found:
        out.print(NOTHING.said(at.t.locale))
        return
    out.print(table(at.t, found[:most]))
    if most is not None and len(found) > most:
        rest = Text(f"… and {len(found) - most} more", f"…… 另有 {len(found) - most} 项")
        out.print(rest.said(at.t.locale), style="dim", highlight=False)


def headline(at: Desk, found: Sequence[Due]) -> Line:
    """Return one line: how many at each level, as of when."""
    line = Line(f"{BOARD.said(at.t.locale)}  ", "bold")
    for level, n in counts(found).items():
        line.append(f"{badge(at.t, LEVELS[level])} {n}  ", STYLES[level])
    stamp = at.t.stamp(at.now, at.app.config.zone)
    return line.append(AS_OF.said(at.t.locale).format(at=stamp), "dim")


def table(t: Texts, found: Sequence[Due]) -> Table:
    """Return the rows as a table; level is always shape and word besides its colour."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in COLUMNS:
        grid.add_column(title.said(t.locale), no_wrap=title in (*COLUMNS[:3], COLUMNS[-1]), overflow="fold")
    for one in found:
        grid.add_row(*_cells(t, one))
    return grid


def _cells(t: Texts, one: Due) -> tuple[Line, ...]:
    what = safe(t.title(one.what)) + (f" – {safe(one.detail)}" if one.detail else "")
    case = Line(safe(one.code))
    if one.title:
        case.append(f"\n{safe(one.title)}", "dim")
    return (
        _level(t, one),
        Line(left(t, one)),
        Line(_day(t, one)),
        case,
        Line(what),
        Line(NO_OWNER.said(t.locale), "bold") if one.unowned else Line(safe(one.owner)),
        Line(_answer(t, one)),
    )


def _day(t: Texts, one: Due) -> str:
    """Return the due date, with its year where that is not obvious."""
    if one.due_on is None or one.held:
        return "–"
    return t.short_day(one.due_on) if -90 < (one.days_left or 0) < 180 else t.day(one.due_on)


def _level(t: Texts, one: Due) -> Line:
    if one.held:
        return Line(HELD.said(t.locale), "dim")
    if one.acts in (Acts.COURT, Acts.OPPONENT):
        return Line(WATCH.said(t.locale), "dim")
    return Line(badge(t, LEVELS[one.level]), STYLES[one.level])


def left(t: Texts, one: Due) -> str:
    """Return the time left in working and calendar days, or how long it is past."""
    if one.days_left is None or one.held:
        return "–"
    if one.level is Level.OVERDUE or one.days_left < 0:
        past = max(-one.days_left, 0)
        return Text(f"{past} d past", f"逾期 {past} 天").said(t.locale)
    days = Text(f"{one.days_left} d", f"{one.days_left} 天").said(t.locale)
    if one.working_days_left is None:
        return days
    working = Text(f"{one.working_days_left} wd", f"{one.working_days_left} 工作日").said(t.locale)
    return f"{working} / {days}"


def _answer(t: Texts, one: Due) -> str:
    """Return whether anybody answered, and that the date is disputed."""
    parts = (DISPUTED.said(t.locale) if one.disputed else "", _answered(t, one))
    return "\n".join(part for part in parts if part)


def _answered(t: Texts, one: Due) -> str:
    if one.held or one.level is Level.OK or one.acts in (Acts.COURT, Acts.OPPONENT):
        return ""
    if one.acknowledged and one.level < Level.OVERDUE:
        return SEEN.said(t.locale)
    return SILENT.said(t.locale).format(step=one.step, steps=one.steps)
