"""One pass over a file: rows become cases and events, each once, in batches of constant size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case
from deadline_guard.intake.dates import Cell
from deadline_guard.intake.getters import Unusable
from deadline_guard.intake.mapping import Mapping, Repeat
from deadline_guard.intake.plan import Plan, Told, Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.intake.seen import Said, Seen
from deadline_guard.intake.table import Progress, Row, Table, positions
from deadline_guard.store.events import EventRow

BATCH: Final = 5_000  # events


@dataclass(slots=True)
class Tally:
    """What a pass found.

    ``same_rows`` and ``restated`` are repeats in the file: the very same row, the same fact in another row.
    ``other_case`` rows say something else of their case than its first row, which counts.
    """

    rows: int = 0
    blank: int = 0
    cases: int = 0
    events: int = 0
    same_rows: int = 0
    restated: int = 0
    other_case: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    owners: Counter[str] = field(default_factory=Counter)
    unknown_owners: Counter[str] = field(default_factory=Counter)
    without_owner: int = 0


@dataclass(slots=True)
class Batch:
    """Cases first, then events of these and of earlier cases."""

    cases: list[Case] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)


class Reading:
    """Reads a table once; ``seen`` ends the pass knowing every identity when ``keep_identities`` is set."""

    def __init__(
        self,
        table: Table,
        mapping: Mapping,
        words: Vocabulary,
        rejects: Rejects,
        *,
        keep_identities: bool = False,
    ) -> None:
        self.table = table
        self.mapping = mapping
        self.words = words
        self.rejects = rejects
        self.tally = Tally()
        self.seen = Seen()
        self._plan = Plan(mapping, positions(table.header, mapping.columns, table.path), words)
        self._keep = keep_identities
        self._recorded_by = f"import {table.path.name}"

    def batches(self, progress: Progress | None = None) -> Iterator[Batch]:
        """Yield what the file says; rows that are corrected by a later row of the file come last."""
        batch = Batch()
        for row in self.table.rows(progress):
            self._take(row, batch)
            if len(batch.events) >= BATCH or len(batch.cases) >= BATCH:
                yield self._counted(batch)
                batch = Batch()
        for event in self.seen.staged():
            batch.events.append(event)
            if len(batch.events) >= BATCH:
                yield self._counted(batch)
                batch = Batch()
        yield self._counted(batch)

    def _counted(self, batch: Batch) -> Batch:
        self.tally.cases += len(batch.cases)
        self.tally.events += len(batch.events)
        self.tally.kinds.update(event.kind for event in batch.events)
        if self._keep:
            self.seen.keep((event.case_id, event.source_id) for event in batch.events)
        return batch

    def _take(self, row: Row, batch: Batch) -> None:
        """Take a row with everything it tells, or reject it as a whole."""
        cells = row.cells
        if not any(cell not in ("", None) for cell in cells) and not row.flaws:
            self.tally.blank += 1
            return
        self.tally.rows += 1
        if row.flaws and self._flawed(row):
            return
        try:
            case_id = self._plan.case.id(cells)
        except Unusable as error:
            self._reject(row, error)
            return
        said = self.seen.of(case_id)
        case, told = self._read(row, said)
        if told is None:
            return
        first = hash(tuple([cells[i] for i in self._plan.case_columns]))
        if said is None:
            said = self.seen.begin(case_id, first)
            if case is not None:
                batch.cases.append(case)
                self._count_owners(case)
        elif said.first != first:
            self.tally.other_case += 1
        for event in told:
            placed = self._place(case_id, said, event, cells)
            if placed is not None:
                batch.events.append(placed)

    def _read(self, row: Row, said: Said | None) -> tuple[Case | None, list[Told] | None]:
        """Return the case (of its first row) and the events of a row; None for a row that was rejected."""
        plan, cells = self._plan, row.cells
        case: Case | None = None
        told: list[Told] = []
        failures: list[Unusable] = []
        if said is None:
            try:
                case = plan.case.read(cells)
            except Unusable as error:
                failures.append(error)
        for event in plan.of_row if said is not None else plan.of_row + plan.of_case:
            try:
                found = event.read(cells)
                if found is not None:
                    told.append(found)
                    if said is not None and event.repeat is Repeat.REFUSE:
                        _refuse_other_content(said, found)
            except Unusable as error:
                failures.append(error)
        for failure in failures:
            self._reject(row, failure)
        return case, None if failures else told

    def _place(self, case_id: str, said: Said, told: Told, cells: Sequence[Cell]) -> EventRow | None:
        """Return the event with its final identity; None for a repeat, or one that waits for its last row."""
        repeat = told.event.repeat
        earlier = self.seen.add(said, told.identity, _digest(told, cells))
        identity = told.identity
        if earlier is not None:
            if repeat is Repeat.ORDINAL:
                identity = f"{identity}#{len(earlier) + 1}"
            else:
                same = _digest(told, cells) in earlier
                self.tally.same_rows += same
                self.tally.restated += not same
                if repeat is not Repeat.REVISE:
                    return None
        row = EventRow(
            case_id, told.kind, told.on, self.mapping.source, identity, told.at_us, told.subject, told.data,
            recorded_by=told.recorded_by or self._recorded_by, recorded_at_us=told.recorded_at_us,
        )  # fmt: skip
        if repeat is Repeat.REVISE:
            self.seen.stage(row)
            return None
        return row

    def _flawed(self, row: Row) -> bool:
        """Reject a row whose used cells cannot be trusted; tell whether it was."""
        used = [index for index in sorted(row.flaws) if index in self._plan.columns]
        whole = len(row.flaws) == len(self.table.header) and len(set(map(id, row.flaws.values()))) == 1
        for index in used[:1] if whole else used:
            self.rejects.add(row.number, None if whole else index, row.cells[index], row.flaws[index].why)
        return bool(used)

    def _reject(self, row: Row, error: Unusable) -> None:
        value = None if error.column is None else row.cells[error.column]
        self.rejects.add(row.number, error.column, value, error.why)

    def _count_owners(self, case: Case) -> None:
        owner = case.owners.get("owner")
        if owner is None:
            self.tally.without_owner += 1
        for person in set(case.owners.values()):
            self.tally.owners[person] += 1
            if self.words.persons is not None and person not in self.words.persons:
                self.tally.unknown_owners[person] += 1


def _digest(told: Told, cells: Sequence[Cell]) -> int:
    """Return what tells an identical row from another one of the same identity."""
    if told.event.repeat is Repeat.ORDINAL:
        return 0
    if told.event.repeat is Repeat.REFUSE:
        return hash(told[2:7])
    return hash(tuple(cells))


def _refuse_other_content(said: Said, told: Told) -> None:
    earlier = said.rows.get(told.identity)
    if earlier is not None and hash(told[2:7]) not in earlier:
        why = Text(
            f"the identity {told.identity!r} stands in an earlier row with other content: add a column to "
            "`identity`, or say `repeat: ordinal`, `keep_first` or `revise` in the mapping",
            f"标识“{told.identity}”在前面的行中已出现而内容不同:请在映射中为 identity 增加列,"
            "或写明 repeat: ordinal、keep_first 或 revise",
        )
        raise Unusable(None, why)
