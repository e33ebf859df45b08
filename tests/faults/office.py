"""An office in a folder for fault tests: made-up dockets, the public import, the daemon on a virtual clock."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from deadline_guard.app import App
from deadline_guard.cli import app as program

RULES = """
pack: {id: t, title: {zh: 测试, en: Test}, revised: 2026-11-21, reviewed: none}
rules:
  - id: t.set
    title: {zh: 法院指定期限, en: Date set by the court}
    applies_to: {case_type: docket}
    nature: court_set
    indicator: deadline
    trigger: deadline_set
    date_from: due
    done_by: [deadline_met]
    profile: plain
"""
PROFILES = """
profiles:
  plain:
    thresholds:
      - {level: early, when: 14 days before at 09:00}
      - {level: near, when: 7 days before at 09:00}
      - {level: urgent, when: 1 days before at 09:00}
    tell: {early: [owner], urgent: [owner, lead]}
    chain: [{after: 2 days, tell: [lead]}]
    channels: {early: [CHANNELS]}
    repeat: {overdue: {every: 1 day, at_most: 2}}
"""
CASE_TYPES = """
case_types:
  docket: {title: {zh: 案卷, en: Docket}, jurisdiction: plain, calendar: plain, zone: Asia/Shanghai}
"""
EVENTS = """
events:
  deadline_set: {title: {zh: 法院指定期限, en: Date set by the court}, data: {due: date, what: text}}
  deadline_met: {title: {zh: 已完成, en: Done}}
"""
PEOPLE = """
fallback: zhao
persons:
  zhang: {name: 张三, locale: zh_Hans, zone: Asia/Shanghai, team: lit, channels: {email: zhang@firm.example, slack: zhang@firm.example, slack_webhook: ''}}
  li: {name: Li, locale: en, zone: Asia/Shanghai, team: lit, channels: {email: li@firm.example, slack: li@firm.example, slack_webhook: ''}}
  wang: {name: 王五, locale: zh_Hans, zone: Asia/Shanghai, team: lit, channels: {email: wang@firm.example, slack: wang@firm.example, slack_webhook: ''}}
  zhao: {name: Zhao, locale: en, zone: Asia/Shanghai, channels: {email: zhao@firm.example}}
teams:
  lit: {title: {zh: 诉讼, en: Litigation}, lead: wang}
roles: {admin: zhao, partner: zhao}
"""
MAPPING = """
source: court
zone: Asia/Shanghai
format: {dates: ["%Y-%m-%d"]}
case:
  id: case_id
  code: case_id
  case_type: {const: docket}
  team: {const: lit}
  owners: {owner: owner}
events:
  - kind: deadline_set
    on: set_on
    identity: [case_id, what]
    recorded_at: start of day of set_on
    data: {due: {column: due, as: date}, what: what}
"""
CONFIG = """
database: office.db
rules: [rules]
shipped_rules: false
people: people.yaml
zone: Asia/Shanghai
locale: en
channels:
CHANNELS
jobs: {audit: "off", sync: "off", morning: "off", seal: "off"}
messages: {at_once: 0}
delivery: {max_attempts: 100}
"""


class Row(NamedTuple):
    """One line of the court's file."""

    case_id: str
    owner: str
    set_on: date
    what: str
    due: date


def rows(cases: int, each: int = 2, start: date = date(2026, 3, 2), spread: int = 40) -> list[Row]:
    """Return made-up dates: ``each`` for every case, set on the days after ``start``, due some weeks later."""
    made = []
    for case in range(cases):
        for n in range(each):
            set_on = start + timedelta(days=(case * 7 + n * 11) % spread)
            due = set_on + timedelta(days=3 + (case * 5 + n * 13) % 25)
            made.append(
                Row(f"2026-{case:03}", ("zhang", "li")[case % 2], set_on, f"第{n + 1}次答复 reply {n + 1}", due)
            )
    return made


def make(
    folder: Path,
    channels: str,
    *,
    use: str = "email",
    clock: tuple[str, str] | None = None,
    zone: str = "Asia/Shanghai",
) -> Path:
    """Write the office's files and make its database; return the configuration's path.

    ``channels`` are lines of YAML, one a channel; ``use`` names those that warnings take.
    """
    (folder / "rules").mkdir(parents=True)
    texts = {"t": RULES, "profiles": PROFILES.replace("CHANNELS", use), "case_types": CASE_TYPES, "events": EVENTS}
    for name, text in texts.items():
        (folder / "rules" / f"{name}.yaml").write_text(text.replace("Asia/Shanghai", zone), encoding="utf-8")
    (folder / "people.yaml").write_text(PEOPLE.replace("Asia/Shanghai", zone), encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING.replace("Asia/Shanghai", zone), encoding="utf-8")
    text = CONFIG.replace("CHANNELS", "\n".join(f"  {line}" for line in channels.strip().splitlines()))
    if clock is not None:
        text += f'clock: {{start: "{clock[0]}", until: "{clock[1]}"}}\n'
    (folder / "config.yaml").write_text(text.replace("Asia/Shanghai", zone), encoding="utf-8")
    App.open(folder / "config.yaml", create=True).close()
    return folder / "config.yaml"


def write_rows(file: Path, found: Iterable[Row]) -> Path:
    """Write the court's file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(Row._fields)
        table.writerows(found)
    return file


def import_rows(config: Path, found: Iterable[Row]) -> None:
    """Give the office these dates through the public import."""
    file = write_rows(config.parent / "court.csv", found)
    words = ["import", str(file), "-m", str(config.parent / "mapping.yaml"), "-c", str(config), "--yes"]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == 0, (done.output, done.exception)


def ask(config: Path, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the office's database."""
    with closing(sqlite3.connect(config.parent / "office.db")) as conn:
        return conn.execute(query, params).fetchall()


def at(local: str) -> datetime:
    """Return the instant of a minute in Shanghai."""
    return (datetime.strptime(local, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)) - timedelta(hours=8)


def states(config: Path, channels: Sequence[str] = ("slack",)) -> dict[str, int]:
    """Return how many messages of these channels are in each state."""
    marks = ",".join("?" * len(channels))
    return {
        state: int(n)
        for state, n in ask(
            config, f"SELECT state, COUNT(*) FROM message WHERE channel IN ({marks}) GROUP BY state", *channels
        )
    }
