"""`ledger`: verify the record and seal it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deadline_guard.cli import erasing
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk
from deadline_guard.core.text import Text
from deadline_guard.loop import seals as sealing
from deadline_guard.messages.texts import safe
from deadline_guard.store import seals
from deadline_guard.store.verify import Fault, Verdict, verify

FAULTS: Final = {
    "missing": Text("the entry is missing", "该条记录缺失"),
    "order": Text(
        "it does not follow from the entry before it: one of the two was altered",
        "与前一条记录不衔接:两条中有一条被改动",
    ),
    "digest": Text("the entry was altered", "该条记录被改动"),
    "head": Text("it is not the head that is stored for its chain", "与该链所存链头不符"),
    "payload": Text("what it recorded was altered", "其记录的内容被改动"),
    "no_payload": Text("what it recorded is gone", "其记录的内容缺失"),
    "no_entry": Text("no entry recorded it: {detail}", "没有任何记录与之对应:{detail}"),
    "unreadable": Text("the entry cannot be read", "该条记录无法读取"),
    "erased": Text("it was erased, and no entry says by whom", "内容被清除,却没有清除记录"),
    "events": Text("the events that it recorded were altered", "其记录的事件被改动"),
    "row": Text("what it recorded was altered: {detail}", "其记录的内容被改动:{detail}"),
    "no_row": Text("what it recorded is gone: {detail}", "其记录的内容缺失:{detail}"),
    "seal": Text("seal {detail} does not fit what it was made over", "第 {detail} 号封存与所封内容不符"),
    "sealed": Text("it is not the head under seal {detail}", "与第 {detail} 号封存下的链头不符"),
    "root": Text("no seal has the root {detail}", "没有任何封存的根摘要为 {detail}"),
    "revision": Text("the text in force {detail} was altered or is gone", "当时适用的文本 {detail} 被改动或缺失"),
}
WHOLE: Final = Text(
    "Whole: {entries:,} entries in {chains:,} chains under {seals:,} seals. {erased:,} payloads were erased. "
    "{unsealed:,} entries are newer than the last seal ({at}).",
    "完整:{chains:,} 条链,共 {entries:,} 条记录,{seals:,} 次封存;已清除内容 {erased:,} 项;"
    "末次封存({at})之后新增 {unsealed:,} 条。",
)
ALTERED: Final = Text(
    "! ALTERED. {faults:,} faults in {entries:,} entries. The oldest:",
    "! 记录被改动:{entries:,} 条记录中发现 {faults:,} 处问题。最早一处:",
)
MORE: Final = Text("Further faults, the first {n} as they were met:", "其他问题(前 {n} 处,按核验顺序):")
PLACE: Final = Text("{chain}, entry {n}{at}: {what}", "{chain} 第 {n} 条{at}:{what}")
ELSEWHERE: Final = Text("{chain}{at}: {what}", "{chain}{at}:{what}")
CHECKING: Final = Text("verifying", "核验中")
NEVER: Final = Text("never", "从未")
SEALED: Final = Text(
    "Seal {n} at {at}: {entries:,} entries in {chains:,} chains, {heads:,} chains moved. Root {root}",
    "第 {n} 号封存,{at}:{chains:,} 条链,共 {entries:,} 条记录,其中 {heads:,} 条链有新增。根摘要 {root}",
)
NO_SEAL: Final = Text("Nothing was sealed yet: deadline-guard ledger seal", "尚未封存:deadline-guard ledger seal")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="The record of everything. 台账。")
    group.callback()(_group)
    group.command("verify")(verify_ledger)
    group.command("seals")(list_seals)
    group.command("seal")(seal_now)
    erasing.register(group)
    app.add_typer(group, name="ledger")


def _group() -> None:
    """The record of everything. 台账。"""


def verify_ledger(
    against: Annotated[
        str | None, typer.Option("--against", help="A root the custodian has. 保管人所存的根摘要。")
    ] = None,
    ledger_only: Annotated[
        bool, typer.Option("--ledger-only", help="Not the tables that commands read. 仅核验台账本身。")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Compare everything with its digests; ends with status 1 when anything was altered. 核验台账。"""
    with desk(config, locale) as at:
        console = Console(stderr=True)
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        with bar, at.app.store.read() as conn:
            task = bar.add_task(CHECKING.said(at.t.locale), total=None)
            found = verify(
                conn, against, lambda done, total: bar.update(task, completed=done, total=total), rows=not ledger_only
            )
        tell(at, found)
    if not found.is_whole:
        raise typer.Exit(1)


def tell(at: Desk, found: Verdict) -> None:
    """Print what verification found."""
    last = _stamp(at, found.last_seal) if found.last_seal else NEVER.said(at.t.locale)
    if found.is_whole:
        at.say(WHOLE, **_counts(found), at=last)
        return
    at.say(ALTERED, **_counts(found))
    first = found.first
    if first is not None:
        _print(at, first)
    others = [one for one in found.kept if one is not first]
    if others:
        at.say(MORE, n=len(others))
        for one in others:
            _print(at, one)


def _print(at: Desk, fault: Fault) -> None:
    at.console.print(f"  {_fault(at, fault)}", markup=False, highlight=False, soft_wrap=True)


def _counts(found: Verdict) -> dict[str, int]:
    return {
        "entries": found.entries, "chains": found.chains, "seals": found.seals, "erased": found.erased,
        "faults": found.faults, "unsealed": found.unsealed,
    }  # fmt: skip


def _fault(at: Desk, fault: Fault) -> str:
    what = FAULTS[fault.what].said(at.t.locale).format(detail=safe(fault.detail or fault.chain))
    when = f" ({_stamp(at, fault.at)})" if fault.at else ""
    place = PLACE if fault.n else ELSEWHERE
    return place.said(at.t.locale).format(chain=safe(fault.chain), n=fault.n, at=when, what=what)


def _stamp(at: Desk, instant: datetime) -> str:
    return at.t.stamp(instant, at.app.config.zone)


def list_seals(config: ConfigFile = DEFAULT_CONFIG, locale: Locale = None) -> None:
    """Print every seal with its root, the oldest first. 列出全部封存。"""
    with desk(config, locale) as at:
        with at.app.store.read() as conn:
            found = seals.all_seals(conn)
        for one in found:
            _say_seal(at, one)
        if not found:
            at.say(NO_SEAL)


def seal_now(config: ConfigFile = DEFAULT_CONFIG, locale: Locale = None) -> None:
    """Seal now; the custodian is told as at night. 立即封存。"""
    with desk(config, locale) as at:
        _say_seal(at, sealing.seal(at.app.office, at.now))


def _say_seal(at: Desk, one: seals.Seal) -> None:
    at.say(
        SEALED, n=one.n, at=_stamp(at, one.at), entries=one.entries, chains=one.chains, heads=one.heads,
        root=one.root.hex(),
    )  # fmt: skip
