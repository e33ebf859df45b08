"""A number crosses a line: told once at the crossing, again at the next one; progress that stands still is told."""

from __future__ import annotations

from fractions import Fraction

from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import Level, Profile, Rule, RuleVersion, Threshold, Trigger, When, WhenKind
from tests.scenarios.world import Sent, World

TELL = {Level.URGENT: ("owner",), Level.OVERDUE: ("owner",)}
SCORE = Rule(
    "score.low",
    {"zh": "信用评分过低", "en": "Low credit score"},
    "value",
    Profile(
        "score", (Threshold(Level.URGENT, When(WhenKind.VALUE, Fraction(600), op="below")),), TELL, tell_closed=False
    ),
    trigger=Trigger("score_reported"),
    params={"field": "score"},
)
PROGRESS = Rule(
    "progress.stalled",
    {"zh": "进度停滞", "en": "Progress stalls"},
    "idle_time",
    Profile("stalled", (), TELL, tell_closed=False),
    trigger=Trigger(),
    versions=(RuleVersion("1", parse_period("10 working days")),),
    params={"changed": "progress"},
)


def days(sent: list[Sent]) -> list[tuple[str, str]]:
    return [(s.when, s.person) for s in sent]


def test_a_score_of_720_640_590_warns_once_at_the_third_and_again_when_it_falls_again() -> None:
    world = World([SCORE])
    world.case()
    told: dict[int, list[tuple[str, str]]] = {}
    for day, score in enumerate((720, 640, 590, 580, 650, 590, 570), 3):
        world.run_until(f"2026-03-{day:02} 09:00")
        world.event("A", "score_reported", f"2026-03-{day:02}", str(day), score=score)
        told[day] = days(world.run_until(f"2026-03-{day:02} 23:59"))
    later = days(world.advance(days=30))
    world.close()
    assert {day: sent for day, sent in told.items() if sent} == {
        5: [("03-05 09:00", "zhang")],
        8: [("03-08 09:00", "zhang")],
    }
    assert later == []


def test_progress_unchanged_for_ten_working_days_warns() -> None:
    world = World([PROGRESS])
    world.case()
    for day, progress in ((2, 40), (4, 60), (6, 60), (11, 60)):
        world.run_until(f"2026-03-{day:02} 09:00")
        world.event("A", "progress_reported", f"2026-03-{day:02}", str(day), progress=progress)
    sent = days(world.run_until("2026-03-25 09:00"))  # the last change was on 4 March: ten working days end on the 18th
    world.close()
    assert sent == [("03-19 00:00", "zhang")]
