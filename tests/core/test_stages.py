"""Where a case stands, since when, and who answers for it there."""

from __future__ import annotations

from datetime import date

import pytest

from deadline_guard.core.rules import CaseType
from deadline_guard.core.stages import current, owner_role, runs, visits
from deadline_guard.core.timeline import Event, Timeline
from tests.core.building import case, event, rule, rulebook, stage

PLEADINGS = stage("pleadings", "complaint", "defence", owner="associate")
EVIDENCE = stage("evidence", "defence", "evidence_closed", owner="clerk")
TRIAL = stage("trial", "hearing", "judgment")
CIVIL = CaseType("civil", {}, (PLEADINGS, EVIDENCE, TRIAL), ("case_closed",))


def line(*events: Event) -> Timeline:
    return Timeline.of(events)


def stays(*events: Event) -> list[tuple[str, str, str | None]]:
    return [
        (v.stage.id, v.entered.on.isoformat(), v.left.on.isoformat() if v.left else None)
        for v in visits(line(*events), CIVIL)
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        ([("note", 1)], []),
        ([("defence", 1), ("complaint", 2)], [("evidence", 1, 2), ("pleadings", 2, None)]),
        ([("complaint", 1)], [("pleadings", 1, None)]),
        ([("complaint", 1), ("complaint", 2)], [("pleadings", 1, None)]),
        ([("complaint", 1), ("defence", 5)], [("pleadings", 1, 5), ("evidence", 5, None)]),
        ([("complaint", 1), ("hearing", 5)], [("pleadings", 1, 5), ("trial", 5, None)]),
        ([("hearing", 1), ("judgment", 5)], [("trial", 1, 5)]),
        ([("hearing", 1), ("judgment", 5), ("hearing", 9)], [("trial", 1, 5), ("trial", 9, None)]),
        ([("hearing", 1), ("case_closed", 5)], [("trial", 1, 5)]),
        ([("judgment", 1), ("hearing", 3)], [("trial", 3, None)]),
    ],
)
def test_a_case_passes_through_its_stages(
    events: list[tuple[str, int]], expected: list[tuple[str, int, int | None]]
) -> None:
    days = [(s, f"2026-03-{a:02}", f"2026-03-{b:02}" if b else None) for s, a, b in expected]
    assert stays(*(event(kind, f"2026-03-{day:02}") for kind, day in events)) == days


def test_events_of_one_day_are_taken_in_the_order_of_the_stages() -> None:
    same_day = [event(kind, "2026-03-02") for kind in ("judgment", "hearing", "defence", "complaint")]
    assert [s for s, _, _ in stays(*same_day)] == ["pleadings", "evidence", "trial"]
    assert stays(*same_day)[-1] == ("trial", "2026-03-02", "2026-03-02")


def test_hours_decide_where_they_are_known() -> None:
    back = [event("hearing", "2026-03-02 09:00"), event("complaint", "2026-03-02 10:00")]
    assert [s for s, _, _ in stays(*back)] == ["trial", "pleadings"]


def test_a_type_without_stages_has_no_visits() -> None:
    assert visits(line(event("complaint", "2026-03-02")), None) == ()
    assert visits(line(event("complaint", "2026-03-02")), CaseType("civil", {})) == ()


def test_the_present_stage_and_that_of_an_earlier_day() -> None:
    told = line(event("complaint", "2026-03-02"), event("defence", "2026-03-10"))
    now, then, before = (
        current(told, CIVIL),
        current(told, CIVIL, date(2026, 3, 9)),
        current(told, CIVIL, date(2026, 3, 1)),
    )
    assert now is not None
    assert then is not None
    assert (now.stage.id, then.stage.id, before) == ("evidence", "pleadings", None)
    assert current(line(event("hearing", "2026-03-02"), event("judgment", "2026-03-03")), CIVIL) is None


def test_the_role_of_the_stage_answers_unless_the_rule_names_its_own() -> None:
    here = case(event("complaint", "2026-03-02"))
    book = rulebook(stages=CIVIL.stages)
    assert owner_role(rule(), here, book) == "associate"
    assert owner_role(rule(owner="partner"), here, book) == "partner"
    assert owner_role(rule(stage="evidence"), here, book) == "clerk"
    assert owner_role(rule(stage="unknown"), here, book) == "owner"
    assert owner_role(rule(), case(), book) == "owner"
    assert owner_role(rule(), here, rulebook()) == "owner"


def test_a_case_runs_until_it_closes_and_again_when_it_is_reopened() -> None:
    events = [
        event("note", "2026-03-01"),
        event("case_closed", "2026-03-05"),
        event("note", "2026-03-06", "late note"),
        event("hearing", "2026-03-09", "h"),
    ]
    got = [
        (name, opened.on.day, closed.on.day if closed else None) for name, opened, closed in runs(line(*events), CIVIL)
    ]
    assert got == [("case", 1, 5), ("t:h", 9, None)]
    assert runs(line(), CIVIL) == ()
    assert len(runs(line(*events), None)) == 1
