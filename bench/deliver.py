"""Draining the outbox beside reconnect-and-commit-per-message (issue 3, must show 8).

A raw SMTP sink in a process of its own takes 20 ms a message, then 0 ms. Ours: leases in batches, 16 sender
threads with kept connections, results committed in groups, texts rendered on the way. The peer sends mails of the
same size: for each it connects, sends, disconnects, marks the row as sent and commits (SQLite, FULL). Every
message must be accepted exactly once. At 0 ms the limit is the writing of the letters, which the peer does not do.
The ratio is the median of rounds; in each the peer runs right after ours, so that both meet the same machine.

Run ``python bench/deliver.py [--quick]`` (fewer messages, the same bars).
"""

from __future__ import annotations

import smtplib
import sqlite3
import sys
import tempfile
import threading
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))

from _office import CROSSING, due_cases, open_office, report
from _sink import Sink

from deadline_guard.channels import CHANNELS
from deadline_guard.loop.collector import spare_the_rulebook
from deadline_guard.loop.deliver import deliver
from deadline_guard.loop.senders import Senders, builder
from deadline_guard.loop.tick import tick

CONNECTIONS = 16
SLOW_AT_LEAST, FAST_AT_LEAST = 11.0, 5.0
BODY = "Statement of defence is due. " * 60


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    many, some, rounds = (1280, 120, 5) if quick else (3200, 300, 5)
    spare_the_rulebook()
    figures: dict[str, object] = {"connections": CONNECTIONS}
    bars = {}
    for latency, at_least in ((0.02, SLOW_AT_LEAST), (0.0, FAST_AT_LEAST)):
        ours, naive, once = [], [], True
        with Sink(latency) as sink, tempfile.TemporaryDirectory(prefix="dg-bench-") as folder:
            for turn in range(rounds):
                rate, exactly = drain(Path(folder) / f"{turn}.db", many, sink)
                ours.append(rate)
                once = once and exactly
                naive.append(one_by_one(Path(folder) / f"naive{turn}.db", some, sink))
        ratio = median(mine / theirs for mine, theirs in zip(ours, naive, strict=True))
        name = f"{latency * 1000:.0f} ms"
        print(f"{name:>6}: ours {median(ours):7.0f}/s   one by one {median(naive):7.1f}/s   {ratio:.1f} times")
        figures |= {
            f"ours_{name}": round(median(ours)),
            f"naive_{name}": round(median(naive)),
            f"ratio_{name}": round(ratio, 1),
        }
        bars[f"times faster at {name} a message"] = (f"{ratio:.1f}, at least {at_least}", ratio >= at_least)
        bars[f"accepted exactly once at {name}"] = ("yes" if once else "no", once)
    return report("deliver", figures, bars)


def drain(path: Path, count: int, sink: Sink) -> tuple[float, bool]:
    """Return messages a second of our outbox, and whether each was accepted exactly once."""
    channel = {"host": "127.0.0.1", "port": sink.port, "sender": "guard@firm.example"}
    office = open_office(
        path, messages={"at_once": 0}, delivery={"threads": CONNECTIONS, "batch": 800}, channels={"email": channel}
    )
    due_cases(office, count, kinds=2)
    tick(office, CROSSING)
    senders = Senders(builder({"email": channel}, CHANNELS), CONNECTIONS, CONNECTIONS)
    sink.counts()
    started = perf_counter()
    done = deliver(office, senders, lambda: CROSSING, threading.Event())
    took = perf_counter() - started
    senders.close()
    office.store.close()
    accepted = sink.counts()
    exactly = done["sent"] == count and len(accepted) == count and set(accepted.values()) == {1}
    return count / took, exactly


def one_by_one(path: Path, count: int, sink: Sink) -> float:
    """Return messages a second of a loop that connects, sends, marks and commits for each message."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, state TEXT)")
        conn.executemany("INSERT INTO message VALUES (?, 'waiting')", ((i,) for i in range(count)))
        conn.commit()
        started = perf_counter()
        for (number,) in conn.execute("SELECT id FROM message WHERE state = 'waiting'").fetchall():
            mail = EmailMessage()
            mail["Subject"], mail["From"], mail["To"] = f"W-{number}", "guard@firm.example", "p@firm.example"
            mail["Message-ID"] = f"<naive-{number}@firm.example>"
            mail.set_content(BODY)
            mail.add_alternative(f"<p>{BODY}</p>", subtype="html")
            with smtplib.SMTP("127.0.0.1", sink.port, timeout=30) as smtp:
                smtp.send_message(mail)
            conn.execute("UPDATE message SET state = 'sent' WHERE id = ?", (number,))
            conn.commit()
        return count / (perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
