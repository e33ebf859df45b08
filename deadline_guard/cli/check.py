"""`deadline-guard check`: every problem in rules, people and calendars at once, as file:line:column."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from deadline_guard import paths
from deadline_guard.app import named_in, read_config
from deadline_guard.channels import CHANNELS
from deadline_guard.config import Config
from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.core.text import Text
from deadline_guard.rulebook import calendars, load, people
from deadline_guard.rulebook.editor import write_schemas
from deadline_guard.rulebook.problems import Problem, in_order

Folders = Annotated[
    list[Path] | None,
    typer.Argument(help="Rule folders or files; they are read after the rules that ship. 规则文件夹或文件。"),
]
People = Annotated[Path | None, typer.Option("--people", help="people.yaml. 人员文件。")]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="Check what this config.yaml names. 配置文件。")]
Alone = Annotated[bool, typer.Option("--alone", help="Without the rules that ship. 不读自带规则。")]
SchemaFolder = Annotated[
    Path | None, typer.Option("--schema", help="Write JSON Schemas for editors into this folder. 导出 JSON Schema。")
]
Locale = Annotated[str | None, typer.Option("--locale", help="en or zh_Hans; else from LANG. 语言。")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("check")(check)


def check(
    folders: Folders = None,
    people_file: People = None,
    config: ConfigFile = None,
    alone: Alone = False,
    schema: SchemaFolder = None,
    locale: Locale = None,
) -> None:
    """Check rules, people and calendars; exit 1 on any error. 检查规则、人员与日历。"""
    language = locale or _language()
    if schema is not None:
        for path in write_schemas(schema):
            typer.echo(str(path))
        return
    named = list(folders or ())
    if config is None and not named and Path("config.yaml").is_file():
        config = Path("config.yaml")
    found: Config | None = None
    if config is not None:
        found = read_config(config)
        named += [found.path(folder) for folder in found.rules]
        people_file = people_file or found.path(found.people)
        alone = alone or not found.shipped_rules
    _report(*_checked(_with_shipped(named, alone), people_file, found), language)


def _with_shipped(named: Sequence[Path], alone: bool) -> list[Path]:
    """Return the folders to read: the shipped rules first, unless they are named or not wanted."""
    shipped = paths.rules_dir()
    if alone or any(folder.resolve() == shipped.resolve() for folder in named):
        return list(named)
    return [shipped, *named]


def _checked(
    folders: Sequence[Path], people_file: Path | None, config: Config | None
) -> tuple[Rulebook | None, list[Problem]]:
    directory: Directory | None = None
    problems: list[Problem] = []
    if people_file is not None:
        directory, problems = people.load(people_file, channels=CHANNELS)
        if config is not None and directory is not None:
            problems = [*problems, *named_in(config, directory)]
    for folder in folders:
        if (folder / "calendars").is_dir():
            problems += calendars.load(folder / "calendars")[1]
    book, about_rules = load.load(folders, directory=directory)
    return book, in_order([*problems, *about_rules])


def _report(book: Rulebook | None, problems: Sequence[Problem], language: str) -> None:
    for problem in problems:
        typer.echo(problem.line_in(language).replace(f"{Path.cwd()}{os.sep}", "", 1))
    errors = sum(p.is_error for p in problems)
    typer.echo(_count(errors, len(problems) - errors).said(language))
    if book is not None and not errors:
        typer.echo(_contents(book).said(language))
    if errors:
        raise typer.Exit(1)


def _count(errors: int, warnings: int) -> Text:
    def many(n: int, word: str) -> str:
        return f"{n or 'no'} {word}{'' if n == 1 else 's'}"

    return Text(f"{many(errors, 'error')}, {many(warnings, 'warning')}", f"{errors} 个错误,{warnings} 个警告")


def _contents(book: Rulebook) -> Text:
    rules, kinds, events = len(book.rules), len(book.case_types), len(book.events)
    profiles, revision = len(book.profiles), book.revision[:12]
    return Text(
        f"{rules} rules, {kinds} case types, {events} events, {profiles} profiles; revision {revision}",
        f"{rules} 条规则,{kinds} 种案件类型,{events} 种流程节点,{profiles} 个 profile;版本 {revision}",
    )


def _language() -> str:
    """Return the language of the terminal: Chinese where the environment asks for it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh_Hans" if os.environ[name].lower().startswith("zh") else "en"
    return "en"
