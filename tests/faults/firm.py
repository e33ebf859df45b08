"""A firm with everything that an evening at the office has: real mail, Slack, robots, pages, and the program itself.

Facts are typed as commands; ``running()`` is the daemon on the machine's clock, ``simulate()`` the same process on
a virtual clock over the same database, so that days pass in seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from typer.testing import CliRunner

from deadline_guard.cli import app as program
from deadline_guard.clock import SystemClock
from deadline_guard.store import Store
from deadline_guard.store.statements import Row, fetch
from tests.faults.postfix import PASSWORD, MailHost, free_port
from tests.scenarios.disk import ROOT, noon, until
from tests.servers.slack_fake import APP_TOKEN, TOKEN, SlackFake
from tests.servers.smtp_sink import CA_FILE

PARTIES = "华山公司诉泰山公司"
RULES = {
    "events": """
events:
  deadline_set: {title: {zh: 法院指定期限, en: Date set by the court}, data: {due: date, what: text}}
  deadline_met: {title: {zh: 已完成, en: Done}}
""",
    "profiles": """
profiles:
  chain:
    thresholds: [{level: near, when: 7 days before at 12:00}, {level: urgent, when: 3 days before at 12:00}]
    tell: {near: [owner], overdue: [risk]}
    chain: [{after: 4 hours, tell: [lead]}, {after: 1 day, tell: [partner]}]
    channels: {near: [CHANNELS]}
    fallback_channels: [email]
    repeat: {overdue: {every: 1 day, at_most: 5}}
""",
    "case_types": "case_types:\n  civil: {title: {zh: 民事, en: Civil}, jurisdiction: plain, calendar: plain, zone: ZONE}\n",
    "t": """
