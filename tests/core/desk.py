"""One case on a desk: facts and answers come in, ``decide`` says who is told; all in memory, all told at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.escalation import decide
from deadline_guard.core.notices import History, Notice, Told, Track
from deadline_guard.core.people import Absence, Directory, Person, Team
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    CaseType,
    ChainStep,
    Kind,
    Level,
    Profile,
    Repeat,
    Rule,
    Rulebook,
    RuleVersion,
    Trigger,
    Wait,
    WhenKind,
)
from deadline_guard.core.timeline import Case, Event, Origin, timeline
from tests.core.building import CALENDARS, threshold, utc

PERSONS = {
    "zhang": Person("zhang", "张三", team="lit", deputy="li"),
    "li": Person("li", "李四", team="lit", deputy="wang"),
    "wang": Person("wang", "王五", team="lit"),
    "zhao": Person("zhao", "赵六"),
}
PROFILE = Profile(
    "p",
    thresholds=(threshold(Level.NEAR, WhenKind.DAYS, "7"), threshold(Level.URGENT, WhenKind.DAYS, "3")),
    tell={Level.NEAR: ("owner",), Level.OVERDUE: ("partner",)},
    chain=(ChainStep(Wait(4, "hours"), ("lead",)), ChainStep(Wait(1, "days"), ("partner",))),  # type: ignore[arg-type]
    repeat={Level.OVERDUE: Repeat(Wait(1, "days"), 2)},  # type: ignore[arg-type]
    ack_expires=Wait(2, "days"),  # type: ignore[arg-type]
)
RIGHT = Rule(
    "r", {"zh": "规则", "en": "Rule"}, "deadline", PROFILE, kind=Kind.RIGHT, trigger=Trigger("opened"),
    done_by=("acted",), versions=(RuleVersion("v1", parse_period("15 days")),),
)  # fmt: skip
CYCLE = "t:opened"
BEGIN = utc("2026-03-02T00:30")  # a Monday; due 2026-03-17 24:00 UTC, near from 03-10 08:30


class Desk:
    """A case in UTC with one rule; ``notices`` is everything decided so far."""

    def __init__(self, rule: Rule = RIGHT) -> None:
        self.rule = rule
        self.now = BEGIN
        self.revisions: list[Event] = []
        self.owner = "zhang"
        self.absences: dict[str, tuple[Absence, ...]] = {}
        self.tracks: dict[tuple[str, str], Track] = {}
        self.told: dict[tuple[str, str], tuple[Told, ...]] = {}
        self.notices: list[Notice] = []
        self.next_at: datetime | None = None
        self.found: tuple[Assessment, ...] = ()

    def fact(self, kind: str, on: date, id: str, *, retracted: bool = False, hand: bool = False, **data: Any) -> None:
        """Record a revision of a fact now."""
        origin = Origin.HAND if hand else Origin.SOURCE
        number = 1 + sum(e.source_id == id for e in self.revisions)
        self.revisions.append(
            Event(kind, on, "t", id, self.now, None, number, "hand" if hand else "", origin, None, data, retracted)
        )

    def opened(self, on: str = "2026-03-02", **more: Any) -> None:
        self.fact("opened", date.fromisoformat(on), "opened", **more)

    def acted(self, on: str, **more: Any) -> None:
        self.fact("acted", date.fromisoformat(on), "acted", **more)

    def answer(self, kind: str, by: str, **data: Any) -> str:
        """Record an answer now and return its id."""
        id = f"a{len(self.revisions)}"
        self.fact(kind, self.now.date(), id, hand=True, **{"rule": "r", "cycle": CYCLE, "by": by, **data})
        return f"t:{id}"

    def sweep(self, state: str = "sent") -> list[tuple[str, str, str]]:
        """Decide now; what is decided is told at once (or stays in ``state``). Return (kind, person, level)."""
        book = Rulebook({"r": self.rule}, {"civil": CaseType("civil", {})}, {}, {})
        team = {"lit": Team("lit", {}, "wang")}
        directory = Directory(PERSONS, team, "zhao", {"partner": "zhao", "admin": "zhao"}, self.absences)
        case = Case("1", "C-1", "civil", timeline(self.revisions, self.now), owners={"owner": self.owner}, team="lit")
        self.found, _ = assess(case, book, CALENDARS, self.now)
        decision, self.next_at = decide(case, self.found, History(self.tracks, self.told), book, directory, self.now)
        self.tracks |= {(t.rule, t.cycle): t for t in decision.tracks}
        for n in decision.notices:
            made = Told(
                n.rule, n.cycle, n.due_rev, n.kind, n.level, n.step, n.n, n.person, n.decided_at, n.due_at, state,
                n.reason.value,
            )  # fmt: skip
            self.told[n.rule, n.cycle] = (*self.told.get((n.rule, n.cycle), ()), made)
            self.notices.append(n)
        return sorted((n.kind.value, n.person, n.level.word) for n in decision.notices)

    def until(self, instant: str | datetime) -> list[tuple[str, str, str]]:
        """Advance time, sweeping whenever the last decision asked for it; return what was decided on the way."""
        end = utc(instant) if isinstance(instant, str) else instant
        found: list[tuple[str, str, str]] = []
        for _ in range(10_000):
            found += self.sweep()
            if self.next_at is None or self.next_at > end:
                break
            assert self.next_at > self.now, "the decision asks to be made again at once, for ever"
            self.now = self.next_at
        else:
            raise AssertionError("ten thousand sweeps on the way")
        self.now = max(end, self.now)
        return found
