"""Verify the ledger of an office with 1,000,000 entries, beside hashing the same payloads (issue 6, must show 5).

The office is written by the store's own functions: for each case its data, its events, decisions with assessments
and notices, and messages composed and settled in batches. Ours is ``ledger verify`` as it runs by default: every
entry, head, seal, payload and event, and every row of notices, messages and tries with what the ledger says of it.
The other side reads the same payloads from the same file and hashes them: the stored texts, and those of events
where they stand, in their rows, as the cheapest statement gives them. The two take turns; figures are the processor's
time, the ratio is the median of the rounds. Beside it, without a bar: the ratio to a reader that is handed the texts
of events for nothing, the ledger alone (``--ledger-only``), and hashing alone with every payload in memory already.

Run ``python bench/verify.py [--quick]``; it ends with status 1 above its bar.
"""

from __future__ import annotations

import gc
import json
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from sqlalchemy import Connection

from deadline_guard.core.notices import Message, Notice, NoticeKind, Reason
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.store import Store, cases, events, messages, queue, seals, sending
from deadline_guard.store.assessments import AssessmentRow
from deadline_guard.store.columns import dump
from deadline_guard.store.events import EventRow
from deadline_guard.store.queue import CaseResult
from deadline_guard.store.statements import AMONG, among, fetch
from deadline_guard.store.verify import Verdict, verify
from deadline_guard.store.verify.events import COLUMNS

FULL, QUICK = 1_000_000, 60_000
ROUNDS = 5
AT_MOST = 6.0
CHUNK = 2_000
MAILS = 4  # composed together: the messages of one person
DECISIONS = 3  # a case: its data, its events, three decisions
NOW = datetime(2026, 3, 2, tzinfo=UTC)
# An office of this script has all events of a case in one entry.
OF_EVENTS = f"SELECT CAST(json_group_array(json_array({COLUMNS})) AS BLOB) FROM event GROUP BY case_id"
RULE, CYCLE = "cn.civ.defence", "docket:1"


def main() -> int:
    """Run, print a table and one line of JSON, and return the exit status."""
    entries = QUICK if "--quick" in sys.argv[1:] else FULL
    with tempfile.TemporaryDirectory() as name:
        store = Store.open(Path(name) / "office.db", create=True)
        build(store, int(entries / (2 + DECISIONS + DECISIONS / MAILS)))
        taken = Taken()
        for _ in range(ROUNDS):
            verdict, texts = take_turns(store, taken)
        store.close()
    return report(verdict, texts, taken)


@dataclass
class Taken:
    """Seconds of each round, of the processor and (``walls``) on the wall."""

    ours: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    ledger_only: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    handed: list[float] = field(default_factory=list)  # the plain reader, handed the texts of events
    bare: list[float] = field(default_factory=list)


def take_turns(store: Store, taken: Taken) -> tuple[Verdict, list[bytes]]:
    """Let each side run once; return what verification found and the payloads that were hashed."""
    gc.collect()
    begun, wall = process_time(), perf_counter()
    with store.read() as conn:
        verdict = verify(conn, progress=show)
    taken.ours.append(process_time() - begun)
    taken.walls.append(perf_counter() - wall)
    gc.collect()
    begun = process_time()
    with store.read() as conn:
        texts, reading_events = hashed(conn)
    taken.plain.append(process_time() - begun)
    taken.handed.append(taken.plain[-1] - reading_events)
    begun = process_time()
    for text in texts:
        sha256(text).digest()
    taken.bare.append(process_time() - begun)
    gc.collect()
    begun = process_time()
    with store.read() as conn:
        verify(conn, progress=show, rows=False)
    taken.ledger_only.append(process_time() - begun)
    return verdict, texts


def hashed(conn: Connection) -> tuple[list[bytes], float]:
    """Read every payload and hash it; return all of them, and the seconds that those of events took to read."""
    texts: list[bytes] = []
    cursor = conn.connection.cursor()
    cursor.execute("SELECT CAST(text AS BLOB) FROM payload ORDER BY id")
    for (text,) in iter(cursor.fetchone, None):
        sha256(text).digest()
        texts.append(text)
    begun = process_time()
    of_events = [text for (text,) in fetch(conn, OF_EVENTS)]
    reading = process_time() - begun
    for text in of_events:
        sha256(text).digest()
    return texts + of_events, reading


def show(done: int, total: int) -> None:
    """Show progress as the command does: on one line of a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:,} of {total:,}")


def build(store: Store, count: int) -> None:
    """Write an office of ``count`` cases through the store's own functions, and seal it."""
    for first in range(0, count, CHUNK):
        ids = [f"C{number:07}" for number in range(first, min(first + CHUNK, count))]
        with store.write() as conn:
            cases.put_cases(conn, [a_case(case_id) for case_id in ids], NOW)
            events.record_events(conn, [row for case_id in ids for row in facts(case_id)], NOW)
        for turn in range(DECISIONS):
            with store.write() as conn:
                decide(conn, ids, turn)
    with store.write() as conn:
        seals.seal(conn, NOW + timedelta(days=30))


