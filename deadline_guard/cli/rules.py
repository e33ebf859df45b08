"""`deadline-guard rules`: the rules with their law, and a lawyer's word that a pack was checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deadline_guard.cli.language import spoken
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, desk
from deadline_guard.core.rules import Pack, Rule, Rulebook, RuleVersion, Title, Trigger
from deadline_guard.core.text import Text
from deadline_guard.errors import NotFoundError, RulebookError
from deadline_guard.messages.texts import safe
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook.adopting import is_checked, pack_digest
from deadline_guard.rulebook.load import load
from deadline_guard.rulebook.problems import lines_of
from deadline_guard.store import recorded_law

Locale = Annotated[str | None, typer.Option("--locale", help="en or zh_Hans; else from LANG. 语言。")]
UNCHECKED = Text("not yet checked by a lawyer of this firm", "尚未经本所律师核对")
ADOPTED = Text("{pack}: {n} rules adopted by {by}.", "{pack}:{n} 条规则已由{by}核对采用。")
ALREADY = Text("{pack}: adopted by {by} already.", "{pack}:此前已由{by}核对采用。")
AID = Text("An aid, not legal advice.", "本工具仅供参考,不构成法律意见。")

_KIND = {"duty": Text("duty", "义务"), "right": Text("right", "权利")}
_NATURE = {
    "statutory": Text("statutory", "法定"),
    "court_set": Text("set by the court", "法院指定"),
    "agreed": Text("agreed", "约定"),
    "internal": Text("internal", "内部"),
}
_ACTS = {
    "party": Text("ours", "我方"),
    "opponent": Text("the opponent's", "对方"),
    "court": Text("the court's", "法院"),
    "other": Text("somebody else's", "他人"),
}

group = typer.Typer(no_args_is_help=True, help="Rules with their law. 规则与依据。")


def register(app: typer.Typer) -> None:
    """Mount the command group."""
    app.add_typer(group, name="rules")


@group.command("list")
def listing(
    begins: Annotated[str, typer.Argument(help="Only rules whose id begins so. 只列以此开头的规则。")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """List the rules, pack by pack. 列出规则。"""
    language = spoken(locale)
    book = _book(config)
    console = Console()
    for pack in sorted(book.packs.values(), key=lambda p: p.id):
        rules = [r for r in book.rules.values() if r.pack == pack.id and r.id.startswith(begins)]
        if rules:
            console.print(f"{pack.id}  {_said(pack.title, language)}  ({_review(pack, language)})", markup=False)
            console.print(_table(rules, language))
    console.print(AID.said(language), style="dim")


@group.command("show")
def show(
    rule: Annotated[str, typer.Argument(metavar="ID", help="The rule's id. 规则标识。")],
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Show one rule with its law, versions and profile. 查看一条规则。"""
    book = _book(config)
    if rule not in book.rules:
        raise NotFoundError(_unknown("rule", rule, book.rules))
    language = spoken(locale)
    for line in _shown(book.rules[rule], book, language):
        typer.echo(line)
    typer.echo(AID.said(language))


