"""Files and mappings for the tests, written as an office would write them."""

from __future__ import annotations

from pathlib import Path

from deadline_guard.intake.importing import Import, open_table
from deadline_guard.intake.mapping import Mapping
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.reading import Batch, Reading
from deadline_guard.intake.rejects import Rejects
from deadline_guard.store import Store

HEAD = """\
source: docket
zone: Asia/Shanghai
case: {id: case, case_type: {const: civil}, owners: {owner: owner}}
events:
"""
FILED = "  - {kind: filed, on: day, identity: [case, what], data: {what: what}}\n"


def mapping(folder: Path, events: str = FILED, head: str = HEAD) -> Mapping:
    """Return a mapping of ``case,owner,what,day`` files."""
    path = folder / "mapping.yaml"
    path.write_text(head + events, encoding="utf-8")
    return read_mapping(path)


def table_file(folder: Path, *rows: str, header: str = "case,owner,what,day") -> Path:
    """Write a delimited file."""
    path = folder / "cases.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def read(path: Path, plan: Mapping, words: Vocabulary = Vocabulary()) -> tuple[Batch, Reading]:  # noqa: B008
    """Return everything a file says in one batch, and the reading with its tally."""
    table = open_table(path, plan)
    reading = Reading(table, plan, words, Rejects(table.header))
    whole = Batch()
    for batch in reading.batches():
        whole.cases += batch.cases
        whole.events += batch.events
    return whole, reading


def importing(store: Store, path: Path, plan: Mapping, *, snapshot: bool = False) -> tuple[Import, Rejects]:
    """Return an import of a file and where its rejects go."""
    table = open_table(path, plan)
    return Import(store, table, plan, Vocabulary(), snapshot=snapshot), Rejects(table.header)
