"""`status`: whether anybody is watching, what waits to be sent, which channel is dead and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Final

import typer
from rich.table import Table
from rich.text import Text as Line

from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk
from deadline_guard.core.text import Text
from deadline_guard.messages.texts import safe
from deadline_guard.messages.words import channel_name
from deadline_guard.store import replies
from deadline_guard.store.lock import holder
from deadline_guard.views.status import Channel, Status, status

NEVER: Final = Text("never", "从未")
DAEMON: Final = Text("Daemon", "守护进程")
STANDS: Final = Text("! not running: deadline-guard run", "! 未运行:deadline-guard run")
EVALUATED: Final = Text("Last evaluation", "上次评估")
NEXT: Final = Text("Next", "下次评估")
LATE: Final = Text("! {at}: overdue since {late}", "! {at}:已逾期 {late}")
CASES: Final = Text("Cases", "案件")
COUNTED: Final = Text(
    "{cases}, of which {live} are live, {stale} wait for a decision",
    "共 {cases} 件,其中 {live} 件进行中,{stale} 件等待评估",
)
UNWATCHED: Final = Text(
    "! {without_owner} without owner, {without_clock} without any deadline",
    "! {without_owner} 件无责任人,{without_clock} 件没有任何期限",
)
OUTBOX: Final = Text("Outbox", "发件箱")
SENT: Final = Text("{sent} sent, {waiting} waiting, {retry} being tried again, {dead} given up",
                   "已发送 {sent},待发 {waiting},重试中 {retry},已放弃 {dead}")  # fmt: skip
OLDEST: Final = Text("! the oldest has been due since {at}", "! 最早一封自 {at} 起待发")
CHANNEL: Final = Text("Channel {name}", "渠道 {name}")
TOOK: Final = Text("last took a message {at}", "上次成功 {at}")
DEAD: Final = Text("! {n} given up, the last {at}: {error}", "! 已放弃 {n} 封,最近一次 {at}:{error}")
RULES: Final = Text("Rules", "规则")
BOOK: Final = Text(
    "{rules} rules in {packs} packs, revision {revision}", "{packs} 个规则包,{rules} 条规则,版本 {revision}"
)
UNCHECKED: Final = Text("! not yet checked by a lawyer of this firm: {packs}", "! 尚未经本所律师核对:{packs}")
CALENDARS: Final = Text("Calendars", "日历")
ENDS: Final = Text("{name} announced to {day}", "{name} 已公布至 {day}")
SOURCE: Final = Text("Source {name}", "数据源 {name}")
SEEN: Final = Text("last seen {at}", "上次导入 {at}")
OVERDUE_SOURCE: Final = Text("! last seen {at}, expected every {every}", "! 上次导入 {at},应每 {every} 一次")
PAGES: Final = Text("Pages", "网页")
ANSWER: Final = Text("{url} (answers at {where})", "{url}({where} 有应答)")
NO_ANSWER: Final = Text("! nothing answers at {where}: links cannot be used", "! {where} 没有应答:链接无法使用")
REPLIES: Final = Text("Replies by mail", "邮件回复")
UNREAD: Final = Text("! not read since {at}: {error}", "! 自 {at} 起无法读取:{error}")
CLOCK: Final = Text("Clock", "时钟")
VIRTUAL: Final = Text("virtual: {at}", "虚拟时钟:{at}")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("status")(show)


def show(config: ConfigFile = DEFAULT_CONFIG, locale: Locale = None) -> None:
    """Show how the system itself is; a line that begins with ! asks for something. 系统状态。"""
    with desk(config, locale) as at:
        with at.app.store.read() as conn:
            found = status(conn, at.app.office.calendars, at.now, at.app.office.rulebook.case_types)
        grid = Table(box=None, show_header=False, pad_edge=False)
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, text in _lines(at, found):
            grid.add_row(label, Line(text, "bold red" if text.startswith("!") else ""))
        at.console.print(grid)


def _lines(at: Desk, found: Status) -> list[tuple[str, str]]:
    t = at.t
    lines = [*_evaluation(at, found)]
    f = found.figures
    lines.append((CASES.said(t.locale), COUNTED.said(t.locale).format(**f._asdict())))
    if f.without_owner or f.without_clock:
        lines.append(("", UNWATCHED.said(t.locale).format(**f._asdict())))
    counts = {"sent": 0, "waiting": 0, "retry": 0, "dead": 0, **found.messages}
    counts["waiting"] += found.messages.get("leased", 0)
    counts["retry"] += found.messages.get("ambiguous", 0)
    lines.append((OUTBOX.said(t.locale), SENT.said(t.locale).format(**counts)))
    if found.oldest_due is not None and at.now - found.oldest_due > at.app.config.watchdog.limit:
        lines.append(("", OLDEST.said(t.locale).format(at=_at(at, found.oldest_due))))
    lines += [line for channel in found.channels for line in _channel(at, channel)]
    return [*lines, *_pages(at), *_replies(at), *_rules(at), *_calendars(at, found), *_sources(at, found)]


def _evaluation(at: Desk, found: Status) -> list[tuple[str, str]]:
    t, config = at.t, at.app.config
    lines: list[tuple[str, str]] = []
    if config.clock is not None:
        lines.append((CLOCK.said(t.locale), VIRTUAL.said(t.locale).format(at=_at(at, at.now))))
    by = holder(at.app.store.path) if at.app.store.path else None
    lines.append((DAEMON.said(t.locale), by or STANDS.said(t.locale)))
    if found.last is None:
        return [*lines, (EVALUATED.said(t.locale), f"! {NEVER.said(t.locale)}")]
    lines.append((EVALUATED.said(t.locale), _at(at, found.last.now)))
    following = found.last.next_at
    if following is not None:
        late = at.now - following
        shown = _at(at, following)
        if late > config.watchdog.limit:
            shown = LATE.said(t.locale).format(at=shown, late=_length(late))
        lines.append((NEXT.said(t.locale), shown))
    return lines


def _channel(at: Desk, channel: Channel) -> list[tuple[str, str]]:
    t = at.t
    label = CHANNEL.said(t.locale).format(name=channel_name(t, channel.name))
    lines = [(label, TOOK.said(t.locale).format(at=_at(at, channel.last_sent)))]
    if channel.dead:
        error = safe(channel.error)
        lines.append(("", DEAD.said(t.locale).format(n=channel.dead, at=_at(at, channel.failed_at), error=error)))
    return lines


def _pages(at: Desk) -> list[tuple[str, str]]:
    """Return whether the configured pages answer on this machine."""
    web = at.app.config.web
    if web is None:
        return []
    connection = HTTPConnection("127.0.0.1" if web.host in ("0.0.0.0", "::") else web.host, web.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        alive = connection.getresponse().read() == b"ok\n"
    except (OSError, HTTPException):
        alive = False
    finally:
        connection.close()
    text = (ANSWER if alive else NO_ANSWER).said(at.t.locale)
    return [(PAGES.said(at.t.locale), text.format(url=web.url, where=f"{web.host}:{web.port}"))]


def _rules(at: Desk) -> list[tuple[str, str]]:
    t, book = at.t, at.app.office.rulebook
    on = sum(rule.enabled for rule in book.rules.values())
    said = BOOK.said(t.locale).format(rules=on, packs=len(book.packs), revision=book.revision[:12])
    lines = [(RULES.said(t.locale), said)]
    unchecked = [pack.id for pack in book.packs.values() if pack.reviewed in ("", "none")]
    if unchecked:
        lines.append(("", UNCHECKED.said(t.locale).format(packs=", ".join(unchecked))))
    return lines


def _calendars(at: Desk, found: Status) -> list[tuple[str, str]]:
    used = {k.calendar for k in at.app.office.rulebook.case_types.values()}
    shown = [
        ENDS.said(at.t.locale).format(name=name, day=until) for name, until in found.calendars.items() if name in used
    ]
    return [(CALENDARS.said(at.t.locale), "; ".join(shown))] if shown else []


def _replies(at: Desk) -> list[tuple[str, str]]:
    """Return whether the mailbox that people reply to can be read, where there is one."""
    mail = at.app.config.reply_mail
    if mail is None:
        return []
    with at.app.store.read() as conn:
        trouble = replies.trouble(conn, mail.name)
    label = REPLIES.said(at.t.locale)
    if trouble is None:
        return [(label, safe(mail.name))]
    return [(label, UNREAD.said(at.t.locale).format(at=_at(at, trouble.since), error=safe(trouble.words)))]


def _sources(at: Desk, found: Status) -> list[tuple[str, str]]:
    lines = []
    for source in found.sources:
        text = SEEN.said(at.t.locale).format(at=_at(at, source.last_seen_at))
        if source.late(at.now) and source.expect_every is not None:
            text = OVERDUE_SOURCE.said(at.t.locale).format(
                at=_at(at, source.last_seen_at), every=_length(source.expect_every)
            )
        lines.append((SOURCE.said(at.t.locale).format(name=safe(source.name)), text))
    return lines


def _at(at: Desk, instant: datetime | None) -> str:
    return NEVER.said(at.t.locale) if instant is None else at.t.stamp(instant, at.app.config.zone)


def _length(length: timedelta) -> str:
    """Return a length as ``3d 04:05``."""
    minutes = int(length.total_seconds()) // 60
    days, rest = divmod(minutes, 1440)
    return f"{days}d {rest // 60:02}:{rest % 60:02}" if days else f"{rest // 60:02}:{rest % 60:02}"
