"""A small firm on a virtual clock: given facts, advance time, expect exactly these messages."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Self
from zoneinfo import ZoneInfo

from deadline_guard import paths
from deadline_guard.channels import DeliveryError, Letter, Receipt
from deadline_guard.config import Config
from deadline_guard.core.capacity import Capacity
from deadline_guard.core.people import Absence, Directory, Person, Team
from deadline_guard.core.rules import CaseType, Rule, Rulebook
from deadline_guard.core.timeline import Case
from deadline_guard.loop.deliver import deliver
from deadline_guard.loop.office import Office
from deadline_guard.loop.senders import Senders
from deadline_guard.loop.tick import next_at, tick
from deadline_guard.rulebook import calendars as calendar_files
from deadline_guard.store import Store, cases, events, people, queue
from deadline_guard.store.columns import dump, micros, micros_or_none

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = {
    "zhang": {"name": "张三", "team": "lit", "deputy": "li"},
    "li": {"name": "李四", "team": "lit", "deputy": "wang"},
    "wang": {"name": "王五", "team": "lit"},
    "zhao": {"name": "赵六"},
    "qian": {"name": "钱七"},
}


@dataclass(frozen=True)
class Sent:
    """One letter that left: when, to whom, on which channel, and what it said."""

    at: datetime
    person: str
    channel: str
    letter: Letter

    @property
    def when(self) -> str:
        """Return the local minute."""
        return self.at.astimezone(ZONE).strftime("%m-%d %H:%M")


class Recording:
    """A channel that keeps what it is given, and fails as it is told to."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        raise NotImplementedError(settings)

    def send(self, letter: Letter) -> Receipt:
        error = self.world.failures.get(self.name)
        if error is not None:
            raise error
        with self.world.guard:
            self.world.sent.append(Sent(self.world.now, letter.address.split("@")[0], self.name, letter))
        return Receipt(f"{self.name}-{letter.delivery_id}", "taken")

    def close(self) -> None:
        pass


