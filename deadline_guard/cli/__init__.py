"""The command line: one file a command group, each with ``register``."""

from __future__ import annotations

import sys

import typer

from deadline_guard.cli import (
    ageing,
    answers,
    board,
    calendar,
    check,
    colleagues,
    compute,
    daily_list,
    db,
    demo,
    due,
    explain,
    facts,
    figures,
    init,
    intake,
    ledger,
    people,
    rules,
    run,
    status,
    testing,
    why,
)
from deadline_guard.cli.terminal import said
from deadline_guard.errors import DeadlineGuardError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
for group in (
    init,
    demo,
    run,
    due,
    board,
    ageing,
    explain,
    why,
    status,
    answers,
    colleagues,
    facts,
    daily_list,
    figures,
    ledger,
    intake,
    people,
    check,
    calendar,
    compute,
    db,
    testing,
    rules,
):
    group.register(app)


def main() -> None:
    """Run the program; an error that the user can mend is one message and exit status 1."""
    try:
        app()
    except DeadlineGuardError as error:
        sys.stderr.write(f"{said(error)}\n")
        sys.exit(1)
