"""Short ways to write cases, rules and calendars in the tests of the core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.holiday_law import CalendarLaw, DayKind, Ruled
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    CaseType,
    Level,
    Profile,
    Rule,
    Rulebook,
    RuleVersion,
    Stage,
    Threshold,
    Trigger,
    When,
    WhenKind,
)
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case, Event, Timeline

SHANGHAI = "Asia/Shanghai"


def calendar(name: str = "plain", closed: tuple[str, ...] = (), through: str = "2036-12-31") -> Calendar:
    """Return a calendar with Saturdays, Sundays and these closed days."""
    days = {
        date.fromisoformat(d): Ruled(date.fromisoformat(d), DayKind.HOLIDAY, Text("holiday", "假日")) for d in closed
    }
    return Calendar(
        id=name,
        title=Text(name),
        zone=None,
        kind="announced",
        known_from=date(2000, 1, 1),
        known_through=date.fromisoformat(through),
        law=CalendarLaw(single=days),
    )


CALENDARS = {
    "plain": calendar(),
    "cn": calendar("cn", ("2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20"), "2026-12-31"),
    "us": calendar("us", ("2026-07-03",)),
    "de": calendar("de"),
}


def event(kind: str, on: str, ident: str = "", **given: Any) -> Event:
    """Return an event; ``on`` is a date, or a local time in Shanghai such as ``2026-03-02 10:00``."""
    at = None
    if len(on) > 10:
        at = datetime.fromisoformat(on)
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(SHANGHAI))
    day = date.fromisoformat(on[:10])
    recorded = given.pop("recorded", f"{on[:10]}T01:00+00:00")
    return Event(
        kind=kind,
        on=day,
        at=at,
        source="t",
        source_id=ident or f"{kind}-{on}-{given.get('subject', '')}",
        recorded_at=datetime.fromisoformat(recorded),
        **given,
    )


def case(*events: Event, **given: Any) -> Case:
    """Return a case of type ``civil`` in Shanghai with these events."""
    wanted = {"id": "1", "code": "C-1", "case_type": "civil", "zone": SHANGHAI} | given
    return Case(timeline=Timeline.of(events), **wanted)


def rule(limit: str | None = "15 days", *, version: Mapping[str, Any] | None = None, **given: Any) -> Rule:
    """Return a rule ``r`` opened by ``opened`` and ended by ``acted``, with one version."""
    wanted: dict[str, Any] = {
        "id": "r",
        "title": {"zh": "规则", "en": "Rule"},
        "indicator": "deadline",
        "profile": Profile("p"),
        "trigger": Trigger("opened"),
        "done_by": ("acted",),
    }
    if limit is not None:
        wanted["versions"] = (RuleVersion("v1", parse_period(limit), **(version or {})),)
    return Rule(**(wanted | given))


def stage(name: str, enter: str, leave: str = "", target: str | None = None, owner: str = "owner") -> Stage:
    """Return a stage entered and left by one kind of event each."""
    return Stage(
        name,
        {"zh": name, "en": name},
        (enter,),
        (leave,) if leave else (),
        owner,
        parse_period(target) if target else None,
    )


def rulebook(*rules: Rule, stages: tuple[Stage, ...] = (), **given: Any) -> Rulebook:
    """Return a rulebook with one case type ``civil``."""
    civil = CaseType("civil", {"en": "Civil", "zh": "民事"}, stages, ("case_closed",), **given)
    return Rulebook({r.id: r for r in rules}, {"civil": civil}, {}, {}, day_starts_at=time(8, 30))


def threshold(level: Level, kind: WhenKind, n: str = "0", at: time | None = None) -> Threshold:
    """Return a threshold, for example 3 working days before at 09:00."""
    return Threshold(level, When(kind, Fraction(n), at))


def utc(text: str) -> datetime:
    """Return an instant written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str = SHANGHAI) -> datetime:
    """Return an instant written in local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


NOW = utc("2026-03-10T00:00")