pack: {id: t, title: {zh: 测试, en: Test}, revised: 2026-11-21, reviewed: none}
rules:
  - id: t.set
    title: {zh: 指定期限, en: Date set}
    applies_to: {case_type: civil}
    nature: court_set
    indicator: deadline
    trigger: deadline_set
    date_from: due
    done_by: [deadline_met]
    remedy: {zh: 障碍消除后 10 日内可申请顺延, en: ask for an extension within 10 days of the obstacle's end}
    profile: chain
""",
}
PEOPLE = """
fallback: zhao
persons:
  zhang: {name: 张三, locale: zh_Hans, zone: ZONE, team: lit, deputy: li, channels: {email: zhang@firm.example MORE}}
  li: {name: Li Si, locale: en, zone: ZONE, team: lit, channels: {email: li@firm.example MORE}}
  wang: {name: 王五, locale: zh_Hans, zone: ZONE, team: lit, channels: {email: wang@firm.example MORE}}
  zhao: {name: Zhao Liu, locale: en, zone: ZONE, channels: {email: zhao@firm.example}}
  guard: {name: IT, locale: en, zone: ZONE, channels: {email: guard@firm.example}}
teams:
  lit: {title: {zh: 诉讼, en: Litigation}, lead: wang}
roles: {partner: zhao, risk: zhao, admin: guard}
"""


@dataclass
class Firm:
    """``more`` maps a person's further channels (name → address, ``{id}`` is the person), used from ``near`` on."""

    folder: Path
    host: MailHost
    more: dict[str, str] = field(default_factory=dict)
    sections: Sequence[str] = ()
    pages: bool = False
    replies: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zone = noon()
        self.port = free_port()
        (self.folder / "rules").mkdir(parents=True)
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        (self.folder / "key").write_text(bytes(range(32)).hex(), encoding="utf-8")
        used = ", ".join(["email", *self.more])
        for name, text in RULES.items():
            text = text.replace("ZONE", self.zone).replace("CHANNELS", used)
            (self.folder / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
        self.configure()
        people = PEOPLE.replace("ZONE", self.zone)
        for person in ("zhang", "li", "wang"):
            extra = "".join(f", {channel}: {address.replace('{id}', person)}" for channel, address in self.more.items())
            people = people.replace(" MORE", extra, 1)
        (self.folder / "people.yaml").write_text(people, encoding="utf-8")
        self.do("db", "upgrade")

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def configure(self, clock: tuple[datetime, datetime] | None = None) -> None:
        """Write the configuration; ``clock``: start and end of a virtual clock."""
        email = (
            f"  email: {{host: 127.0.0.1, port: {self.host.smtp}, sender: guard@firm.example, starttls: true, "
            f"ca_file: '{CA_FILE}', username: guard, password_file: password, timeout: 10}}"
        )
        lines = [
            "database: office.db", "rules: [rules]", "shipped_rules: false", "people: people.yaml", f"zone: {self.zone}",
            "locale: en", 'jobs: {audit: "off", sync: "off", morning: "off"}', "messages: {at_once: 5}",
            "daemon: {heartbeat: 1 second}", "delivery: {retry_first: 1 second, retry_longest: 2 seconds}",
            "answers: {key_file: key}", "channels:",
            email,
            *(f"  {section}" for section in self.sections),
        ]  # fmt: skip
        if self.pages and clock is None:
            lines.append(f"web: {{port: {self.port}, url: 'http://127.0.0.1:{self.port}'}}")
        if self.replies:
            lines.append(
                f"reply_mail: {{host: 127.0.0.1, port: {self.host.imap}, tls: false, starttls: true, "
                f"ca_file: '{CA_FILE}', user: ack, password_file: password, address: ack@firm.example, every: 1 second}}"
            )
        if clock is not None:
            lines.append(f'clock: {{start: "{clock[0].isoformat()}", until: "{clock[1].isoformat()}"}}')
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def day(self, ahead: int = 0) -> str:
        """Return the civil date so many days from today."""
        return (SystemClock().now().astimezone(ZoneInfo(self.zone)).date() + timedelta(days=ahead)).isoformat()

    def do(self, *words: str, expect: int = 0) -> str:
        """Run a command as its own process; return what it printed, errors included."""
        done = subprocess.run(
            self._command(*words), capture_output=True, text=True, cwd=self.folder, env=self._environment(), check=False
        )
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def type(self, *words: str) -> str:
        """Run a command inside this process (faster); return what it printed."""
        environment = {"COLUMNS": "200", **self.environment}
        done = CliRunner().invoke(program, [*words, "--config", str(self.config)], env=environment)
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    def case(self, code: str, owner: str, ahead: int, what: str = "file the list") -> None:
        """Given a case with a date that the court set so many days ahead."""
        self.type("case", "add", code, "--type", "civil", "--owner", owner, "--team", "lit", "--title", PARTIES)
        self.type("deadline", "add", code, self.day(ahead), "--what", what)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """Run the daemon as its own process on the machine's clock until the block ends."""
        self.configure()
        with (self.folder / "daemon.log").open("a") as log, subprocess.Popen(
            self._command("run"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
            env=self._environment(), text=True,
        ) as process:  # fmt: skip
            before = self.ask("SELECT COALESCE(MAX(id), 0) FROM run")[0][0]
            try:
                until(
                    lambda: self.ask("SELECT COALESCE(MAX(id), 0) FROM run")[0][0] > before
                    or process.poll() is not None,
                    "the daemon's first tick", 60,
                )  # fmt: skip
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(60)

    def simulate(self, **length: float) -> None:
        """Let so much time pass on a virtual clock from now on (or from where it last stood), in its own process."""
        self.simulate_from(SystemClock().now(), **length)

    def simulate_from(self, start: datetime, **length: float) -> None:
        """Let time pass on a virtual clock that begins at ``start``; before that the daemon was down."""
        stood = self.ask("SELECT value FROM setting WHERE key = 'virtual_clock'")
        begin = max([start, *(datetime.fromisoformat(row[0]) for row in stood)])
        self.configure((begin, begin + timedelta(**length)))
        self.do("run")

    def ask(self, query: str, *params: object) -> list[Row]:
        """Return rows of the office's database."""
        store = Store.open(self.folder / "office.db", read_only=True)
        try:
            with store.read() as conn:
                return list(fetch(conn, query, params))
        finally:
            store.close()

    def sent(self) -> list[tuple[str, str, str, str]]:
        """Return (person, channel, kind, level) of every message that was sent, in order."""
        rows = self.ask("SELECT person, channel, kind, level FROM message WHERE state = 'sent' ORDER BY sent_at, id")
        return [(person, channel, kind, str(level)) for person, channel, kind, level in rows]

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "deadline_guard", *words, "--config", str(self.config)]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "TZ": "UTC", **self.environment}


def with_slack(folder: Path, host: MailHost, slack: SlackFake, *, pages: bool = False, replies: bool = False) -> Firm:
    """Return a firm that warns by mail and Slack together and hears the buttons over Socket Mode."""
    for name in ("zhang", "li", "wang"):
        slack.person(f"{name}@firm.example")
    section = (
        f"slack: {{base_url: '{slack.base_url}', token_env: SLACK_TOKEN, app_token_env: SLACK_APP_TOKEN, timeout: 5}}"
    )
    return Firm(
        folder, host, {"slack": "'{id}@firm.example'"}, [section], pages, replies,
        {"SLACK_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN},
    )  # fmt: skip
