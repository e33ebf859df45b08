"""Further things that can be given: quiet hours, changed days, duties, another profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from deadline_guard.channels import DeliveryError, Outcome
from deadline_guard.core.holiday_law import DayKind, Ruled
from deadline_guard.core.people import Person
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import ChainStep, Kind, Rule, Rulebook, RuleVersion, Trigger, Wait
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Said
from deadline_guard.store import cases, queue
from tests.must.test_owner_silent import PROFILE, RULE
from tests.scenarios.world import Sent, World

DEFENCE = RULE.id
DUTY = replace(RULE, id="cn.civ.fee", kind=Kind.DUTY, trigger=Trigger("fee_notice_received"), done_by=("fee_paid",))


def hours(n: int, *roles: str, action: str | None = None) -> ChainStep:
    """Return a step to ``roles`` after so many hours of silence."""
    return ChainStep(Wait(n, "hours"), roles, action)  # type: ignore[arg-type]


def ruled(rule: Rule = RULE, limit: str = "", **profile: Any) -> Rule:
    """Return a rule with another profile or limit."""
    versions = (RuleVersion("1", parse_period(limit), basis="test"),) if limit else rule.versions
    return replace(rule, profile=replace(PROFILE, **profile), versions=versions)


def channel_down(world: World) -> None:
    """Given the mail server refuses for a while."""
    world.failures["email"] = DeliveryError("451 try later", Outcome.RETRY)


def channel_up(world: World) -> None:
    """Given the mail server takes letters again."""
    world.failures.clear()


def persons(world: World, **changed: dict[str, Any]) -> None:
    """Given other facts about persons; every case is decided again, as after a reload of people.yaml."""
    known = world.office.people.persons
    made: dict[str, Person] = {p: replace(known[p], **more) for p, more in changed.items()}
    world.office.people = replace(world.office.people, persons={**known, **made})
    with world.store.write() as conn:
        queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "people")


def quiet(world: World, *people: str, since: time = time(20), until: time = time(7)) -> None:
    """Given quiet hours of these people."""
    persons(world, **{p: {"quiet": (since, until)} for p in people})


def rules(world: World, rules: Sequence[Rule]) -> None:
    """Given another rulebook is in force."""
    book = world.office.rulebook
    profiles = {r.profile.id: r.profile for r in rules}
    world.office.rulebook = Rulebook({r.id: r for r in rules}, book.case_types, {}, profiles, revision="2")
    with world.store.write() as conn:
        queue.mark_all_stale_batch(conn, queue.STALE_RULES, "rules changed")


def closed(world: World, case: str) -> None:
    """Given the file of a case is closed."""
    with world.store.write() as conn:
        known = cases.load_case(conn, case)
        cases.put_case(conn, replace(known, closed_at=world.now), world.now)


def why_unsent(world: World) -> list[tuple[str, str, str]]:
    """Return (person, state, reason) of every notice that was not sent."""
    with world.store.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT person, state, state_reason FROM notice WHERE state NOT IN ('sent', 'composed') ORDER BY id"
        ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


def text(sent: Sequence[Sent]) -> str:
    """Return what the letters said."""
    return "\n".join(s.letter.text for s in sent)


def day_off(world: World, day: str, off: bool = True) -> None:
    """Given the imported notice makes a day a holiday, or a weekend day a working day."""
    on = date.fromisoformat(day)
    ruled_day = Ruled(on, DayKind.HOLIDAY if off else DayKind.MAKEUP, {"zh": "通知", "en": "notice"})
    known = world.office.calendars["cn"]
    law = replace(known.law, single={**known.law.single, on: ruled_day})
    world.office.calendars = {**world.office.calendars, "cn": replace(known, law=law)}
    with world.store.write() as conn:
        queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "calendar")


def answer(world: World, give: Callable[..., Any], by: str, *told: Any, rule: str = DEFENCE, case: str = "A") -> Any:
    """Given somebody answers to a deadline now, by one of the functions of ``loop.answers``."""
    with world.store.write() as conn:
        clock = answers.clock_of(world.office, conn, case, rule, world.now)
        return give(world.office, conn, clock, Said(by, world.now), *told)
