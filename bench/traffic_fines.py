"""150,370 traffic fines: import and full evaluation, as ratios to reading the file (issue 5, must show 4).

Reading: gzip and ``csv.DictReader``, every row turned into a dict and dropped, in the same run. Import: the public
import into a database file, one transaction, FULL synchronisation. Evaluation: every account loaded from the
database and assessed by the core at 1 January 2011, with bucket and amount owed under the regulator's table.
Times are the processor's; peak memory is that of a fresh process for each. The counts must equal those of the
file. There is no bar on the ratios: they go into the README.

Run ``python bench/traffic_fines.py [--quick]`` (--quick: every 10th account); status 1 when a count differs.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time
from typing import NamedTuple

from _office import report

from deadline_guard.core.arrears import arrears
from deadline_guard.core.assess import assess
from deadline_guard.core.buckets import bucket_of
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import Bucket, CaseType, Level, Profile, Rule, Rulebook, RuleVersion, Trigger
from deadline_guard.intake.importing import Import, open_table
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.rulebook import calendars
from deadline_guard.store import Store, cases

ROOT = Path(__file__).parents[1]
FILE = ROOT.parent / "shared" / "data" / "traffic_fines.csv.gz"
MAPPING = ROOT / "tests" / "real" / "mappings" / "traffic_fines.yaml"
NOW = datetime(2010, 12, 31, 23, tzinfo=UTC)  # midnight in Rome
TODAY = date(2011, 1, 1)
BUCKETS = (
    Bucket(0, Level.OK, {"en": "normal"}), Bucket(1, Level.EARLY, {"en": "special mention"}),
    Bucket(91, Level.NEAR, {"en": "substandard"}), Bucket(121, Level.URGENT, {"en": "doubtful"}),
    Bucket(181, Level.CRITICAL, {"en": "loss"}),
)  # fmt: skip
AGE = Rule(
    "recovery.age", {"zh": "账龄", "en": "Arrears"}, "overdue_age", Profile("buckets", buckets=BUCKETS),
    trigger=Trigger("fine_notified"), versions=(RuleVersion("1", parse_period("60 days")),),
    params={"plus": ["amount", "expense"], "minus": ["total_paid"]},
)  # fmt: skip
BOOK = Rulebook({AGE.id: AGE}, {"fine": CaseType("fine", {}, calendar="plain", jurisdiction="plain")}, {}, {})
CHUNK = 2_000
READER = """
import csv, gzip, json, sys
from time import process_time
before, rows, accounts = process_time(), 0, set()
with gzip.open(sys.argv[1], "rt", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        rows += 1
        accounts.add(row["case_id"])
took = process_time() - before
kib = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"seconds": took, "kib": int(kib), "found": {"rows": rows, "accounts": len(accounts)}}))
"""


def main() -> int:
    """Run every part in a process of its own, compare the counts, print the ratios; return the exit status."""
    if len(sys.argv) > 2 and sys.argv[1] in PARTS:
        return part(sys.argv[1], Path(sys.argv[2]))
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = sample(folder / "fines.csv.gz") if quick else FILE
        (folder / "file").write_text(str(file), encoding="utf-8")
        read = measured(["-c", READER, str(file)])
        told = {which: measured([__file__, which, str(folder)]) for which in PARTS}
        expected = counted(file)
    rows, accounts = read.found["rows"], read.found["accounts"]
    print(f"{accounts:,} accounts, {rows:,} rows; processor time and peak memory, a fresh process each")
    for which, one in {"reading": read, **told}.items():
        times, size = one.seconds / read.seconds, one.kib / read.kib
        print(f"{which:12} {one.seconds:8.2f} s {times:6.1f} x   {one.kib / 1024:7.1f} MiB {size:6.1f} x")
    stored, aged = told["import"].found, told["evaluation"].found
    bars = {
        "import": (f"{stored} stored", stored == {"rows": rows, "accounts": accounts}),
        "buckets": (f"{aged} by the product, {expected} by csv", aged == expected),
    }
    figures = {
        "quick": quick,
        "time_ratio": {which: round(one.seconds / read.seconds, 2) for which, one in told.items()},
        "memory_ratio": {which: round(one.kib / read.kib, 2) for which, one in told.items()},
    }
    return report("traffic_fines", figures, bars)


def sample(path: Path) -> Path:
    """Write every 10th account of the file."""
    seen: dict[str, int] = {}
    with (
        gzip.open(FILE, "rt", encoding="utf-8", newline="") as source,
        gzip.open(path, "wt", encoding="utf-8", newline="") as target,
    ):
        rows = csv.DictReader(source)
        out = csv.DictWriter(target, rows.fieldnames or ())
        out.writeheader()
        out.writerows(row for row in rows if seen.setdefault(row["case_id"], len(seen)) % 10 == 0)
    return path


class Measured(NamedTuple):
    """What a part found, the processor time it took and the most memory its process held (KiB)."""

    seconds: float
    kib: int
    found: dict[str, int]


def measured(words: list[str]) -> Measured:
    """Run a part in a fresh process."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Measured(**json.loads(done.stdout))


def part(which: str, folder: Path) -> int:
    """Do one part in this process and print its seconds, peak memory (KiB) and what was found."""
    before = process_time()
    found = PARTS[which](folder)
    took = process_time() - before
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kib = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    print(json.dumps({"seconds": took, "kib": kib, "found": found}))
    return 0


def importing(folder: Path) -> dict[str, int]:
    """Import the file into a new database."""
    store = Store.open(folder / "fines.db", create=True)
    plan = read_mapping(MAPPING)
    table = open_table(Path((folder / "file").read_text()), plan)
    done = Import(store, table, plan, Vocabulary()).record(NOW, Rejects(table.header))
    store.close()
    return {"rows": done.new, "accounts": done.new_cases}


def evaluating(folder: Path) -> dict[str, int]:
    """Assess every account; return how many debts stand in each bucket."""
    store, known = Store.open(folder / "fines.db"), calendars.shipped()
    found: Counter[str] = Counter()
    with store.read() as conn:
        ids = list(conn.exec_driver_sql('SELECT id FROM "case"').scalars())
        for start in range(0, len(ids), CHUNK):
            for one in cases.load_cases(conn, ids[start : start + CHUNK], known_at=NOW).values():
                for assessed in assess(one.case, BOOK, known, NOW)[0]:
                    bucket = arrears(assessed.deadline, AGE, one.case, NOW).data["bucket"]
                    found.update([bucket.label["en"]] if bucket else ())
    store.close()
    return dict(sorted(found.items()))


def counted(path: Path) -> dict[str, int]:
    """Count the buckets with csv and date arithmetic alone."""
    accounts: dict[str, list[dict[str, str]]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["timestamp"] <= TODAY.isoformat():
                accounts.setdefault(row["case_id"], []).append(row)
    found: Counter[str] = Counter()
    for told in accounts.values():
        last = {"amount": 0.0, "expense": 0.0, "totalPaymentAmount": 0.0}
        for row in sorted(told, key=lambda r: r["timestamp"]):
            last |= {name: float(row[name]) for name in last if row[name]}
        owed = round(last["amount"] + last["expense"] - last["totalPaymentAmount"], 6)
        for row in told:
            if row["activity"] == "Insert Fine Notification" and owed > 0:
                age = (TODAY - date.fromisoformat(row["timestamp"])).days - 60
                bucket = bucket_of(age, BUCKETS)
                found.update([bucket.label["en"]] if bucket else ())
    return dict(sorted(found.items()))


PARTS = {"import": importing, "evaluation": evaluating}

if __name__ == "__main__":
    raise SystemExit(main())
