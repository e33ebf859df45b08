"""Import 200,000 events: ours beside SQLModel's `session.add` into the same tables, in one run (issue 3, must show 10).

Ours does the whole work of an import: encoding, mapping, identities, comparison with what is stored, the ledger,
the queues, one transaction with FULL synchronisation. SQLModel only reads the same rows, parses their dates and
adds them; it is run on a sample and compared by its rate. The two are interleaved, figures are the processor's
time, the ratio is the median of the rounds. Peak memory is that of a fresh process which imports and ends.

Run ``python bench/import_events.py [--quick]``; it ends with status 1 below its bars.
"""

from __future__ import annotations

import csv
import gc
import json
import platform
import random
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

from sqlmodel import Session, func, select

from deadline_guard.intake.importing import Import, open_table
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.store import Store
from deadline_guard.store.tables import CaseTable, EventTable

FULL, QUICK = 200_000, 40_000
SAMPLE = 10_000
ROUNDS, QUICK_ROUNDS = 5, 3
EVENTS_A_CASE = 20
SEED = 20_261_121
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, tzinfo=UTC)

FASTER_AT_LEAST = 8
MEMORY_AT_MOST = 1.2

MAPPING = """\
source: bench
zone: Asia/Shanghai
case: {id: case_id, case_type: {const: civil}, owners: {owner: owner}, attributes: {court: court}}
events:
  - {kind: {column: activity}, name: entry, at: timestamp, identity: [document], data: {document: document}}
"""
KINDS = ("motion", "order", "notice", "hearing", "complaint", "answer")


def main() -> int:
    """Run, print a table and one line of JSON, and return the exit status."""
    if "--memory" in sys.argv:
        return memory(Path(sys.argv[-1]))
    quick = "--quick" in sys.argv[1:]
    rows = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        large, small = written(folder / "large.csv", rows), written(folder / "small.csv", rows // 10)
        ours: list[float] = []
        theirs: list[float] = []
        for turn in range(QUICK_ROUNDS if quick else ROUNDS):
            for which in ("ours", "theirs") if turn % 2 else ("theirs", "ours"):
                gc.collect()
                (ours if which == "ours" else theirs).append((imported if which == "ours" else added)(large, rows))
        peaks = peak(small), peak(large)
    return judged(rows, ours, theirs, peaks)


def written(path: Path, rows: int) -> Path:
    """Write dockets: cases one after the other, 20 entries each."""
    rng = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("case_id", "activity", "timestamp", "document", "owner", "court"))
        for case in range(rows // EVENTS_A_CASE):
            day = date(2020, 1, 1) + timedelta(rng.randrange(1500))
            for document in range(EVENTS_A_CASE):
                day += timedelta(rng.randrange(9))
                moment = f"{day}T{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:00"
                out.writerow((f"C{case:06d}", rng.choice(KINDS), moment, document + 1, f"lawyer{case % 40}", "court"))
    return path


def imported(path: Path, rows: int) -> float:
    """Return the events a second of the import, which must hold everything at the end."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "ours.db", create=True)
        before = process_time()
        plan = read_mapping(path.parent / "mapping.yaml")
        table = open_table(path, plan)
        outcome = Import(store, table, plan, Vocabulary()).record(NOW, Rejects(table.header))
        took = process_time() - before
        store.close()
    if (outcome.new, outcome.new_cases, outcome.rejects.rows) != (rows, rows // EVENTS_A_CASE, 0):
        raise SystemExit(f"the import took {outcome.new} events of {outcome.new_cases} cases; expected {rows}")
    return rows / took


def added(path: Path, rows: int) -> float:
    """Return the events a second of `session.add` on the first rows of the file, committed once."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "theirs.db", create=True)
        before = process_time()
        with Session(store.engine) as session, path.open(encoding="utf-8", newline="") as file:
            last = ""
            for row, _ in zip(csv.DictReader(file), range(SAMPLE), strict=False):
                if row["case_id"] != last:
                    last = row["case_id"]
                    session.add(a_case(row))
                session.add(an_event(row))
            session.commit()
        took = process_time() - before
        with Session(store.engine) as session:
            count = session.exec(select(func.count()).select_from(EventTable)).one()
        store.close()
    if count != min(SAMPLE, rows):
        raise SystemExit(f"SQLModel stored {count} events; expected {min(SAMPLE, rows)}")
    return count / took


def a_case(row: dict[str, str]) -> CaseTable:
    return CaseTable(
        id=row["case_id"], code=row["case_id"], case_type="civil", zone=ZONE.key, owners={"owner": row["owner"]},
        attributes={"court": row["court"]},
    )  # fmt: skip


def an_event(row: dict[str, str]) -> EventTable:
    at = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=ZONE)
    return EventTable(
        case_id=row["case_id"], source="bench", source_id=row["document"], revision=1, kind=row["activity"],
        on_date=at.date(), at=at, data={"document": row["document"]}, origin="source", recorded_at=NOW,
        recorded_by="bench", entry=1,
    )  # fmt: skip


def memory(path: Path) -> int:
    """Import in this process and print the most memory it held, in KiB.

    ``ru_maxrss`` would be that of the parent, which it inherits; ``VmHWM`` begins anew with the program.
    """
    imported(path, sum(1 for _ in path.open(encoding="utf-8")) - 1)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    return 0


def peak(path: Path) -> int:
    """Return the peak memory in KiB of a fresh process that imports the file."""
    command = [sys.executable, __file__, "--memory", str(path)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def judged(rows: int, ours: list[float], theirs: list[float], peaks: tuple[int, int]) -> int:
    """Print what was measured beside the bars; return the exit status."""
    faster = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    grows = peaks[1] / peaks[0]
    bars = {
        f"at least {FASTER_AT_LEAST} times SQLModel session.add": (round(faster, 2), faster >= FASTER_AT_LEAST),
        f"peak memory at most {MEMORY_AT_MOST} times that of a tenth": (round(grows, 3), grows <= MEMORY_AT_MOST),
    }
    print(f"import of {rows:,} events, medians of {len(ours)} interleaved rounds, processor time")
    print(f"python {platform.python_version()}, sqlmodel {version('sqlmodel')}, sqlalchemy {version('sqlalchemy')}")
    print(f"{'':24} {'events/s':>10} {'us an event':>12}")
    for name, rates in (("deadline_guard import", ours), ("SQLModel session.add", theirs)):
        print(f"{name:24} {median(rates):10,.0f} {1e6 / median(rates):12.1f}")
    print(f"peak memory: {peaks[0] / 1024:.1f} MiB at {rows // 10:,} events, {peaks[1] / 1024:.1f} MiB at {rows:,}")
    for name, (reading, ok) in bars.items():
        print(f"{'ok    ' if ok else 'FAILED'} {name}: {reading}")
    print(json.dumps({"bench": "import_events", "rows": rows, "ours": ours, "sqlmodel": theirs, "peak_kib": peaks,
                      "faster": faster, "memory": grows, "bars": bars}))  # fmt: skip
    return 0 if all(ok for _, ok in bars.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
