"""An import: first shown without writing anything, then recorded in one transaction.

One transaction, not batches: a case whose filing is in but whose answer, some rows further on, is not yet
would raise a false alarm. A crash leaves nothing half-done, and the same import again does the whole work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case
from deadline_guard.errors import IntakeError
from deadline_guard.intake import SOURCES
from deadline_guard.intake.mapping import Mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.reading import Batch, Reading, Tally
from deadline_guard.intake.rejects import Rejects
from deadline_guard.intake.sinks import Comparing, Recording, Sink
from deadline_guard.intake.table import Progress, Table
from deadline_guard.store import Store, comparison, sources, sqlite
from deadline_guard.store.events import EventRow, Recorded
from deadline_guard.store.statements import without_collecting

SAMPLE: Final = 5
MOST_LOST: Final = 0.05  # of the facts that the source had: more is a truncated file until somebody says otherwise


@dataclass(slots=True)
class Outcome:
    """What an import did, or (``written`` false) would do. ``gone`` of ``had`` facts are not in the file."""

    tally: Tally
    rejects: Rejects
    written: bool = False
    new_cases: int = 0
    changed_cases: int = 0
    new: int = 0
    revised: int = 0
    same: int = 0
    conflicts: int = 0
    gone: int | None = None
    had: int = 0
    sample_cases: list[Case] = field(default_factory=list)
    sample_events: list[EventRow] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Tell whether anything is there to be recorded."""
        return bool(self.new_cases or self.changed_cases or self.new or self.revised or self.gone)

    @property
    def loses_too_much(self) -> bool:
        """Tell whether a snapshot would take back more than five in a hundred of the source's facts."""
        return self.gone is not None and self.gone > MOST_LOST * self.had

    def add(self, found: Recorded) -> None:
        """Count what became of some events."""
        self.new += found.new
        self.revised += found.revised
        self.same += found.same
        self.conflicts += found.conflicts

    def sample(self, batch: Batch) -> None:
        """Keep the first cases and events, to be shown as they would be stored."""
        self.sample_cases += batch.cases[: SAMPLE - len(self.sample_cases)]
        self.sample_events += batch.events[: SAMPLE - len(self.sample_events)]


def open_table(path: Path, mapping: Mapping) -> Table:
    """Open a file by the end of its name; raises IntakeError naming the ends that are known."""
    for suffix, opener in SOURCES.items():
        if path.name.lower().endswith(suffix):
            try:
                return opener(path, mapping.format)
            except OSError as error:
                raise IntakeError(
                    Text(
                        f"{path}: the file cannot be read ({error.strerror})", f"{path}:文件无法读取({error.strerror})"
                    )
                ) from error
    ends = ", ".join(SOURCES)
    raise IntakeError(Text(f"{path}: expected a file that ends in {ends}", f"{path}:文件名应以 {ends} 结尾"))


class Import:
    """One file on its way in. ``snapshot``: what the file no longer holds is taken back."""

    def __init__(
        self, store: Store, table: Table, mapping: Mapping, words: Vocabulary, *, snapshot: bool = False
    ) -> None:
        self.store = store
        self.table = table
        self.mapping = mapping
        self.words = words
        self.snapshot = snapshot
        self._stamp = _stamp(table.path)

    def preview(self, rejects: Rejects, progress: Progress | None = None) -> Outcome:
        """Return what recording would do; reads only."""
        with self.store.read() as conn:
            return self._pass(conn, Comparing(conn), rejects, progress)

    def record(
        self, now: datetime, rejects: Rejects, progress: Progress | None = None, *, allow_loss: bool = False
    ) -> Outcome:
        """Record everything the file says, or nothing.

        Raises IntakeError when the file changed since it was opened, or when a snapshot would lose too much.
        """
        with self.store.write() as conn, sqlite.few_pages(conn):
            outcome = self._pass(conn, Recording(conn, now, f"import {self.table.path.name}"), rejects, progress)
            self._expect(conn, now)
            if outcome.loses_too_much and not allow_loss:
                raise IntakeError(self.loss(outcome))
            if _stamp(self.table.path) != self._stamp:
                path = self.table.path
                raise IntakeError(
                    Text(
                        f"{path}: the file was changed meanwhile; nothing was written",
                        f"{path}:文件在此期间被改动;未写入任何内容",
                    )
                )
            outcome.written = True
        return outcome

    def loss(self, outcome: Outcome) -> Text:
        """Say that a snapshot would take back too much, and what to do."""
        path, of = self.table.path, repr(self.mapping.source)
        return Text(
            f"{path}: {outcome.gone} of the {outcome.had} facts of source {of} are not in this file; nothing was "
            "written. Is it complete? If so, --allow-loss takes them back",
            f"{path}:来源 {of} 的 {outcome.had} 项事实中有 {outcome.gone} 项不在此文件内;未写入任何内容。"
            "文件是否完整?若完整,可用 --allow-loss 予以撤回",
        )

    def _pass(self, conn: Connection, sink: Sink, rejects: Rejects, progress: Progress | None) -> Outcome:
        """Read the file once and hand everything to the sink."""
        reading = Reading(self.table, self.mapping, self.words, rejects, keep_identities=self.snapshot)
        outcome = Outcome(reading.tally, rejects)
        if self.snapshot:
            outcome.had = sum(1 for _ in comparison.identities(conn, self.mapping.source))
        try:
            with without_collecting():
                self._feed(conn, sink, reading, outcome, progress)
            if self.snapshot:
                held = comparison.identities(conn, self.mapping.source)
                outcome.gone = reading.seen.note_gone(held)
                for lacking in reading.seen.gone():
                    sink.gone([(case, self.mapping.source, source_id) for case, source_id in lacking])
        finally:
            reading.seen.close()
        return outcome

    def _feed(
        self, conn: Connection, sink: Sink, reading: Reading, outcome: Outcome, progress: Progress | None
    ) -> None:
        said = self.mapping.case.fields
        for batch in reading.batches(progress):
            batch.cases = comparison.merged(conn, batch.cases, said)
            outcome.sample(batch)
            new, changed = sink.cases(batch.cases)
            outcome.new_cases += new
            outcome.changed_cases += changed
            outcome.add(sink.events(batch.events))

    def _expect(self, conn: Connection, now: datetime) -> None:
        """Register that the source delivered, and how often it should."""
        if self.mapping.expect_every is not None:
            sources.expect(conn, self.mapping.source, self.mapping.expect_every)
        sources.seen(conn, self.mapping.source, now)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
