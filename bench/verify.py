"""Verify the ledger of an office with 1,000,000 entries, beside hashing the same payloads (issue 6, must show 5).

The office is written by the store's own functions: for each case its data, its events, decisions with assessments
and notices, and messages composed and settled in batches. Ours verifies the ledger itself (``ledger verify
--ledger-only``): every entry, head, seal, payload and event; the other side reads the same payloads from the same
file and hashes them (what it reads of events is their text as digested, made before the clock runs). The two take
turns; figures are the processor's time, the ratio is the median of the rounds. Beside it, without a bar: hashing
alone with every payload in memory already, and ``ledger verify`` as it runs by default, which also compares every
row of notices, messages and tries with what the ledger says of it.

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

FULL, QUICK = 1_000_000, 60_000
ROUNDS = 3
AT_MOST = 6.0
CHUNK = 2_000
MAILS = 4  # composed together: the messages of one person
DECISIONS = 3  # a case: its data, its events, three decisions
NOW = datetime(2026, 3, 2, tzinfo=UTC)
RULE, CYCLE = "cn.civ.defence", "docket:1"


def main() -> int:
    """Run, print a table and one line of JSON, and return the exit status."""
    entries = QUICK if "--quick" in sys.argv[1:] else FULL
    with tempfile.TemporaryDirectory() as name:
        store = Store.open(Path(name) / "office.db", create=True)
        build(store, int(entries / (2 + DECISIONS + DECISIONS / MAILS)))
        of_events = events_as_digested(store)
        ours, plain, bare, walls, whole = [], [], [], [], []
        verdict: Verdict | None = None
        for _ in range(ROUNDS):
            gc.collect()
            begun, wall = process_time(), perf_counter()
            with store.read() as conn:
                verdict = verify(conn, progress=show, rows=False)
            ours.append(process_time() - begun)
            walls.append(perf_counter() - wall)
            gc.collect()
            begun = process_time()
            with store.read() as conn:
                everything = verify(conn, progress=show)
            whole.append(process_time() - begun)
            gc.collect()
            begun = process_time()
            with store.read() as conn:
                texts = hashed(conn, of_events)
            plain.append(process_time() - begun)
            begun = process_time()
            for text in texts:
                sha256(text).digest()
            bare.append(process_time() - begun)
        store.close()
    assert verdict is not None
    assert everything.is_whole
    return report(verdict, texts, ours, plain, bare, walls, whole)


def hashed(conn: Connection, of_events: list[bytes]) -> list[bytes]:
    """Read every kept payload and hash it; hash the events' texts too; return all of them."""
    texts: list[bytes] = []
    cursor = conn.connection.cursor()
    cursor.execute("SELECT CAST(text AS BLOB) FROM payload ORDER BY id")
    for (text,) in iter(cursor.fetchone, None):
        sha256(text).digest()
        texts.append(text)
    for text in of_events:
        sha256(text).digest()
    return texts + of_events


def show(done: int, total: int) -> None:
    """Show progress as the command does, on one line."""
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
    revs = dict(fetch(conn, f'SELECT id, rev FROM "case" WHERE id IN ({AMONG})', among(ids)))
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


def events_as_digested(store: Store) -> list[bytes]:
    """Return the texts of events as their entries digested them."""
    columns = (
        "case_id, entry, source, source_id, revision, kind, on_date, at, subject, data, retracted, origin, "
        "recorded_by, recorded_at"
    )
    asked = f"SELECT CAST(json_group_array(json_array({columns})) AS BLOB) FROM event GROUP BY case_id, entry"
    with store.read() as conn:
        return [row[0] for row in fetch(conn, asked)]


def report(
    verdict: Verdict,
    texts: list[bytes],
    ours: list[float],
    plain: list[float],
    bare: list[float],
    walls: list[float],
    whole: list[float],
) -> int:
    """Print what was measured; return the exit status."""
    ratio = median(a / b for a, b in zip(ours, plain, strict=True))
    held = ratio <= AT_MOST and verdict.is_whole
    size = sum(map(len, texts)) / len(texts)
    print(f"\nverifying {verdict.entries:,} entries of {verdict.chains:,} chains, SQLite {sqlite3.sqlite_version}")
    print(f"  payloads {len(texts):,}, {size:.0f} bytes each in the mean; faults {verdict.faults}")
    print(f"  verify            {median(ours):8.2f} s of processor time, {median(walls):.2f} s on the wall")
    print(
        f"  verify with rows  {median(whole):8.2f} s of processor time, {median(whole) / median(plain):.2f} times read and hash"
    )
    print(f"  read and hash     {median(plain):8.2f} s of processor time; hash alone {median(bare):.2f} s")
    print(f"  ratio             {ratio:8.2f}   bar {AT_MOST:g}: {'held' if held else 'MISSED'}")
    figures = {
        "entries": verdict.entries, "chains": verdict.chains, "payload_bytes": round(size), "verify_s": round(median(ours), 2),
        "read_and_hash_s": round(median(plain), 3), "hash_s": round(median(bare), 3), "ratio": round(ratio, 2), "with_rows_s": round(median(whole), 2), "held": held, "python": platform.python_version(),
    }  # fmt: skip
    print(json.dumps(figures))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