@dataclass
class World:
    """The firm under test; ``sent`` is every letter in order."""

    rules: Sequence[Rule]
    case_types: Mapping[str, CaseType] = field(
        default_factory=lambda: {"civil": CaseType("civil", {}, calendar="cn", jurisdiction="cn-civil")}
    )
    start: str = "2026-03-02 08:00"
    downtime_after: timedelta = timedelta(hours=1)
    at_once: int = 0
    capacity: Mapping[str, int | Capacity] = field(default_factory=dict)  # a number: open cases
    sent: list[Sent] = field(default_factory=list)
    failures: dict[str, DeliveryError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.guard = threading.Lock()
        self.now = self.at(self.start)
        profiles = {r.profile.id: r.profile for r in self.rules}
        rulebook = Rulebook({r.id: r for r in self.rules}, self.case_types, {}, profiles)
        self.store = Store.open(":memory:", create=True)
        config = Config(
            zone="Asia/Shanghai",
            jobs={"audit": "off", "morning": "off", "seal": "off"},
            messages={"at_once": self.at_once},
            daemon={"downtime_after": f"{self.downtime_after.total_seconds()} seconds"},
        )  # type: ignore[arg-type]
        self.office = Office(
            self.store,
            config,
            rulebook,
            calendar_files.load(paths.rules_dir() / "calendars")[0],
            self._directory(),
        )
        self.senders = Senders(lambda name: Recording(name, self), threads=1, per_host=1)

    def _directory(self) -> Directory:
        persons = {
            key: Person(
                key, str(given["name"]), "zh_Hans", "Asia/Shanghai", {"email": f"{key}@firm.example"},
                given.get("team"), None, given.get("deputy"),
                capacity=_capacity(self.capacity.get(key)),
            )
            for key, given in PEOPLE.items()
        }  # fmt: skip
        teams = {"lit": Team("lit", {"zh": "诉讼", "en": "Litigation"}, "wang")}
        return Directory(
            persons, teams, "zhao", {"partner": "zhao", "risk": "zhao", "admin": "qian", "compliance": "qian"}
        )

    def at(self, local: str) -> datetime:
        """Return the instant of a local minute such as ``2026-03-02 08:00``."""
        return datetime.strptime(local, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)

    def case(self, code: str = "A", owner: str | None = "zhang", case_type: str = "civil", **attributes: Any) -> str:
        """Given a case."""
        case = Case(
            code, code, case_type, cases._NOTHING, "华山公司诉泰山公司", "Asia/Shanghai", "cn", "cn-civil",
            attributes, {"owner": owner} if owner else {}, "lit", opened_at=self.now,
        )  # fmt: skip
        with self.store.write() as conn:
            cases.put_case(conn, case, self.now)
        return code

    def event(
        self, case: str, kind: str, on: str, id: str = "1", *, subject: str | None = None, retracted: bool = False,
        at: str | None = None, origin: str = "source", by: str = "", source: str = "docket", **data: Any,
    ) -> None:  # fmt: skip
        """Given an event, recorded now."""
        with self.store.write() as conn:
            row = events.EventRow(
                case, kind, on, source, f"{kind}-{id}", micros_or_none(self.at(at) if at else None), subject,
                dump(data), retracted, origin, by, micros(self.now),
            )  # fmt: skip
            events.record_events(conn, [row], self.now)

    def answer(
        self, case: str, kind: str, by: str, rule: str | None = None, cycle: str | None = None, **data: Any
    ) -> None:
        """Given an answer to a case's deadline, now."""
        about = {k: v for k, v in {"rule": rule, "cycle": cycle, "by": by, "via": "cli", **data}.items() if v}
        local = self.now.astimezone(ZONE).date().isoformat()
        with self.store.write() as conn:
            row = events.EventRow(
                case, kind, local, "answer", f"{by}-{self.now.isoformat()}", None, None, dump(about), False,
                "hand", by, micros(self.now),
            )  # fmt: skip
            events.record_events(conn, [row], self.now)

    def absent(self, person: str, since: str, until: str, deputy: str | None = None) -> None:
        """Given somebody is away."""
        with self.store.write() as conn:
            people.record_absence(conn, Absence(person, self.at(since), self.at(until), deputy), self.now, "admin")
            queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "absence")

    def assign(self, case: str, role: str, person: str) -> None:
        """Given somebody else now answers for a role."""
        with self.store.write() as conn:
            people.assign(conn, case, role, person, self.now, "wang")

    def run_until(self, local: str) -> list[Sent]:
        """Advance time to a local minute, doing whatever falls due on the way; return what was sent meanwhile."""
        until, before = self.at(local), len(self.sent)
        while True:
            self.tick()
            with self.store.read() as conn:
                following = next_at(self.office, conn, self.now)
            if following is None or following > until:
                break
            self.now = max(following, self.now + timedelta(seconds=1))
        self.now = until
        return self.sent[before:]

    def advance(self, **length: float) -> list[Sent]:
        """Advance time by a length such as ``days=3``."""
        until = self.now + timedelta(**length)
        return self.run_until(until.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))

    def sleep_until(self, local: str) -> list[Sent]:
        """Let the daemon be down until a local minute, then run one tick."""
        before = len(self.sent)
        self.now = self.at(local)
        self.tick()
        return self.sent[before:]

    def tick(self) -> None:
        """Run one round: decide, compose, send."""
        tick(self.office, self.now)
        deliver(self.office, self.senders, lambda: self.now, threading.Event())

    def close(self) -> None:
        self.senders.close()
        self.store.close()


def _capacity(given: int | Capacity | None) -> Capacity | None:
    return Capacity(Fraction(given)) if isinstance(given, int) else given


def told(sent: Sequence[Sent]) -> list[tuple[str, str, str]]:
    """Return what people were told as (local minute, person, kind of sign in the sender's name), sorted."""
    return sorted((s.when, s.person, s.letter.sender_name.split(" ")[-1]) for s in sent)
