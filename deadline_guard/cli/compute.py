"""`deadline-guard compute`: the date calculator, one JSON object a line in and one out, in bounded memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from deadline_guard.core.calendar import Calendar
from deadline_guard.errors import InputError
from deadline_guard.rulebook.calendars import shipped
from deadline_guard.views.compute import LONGEST, answer_line, is_refused, refused


def register(app: typer.Typer) -> None:
    """Mount the command."""
    app.command("compute")(compute)


def compute(file: Annotated[str, typer.Argument(help="A file of JSON lines; - reads standard input.")] = "-") -> None:
    """Compute legal dates: one JSON object a line in, one a line out (exit status 1 if any line failed)."""
    failed = False
    with _opened(file) as source:
        for found in answers(source, shipped()):
            failed = failed or is_refused(found)
            sys.stdout.write(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None


def answers(source: BinaryIO, calendars: Mapping[str, Calendar]) -> Iterator[dict[str, object]]:
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
        yield answer_line(line, calendars)