def a_case(case_id: str) -> Case:
    """Return a case as a firm has it."""
    return Case(
        id=case_id, code=f"(2026)京01民初{case_id}号", case_type="civil", timeline=Timeline(), title="华山公司诉泰山公司",
        zone="Asia/Shanghai", attributes={"instance": "first", "side": "defendant", "amount": 125_000},
        owners={"owner": "zhang", "lead": "wang"}, team="lit",
    )  # fmt: skip


def facts(case_id: str) -> Iterator[EventRow]:
    """Yield three events of a docket."""
    for n, kind in enumerate(("complaint_received", "appraisal_started", "appraisal_ended")):
        data = dump({"document": f"{case_id}-{n}", "note": "签收人:前台"})
        yield EventRow(
            case_id, kind, f"2026-02-{n + 1:02}", "docket", str(n + 1), None, None, data, recorded_by="import"
        )


def decide(conn: Connection, ids: list[str], turn: int) -> None:
    """Decide a level of each case, compose one mail a notice, and settle them all."""
    at = NOW + timedelta(days=turn)
    revs: dict[str, int] = dict(fetch(conn, f'SELECT id, rev FROM "case" WHERE id IN ({AMONG})', among(ids)))
    told = [notice(case_id, turn, at) for case_id in ids]
    found = AssessmentRow(
        RULE, CYCLE, "open", Level(turn + 1), 1, 1, date(2026, 3, 9), NOW + timedelta(days=7), "zhang",
        at + timedelta(days=1), dump([[at.isoformat(), turn + 1]]), "a" * 64,
    )  # fmt: skip
    queue.store_results(conn, [CaseResult(n.subject, revs[n.subject], at, True, [found], [n]) for n in told], at)
    mails = [
        Message(f"{n.key}/email", n.person, "email", "zhang@firm.example", n.kind, (n.key,), n.level,
                f"{n.subject}/{RULE}/{CYCLE}", at, ("slack",))
        for n in told
    ]  # fmt: skip
    for first in range(0, len(mails), MAILS):
        messages.insert(conn, mails[first : first + MAILS], at)
    leased = sending.lease(conn, at, len(mails), "bench", 60)
    sending.settle(
        conn,
        [sending.Outcome(m.id, m.attempt, "sent", "250 2.0.0 queued", f"<{m.id}@firm.example>") for m in leased],
        at,
    )


def notice(case_id: str, turn: int, at: datetime) -> Notice:
    """Return a notice with the snapshot that the sweep gives it."""
    data = {
        "next": {"at": (at + timedelta(hours=4)).isoformat(), "person": "wang", "role": "lead", "action": None},
        "silent_since": at.isoformat(), "because": "",
    }  # fmt: skip
    return Notice(
        case_id, RULE, CYCLE, 1, NoticeKind.LEVEL, Level(turn + 1), 1, 1, "zhang", Reason.FIRST, at, ("owner",), None,
        date(2026, 3, 9), NOW + timedelta(days=7), data,
    )  # fmt: skip


def over(ours: list[float], theirs: list[float]) -> float:
    """Return how many times theirs ours takes: the median of the rounds."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def report(verdict: Verdict, texts: list[bytes], taken: Taken) -> int:
    """Print what was measured; return the exit status."""
    ratio, alone = over(taken.ours, taken.plain), over(taken.ledger_only, taken.plain)
    handed, alone_handed = over(taken.ours, taken.handed), over(taken.ledger_only, taken.handed)
    held = ratio <= AT_MOST and verdict.is_whole
    size = sum(map(len, texts)) / len(texts)
    print(f"\nverifying {verdict.entries:,} entries of {verdict.chains:,} chains, SQLite {sqlite3.sqlite_version}")
    print(f"  payloads {len(texts):,}, {size:.0f} bytes each in the mean; faults {verdict.faults}")
    print(f"  verify            {median(taken.ours):8.2f} s of processor time, {median(taken.walls):.2f} s on the wall")
    print(f"  read and hash     {median(taken.plain):8.2f} s of processor time; hash alone {median(taken.bare):.2f} s")
    print(f"  ratio             {ratio:8.2f}   bar {AT_MOST:g}: {'held' if held else 'MISSED'}")
    print(f"  ledger alone      {median(taken.ledger_only):8.2f} s of processor time, ratio {alone:.2f}, without a bar")
    print(
        f"  to a reader handed the texts of events: ratio {handed:.2f}, ledger alone {alone_handed:.2f}, without a bar"
    )
    figures = {
        "entries": verdict.entries, "chains": verdict.chains, "payload_bytes": round(size),
        "verify_s": round(median(taken.ours), 2), "read_and_hash_s": round(median(taken.plain), 3),
        "hash_s": round(median(taken.bare), 3), "ratio": round(ratio, 2),
        "ledger_only_s": round(median(taken.ledger_only), 2), "ledger_only_ratio": round(alone, 2), "handed_ratio": round(handed, 2),
        "handed_ledger_only_ratio": round(alone_handed, 2), "held": held,
        "python": platform.python_version(),
    }  # fmt: skip
    print(json.dumps(figures))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
