"""10,000 deadlines due at one instant for 20 owners: one digest each, beside Alertmanager (issue 6, must show 3).

Ours: a daemon process on the machine's clock; measured from the instant of the crossing (``wake_at``) to the last
digest that the mail server accepted. The peer: Debian's Alertmanager with ``group_wait: 0s`` and a group an owner,
from the last POST accepted to the last mail of the round that carries every alert. Both send to the same sink in
the same run. Then both are killed with SIGKILL 0.3 s after the last mail, started again and fed the same facts
again: ours repeats nothing.

Run ``python bench/digests.py [--quick]`` (fewer deadlines, the same bars). Needs ``prometheus-alertmanager``.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent))

from _office import report
from _sink import Arrival, Sink

from deadline_guard.app import App
from deadline_guard.clock import SystemClock
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.loop.sweep import sweep
from deadline_guard.store import cases, events
from deadline_guard.store.columns import dump

OWNERS = 20
clock = SystemClock()
RATIO_AT_MOST = 2.0
QUIET = 8.0  # seconds without a mail after which a round counts as over
RULES = {
    "t": """
pack: {id: bench, title: {zh: 测量, en: Bench}, revised: 2026-11-21, reviewed: none}
rules:
  - id: bench.set
    title: {zh: 指定期限, en: Date set}
    applies_to: {case_type: bench}
    nature: court_set
    indicator: deadline
    trigger: deadline_set
    date_from: due
    profile: minute
""",
    "profiles": "profiles:\n  minute: {thresholds: [{level: near, when: 7 days before at AT}], tell: {near: [owner]}}\n",
    "case_types": "case_types:\n  bench: {title: {zh: 测量, en: Bench}, jurisdiction: plain, calendar: plain, zone: UTC}\n",
    "events": "events:\n  deadline_set: {title: {zh: 期限, en: Date}, data: {due: date, what: text}}\n",
}


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    count = 4_000 if quick else 10_000
    if shutil.which("prometheus-alertmanager") is None:
        print("prometheus-alertmanager is not installed: apt-get install prometheus-alertmanager")
        return 1
    with tempfile.TemporaryDirectory(prefix="dg-bench-") as folder, Sink(0.0) as sink:
        theirs = alertmanager(Path(folder) / "theirs", sink, count)
        ours = daemon(Path(folder) / "ours", sink, count)
    ratio = ours[0] / theirs[0]
    print(f"{count:,} due at one instant for {OWNERS} owners; seconds to the last mail accepted")
    for name, (seconds, mails, again) in (("deadline_guard", ours), ("alertmanager", theirs)):
        print(
            f"  {name:15} {seconds:6.2f} s   {mails:3} mails   after SIGKILL and the same facts again: {again:3} mails"
        )
    figures = {"deadlines": count, "seconds": round(ours[0], 3), "seconds_alertmanager": round(theirs[0], 3),
               "ratio": round(ratio, 2), "mails": ours[1], "repeats": ours[2], "repeats_alertmanager": theirs[2]}  # fmt: skip
    return report("digests", figures, {
        f"at most {RATIO_AT_MOST:g} times Alertmanager": (f"{ratio:.2f}", ratio <= RATIO_AT_MOST),
        f"one digest each of {OWNERS} owners": (str(ours[1]), ours[1] == OWNERS),
        "none repeated after SIGKILL": (str(ours[2]), ours[2] == 0),
        "the peer repeats every one": (str(theirs[2]), theirs[2] >= OWNERS),
    })  # fmt: skip


def daemon(folder: Path, sink: Sink, count: int) -> tuple[float, int, int]:
    """Return the seconds to the last digest, how many there were, and how many came again after a kill."""
    folder.mkdir()
    crossing = (clock.now() + timedelta(seconds=25 + count / 250)).replace(second=0, microsecond=0) + timedelta(
        minutes=1
    )
    config = office(folder, sink.port, crossing)
    rows = facts(count, crossing)
    feed(config, rows)
    sink.arrivals()
    with process(run(config), folder / "log"):
        wait(lambda: clock.now() >= crossing)
        first = collected(sink, quiet=0.3, until=lambda got: len(got) >= OWNERS)
    feed(config, rows)
    with process(run(config), folder / "log"):
        again = collected(sink, quiet=QUIET)
    return max(a.at for a in first) - crossing.timestamp(), len(first), len(again)


def office(folder: Path, port: int, crossing: datetime) -> Path:
    """Return the configuration of an office whose every date crosses its threshold at ``crossing``."""
    (folder / "rules").mkdir()
    for name, text in RULES.items():
        (folder / "rules" / f"{name}.yaml").write_text(text.replace("AT", f"{crossing:%H:%M}"), encoding="utf-8")
    people = {f"p{i}": {"name": f"P{i}", "locale": "en", "zone": "UTC", "channels": {"email": f"p{i}@firm.example"}}
              for i in range(OWNERS)}  # fmt: skip
    (folder / "people.yaml").write_text(yaml.safe_dump({"fallback": "p0", "persons": people}), encoding="utf-8")
    config = {
        "database": "office.db", "rules": ["rules"], "shipped_rules": False, "people": "people.yaml", "zone": "UTC",
        "locale": "en", "channels": {"email": {"host": "127.0.0.1", "port": port, "sender": "guard@firm.example"}},
        "jobs": {"audit": "off", "sync": "off", "morning": "off", "gauges": "off"}, "messages": {"at_once": 5},
    }  # fmt: skip
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    App.open(path, create=True).close()
    return path


def facts(count: int, crossing: datetime) -> list[tuple[Case, events.EventRow]]:
    """Return so many cases, each with a date that the court set for a week after the crossing."""
    due = (crossing.date() + timedelta(days=7)).isoformat()
    today = crossing.date().isoformat()
    return [
        (
            Case(f"C{i}", f"C{i}", "bench", Timeline(), zone="UTC", owners={"owner": f"p{i % OWNERS}"}),
            events.EventRow(f"C{i}", "deadline_set", today, "bench", "1", data=dump({"due": due, "what": "the list"})),
        )
        for i in range(count)
    ]


def feed(config: Path, rows: Sequence[tuple[Case, events.EventRow]]) -> None:
    """Record the facts as an import does, and let the office settle what is new."""
    app = App.open(config)
    try:
        now = app.clock.now()
        with app.store.write() as conn:
            cases.put_cases(conn, [case for case, _ in rows], now)
            events.record_events(conn, [row for _, row in rows], now)
        app.start()
        patient = app.office.config.daemon.model_copy(update={"stale_budget": timedelta(hours=1)})
        app.office.config = app.office.config.model_copy(update={"daemon": patient})
        sweep(app.office, now)
    finally:
        app.close()


def run(config: Path) -> list[str]:
    return [sys.executable, "-m", "deadline_guard", "run", "--config", str(config)]


def alertmanager(folder: Path, sink: Sink, count: int) -> tuple[float, int, int]:
    """Return the same of Alertmanager."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = {
        "global": {"smtp_smarthost": f"127.0.0.1:{sink.port}", "smtp_from": "am@firm.example", "smtp_require_tls": False},
        "route": {"receiver": "mail", "group_by": ["owner"], "group_wait": "0s", "group_interval": "1s", "repeat_interval": "4h"},
        "receivers": [{"name": "mail", "email_configs": [{"to": "{{ .GroupLabels.owner }}@firm.example"}]}],
    }  # fmt: skip
    (folder / "am.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [
        "prometheus-alertmanager", f"--config.file={folder}/am.yml", f"--storage.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
    ]  # fmt: skip
    alerts = [
        {"labels": {"alertname": "due", "owner": f"p{i % OWNERS}", "case": f"C{i}"},
         "annotations": {"summary": "the list is due"}, "endsAt": (clock.now() + timedelta(hours=1)).isoformat()}
        for i in range(count)
    ]  # fmt: skip
    sink.arrivals()
    with process(command, folder / "log"):
        begun = post(port, alerts)
        first = collected(sink, quiet=3.0)
        time.sleep(0.3)
    with process(command, folder / "log"):
        post(port, alerts)
        again = collected(sink, quiet=3.0)
    return max(a.at for a in first) - begun, len(first), len(again)


