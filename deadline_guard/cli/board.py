"""`board`: where each open case stands, since when, what is left there, what comes next; counts per stage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text as Line

from deadline_guard.cli.due import NO_OWNER, STYLES
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk
from deadline_guard.core.text import Text
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import LEVELS, badge
from deadline_guard.views.board import Coming, StageCount, Standing, counts, standings
from deadline_guard.views.items import Sight

COLUMNS: Final = (
    Text("Stage", "环节"),
    Text("Case", "案件"),
    Text("Since", "自"),
    Text("Left in the stage", "环节剩余"),
    Text("Comes next", "下一日期"),
    Text("Next stage", "下一环节"),
    Text("Owner", "责任人"),
)
COUNTS: Final = (
    Text("Type", "类型"),
    Text("Stage", "环节"),
    Text("Cases", "件数"),
    Text("Too long", "超时"),
    Text("Held", "中止"),
    Text("No owner", "无责任人"),
)
OUTSIDE: Final = Text("– outside all stages", "– 不在任何环节")
THERE: Final = Text("{day} ({n} d)", "{day}({n} 天)")
HELD: Final = Text("‖ held", "‖ 中止")
PAST: Final = Text("{n} d too long", "超时 {n} 天")
LEFT: Final = Text("{working} wd / {n} d", "{working} 工作日 / {n} 天")
NOTHING: Final = Text("No open case stands here.", "没有符合条件的未结案件。")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("board")(show)


def show(
    case_type: Annotated[list[str] | None, typer.Option("--type", help="Only this type. 案件类型。")] = None,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="Only this stage (id). 环节。")] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Only this person's cases; none: those without. 责任人。")
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only this team's cases. 团队。")] = None,
    counts_only: Annotated[bool, typer.Option("--counts", help="Only how many stand where. 仅计数。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 机器可读。")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Show where every open case stands, and how many stand where. 环节看板。"""
    with desk(config, locale) as at:
        here = at.app.office
        with at.app.store.read() as conn:
            sight = Sight(here.rulebook, here.calendars, here.directory(conn))
            person = sight.directory.persons.get(owner or "")
            name = person.name if person else owner
            found = [
                one
                for one in standings(conn, sight, at.now)
                if (not case_type or one.case_type in case_type)
                and (not stage or one.stage in stage)
                and (owner is None or (one.unowned if owner == "none" else one.owner == name))
                and team in (None, one.team)
            ]
        counted = counts(found, here.rulebook)
        if as_json:
            rows = [] if counts_only else [_plain(one) for one in found]
            typer.echo(json.dumps({"counts": [one._asdict() for one in counted], "cases": rows}, ensure_ascii=False))
        elif not found:
            at.say(NOTHING)
        else:
            if not counts_only:
                at.console.print(_table(at.t, found))
            at.console.print(_counted(at, counted))


def _table(t: Texts, found: Sequence[Standing]) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in COLUMNS:
        grid.add_column(title.said(t.locale), overflow="fold")
    for one in found:
        case = Line(safe(one.code))
        if one.title:
            case.append(f"\n{safe(one.title)}", "dim")
        since = THERE.said(t.locale).format(day=t.short_day(one.since), n=one.days_there) if one.since else "–"
        grid.add_row(
            Line(safe(t.title(one.stage_title)) if one.stage else OUTSIDE.said(t.locale)),
            case,
            Line(since),
            Line(_left(t, one)),
            _coming(t, one.coming),
            Line(safe(t.title(one.following)) if one.following else "–"),
            Line(NO_OWNER.said(t.locale), "bold") if one.unowned else Line(safe(one.owner)),
        )
    return grid


def _left(t: Texts, one: Standing) -> str:
    """Return the time left in the stage in working and calendar days, or how much too long it has taken."""
    if one.held:
        return HELD.said(t.locale)
    if one.days_left is None:
        return "–"
    if one.days_left < 0:
        return PAST.said(t.locale).format(n=-one.days_left)
    return LEFT.said(t.locale).format(working=one.working_days_left, n=one.days_left)


def _coming(t: Texts, coming: Coming | None) -> Line:
    if coming is None:
        return Line("–")
    what = f"{t.short_day(coming.due_on)} {safe(t.title(coming.what))}"
    return Line(f"{badge(t, LEVELS[coming.level])} {what}", STYLES[coming.level])


def _counted(at: Desk, found: Sequence[StageCount]) -> Table:
    t = at.t
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for i, title in enumerate(COUNTS):
        grid.add_column(title.said(t.locale), justify="left" if i < 2 else "right")
    types = at.app.office.rulebook.case_types
    for one in found:
        kind = types[one.case_type].title if one.case_type in types else {"en": one.case_type}
        stage = t.title(one.title) if one.stage else OUTSIDE.said(t.locale)
        numbers = (str(n) if n else "·" for n in (one.cases, one.late, one.held, one.unowned))
        grid.add_row(Line(safe(t.title(kind))), Line(safe(stage)), *numbers)
    return grid


def _plain(one: Standing) -> dict[str, Any]:
    """Return one case as JSON; titles in both languages, days counted from today in the case's zone."""
    coming = one.coming
    return {
        "case": one.case_id,
        "code": one.code,
        "title": one.title,
        "type": one.case_type,
        "stage": one.stage,
        "stage_title": dict(one.stage_title),
        "phase": dict(one.phase),
        "since": one.since.isoformat() if one.since else None,
        "days_there": one.days_there,
        "due": one.due_on.isoformat() if one.due_on else None,
        "days_left": one.days_left,
        "working_days_left": one.working_days_left,
        "held": one.held,
        "owner": None if one.unowned else one.owner,
        "answers_for_it": one.owner,
        "team": one.team,
        "next_stage": dict(one.following) if one.following else None,
        "coming": {
            "rule": coming.rule,
            "what": dict(coming.what),
            "level": coming.level.word,
            "due": coming.due_on.isoformat(),
            "due_at": coming.due_at.isoformat(),
            "days_left": coming.days_left,
            "working_days_left": coming.working_days_left,
        }
        if coming
        else None,
    }
