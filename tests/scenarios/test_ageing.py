"""A debt ages: entering each bucket is told, also where the level stays; a payment or an answer changes who hears."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import Acts, Bucket, Level, Profile, Rule, RuleVersion, Trigger
from deadline_guard.core.timeline import Answer
from tests.scenarios.world import Sent, World

TABLE = (
    Bucket(0, Level.OK, {"zh": "M0", "en": "M0"}),
    Bucket(1, Level.EARLY, {"zh": "M1", "en": "M1"}),
    Bucket(31, Level.CRITICAL, {"zh": "M2", "en": "M2"}),
    Bucket(61, Level.CRITICAL, {"zh": "M3", "en": "M3"}),
    Bucket(91, Level.CRITICAL, {"zh": "M4（不良）", "en": "M4 (NPL)"}),
)
BUCKET = re.compile(r"(M\d\S*)，报告欠款 8,000\.00")
TELL = {Level.EARLY: ("owner",), Level.CRITICAL: ("owner", "lead")}
AGE = Rule(
    "age", {"zh": "账龄", "en": "Age of the debt"}, "overdue_age", Profile("arrears", tell=TELL, buckets=TABLE, overdue=False),
    acts=Acts.OTHER, trigger=Trigger("missed"), date_field="due", params={"plus": ["balance"]},
    versions=(RuleVersion("1", parse_period("0 days")),),
)  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    made = World([AGE], start="2026-03-01 08:00")
    made.case()
    yield made
    made.close()


def heard(sent: list[Sent]) -> list[tuple[str, str, str]]:
    """Return who was told of which bucket, and on which day."""
    return sorted((one.when[:5], one.person, bucket) for one in sent for bucket in BUCKET.findall(one.letter.text))


def test_each_bucket_is_told_when_the_debt_enters_it(world: World) -> None:
    world.event("A", "missed", "2026-03-10", due="2026-03-10", balance=8000)
    assert heard(world.run_until("2026-06-30 12:00")) == [
        ("03-11", "zhang", "M1"),
        ("04-10", "wang", "M2"),
        ("04-10", "zhang", "M2"),
        ("05-10", "wang", "M3"),
        ("05-10", "zhang", "M3"),
        ("06-09", "wang", "M4（不良）"),
        ("06-09", "zhang", "M4（不良）"),
    ]


def test_an_acknowledgement_holds_for_its_bucket_alone(world: World) -> None:
    world.event("A", "missed", "2026-03-10", due="2026-03-10", balance=8000)
    world.run_until("2026-04-12 12:00")
    world.answer("A", Answer.ACKNOWLEDGED.value, "zhang", "age")
    assert heard(world.run_until("2026-05-09 12:00")) == []
    assert heard(world.run_until("2026-05-11 12:00")) == [("05-10", "wang", "M3"), ("05-10", "zhang", "M3")]


def test_a_debt_heard_of_late_is_told_once_in_the_bucket_where_it_stands(world: World) -> None:
    world.run_until("2026-06-01 08:00")
    world.event("A", "missed", "2026-03-10", due="2026-03-10", balance=8000)
    assert heard(world.run_until("2026-06-08 12:00")) == [("06-01", "wang", "M3"), ("06-01", "zhang", "M3")]
    assert heard(world.run_until("2026-06-10 12:00")) == [
        ("06-09", "wang", "M4（不良）"),
        ("06-09", "zhang", "M4（不良）"),
    ]


def test_a_debt_that_was_paid_ages_no_more(world: World) -> None:
    world.event("A", "missed", "2026-03-10", due="2026-03-10", balance=8000)
    world.run_until("2026-04-12 12:00")
    world.event("A", "paid", "2026-04-12", balance=0)
    assert heard(world.run_until("2026-06-30 12:00")) == []


def test_a_plan_longer_than_sixty_months_is_told_to_compliance_once() -> None:
    plan = Rule(
        "plan", {"zh": "分期", "en": "Plan"}, "instalments", Profile("p", tell={Level.OVERDUE: ("owner",)}),
        acts=Acts.OTHER, trigger=Trigger("agreed"), done_by=("instalment",), params={"broken_after": 2},
    )  # fmt: skip
    world = World([plan])
    world.case()
    world.event("A", "agreed", "2026-03-02", first="2026-04-02", count=61, amount=100)
    world.event("A", "agreed", "2026-03-02", "2", first="2026-04-02", count=60, amount=100)
    sent = world.run_until("2026-03-20 12:00")
    assert [(s.person, "超过 60 个月" in s.letter.subject) for s in sent] == [("qian", True)]
    world.close()


def test_a_missed_instalment_is_told_and_so_is_the_plan_that_breaks() -> None:
    plan = Rule(
        "plan", {"zh": "分期", "en": "Plan"}, "instalments", Profile("p", tell={Level.OVERDUE: ("owner",)}),
        acts=Acts.OTHER, trigger=Trigger("agreed"), done_by=("instalment",), params={"broken_after": 2},
    )  # fmt: skip
    world = World([plan])
    world.case()
    world.event("A", "agreed", "2026-03-02", first="2026-03-10", count=3, amount=100)
    world.event("A", "instalment", "2026-03-05", amount=60)
    sent = world.run_until("2026-04-20 12:00")
    assert {(s.when[:5], s.person) for s in sent} == {("03-11", "zhang"), ("04-11", "zhang")}
    assert "60 / 100" in sent[0].letter.text
    world.close()
