"""`deadline-guard compute`: the date calculator, one JSON object a line in and one out, in bounded memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from deadline_guard.core.rules import Rulebook
from deadline_guard.errors import InputError, RulebookError
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars, load
from deadline_guard.rulebook.calendars import shipped
from deadline_guard.rulebook.problems import Problem, lines_of
from deadline_guard.views.compute import LONGEST, Tables, answer_line, is_refused, refused


def register(app: typer.Typer) -> None:
    """Mount the command."""
    app.command("compute")(compute)


Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="A rule folder read after the rules that ship. 规则文件夹,在自带规则之后读取。"),
]


def compute(
    file: Annotated[str, typer.Argument(help="A file of JSON lines; - is standard input. JSON 行文件。")] = "-",
    rules: Rules = None,
) -> None:
    """Compute legal dates: one JSON object a line in, one out; exit 1 if any failed. 逐行计算法定期间。"""
    failed = False
    with _opened(file) as source:
        for found in answers(source, tables(rules or ())):
            failed = failed or is_refused(found)
            sys.stdout.write(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def tables(folders: Sequence[Path]) -> Tables:
    """Return the shipped calendars and rules and those of the folders; the rules are read when first asked for."""
    everything = [rules_dir(), *folders]
    known = shipped()
    if folders:
        known, problems = calendars.load(*(folder / "calendars" for folder in everything))
        _refuse(problems)

    @cache
    def rulebook() -> Rulebook:
        book, found = load.load(everything, calendars=known)
        _refuse(found)
        assert book is not None
        return book

    return Tables(known, rulebook)


def _refuse(problems: Sequence[Problem]) -> None:
    if wrong := [problem for problem in problems if problem.is_error]:
        raise RulebookError(lines_of(wrong))


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None


def answers(source: BinaryIO, asked_of: Tables) -> Iterator[dict[str, object]]:
    """Yield one answer a line, holding no more than one line at a time."""
    first = True
    while raw := source.readline(LONGEST + 1):
        if len(raw) > LONGEST:
            while raw and not raw.endswith(b"\n"):
                raw = source.readline(LONGEST)
            yield refused(InputError(field="", code="too_long", message=f"a line holds at most {LONGEST} bytes"))
            continue
        try:
            line = raw.decode("utf-8-sig" if first else "utf-8").strip()
        except UnicodeDecodeError as error:
            yield refused(InputError(field="", code="no_utf8", message=f"the line is not UTF-8: {error.reason}"))
            continue
        finally:
            first = False
        yield answer_line(line, asked_of)