@group.command("adopt")
def adopt(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack's id, for example cn.civ. 规则包标识。")],
    by: Annotated[str, typer.Option("--by", help="The lawyer who checked it. 核对的律师。")],
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Record that a lawyer of this firm checked a pack as it stands now. 登记律师核对采用规则包。"""
    with desk(config, locale) as at:
        book = at.app.office.rulebook
        if pack not in book.packs:
            raise NotFoundError(_unknown("pack", pack, book.packs))
        with at.app.store.write() as conn:
            new = recorded_law.adopt(conn, pack, pack_digest(book, pack), by, at.now)
        n = sum(rule.pack == pack for rule in book.rules.values())
        at.say(ADOPTED if new else ALREADY, pack=pack, n=n, by=safe(by))


def _book(config: Path) -> Rulebook:
    """Return the rules of the office, or without one those that ship."""
    if config != DEFAULT_CONFIG or config.is_file():
        with desk(config) as at:
            return at.app.office.rulebook
    book, problems = load([rules_dir()])
    if book is None:
        raise RulebookError(lines_of(p for p in problems if p.is_error))
    return book


def _unknown(what: str, name: str, known: object) -> str:
    names = sorted(known)  # type: ignore[call-overload]
    near = get_close_matches(name, names, 1)
    return f"no {what} {name}; " + (f"did you mean {near[0]}?" if near else f"known are: {', '.join(names[:20])}")


def _said(title: Title, language: str) -> str:
    return title.get("zh" if language.startswith("zh") else "en") or next(iter(title.values()), "")


def _review(pack: Pack, language: str) -> str:
    checked = Text(f"checked by {pack.reviewed}", f"核对:{pack.reviewed}")
    return (checked if is_checked(pack) else UNCHECKED).said(language)


def _table(rules: list[Rule], language: str) -> Table:
    heads = (Text("Rule", "规则"), Text("Title", "名称"), Text("Length", "期间"), Text("Law", "依据"))
    table = Table(*(head.said(language) for head in heads))
    table.columns[0].no_wrap = True
    table.columns[0].overflow = "fold"
    for rule in rules:
        latest = max(rule.versions, key=lambda v: v.since or date.min, default=None)
        off = "" if rule.enabled else Text(" (off)", "(停用)").said(language)
        table.add_row(rule.id, _said(rule.title, language) + off, _length(rule, latest, language), _basis(latest))
    return table


def _basis(version: RuleVersion | None) -> str:
    return version.basis if version else ""


def _length(rule: Rule, version: RuleVersion | None, language: str) -> str:
    limits = [version.limit] if version and version.limit else []
    limits += [t.limit for t in (rule.trigger, *rule.trigger_any) if t.limit]
    if rule.date_field:
        return Text("a date certain", "指定日期").said(language)
    back = Text(" before", "前").said(language) if rule.direction == "backward" else ""
    return " / ".join(limit.text(language) + back for limit in limits)


def _shown(rule: Rule, book: Rulebook, language: str) -> Iterator[str]:
    def row(label: Text, value: str) -> Iterator[str]:
        if value:
            yield f"  {label.said(language)}: {value}"

    pack = book.packs.get(rule.pack, Pack(rule.pack, {}))
    yield f"{rule.id}  {_said(rule.title, language)}"
    yield from row(Text("Pack", "规则包"), f"{pack.id} ({_review(pack, language)})")
    applies = (f"{name}: {', '.join(map(str, values))}" for name, values in rule.applies_to.items())
    yield from row(Text("Applies to", "适用"), "; ".join(applies))
    words = (_ACTS[rule.acts.value], _KIND[rule.kind.value], _NATURE[rule.nature])
    yield from row(Text("Whose move", "行为方"), ", ".join(word.said(language) for word in words))
    opening = [_trigger(t, book, language) for t in (rule.trigger, *rule.trigger_any) if t.event or t.rule]
    yield from row(Text("Runs from", "起算"), "; ".join(opening))
    yield from row(Text("Done by", "完成"), ", ".join(_event(name, book, language) for name in rule.done_by))
    yield from row(Text("Cancelled by", "取消"), ", ".join(_event(name, book, language) for name in rule.cancelled_by))
    for version in rule.versions or (RuleVersion(""),):
        yield from row(Text("Text", "条文"), _version(rule, version, language))
    profile = ", ".join(dict.fromkeys(t.level.word for t in rule.profile.thresholds))
    yield from row(Text("Warnings", "预警"), f"{rule.profile.id} ({profile})" if profile else rule.profile.id)
    yield from row(Text("Remark", "备注"), _said(rule.note, language) if rule.note else "")
    yield from row(Text("If missed", "补救"), _said(rule.remedy, language) if rule.remedy else "")
    yield from row(Text("Read in", "出处"), " ".join(filter(None, (rule.source, f"({rule.confidence})"))))
    if not rule.enabled:
        yield from row(Text("State", "状态"), Text("switched off", "停用").said(language))


def _version(rule: Rule, version: RuleVersion, language: str) -> str:
    since, until = version.since, version.until
    span = f"[{since or '…'} – {until or '…'}]" if since or until else ""
    policy = ", ".join(f"{name}: {value}" for name, value in version.policy.items())
    return "  ".join(filter(None, (_length(rule, version, language), version.basis, span, policy)))


def _event(name: str, book: Rulebook, language: str) -> str:
    kind = book.events.get(name)
    return _said(kind.title, language) if kind else name


def _trigger(trigger: Trigger, book: Rulebook, language: str) -> str:
    if trigger.rule:
        return Text(f"the end of {trigger.rule}", f"{trigger.rule} 届满").said(language)
    of = f" ({trigger.of})" if trigger.of else ""
    return _event(trigger.event, book, language) + of
