"""`ageing`: how many debts stand in each bucket and what is owed of them, at one or several instants."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import groupby
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text as Line

from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk, moment
from deadline_guard.core.buckets import last_day
from deadline_guard.core.rules import Bucket
from deadline_guard.core.text import Text
from deadline_guard.errors import InputError
from deadline_guard.messages.texts import safe
from deadline_guard.messages.words import LEVELS, badge
from deadline_guard.views.ageing import Ageing, Total, ageing, ageing_rules
from deadline_guard.views.items import Sight

BUCKET: Final = Text("Bucket", "账龄档")
DAYS: Final = Text("Days past due", "逾期天数")
LEVEL: Final = Text("Level", "级别")
DEBTS: Final = Text("Debts", "笔数")
OWED: Final = Text("Owed", "欠款")
ALL: Final = Text("Total", "合计")
ON: Final = Text("{title}, {at}", "{title},{at}")
AS_REPORTED: Final = Text(
    "Amounts as reported; interest and fees are never computed.", "金额均为报告数,系统不计算利息和费用。"
)
UNKNOWN: Final = Text("! {n} of these debts have no reported amount.", "! 其中 {n} 笔没有报告金额。")
NO_RULES: Final = Text(
    "No rule measures the age of debts (indicator: overdue_age).", "没有账龄规则(指标 overdue_age)。"
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("ageing")(show)


def show(
    at: Annotated[
        list[str] | None, typer.Option("--at", help="Day (00:00) or time; may be given again. 时点,可多次。")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule's table. 仅此规则。")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only this person's cases. 责任人。")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only this team's cases. 团队。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: amounts as text. 机器可读。")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Show the ageing table: debts and amounts by bucket. 账龄表:各档笔数与金额。"""
    with desk(config, locale) as office:
        instants = [moment(text, "--at", office.app.config.zone) for text in at or ()] or [office.now]
        found = _tables(office, instants, rule or [], owner, team)
        if as_json:
            typer.echo(json.dumps([_plain(one, office.app.config.zone) for one in found], ensure_ascii=False))
            return
        if not found:
            office.say(NO_RULES)
            return
        for _, same in groupby(found, key=lambda one: one.rule.id):
            for one in same:
                _print(office, one)
        office.say(AS_REPORTED)


def _tables(
    office: Desk, instants: Sequence[datetime], only: list[str], owner: str | None, team: str | None
) -> list[Ageing]:
    here = office.app.office
    rules = ageing_rules(here.rulebook, only)
    for name in only:
        if all(r.id != name for r in rules):
            known = ", ".join(r.id for r in ageing_rules(here.rulebook))
            said = Text(f"{name!r} measures no arrears; known: {known}", f"{name!r} 不是账龄规则;可用:{known}")
            raise InputError(field="--rule", message=said)
    with here.store.read() as conn:
        sight = Sight(here.rulebook, here.calendars, here.directory(conn))
        return ageing(conn, sight, instants, office.now, rules, owner, team)


def _print(office: Desk, one: Ageing) -> None:
    t = office.t
    stamp = t.stamp(one.at, office.app.config.zone)
    said = ON.said(t.locale).format(title=safe(t.title(one.rule.title)), at=stamp)
    office.console.print(Line(said, "bold"))
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in (BUCKET, DAYS, LEVEL, DEBTS, OWED):
        grid.add_column(title.said(t.locale), justify="right" if title in (DEBTS, OWED) else "left", no_wrap=True)
    for bucket, total in zip(one.buckets, one.totals, strict=True):
        grid.add_row(
            safe(t.title(bucket.label)), _days(bucket, one.buckets), badge(t, LEVELS[bucket.level]), *_sums(total)
        )
    grid.add_row(Line(ALL.said(t.locale), "bold"), "", "", *_sums(one.sum))
    office.console.print(grid)
    if one.sum.unknown:
        office.say(UNKNOWN, n=one.sum.unknown)


def _days(bucket: Bucket, table: Sequence[Bucket]) -> str:
    last = last_day(bucket, table)
    return f"{bucket.first}+" if last is None else f"{bucket.first}–{last}" if last > bucket.first else str(last)


def _sums(total: Total) -> tuple[str, str]:
    return f"{total.count:,}", f"{float(total.owed):,.2f}"


def _plain(one: Ageing, zone: str) -> dict[str, Any]:
    """Return a table as JSON: buckets by their names in both languages, amounts as exact decimal text."""
    return {
        "rule": one.rule.id,
        "at": one.at.isoformat(),
        "buckets": [
            {
                "label": dict(bucket.label),
                "from": bucket.first,
                "to": last_day(bucket, one.buckets),
                "level": bucket.level.word,
                "debts": total.count,
                "owed": exact(total.owed),
                "without_amount": total.unknown,
            }
            for bucket, total in zip(one.buckets, one.totals, strict=True)
        ],
        "debts": one.sum.count,
        "owed": exact(one.sum.owed),
    }


def exact(amount: Fraction) -> str:
    """Return an amount as decimal text; what was reported in decimals comes out as it went in."""
    with localcontext() as context:
        context.prec = 50
        return f"{Decimal(amount.numerator) / Decimal(amount.denominator):f}"
