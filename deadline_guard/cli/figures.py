"""`figures`: warnings, answer times, escalations, overdue and near misses, as far as the viewer may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

import typer
from rich.table import Table

from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Locale, desk, moment
from deadline_guard.core.text import Text
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.views.accountability import CAUSES, Figures, Report, names_allowed, report
from deadline_guard.views.items import Sight

DAYS: Final = timedelta(days=30)
HEADS: Final = (
    Text("", ""), Text("Warnings", "预警"), Text("Unanswered", "未答复"), Text("Answer time, median", "答复用时中位数"),
    Text("90th percentile", "九成答复用时"), Text("Escalations reached", "升级次数"), Text("Fell due", "到期"),
    Text("Overdue", "逾期"), Text("Near misses", "险些逾期"),
)  # fmt: skip
REASONS: Final = dict(
    zip(
        CAUSES,
        (
            Text("no warning had arrived", "未收到预警"), Text("warned, nobody answered", "已预警无人答复"),
            Text("answered, not done", "已答复未完成"), Text("done late", "逾期完成"),
        ),
        strict=True,
    )
)  # fmt: skip
OF: Final = Text("Figures of {since} to {until}, for {name}", "{since} 至 {until} 的数据,查看人:{name}")
OWN: Final = Text("You", "本人")
TEAM: Final = Text("Your team, in sum", "本团队合计")
TOO_FEW: Final = Text(
    "Too few others have figures: a sum would show whose they are.",
    "有数据的其他成员过少,合计将暴露个人数据,不予显示。",
)
WITHIN: Final = Text(
    "A near miss was done with less than one working day left. Answer times count one's own answers.",
    "险些逾期指完成时剩余不足一个工作日。答复用时仅计本人答复。",
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("figures")(show)


def show(
    viewer: Annotated[str, typer.Option("--as", help="Who looks: an id of people.yaml. 查看人。")],
    since: Annotated[str | None, typer.Option("--since", help="From; else 30 days ago. 起始。")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before; else now. 截止。")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Show one's own figures, a lead's team in sum, names where the configuration allows them. 责任数据。"""
    with desk(config, locale) as at:
        settings, office = at.app.config, at.app.office
        end = moment(until, "--until", settings.zone) if until else at.now
        begin = moment(since, "--since", settings.zone) if since else end - DAYS
        allowed = names_allowed(settings.figures.names_for, settings.zone, settings.locale)
        with at.app.store.read() as conn:
            sight = Sight(office.rulebook, office.calendars, office.directory(conn))
            found = report(conn, sight, viewer, begin, end, allowed)
        at.say(OF, since=at.t.stamp(begin, settings.zone), until=at.t.stamp(end, settings.zone), name=found.viewer.name)
        at.console.print(table(at.t, found))
        if found.too_few:
            at.say(TOO_FEW)
        at.say(WITHIN)


def table(t: Texts, found: Report) -> Table:
    """Return the figures as a table."""
    made = Table(*(head.said(t.locale) for head in HEADS))
    lines = [(OWN.said(t.locale), found.own)]
    if found.team is not None:
        lines.append((TEAM.said(t.locale), found.team))
    lines += [(safe(person.name), figures) for person, figures in found.named]
    for name, figures in lines:
        made.add_row(name, *_cells(t, figures))
    return made


def _cells(t: Texts, one: Figures) -> list[str]:
    causes = t.join([f"{REASONS[cause].said(t.locale)} {n}" for cause, n in sorted(one.overdue.items())])
    overdue = f"{one.overdue.total()} ({causes})" if one.overdue else "0"
    return [
        str(one.warnings), str(one.unanswered), _length(t, one.median), _length(t, one.ninetieth),
        str(one.escalations), str(one.due), overdue, str(one.near_misses),
    ]  # fmt: skip


def _length(t: Texts, length: timedelta | None) -> str:
    if length is None:
        return "–"
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分" if t.is_chinese else f"{hours} h {rest} min"