def post(port: int, alerts: list[dict[str, Any]]) -> float:
    """Send all alerts as soon as the server is ready; return the instant at which the last POST was accepted."""
    wait(lambda: reachable(port))
    body = json.dumps(alerts).encode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v2/alerts", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        answer.read()
    return clock.now().timestamp()


def reachable(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def collected(
    sink: Sink, *, quiet: float, until: Callable[[Sequence[Arrival]], bool] = lambda got: True
) -> list[Arrival]:
    """Return the mails that arrive until ``until`` holds and nothing came for ``quiet`` seconds (at most a minute)."""
    got: list[Arrival] = []
    begun = last = clock.now().timestamp()
    while clock.now().timestamp() - begun < 60:
        fresh = sink.arrivals()
        got += fresh
        last = clock.now().timestamp() if fresh else last
        if until(got) and clock.now().timestamp() - last >= quiet:
            break
        time.sleep(0.02)
    return got


def wait(condition: Callable[[], bool]) -> None:
    end = clock.now().timestamp() + 120
    while not condition():
        if clock.now().timestamp() > end:
            raise TimeoutError("not ready within two minutes")
        time.sleep(0.01)


@contextmanager
def process(command: Sequence[str], log: Path) -> Iterator[None]:
    """Run a process; at the end it is killed with SIGKILL."""
    with log.open("a") as out, subprocess.Popen(command, stdout=out, stderr=out) as running:
        try:
            yield
        finally:
            running.send_signal(signal.SIGKILL)
            running.wait()


if __name__ == "__main__":
    sys.exit(main())
