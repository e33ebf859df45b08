"""What would otherwise go wrong in silence: each finding is exactly one notice to the admin, through the loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from deadline_guard.channels import DeliveryError, Outcome
from deadline_guard.core.rules import CaseType
from deadline_guard.loop.findings import DEAD_CHANNEL, MISSED_TICK
from deadline_guard.store import notices, sources
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import Sent, World

ADMIN = "qian"


@pytest.fixture
def world() -> Iterator[World]:
    types = {
        "civil": CaseType("civil", {}, calendar="cn", jurisdiction="cn-civil"),
        "other": CaseType("other", {}, calendar="cn", jurisdiction="cn-civil"),
    }
    world = World([replace(RULE, applies_to={"case_type": ("civil",)})], types)
    yield world
    world.close()


def findings(sent: list[Sent]) -> list[tuple[str, str]]:
    """Return the findings among what was sent, as (person, first line)."""
    return [(s.person, s.letter.text.splitlines()[0]) for s in sent if "发现问题" in s.letter.sender_name]


def notices_of(world: World, rule: str) -> int:
    """Return how many notices of a finding were ever decided."""
    with world.store.read() as conn:
        return sum(n.notice.rule == rule for n in notices.of_subjects(conn, ["system", "A", "source:docket"]))


def test_case_without_owner(world: World) -> None:
    world.case(owner=None)
    assert findings(world.run_until("2026-03-20 09:00")) == [(ADMIN, "⊘ 发现问题：本案没有责任人")]


def test_case_whose_owner_nobody_knows(world: World) -> None:
    world.case(owner="gone")
    assert len(findings(world.run_until("2026-03-20 09:00"))) == 1


def test_case_without_rule(world: World) -> None:
    world.case(case_type="other")
    assert findings(world.run_until("2026-03-20 09:00")) == [(ADMIN, "⊘ 发现问题：没有任何规则适用于本案")]


def test_a_case_with_owner_and_rule_is_no_finding(world: World) -> None:
    world.case()
    assert findings(world.run_until("2026-03-20 09:00")) == []


def test_source_older_than_expected_is_told_once_and_again_after_it_came_and_went(world: World) -> None:
    with world.store.write() as conn:
        sources.expect(conn, "docket", timedelta(days=1))
        sources.seen(conn, "docket", world.now)
    assert findings(world.run_until("2026-03-03 07:59")) == []
    late = world.run_until("2026-03-06 09:00")
    assert [(s.when, s.person) for s in late] == [("03-03 08:00", ADMIN)]
    with world.store.write() as conn:
        sources.seen(conn, "docket", world.now)
    assert len(findings(world.run_until("2026-03-09 09:00"))) == 1


def test_dead_channel(world: World) -> None:
    everywhere = {
        key: replace(person, channels={"email": f"{key}@firm.example", "slack": f"{key}@firm.example"})
        for key, person in world.office.people.persons.items()
    }
    world.office.people = replace(world.office.people, persons=everywhere)
    for code in ("A", "B"):
        world.case(code)
        world.event(code, "complaint_received", "2026-03-02")
    world.failures["email"] = DeliveryError("535 authentication failed", Outcome.PERMANENT)
    sent = world.run_until("2026-03-10 12:00")
    assert {(s.person, s.channel) for s in sent} == {("zhang", "slack"), (ADMIN, "slack")}  # nobody is left untold
    ((person, words),) = findings(sent)  # once a day, however many messages it refuses
    assert (person, "邮件" in words) == (ADMIN, True)
    assert notices_of(world, DEAD_CHANNEL) == 1


def test_missed_tick(world: World) -> None:
    world.case()
    world.event("A", "complaint_received", "2026-03-02")  # near from 03-10 08:30
    world.run_until("2026-03-09 08:00")
    late = world.sleep_until("2026-03-11 10:00")
    ((person, words),) = findings(late)
    assert (person, "2026-03-10 08:30" in words, "2026-03-11 10:00" in words) == (ADMIN, True, True)
    assert findings(world.run_until("2026-03-12 12:00")) == []
    assert notices_of(world, MISSED_TICK) == 1
