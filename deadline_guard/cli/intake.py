"""`import`: a file is shown as it would be stored, then recorded once somebody confirms."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid
from rich.text import Text as Line

from deadline_guard.app import App
from deadline_guard.cli.terminal import said
from deadline_guard.core.text import Text
from deadline_guard.errors import DeadlineGuardError, IntakeError
from deadline_guard.intake import preview
from deadline_guard.intake.encoding import EncodingUnknown
from deadline_guard.intake.importing import Import, Outcome, open_table
from deadline_guard.intake.mapping import Mapping
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.rejects import Rejects, reject_file
from deadline_guard.intake.syncing import vocabulary
from deadline_guard.intake.table import Progress as Told
from deadline_guard.intake.table import Table

LONG: Final = 1_000_000  # bytes from which a bar is shown

NOTHING_WRITTEN: Final = Text("Nothing was written.", "没有写入任何内容。")
NOTHING_NEW: Final = Text("Nothing is new: the file is stored already.", "没有新内容:该文件已经导入。")
CONFIRM: Final = Text("Record this?", "确认写入?")
WRITTEN: Final = Text("Recorded.", "已写入。")
MAPPING: Final = Text("Mapping", "映射")
COUNTS: Final = Text("Counts", "数量")
REJECTED: Final = Text("Rejected rows", "被拒绝的行")
UNKNOWN: Final = Text("Owners that people.yaml does not know", "people.yaml 中没有的责任人")
FIRST: Final = Text("The first rows as they are stored", "前几行存入后的样子")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV (also .gz) or XLSX.")],
    mapping: Annotated[Path, typer.Option("--mapping", "-m", help="How its columns become cases and events (YAML).")],
    config: Annotated[Path, typer.Option("--config", "-c", help="The office.")] = Path("config.yaml"),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Record without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be recorded, and stop.")] = False,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="The file is everything its source holds: take back what is gone.")
    ] = False,
    allow_loss: Annotated[
        bool, typer.Option("--allow-loss", help="Even if more than 5 % would be taken back.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write every rejected row to this CSV file.")
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="The encoding of the text.")] = None,
) -> None:
    """Import cases and events from a file; nothing is written before you have seen it and said yes."""
    plan = read_mapping(mapping)
    office = App.open(config)
    try:
        table, plan = _open(file, plan, encoding)
        desk = Desk(
            Console(),
            office,
            Import(
                office.store, table, plan, vocabulary(office.office.rulebook, office.office.people), snapshot=snapshot
            ),
        )
        with reject_file(rejects) as report:
            found = Rejects(table.header, report, desk.locale)
            if yes and not dry_run:
                desk.record(found, allow_loss)
            else:
                desk.ask(found, allow_loss, dry_run)
    except DeadlineGuardError as error:
        error.add_note(office.config.locale)
        raise
    finally:
        office.close()


class Desk:
    """Where an import is shown, confirmed and recorded."""

    def __init__(self, console: Console, office: App, job: Import) -> None:
        self.console = console
        self.office = office
        self.job = job
        self.locale = office.config.locale

    def record(self, rejects: Rejects, allow_loss: bool) -> None:
        """Record the file and show what was done."""
        with _bar(self.job.table.path) as told:
            outcome = self.job.record(self.office.clock.now(), rejects, told, allow_loss=allow_loss)
        show(self.console, outcome, self.job.mapping, self.locale)
        self._say(WRITTEN)

    def ask(self, rejects: Rejects, allow_loss: bool, dry_run: bool) -> None:
        """Show what would be done; do it when somebody says yes.

        Raises IntakeError for a snapshot that loses too much.
        """
        with _bar(self.job.table.path) as told:
            outcome = self.job.preview(rejects, told)
        show(self.console, outcome, self.job.mapping, self.locale)
        if not outcome.changes:
            self._say(NOTHING_NEW)
        if outcome.loses_too_much and not allow_loss:
            raise IntakeError(self.job.loss(outcome))
        if dry_run or not typer.confirm(CONFIRM.said(self.locale)):
            self._say(NOTHING_WRITTEN)
            return
        with _bar(self.job.table.path) as told:
            self.job.record(self.office.clock.now(), Rejects(self.job.table.header), told, allow_loss=allow_loss)
        self._say(WRITTEN)

    def _say(self, text: Text) -> None:
        self.console.print(text.said(self.locale))


def _open(file: Path, mapping: Mapping, encoding: str | None) -> tuple[Table, Mapping]:
    """Open the file; where its encoding is unknown and somebody is there to ask, ask."""
    if encoding is not None:
        mapping = replace(mapping, format=replace(mapping.format, encoding=encoding))
    try:
        return open_table(file, mapping), mapping
    except EncodingUnknown as error:
        if not sys.stdin.isatty():
            raise
        typer.echo(said(error))
        return _open(file, mapping, typer.prompt("encoding"))


@contextmanager
def _bar(file: Path) -> Iterator[Told | None]:
    """Show how far the reading of a long file is, on a terminal only."""
    if file.stat().st_size < LONG or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(file.name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def show(console: Console, outcome: Outcome, mapping: Mapping, locale: str) -> None:
    """Print an import: mapping, first rows, numbers, unknown owners, every rejected row that was kept."""
    _pairs(console, MAPPING.said(locale), preview.mapped(mapping))
    _first(console, outcome, locale)
    numbers = Grid(title=COUNTS.said(locale), title_justify="left", box=None, show_header=False)
    for label, number, alarming in preview.counts(outcome):
        style = "bold" if alarming else ""
        numbers.add_row(
            Line(("! " if alarming else "  ") + label.said(locale), style), Line(f"{number:,}", style, justify="right")
        )
    console.print(numbers)
    if unknown := preview.unknown_owners(outcome):
        console.print(Line(f"! {UNKNOWN.said(locale)}: {', '.join(unknown)}"))
    if outcome.rejects.rows:
        console.print(Line(REJECTED.said(locale), "bold"))
        for rejected in outcome.rejects.kept:
            console.print(Line(f"  {rejected.said(locale)}"), soft_wrap=True)
        if (more := outcome.rejects.rows - len({r.row for r in outcome.rejects.kept})) > 0:
            console.print(
                Text(f"  … and {more} more: --rejects FILE", f"  …… 另有 {more} 行:--rejects 文件").said(locale)
            )


def _first(console: Console, outcome: Outcome, locale: str) -> None:
    """Print the first cases and the first events as they would be stored."""
    cases = [preview.stored_case(case) for case in outcome.sample_cases]
    rows = [preview.stored_event(event) for event in outcome.sample_events]
    for title, lines in ((FIRST.said(locale), cases), ("", rows)):
        grid = Grid(title=title or None, title_justify="left", box=None, show_header=False)
        for line in lines:
            grid.add_row(*(Line(f"  {text}" if not n else text) for n, text in enumerate(line)))
        console.print(grid)


def _pairs(console: Console, title: str, pairs: list[tuple[str, str]]) -> None:
    grid = Grid(title=title, title_justify="left", box=None, show_header=False)
    for field, made_of in pairs:
        grid.add_row(Line(f"  {field}"), Line(made_of))
    console.print(grid)
