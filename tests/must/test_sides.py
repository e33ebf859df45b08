"""The same 30 cases seen from plaintiff and from defendant: two different lists; the court's clock is not our fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import Acts, Kind, Rule, RuleVersion, Trigger
from tests.must.test_owner_silent import PROFILE
from tests.scenarios.world import World, told


def rule(id: str, days: int, trigger: str, done_by: str, **more: object) -> Rule:
    made = Rule(
        f"cn.civ.{id}",
        {"zh": id, "en": id},
        "deadline",
        PROFILE,
        trigger=Trigger(trigger),
        done_by=(done_by,),
        versions=(RuleVersion("1", parse_period(f"{days} days"), basis="test"),),
    )
    return replace(made, **more)


RULES = [
    rule("defence", 15, "complaint_received", "defence_filed", kind=Kind.RIGHT, applies_to={"side": ("defendant",)}),
    rule(
        "appeal",
        15,
        "judgment_served",
        "appeal_filed",
        kind=Kind.RIGHT,
        applies_to={"side": ("plaintiff", "defendant")},
    ),
    rule("fee", 7, "fee_notice_received", "fee_paid", applies_to={"side": ("plaintiff",)}),
    rule("docketing", 7, "complaint_filed", "docketed", acts=Acts.COURT, applies_to={"side": ("plaintiff",)}),
    rule("answer_by_them", 15, "complaint_served_on_them", "defence_received", acts=Acts.OPPONENT),
]


def thirty_cases(side: str) -> World:
    """Given 30 cases, in each the same facts, our client on one side."""
    world = World(RULES)
    for i in range(30):
        case = world.case(f"{side[0].upper()}{i:02}", side=side)
        for kind in ("complaint_received", "complaint_filed", "fee_notice_received", "complaint_served_on_them"):
            world.event(case, kind, "2026-03-02")
        if i % 3 == 0:
            world.event(case, "judgment_served", "2026-03-02")
    return world


def warned_of(world: World) -> set[tuple[str, str]]:
    with world.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT DISTINCT subject, rule FROM notice WHERE kind = 'level'").fetchall()
    return {(row[0], row[1].removeprefix("cn.civ.")) for row in rows}


@pytest.mark.parametrize(
    ("side", "every", "third"),
    [("plaintiff", {"fee"}, {"appeal"}), ("defendant", {"defence"}, {"appeal"})],
)
def test_each_side_sees_its_own_deadlines_and_only_those(side: str, every: set[str], third: set[str]) -> None:
    world = thirty_cases(side)
    world.run_until("2026-03-10 09:00")
    expected = {(f"{side[0].upper()}{i:02}", name) for i in range(30) for name in every}
    expected |= {(f"{side[0].upper()}{i:02}", name) for i in range(0, 30, 3) for name in third}
    assert warned_of(world) == expected
    world.close()


def test_the_courts_and_the_opponents_clocks_are_known_and_never_escalate() -> None:
    world = thirty_cases("plaintiff")
    world.run_until("2026-05-10 09:00")
    with world.store.read() as conn:
        levels = dict(
            conn.exec_driver_sql(
                "SELECT rule, MAX(level) FROM assessment WHERE case_id = 'P00' GROUP BY rule"
            ).fetchall()
        )
        notices = conn.exec_driver_sql(
            "SELECT DISTINCT kind, person, level FROM notice WHERE rule IN ('cn.civ.docketing', 'cn.civ.answer_by_them')"
        ).fetchall()
    assert levels["cn.civ.docketing"] == levels["cn.civ.answer_by_them"] == 5  # overdue, on the board
    assert [tuple(row) for row in notices] == [("observe", "zhang", 1)]  # a line in the owner's digest, no more
    world.close()


def test_a_right_answered_not_pursued_ends_without_incident() -> None:
    world = World(RULES)
    world.case("A", side="defendant")
    world.event("A", "complaint_received", "2026-03-02")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 08:30", "zhang", "■临近")]
    world.answer("A", "not_pursued", "zhang", "cn.civ.defence", reason="the client settles")
    assert told(world.advance(days=60)) == []
    with world.store.read() as conn:
        state = conn.exec_driver_sql("SELECT state FROM assessment").scalar()
    assert state == "not_pursued"
    world.close()


def test_a_duty_cannot_be_answered_not_pursued() -> None:
    world = World(RULES)
    world.case("A", side="plaintiff")
    world.event("A", "fee_notice_received", "2026-03-02")
    world.run_until("2026-03-03 09:00")
    world.answer("A", "not_pursued", "zhang", "cn.civ.fee", reason="no")
    sent = told(world.run_until("2026-03-10 01:00"))
    assert ("03-10 00:00", "zhao", "✖逾期") in sent
    world.close()
