"""`people`: who would answer in the days ahead, and passing on what a leaver holds."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from deadline_guard.cli.terminal import DEFAULT_CONFIG, By, ConfigFile, Desk, Locale, author, desk
from deadline_guard.core.coverage import Group, Uncovered, uncovered
from deadline_guard.core.text import Text
from deadline_guard.loop import leaving
from deadline_guard.loop.answers import Said
from deadline_guard.messages.texts import safe
from deadline_guard.store import staffing

COVERED: Final = Text(
    "Every role is filled for the next {days} days (case types in use: {types}).",
    "今后 {days} 天内各角色均有人负责（在用案件类型 {types} 种）。",
)
GAP: Final = Text(
    "{type} · {stage} · {role} · {who}: nobody from {since} to {until} ({why})",
    "{type} · {stage} · {role} · {who}：{since} 至 {until} 无人负责（{why}）",
)
MUTE: Final = Text(
    "{type} · {stage} · {role} · {who}: {person} cannot be told from {since} to {until}, no channel",
    "{type} · {stage} · {role} · {who}：{since} 至 {until} 无法通知 {person}，没有通知渠道",
)
BEYOND: Final = Text("after that too", "之后")
WHOLE: Final = Text("every stage", "所有环节")
CASES: Final = Text("team {team}, {owner}, {n} cases such as {code}", "团队 {team}，{owner}，{n} 件（如 {code}）")
TEAM: Final = Text("team {team}", "团队 {team}")
NOTHING_HELD: Final = Text("{person} holds no open case.", "{person} 没有未结案件。")
PASSES: Final = Text("  {code}  {role} → {to}", "  {code}  {role} → {to}")
SUM: Final = Text("{n} roles on {cases} cases pass: {shares}", "共 {cases} 件案件的 {n} 个角色移交：{shares}")
ASK: Final = Text("Record it?", "确认登记？")
PASSED: Final = Text(
    "{n} roles passed on; the new owners are told of what is near.", "已移交 {n} 个角色；临近的期限将通知新的责任人。"
)
LEFT: Final = Text("! people.yaml still names {person}: {places}", "! people.yaml 中仍有 {person}：{places}")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Who answers, now and in the days ahead. 人员。")
    group.command("coverage")(coverage)
    group.command("pass-on")(pass_on)
    app.add_typer(group, name="people")


def coverage(
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days ahead. 向后多少天。")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="For programs. 供程序读取。")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Name every case type, stage and role that nobody fills on any of the days ahead. 检查角色空缺。"""
    with desk(config, locale) as it:
        office = it.app.office
        with office.store.read() as conn:
            directory, groups = office.directory(conn), staffing.groups(conn)
        types = {g.case_type for g in groups}
        teams = [Group(t, team, {}) for team in directory.teams for t in sorted(types)]
        found = uncovered([*groups, *teams], office.rulebook, directory, it.now, days)
        if as_json:
            typer.echo(json.dumps([asdict(gap) for gap in found], ensure_ascii=False, default=str, indent=2))
        else:
            for gap in found:
                _print(it, gap)
            if not found:
                it.say(COVERED, types=len(types), days=days)
    raise typer.Exit(1 if found else 0)


def _print(it: Desk, gap: Uncovered) -> None:
    zone = ZoneInfo(it.app.config.zone)
    group = gap.group
    people = ", ".join(f"{role} {person}" for role, person in group.owners.items()) or "–"
    shown = CASES if group.cases else TEAM
    who = shown.said(it.t.locale).format(team=group.team or "–", owner=people, n=group.cases, code=safe(group.code))
    it.say(
        MUTE if gap.no_channel else GAP,
        type=gap.case_type,
        stage=gap.stage or WHOLE.said(it.t.locale),
        role=gap.role,
        who=who,
        since=f"{gap.since.astimezone(zone):%Y-%m-%d}",
        until=f"{gap.until.astimezone(zone):%Y-%m-%d}" if gap.until else BEYOND.said(it.t.locale),
        why=" → ".join(gap.why),
        person=gap.person,
    )


def pass_on(
    person: Annotated[str, typer.Argument(help="Who leaves. 离职人员。")],
    to: Annotated[list[str], typer.Option("--to", help="Who takes over; several share. 接手人，可多次。")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. 不再询问。")] = False,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Pass every role that somebody holds on an open case to others, all or none. 离职人员案件批量移交。"""
    with desk(config, locale) as it:
        office = it.app.office
        passing = leaving.plan(office, person, to, it.now)
        if not passing:
            it.say(NOTHING_HELD, person=person)
        else:
            for one in passing[:50]:
                it.say(PASSES, code=safe(one.held.code), role=one.held.role, to=one.to)
            shares = Counter(one.to for one in passing)
            cases = len({one.held.case_id for one in passing})
            it.say(SUM, n=len(passing), cases=cases, shares=", ".join(f"{p} {n}" for p, n in shares.items()))
            if not yes:
                typer.confirm(ASK.said(it.t.locale), abort=True)
            it.say(PASSED, n=leaving.pass_on(office, passing, Said(author(by), it.now)))
        places = leaving.still_named(office.people, person)
        if places:
            it.say(LEFT, person=person, places=", ".join(places))
