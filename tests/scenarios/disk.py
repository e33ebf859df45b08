"""An office in a folder on the machine's clock, its commands as real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from typer.testing import CliRunner

from deadline_guard.cli import app as program
from deadline_guard.clock import SystemClock
from deadline_guard.errors import DeadlineGuardError
from deadline_guard.store import Store, runs

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "events": """
events:
  deadline_set: {title: {zh: 法院指定期限, en: Date set by the court}, data: {due: date, what: text}}
  deadline_met: {title: {zh: 已完成, en: Done}}
  complaint_received: {title: {zh: 收到起诉状副本, en: Complaint received}}
  defence_filed: {title: {zh: 提交答辩状, en: Defence filed}}
""",
    "profiles": """
profiles:
  plain:
    thresholds: [{level: near, when: 7 days before}, {level: urgent, when: 3 days before}]
    tell: {near: [owner]}
    chain: [{after: 4 hours, tell: [lead]}]
    channels: {near: [email]}
""",
    "case_types": """
case_types:
  civil: {title: {zh: 民事, en: Civil}, jurisdiction: plain, calendar: plain, zone: ZONE}
""",
    "t": """
pack: {id: t, title: {zh: 测试, en: Test}}
rules:
  - id: t.set
    title: {zh: 指定期限, en: Date set}
    applies_to: {case_type: civil}
    indicator: deadline
    trigger: deadline_set
    date_from: due
    done_by: [deadline_met]
    profile: plain
  - id: t.defence
    title: {zh: 提交答辩状, en: Statement of defence}
    applies_to: {case_type: civil}
    kind: right
    indicator: deadline
    trigger: complaint_received
    done_by: [defence_filed]
    versions: [{limit: 15 days}]
    profile: plain
""",
}
PEOPLE = """
fallback: zhao
persons:
  zhang: {name: 张三, locale: zh_Hans, team: lit, deputy: li, channels: {email: zhang@firm.example}}
  li: {name: 李四, locale: zh_Hans, team: lit, deputy: zhang, channels: {email: li@firm.example}}
  wang: {name: 王五, locale: zh_Hans, team: lit, deputy: zhao, channels: {email: wang@firm.example}}
  zhao: {name: 赵六, locale: zh_Hans, deputy: wang, channels: {email: zhao@firm.example}}
teams:
  lit: {title: {zh: 诉讼, en: Litigation}, lead: wang}
roles: {admin: zhao, partner: zhao}
"""
CONFIG = """
database: office.db
rules: [rules]
shipped_rules: false
people: people.yaml
zone: ZONE
locale: en
channels: {email: {host: 127.0.0.1, port: PORT, sender: guard@firm.example, timeout: 5}}
daemon: {heartbeat: 1 second}
jobs: {audit: "off", sync: "off", morning: "off"}
watchdog: {limit: LIMIT, admin: it@firm.example, locale: en}
"""


def noon() -> str:
    """Return a zone in which it is about noon, so that no test runs over midnight."""
    offset = 12 - SystemClock().now().hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


@dataclass
class Office:
    """A folder with its files; ``zone`` is where it is about noon."""

    folder: Path
    zone: str

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def rules(self) -> Path:
        return self.folder / "rules" / "t.yaml"

    def day(self, ahead: int = 0) -> str:
        """Return the civil date so many days from today."""
        return (SystemClock().now().astimezone(ZoneInfo(self.zone)).date() + timedelta(days=ahead)).isoformat()

    def type(self, *words: str, expect: int = 0) -> str:
        """Run a command inside this process (faster); return what it printed, or the error's words."""
        done = CliRunner().invoke(program, [*words, "--config", str(self.config)], env={"COLUMNS": "200"})
        said = done.output if not isinstance(done.exception, DeadlineGuardError) else str(done.exception)
        assert (1 if done.exception else done.exit_code) == expect or done.exit_code == expect, (words, said, done)
        return said

    def do(self, *words: str, expect: int = 0) -> str:
        """Run a command as its own process; return what it printed, errors included."""
        done = subprocess.run(
            self._command(*words), capture_output=True, text=True, cwd=self.folder, env=_environment(), check=False,
        )  # fmt: skip
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    @contextmanager
    def daemon(self, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """Run the daemon as its own process until the block ends; it has ticked once when the block begins."""
        log = (self.folder / "daemon.log").open("a")
        before = self.ticks()
        with log, subprocess.Popen(
            self._command("run"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
            env=_environment() | environment, text=True,
        ) as process:  # fmt: skip
            try:
                until(lambda: self.ticks() > before or process.poll() is not None, "the daemon's first tick", 90)
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(90)

    def ticks(self) -> int:
        """Return when the last finished tick was, in microseconds; 0 before the first."""
        if not (self.folder / "office.db").exists():
            return 0
        try:
            store = Store.open(self.folder / "office.db", read_only=True)
        except Exception:  # being made
            return 0
        try:
            with store.read() as conn:
                last = runs.last_run(conn)
            return 0 if last is None or last.finished_at is None else int(last.finished_at.timestamp() * 1_000_000)
        finally:
            store.close()

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "deadline_guard", *words, "--config", str(self.config)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "TZ": "UTC"}


def make(folder: Path, port: int, limit: str = "15 minutes") -> Office:
    """Write the files of an office that mails to ``port``, and make its database."""
    zone = noon()
    (folder / "rules").mkdir(parents=True)
    for name, text in RULES.items():
        (folder / "rules" / f"{name}.yaml").write_text(text.replace("ZONE", zone), encoding="utf-8")
    (folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    text = CONFIG.replace("ZONE", zone).replace("PORT", str(port)).replace("LIMIT", limit)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    office = Office(folder, zone)
    office.type("db", "upgrade")
    return office


def until(happened: Callable[[], object], what: str, seconds: float = 90.0) -> None:
    """Wait until something happened; raises AssertionError naming it when it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)
