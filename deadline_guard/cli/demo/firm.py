"""The sample firm in a folder: its files, and its docket put into the database as facts that become known in time."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from deadline_guard.app import App
from deadline_guard.cli.init import TEMPLATES
from deadline_guard.core.people import Absence
from deadline_guard.core.timeline import Answer, Case, Timeline
from deadline_guard.rulebook import source
from deadline_guard.store import cases, events, people
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.events import EventRow

HERE: Final = Path(__file__).parent
_ANSWERS: Final = frozenset(a.value for a in Answer)
_ENTERED: Final = time(9, 0)  # when nothing else is said, a fact is entered in the morning of its day

CONFIG: Final = """\
# The sample firm of `deadline-guard demo`. 示例律所的配置。
database: deadline_guard.db
rules: [rules]                     # the firm's own, read after the packs that ship
people: people.yaml
zone: Asia/Shanghai
locale: {locale}
channels:
  email: {{host: 127.0.0.1, port: {port}, sender: deadlines@huashan.example}}
  console: {{}}
watchdog: {{admin: wu@huashan.example}}
clock: {{start: "{start}", until: "{until}"}}   # a virtual clock; an office of your own leaves this line out
log: warning
"""


class Told(NamedTuple):
    """One line of the docket: the civil date, when it was entered, what happened, and what is known of it."""

    on: str
    known: datetime
    kind: str
    data: dict[str, Any]
    by: str


class Firm(NamedTuple):
    """The docket of the sample firm."""

    start: datetime
    until: datetime
    absences: tuple[str, ...]
    cases: tuple[Mapping[str, Any], ...]


def firm() -> Firm:
    """Return the docket that ships with the program."""
    document, problems = source.read(HERE / "firm.yaml")
    if document is None or problems:
        raise ValueError("; ".join(map(str, problems)))
    data = document.data
    return Firm(
        datetime.fromisoformat(data["start"]),
        datetime.fromisoformat(data["until"]),
        tuple(data["absences"]),
        tuple(data["cases"]),
    )


def write_files(folder: Path, port: int, locale: str) -> Path:
    """Write configuration, people and rules of the sample firm into ``folder``; return the configuration's path."""
    found = firm()
    rules = folder / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    shutil.copy(TEMPLATES / "rules.example.yaml", rules / "firm.yaml")
    shutil.copy(HERE / "people.yaml", folder / "people.yaml")
    config = folder / "config.yaml"
    text = CONFIG.format(locale=locale, port=port, start=found.start.isoformat(), until=found.until.isoformat())
    config.write_text(text, encoding="utf-8")
    return config


def load(app: App) -> int:
    """Put the docket into the database; what is entered later in the story becomes known then. Returns the cases."""
    found = firm()
    book = app.office.rulebook
    with app.store.write() as conn:
        for one in found.cases:
            kind = book.case_types[one["type"]]
            zone = kind.zone or app.config.zone
            lines = [_told(line, zone) for line in one["events"]]
            case = Case(
                one["code"], one["code"], one["type"], Timeline(), one["title"], zone, kind.calendar,
                kind.jurisdiction, one.get("with", {}), {"owner": one["owner"]} if "owner" in one else {},
                one["team"], opened_at=min(t.known for t in lines),
            )  # fmt: skip
            cases.put_case(conn, case, found.start, "demo")
            events.record_events(conn, _rows(case.id, lines), found.start)
        for line in found.absences:
            people.record_absence(conn, _absence(line, app.config.zone), found.start, "demo")
    return len(found.cases)


def _absence(line: str, zone: str) -> Absence:
    person, since, until, deputy = line.split()
    begins, ends = (datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in (since, until))
    return Absence(person, begins, ends, deputy)


def _rows(case: str, lines: Iterable[Told]) -> list[EventRow]:
    return [_row(case, str(n), told) for n, told in enumerate(lines, 1)]


def _row(case: str, number: str, told: Told) -> EventRow:
    known = micros(told.known)
    if told.kind not in _ANSWERS:
        return EventRow(
            case, told.kind, told.on, "docket", number, data=dump(told.data), recorded_by=told.by, recorded_at_us=known
        )
    data = dump({**told.data, "by": told.by, "via": "mail"})
    return EventRow(
        case, told.kind, told.on, "answer", number, data=data, origin="hand", recorded_by=told.by, recorded_at_us=known
    )


def _told(line: str, zone: str) -> Told:
    """Read ``2026-09-16 15:10 defence_filed by=li``; ``known=DATE`` is for a fact whose own date lies ahead."""
    on, *words = shlex.split(line)
    clock = time.fromisoformat(words.pop(0)) if words[0][:1].isdigit() else _ENTERED
    kind, *rest = words
    data: dict[str, Any] = dict(word.split("=", 1) for word in rest)
    day = datetime.fromisoformat(data.pop("known", on))
    known = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
    by = data.pop("by", "li")
    return Told(on, known, kind, {k: int(v) if v.isdigit() else v for k, v in data.items()}, by)
