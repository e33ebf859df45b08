"""`deadline-guard test`: rule tests beside the rules, what they exercise, and every difference with its place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from deadline_guard.cli.language import spoken
from deadline_guard.core.assess import Assessment
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.rules import Rule
from deadline_guard.core.text import Text
from deadline_guard.errors import RulebookError
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars, example_files
from deadline_guard.rulebook.examples import Result, due, run
from deadline_guard.rulebook.exercised import Exercised, Share, exercised
from deadline_guard.rulebook.load import Loaded, load_with_places
from deadline_guard.rulebook.problems import lines_of
from deadline_guard.views.derivation import steps_explained

Folders = Annotated[
    list[Path],
    typer.Argument(exists=True, help="Rule folders, or single *.test.yaml files. 规则文件夹或单个测试文件。"),
]
Locale = Annotated[str | None, typer.Option("--locale", help="en or zh_Hans; else from LANG. 语言。")]
Only = Annotated[str, typer.Option("--rule", help="Only the tests of rules that begin so. 只测以此开头的规则。")]
_NAMED = 20  # names listed of what has no test


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("test")(rule_tests)


def rule_tests(folders: Folders, only: Only = "", locale: Locale = None) -> None:
    """Run rule tests; exit 1 if one fails or a rule has none. 运行规则测试。"""
    language = spoken(locale)
    loaded, known = _loaded(folders)
    assert loaded.rulebook is not None
    paths = sorted({path for folder in folders for path in example_files.files(folder)})
    examples, problems = example_files.load(paths, loaded.rulebook, loaded.registry, known)
    results = run([e for e in examples if e.rule.startswith(only)], loaded.rulebook, known)
    for problem in problems:
        typer.echo(_here(problem.line_in(language)))
    for result in results:
        if not result.passed:
            typer.echo("\n".join(_failure(result, language)))
    covered = exercised(results, _rules(loaded, folders, only))
    failed = sum(not r.passed for r in results)
    typer.echo("\n".join(_summary(len(results), failed, len(problems), covered, language)))
    if failed or problems or not covered.complete:
        raise typer.Exit(1)


def _loaded(folders: Sequence[Path]) -> tuple[Loaded, dict[str, Calendar]]:
    """Return the rules that ship and those of the folders, with their calendars; raises RulebookError."""
    shipped = rules_dir().resolve()
    near = [folder if folder.is_dir() else folder.parent for folder in folders]
    own = [folder for folder in near if not folder.resolve().is_relative_to(shipped) and _holds_rules(folder)]
    everything = [shipped, *dict.fromkeys(own)]
    known, wrong = calendars.load(*(folder / "calendars" for folder in everything))
    loaded = load_with_places(everything, calendars=known)
    errors = [p for p in (*wrong, *loaded.problems) if p.is_error]
    if errors or loaded.rulebook is None:
        raise RulebookError(lines_of(errors))
    return loaded, known


def _holds_rules(folder: Path) -> bool:
    """Return whether there is more than tests in a folder."""
    return any(not path.stem.endswith(".test") for path in folder.rglob("*.y*ml"))


def _rules(loaded: Loaded, folders: Sequence[Path], only: str) -> Iterator[Rule]:
    """Yield the rules that stand in the tested folders: the others owe no test here."""
    assert loaded.rulebook is not None
    within = [f.resolve() for f in folders if f.is_dir()]
    for name, entry in loaded.registry.rules.items():
        place = Path(entry.document.name).resolve()
        if name.startswith(only) and any(place.is_relative_to(folder) for folder in within):
            yield loaded.rulebook.rules[name]


def _failure(result: Result, language: str) -> Iterator[str]:
    """Yield a failed test line by line: its place, expected and got, then how the date came about."""
    zh = language.startswith("zh")
    example = result.example
    yield f"{_here(str(example.mark('name')))}  {'未通过' if zh else 'FAILED'}  {example.name} ({example.rule})"
    for miss in result.misses:
        said = f"期待 {miss.expected},得到 {miss.got}" if zh else f"expected {miss.expected}, got {miss.got}"
        hint = f" ({miss.hint.said(language)})" if miss.hint else ""
        yield f"  {_here(str(miss.mark))}  {miss.field}: {said}{hint}"
    for one in result.found:
        yield f"    {_told(one)}"
        yield from (f"      {line}" for line in steps_explained(one.deadline.basis, language))


def _told(one: Assessment) -> str:
    """Return a deadline in one line, in the words of a test file."""
    deadline = one.deadline
    words = [f"due: {due(deadline)}", f"level: {one.level.word}", f"state: {deadline.state.value}"]
    words += [f"rolled: {str(deadline.rolled).lower()}", f'version: "{deadline.version}"']
    words += [f"provisional: {deadline.provisional[0]}"] if deadline.provisional else []
    words += [f"flags: {', '.join(deadline.flags)}"] if deadline.flags else []
    return ", ".join(words)


def _summary(ran: int, failed: int, broken: int, covered: Exercised, language: str) -> Iterator[str]:
    zh = language.startswith("zh")
    counts = Text(
        f"{ran} tests, {ran - failed} passed, {failed} failed" + (f", {broken} cannot be read" if broken else ""),
        f"{ran} 个测试,通过 {ran - failed},未通过 {failed}" + (f",无法读取 {broken}" if broken else ""),
    )
    yield counts.said(language)
    names = (Text("rules", "规则"), Text("versions", "文本版本"), Text("thresholds", "阈值"))
    if not covered.rules.of:  # single test files owe nothing
        return
    for name, share in zip(names, (covered.rules, covered.versions, covered.thresholds), strict=True):
        yield f"{name.said(language)}: {share.done}/{share.of}{_missing(share, zh)}"


def _missing(share: Share, zh: bool) -> str:
    if not share.missing:
        return ""
    listed = ", ".join(share.missing[:_NAMED]) + (" …" if len(share.missing) > _NAMED else "")
    return f"  {'无测试' if zh else 'without a test'}: {listed}"


def _here(text: str) -> str:
    return text.replace(f"{Path.cwd()}{os.sep}", "", 1)
