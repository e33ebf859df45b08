"""`why`: from a warning's id to the rule as it read then, the facts, the tries, the answers, what happened next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.padding import Padding
from rich.text import Text as Line

from deadline_guard.cli.explain import REASONS, deadline_lines
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Locale, desk
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import author
from deadline_guard.errors import InputError
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import LEVELS, badge, channel_name
from deadline_guard.store.columns import dump
from deadline_guard.views.items import Sight
from deadline_guard.views.why import Why, export, recheck, why

OUTCOMES: Final = {
    "sent": Text("accepted", "已受理"),
    "retry": Text("refused for now, to be tried again", "暂时被拒,将重试"),
    "ambiguous": Text("no answer: it may have arrived", "未获答复,可能已送达"),
    "dead": Text("refused for good", "被永久拒绝"),
    "released": Text("not tried", "未尝试"),
    "": Text("never settled: the program stopped", "未有结果:程序中止"),
}
INTACT: Final = Text("{path}: whole, {n} entries of the ledger fit together.", "{path}:完整,{n} 条台账记录前后相符。")
WRONG: Final = Text("! {path}: altered: {where}", "! {path}:已被改动:{where}")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("why")(show)
    app.command("why-check")(check_export)


def show(
    warning: Annotated[str, typer.Argument(metavar="W-ID", help="The id in the message. 预警编号。")],
    as_json: Annotated[bool, typer.Option("--json", help="As data, with the case's chain. 以 JSON 导出。")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Tell everything behind a warning: rule, facts, tries, answers, what came next. 追溯一条预警。"""
    with desk(config, locale) as at:
        office = at.app.office
        with at.app.store.read() as conn:
            found = why(conn, warning, Sight(office.rulebook, office.calendars, office.directory(conn)))
            data = export(conn, found) if as_json else None
        if data is not None:
            typer.echo(dump(data))
            return
        for one in found:
            for line in lines(at.t, one, at.app.config.zone):
                at.console.print(line)


def lines(t: Texts, one: Why, zone: str) -> Iterator[Line | Padding]:
    """Yield everything about one warning."""
    notice, message = one.notice.notice, one.message
    zone = one.then.case.zone if one.then else zone
    reason = REASONS.get(notice.reason.value, Text(notice.reason.value)).said(t.locale)
    head = f"{one.label}  {badge(t, LEVELS[notice.level])} → {_name(one, notice.person)}: {reason}"
    yield Line(head, "bold")
    yield Line(f"{t.stamp(notice.decided_at, zone)} ({t.zone(zone)})", "dim")
    if one.entry is not None:
        said = Text("Ledger: {chain}, entry {n}, digest {digest}", "台账:{chain} 第 {n} 条,摘要 {digest}")
        yield from _block(t, said.said(t.locale).format(
            chain=one.entry.chain, n=one.entry.n, digest=one.entry.digest.hex()[:16]), [])  # fmt: skip
    of = one.rule_revision[:12]
    title = Text(f"The rule as it read then (revision {of})", f"当时适用的规则原文(版本 {of})")
    yield from _block(t, title.said(t.locale), [safe(row) for row in one.rule_text.splitlines()])
    if one.then is not None:
        code = safe(one.then.case.code)
        yield from _block(t, Text(f"As known then: {code}", f"当时已知:{code}").said(t.locale), [])
        for deadline in one.then.deadlines:
            if deadline.found.deadline.cycle == notice.cycle:
                yield from deadline_lines(t, deadline, zone)
    yield Line("")
    sending = Text("How it was sent", "发送情况").said(t.locale)
    where = f"{channel_name(t, message.channel)} → {safe(message.address)}"
    yield from _block(t, f"{sending}: {where}", [_attempt(t, a, zone) for a in message.attempts])
    yield from _block(
        t, Text("What was answered", "答复").said(t.locale), [_answer(t, one, e, zone) for e in one.answers]
    )
    yield from _block(
        t, Text("What happened next", "后续").said(t.locale), [_later(t, one, n, zone) for n in one.later]
    )


def _attempt(t: Texts, tried: Any, zone: str) -> str:
    outcome = OUTCOMES.get(tried.outcome, Text(tried.outcome)).said(t.locale)
    detail = f": {safe(tried.detail)}" if tried.detail else ""
    return f"{tried.n}. {t.stamp(tried.started_at, zone)}  {outcome}{detail}"


def _answer(t: Texts, one: Why, event: Any, zone: str) -> str:
    kind = one.sight.rulebook.events.get(event.kind)
    what = t.title(kind.title) if kind else event.kind
    via = f" ({channel_name(t, str(event.data['via']))})" if event.data.get("via") else ""
    return f"{t.stamp(event.recorded_at, zone)}  {safe(what)} – {_name(one, author(event))}{via} · {safe(event.id)}"


def _later(t: Texts, one: Why, stored: Any, zone: str) -> str:
    notice = stored.notice
    reason = REASONS.get(notice.reason.value, Text(notice.reason.value)).said(t.locale)
    who = _name(one, notice.person)
    return f"{t.stamp(notice.decided_at, zone)}  {badge(t, LEVELS[notice.level])} → {who}: {reason}"


def _name(one: Why, person: str) -> str:
    found = one.sight.directory.persons.get(person)
    return safe(found.name if found else person)


def _block(t: Texts, title: str, rows: list[str]) -> Iterator[Line | Padding]:
    yield Padding(Line(title, "bold"), (0, 0, 0, 2))
    for row in rows:
        yield Padding(Line(row), (0, 0, 0, 4))


def check_export(
    file: Annotated[Path, typer.Argument(help="What `why --json` printed. `why --json` 的输出。")],
    locale: Locale = None,
) -> None:
    """Verify an export of `why` by itself, without any database. 单独核验 `why --json` 的导出。"""
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        wrong = recheck(given)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            field=str(file), message=Text(f"not an export of `why`: {error}", f"不是 `why` 的导出:{error}")
        ) from None
    said = WRONG if wrong else INTACT
    typer.echo(said.said(locale or "en").format(path=file, n=len(given["ledger"]), where=", ".join(wrong)))
    if wrong:
        raise typer.Exit(1)
