"""One pass over a file: rows become cases and events, each once, in batches of constant size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import Final, TypeAlias

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case
from deadline_guard.intake.getters import Chunk, Unusable
from deadline_guard.intake.mapping import Mapping as SourceMapping
from deadline_guard.intake.mapping import Repeat
from deadline_guard.intake.plan import Plan, Told, Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.intake.seen import Said, Seen
from deadline_guard.intake.table import Progress, Row, Table, positions
from deadline_guard.store.events import EventRow

CHUNK: Final = 1_000  # rows read by column
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


Opened: TypeAlias = tuple[Case, tuple[Told | None, ...]]


class Reading:
    """Reads a table once; ``seen`` ends the pass knowing every identity when ``keep_identities`` is set."""

    def __init__(
        self,
        table: Table,
        mapping: SourceMapping,
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
        by = f"import {table.path.name}"
        self._plan = Plan(mapping, positions(table.header, mapping.columns, table.path), words, by)
        self._keep = keep_identities
        self._modes = [plan.map.repeat for plan in self._plan.of_row]
        self._refusing = [n for n, plan in enumerate(self._plan.of_row) if plan.map.repeat is Repeat.REFUSE]

    def batches(self, progress: Progress | None = None) -> Iterator[Batch]:
        """Yield what the file says; rows that are corrected by a later row of the file come last."""
        batch = Batch()
        waiting: list[Row] = []
        faults = {} if self._plan.beginnings is None else self._plan.beginnings.faults(self.table)
        for row in self.table.rows(progress):
            usable = True
            if faults and row.number in faults:
                self._take(waiting, batch)
                waiting, usable = [], False
                self._refuse(row, faults[row.number])
            elif row.flaws or not any(row.cells):
                self._take(waiting, batch)
                waiting, usable = [], self._is_usable(row)
            if usable:
                waiting.append(row)
            if len(waiting) >= CHUNK:
                self._take(waiting, batch)
                waiting = []
                if len(batch.events) >= BATCH or len(batch.cases) >= BATCH:
                    yield self._counted(batch)
                    batch = Batch()
        self._take(waiting, batch)
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

    def _refuse(self, row: Row, why: Text) -> None:
        """Reject a row of a case that does not begin as it should, with everything else that is wrong with it."""
        self.tally.rows += 1
        beginnings = self._plan.beginnings
        if beginnings is not None:
            self.rejects.add(row.number, beginnings.column, row.cells[beginnings.column], why)
        self._reject(row, Chunk([row.cells]))

    def _is_usable(self, row: Row) -> bool:
        """Count a blank row, reject one whose used cells cannot be trusted."""
        if not row.flaws and all(cell in ("", None) for cell in row.cells):
            self.tally.blank += 1
            return False
        used = [index for index in sorted(row.flaws) if index in self._plan.columns]
        if used:
            self.tally.rows += 1
        whole = len(row.flaws) == len(self.table.header) and len(set(map(id, row.flaws.values()))) == 1
        for index in used[:1] if whole else used:
            self.rejects.add(row.number, None if whole else index, row.cells[index], row.flaws[index].why)
        return not used

    def _take(self, rows: list[Row], batch: Batch) -> None:
        """Take rows; where one of them is unusable, the halves are taken by themselves until it stands alone."""
        if not rows:
            return
        chunk = Chunk([row.cells for row in rows])
        try:
            ids = self._plan.case.id(chunk)
            opened = self._opened(chunk, ids)
            told = [event.read(chunk, ids) for event in self._plan.of_row]
        except Unusable:
            if len(rows) == 1:
                self.tally.rows += 1
                self._reject(rows[0], chunk)
                return
            middle = len(rows) // 2
            self._take(rows[:middle], batch)
            self._take(rows[middle:], batch)
            return
        self.tally.rows += len(rows)
        self._put(rows, chunk, ids, opened, told, batch)

    def _opened(self, chunk: Chunk, ids: Sequence[str]) -> dict[str, Opened]:
        """Return the cases of which these rows are the first to speak, with what is told once a case."""
        first: dict[str, int] = {}
        for place, case_id in enumerate(ids):
            if case_id not in first and self.seen.of(case_id) is None:
                first[case_id] = place
        if not first:
            return {}
        rows, plans = chunk.take(first.values()), self._plan.of_case
        told = zip(*(plan.read(rows, list(first)) for plan in plans), strict=True) if plans else repeat(())
        cases = self._plan.case.read(rows)
        return {case.id: (case, events) for case, events in zip(cases, told, strict=bool(plans))}

    def _put(
        self, rows: Sequence[Row], chunk: Chunk, ids: Sequence[str], opened: Mapping[str, Opened],
        told: Sequence[Sequence[Told | None]], batch: Batch,
    ) -> None:  # fmt: skip
        """Put readable rows into the batch, each with everything that it tells or not at all."""
        firsts = chunk.hashes(self._plan.case_columns)
        by_row: Iterable[tuple[Told | None, ...]] = zip(*told, strict=True) if told else repeat(())
        said, last, grown = None, None, 0
        for row, case_id, first, events in zip(rows, ids, firsts, by_row, strict=bool(told)):
            if case_id != last or said is None:
                said, last = self.seen.of(case_id), case_id
            if said is None:
                said = self._begin(opened[case_id], first, batch)
            elif self._refusing and self._contradicts(row, said, events):
                continue
            elif said.first != first:
                self.tally.other_case += 1
            for told_once, mode in zip(events, self._modes, strict=True):
                if told_once is None:
                    continue
                grown += 1
                event, digest = told_once
                identity = event.source_id
                if identity in said.rows or mode is Repeat.REVISE:
                    self._place(said, told_once, mode, batch)
                else:  # the usual row, which is why it is not a call
                    said.rows[identity] = [digest]
                    batch.events.append(event)
        self.seen.trim(grown)

    def _begin(self, opened: Opened, first: int, batch: Batch) -> Said:
        """Take the case of its first row with what is told once a case."""
        case, events = opened
        batch.cases.append(case)
        self._count_owners(case)
        said = self.seen.begin(case.id, first)
        for plan, event in zip(self._plan.of_case, events, strict=True):
            if event is not None:
                self._place(said, event, plan.map.repeat, batch)
        self.seen.trim(sum(map(len, said.rows.values())))
        return said

    def _reject(self, row: Row, chunk: Chunk) -> None:
        """Reject a row with everything that is wrong with it."""
        plan = self._plan
        try:
            ids = plan.case.id(chunk)
        except Unusable as error:
            self._say(row, error)
            return
        parts: list[Callable[[], object]] = [partial(event.read, chunk, ids) for event in plan.of_row]
        if self.seen.of(ids[0]) is None:
            parts = [partial(plan.case.read, chunk), *parts]
            parts += [partial(event.read, chunk, ids) for event in plan.of_case]
        for part in parts:
            try:
                part()
            except Unusable as error:
                self._say(row, error)

    def _say(self, row: Row, error: Unusable) -> None:
        value = None if error.column is None else row.cells[error.column]
        self.rejects.add(row.number, error.column, value, error.why)

    def _contradicts(self, row: Row, said: Said, told: tuple[Told | None, ...]) -> bool:
        """Reject a row that gives an identity other content than an earlier one; tell whether it does."""
        for place in self._refusing:
            found = told[place]
            if found is not None:
                event, digest = found
                earlier = said.rows.get(event.source_id)
                if earlier is not None and digest not in earlier:
                    self._say(row, Unusable(None, _other_content(event.source_id)))
                    return True
        return False

    def _place(self, said: Said, told: Told, mode: Repeat, batch: Batch) -> None:
        """Add the event under its final identity, unless it is a repeat or waits for its last row."""
        event, digest = told
        earlier = said.rows.get(event.source_id)
        if earlier is None:
            said.rows[event.source_id] = [digest]
        elif mode is Repeat.ORDINAL:
            earlier.append(digest)
            event = event._replace(source_id=f"{event.source_id}#{len(earlier)}")
        else:
            same = digest in earlier
            self.tally.same_rows += same
            self.tally.restated += not same
            earlier.append(digest)
            if mode is not Repeat.REVISE:
                return
        if mode is Repeat.REVISE:
            self.seen.stage(event)
        else:
            batch.events.append(event)

    def _count_owners(self, case: Case) -> None:
        owner = case.owners.get("owner")
        if owner is None:
            self.tally.without_owner += 1
        for person in set(case.owners.values()):
            self.tally.owners[person] += 1
            if self.words.persons is not None and person not in self.words.persons:
                self.tally.unknown_owners[person] += 1


def _other_content(identity: str) -> Text:
    return Text(
        f"the identity {identity!r} stands in an earlier row with other content: add a column to "
        "`identity`, or say `repeat: ordinal`, `keep_first` or `revise` in the mapping",
        f"标识“{identity}”在前面的行中已出现而内容不同:请在映射中为 identity 增加列,"
        "或写明 repeat: ordinal、keep_first 或 revise",
    )
