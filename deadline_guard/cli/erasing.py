"""`ledger entries`, `ledger erase`: what the record holds of a case, and taking personal content out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk
from deadline_guard.core.text import Text
from deadline_guard.errors import InputError
from deadline_guard.messages.texts import safe
from deadline_guard.store import cases, erasure, ledger, past, single_erasure
from deadline_guard.store.erasure import Erasure

ENTRY: Final = Text("{n:>5}  {at}  {kind}{gone}", "{n:>5}  {at}  {kind}{gone}")
GONE: Final = Text("  (erased)", "  (内容已清除)")
NO_ENTRY: Final = Text("No entry.", "没有记录。")
ASK_CASE: Final = Text(
    "Erase everything personal of case {code}? This cannot be undone.",
    "确定清除案件 {code} 的全部个人信息?此操作无法撤销。",
)
ASK_ENTRY: Final = Text(
    "Erase what entry {n} of {chain} recorded ({kind}, {at})? This cannot be undone.",
    "确定清除 {chain} 第 {n} 条({kind},{at})所记录的内容?此操作无法撤销。",
)
ASK_EVENT: Final = Text(
    "Erase what {event} on case {code} carried? This cannot be undone.",
    "确定清除案件 {code} 上 {event} 所载内容?此操作无法撤销。",
)
ERASED: Final = Text(
    "{what}: erased {payloads} payloads, the content of {events} events and {notices} notices. The digests stay. "
    "Backups and mails still hold them.",
    "{what}:已清除 {payloads} 项内容、{events} 个事件与 {notices} 条预警的内容,摘要保留。备份与邮件中仍有原文。",
)
KEPT: Final = Text(
    "! {n} revisions still count on a live case and stay: correct or retract the event first, then erase again.",
    "! 案件尚未了结,另有 {n} 个版本仍作为期限依据而保留:请先更正或撤回该节点,再行清除。",
)
NO_WORDS: Final = Text("say why and who: --reason and --by", "请注明原因与经办人:--reason 与 --by")
NOT_BOTH: Final = Text(
    "name a case or a chain (--case CODE, --chain system), and of it at most one entry or event",
    "请指明案件或链(--case 案号 或 --chain system),其中至多一条记录或一个节点",
)
STOP_FIRST: Final = "ledger erase"


def register(group: typer.Typer) -> None:
    """Add the commands to the group ``ledger``."""
    group.command("entries")(entries)
    group.command("erase")(erase)


CaseName = Annotated[str | None, typer.Option("--case", help="The case's code or id. 案号或标识。")]
ChainName = Annotated[str | None, typer.Option("--chain", help="Or a chain: system, channel:email. 或链名。")]


def entries(
    case: CaseName = None,
    chain: ChainName = None,
    containing: Annotated[str, typer.Option("--containing", help="Only entries with this text. 含此文字。")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """List the entries of a chain by number, also those that contain a text. 列出链上记录。"""
    with desk(config, locale) as at:
        with at.app.store.read() as conn:
            name = _chain(conn, case, chain)
            found = [
                (one, single_erasure.entry(conn, name, one.n).is_erased)
                for one in past.chain(conn, name)
                if containing in (one.text or "")
            ]
        for one, is_erased in found:
            gone = GONE.said(at.t.locale) if is_erased else ""
            at.say(ENTRY, n=one.n, at=at.t.stamp(one.at, at.app.config.zone), kind=one.kind, gone=gone)
        if not found:
            at.say(NO_ENTRY)


def erase(
    reason: Annotated[str, typer.Option("--reason", help="Why. 原因。")],
    by: Annotated[str, typer.Option("--by", help="Who does it. 经办人。")],
    case: CaseName = None,
    chain: ChainName = None,
    entry: Annotated[
        int | None, typer.Option("--entry", help="Only what one entry recorded. 仅某条记录的内容。")
    ] = None,
    event: Annotated[
        str | None, typer.Option("--event", help="Only what one event or answer carried. 仅某个节点或答复的内容。")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. 不再询问。")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Erase what is personal of a case that is over, or of one entry; digests stay. Stop the daemon first. 清除内容。"""
    with desk(config, locale) as at:
        if not reason.strip() or not by.strip():
            raise InputError(field="--reason", message=NO_WORDS)
        wanted = _Wanted(at, case, chain, entry, event, reason.strip(), by.strip())
        with at.app.store.lock_daemon(STOP_FIRST):
            if not yes:
                with at.app.store.read() as conn:
                    question = wanted.question(conn)
                typer.confirm(question, abort=True)
            with at.app.store.write() as conn:
                done = wanted.erase(conn)
            erasure.rewrite(at.app.store)
        at.say(ERASED, what=safe(event or case or chain), **done._asdict())
        if done.kept:
            at.say(KEPT, n=done.kept)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be erased: all of a case, one entry of a chain, or one event of a case."""

    at: Desk
    case: str | None
    chain: str | None
    entry: int | None
    event: str | None
    reason: str
    by: str

    def __post_init__(self) -> None:
        whole = self.entry is None and self.event is None
        if (self.entry is not None and self.event is not None) or (self.chain and (whole or self.event is not None)):
            raise InputError(field="--case", message=NOT_BOTH)

    def question(self, conn: Connection) -> str:
        """Return what to ask before; raises NotFoundError for what is not there."""
        at, locale = self.at, self.at.t.locale
        name = _chain(conn, self.case, self.chain)
        if self.entry is not None:
            found = single_erasure.entry(conn, name, self.entry)
            when = at.t.stamp(found.at, at.app.config.zone)
            return ASK_ENTRY.said(locale).format(n=found.n, chain=safe(name), kind=found.kind, at=when)
        ask = ASK_CASE if self.event is None else ASK_EVENT
        return ask.said(locale).format(code=safe(self.case or ""), event=safe(self.event or ""))

    def erase(self, conn: Connection) -> Erasure:
        """Erase it; raises NotFoundError, and StoreError where it is still needed."""
        now = self.at.now
        name = _chain(conn, self.case, self.chain)
        if self.entry is not None:
            return single_erasure.erase_entry(conn, name, self.entry, self.reason, self.by, now)
        case_id = name.removeprefix("case:")
        if self.event is not None:
            return single_erasure.erase_event(conn, case_id, self.event, self.reason, self.by, now)
        return erasure.erase_case(conn, case_id, self.reason, self.by, now)


def _chain(conn: Connection, case: str | None, chain: str | None) -> str:
    """Return the chain that is meant; raises InputError unless exactly one is named, NotFoundError for no case."""
    if (case is None) == (chain is None):
        raise InputError(field="--case", message=NOT_BOTH)
    return chain if chain is not None else ledger.of_case(cases.load_case(conn, str(case)).id)
