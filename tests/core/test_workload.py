"""How much lies on whose desk, and who could take more."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from deadline_guard.core.capacity import Capacity, Share
from deadline_guard.core.rules import CaseType, Level
from deadline_guard.core.workload import Load, effort_of, loads, workload
from tests.core.building import NOW, case, event

TWO_LINES = (Share(Level.NEAR, Fraction(9, 10)), Share(Level.URGENT, Fraction(1), above=True))
CAPACITY = {"li": Capacity(Fraction(3)), "wang": Capacity(Fraction(3)), "chen": Capacity(Fraction(5))}


def test_an_overloaded_person_is_named_with_those_who_have_room() -> None:
    loads = [Load(f"c{i}", "li") for i in range(4)] + [Load("c9", "wang", Level.CRITICAL)]
    chen, li, wang = workload(loads, CAPACITY, NOW)
    assert (li.subject, li.value, li.level) == ("person:li", Fraction(4), Level.URGENT)
    assert li.data["room"] == (("chen", 5), ("wang", 2))
    assert {key: li.data[key] for key in ("of", "open", "near", "effort", "unstated", "capacity")} == {
        "of": "open", "open": 4, "near": 0, "effort": 0, "unstated": 4, "capacity": 3,
    }  # fmt: skip
    assert (wang.level, wang.data["near"]) == (Level.OK, 1)
    assert (chen.value, chen.data["room"]) == (Fraction(0), (("wang", 2),))


@pytest.mark.parametrize(
    ("cases", "level"), [(26, Level.OK), (27, Level.NEAR), (30, Level.NEAR), (31, Level.URGENT), (60, Level.URGENT)]
)
def test_lines_are_shares_of_the_capacity(cases: int, level: Level) -> None:
    (got,) = workload([Load(f"c{i}", "li") for i in range(cases)], {"li": Capacity(Fraction(30), warn=TWO_LINES)}, NOW)
    assert (int(got.value), got.level) == (cases, level)


def test_a_case_with_several_deadlines_is_one_case_at_its_worst_level() -> None:
    loads = [Load("c1", "li", Level.EARLY), Load("c1", "li", Level.URGENT), Load("c1", "li", Level.OK)]
    (got,) = workload(loads, {}, NOW)
    assert (got.value, got.data["open"], got.data["near"], got.data["capacity"]) == (Fraction(1), 1, 1, None)


def test_cases_near_their_dates_and_hours_of_work_have_limits_of_their_own() -> None:
    limit = Capacity(Fraction(30), Fraction(1), Fraction(8))
    loads = [
        Load("c1", "li", Level.NEAR, Fraction(5)),
        Load("c2", "li", Level.OVERDUE, Fraction(7, 2)),
        Load("c3", "li"),
    ]
    measures = workload(loads, {"li": limit, "wang": limit}, NOW)
    found = {(m.subject, m.data["of"]): (m.value, m.level) for m in measures}
    assert found == {
        ("person:li", "open"): (3, Level.OK),
        ("person:li", "near"): (2, Level.URGENT),
        ("person:li", "effort"): (Fraction(17, 2), Level.URGENT),
        ("person:wang", "open"): (0, Level.OK),
        ("person:wang", "near"): (0, Level.OK),
        ("person:wang", "effort"): (0, Level.OK),
    }
    assert [m.data["unstated"] for m in measures if m.subject == "person:li"] == [1, 1, 1]


def test_who_is_away_or_full_in_anything_has_no_room() -> None:
    loads = [Load(f"c{i}", "wang") for i in range(3)]
    assert workload(loads, CAPACITY, NOW, absent={"chen"})[1].data["room"] == ()
    busy = {**CAPACITY, "chen": Capacity(Fraction(5), near=Fraction(1))}
    li = next(m for m in workload([*loads, Load("n", "chen", Level.NEAR)], busy, NOW) if m.subject == "person:li")
    assert li.data["room"] == ()


@pytest.mark.parametrize(
    ("stated", "of_rules", "effort"),
    [
        (None, (), None),
        (None, (None, None), None),
        (None, (Fraction(6), None, Fraction(6)), 12),
        ("2.5", (Fraction(6),), Fraction(5, 2)),
        ("6 hours", (), 6),
        (0, (Fraction(6),), 0),
        ("much", (Fraction(6),), 6),
        (-3, (), None),
        ("2 days", (), None),
    ],
)
def test_the_effort_of_a_case_is_its_own_else_that_of_its_open_deadlines(
    stated: object, of_rules: tuple[Fraction | None, ...], effort: object
) -> None:
    assert effort_of(stated, of_rules) == effort


def test_a_case_weighs_on_its_owner_while_it_is_open() -> None:
    cases = [
        case(id="a", owners={"owner": "li"}, opened_at=NOW, closed_at=None),
        case(id="b", owners={"owner": "li"}, opened_at=NOW + timedelta(seconds=1)),
        case(id="c", owners={"owner": "li"}, closed_at=NOW),
        case(id="d", owners={"owner": "wang"}, closed_at=NOW + timedelta(seconds=1), attributes={"effort": "2.5"}),
        case(id="e", owners={"lead": "li"}),
    ]
    assert list(loads(cases, NOW, {"a": Level.NEAR})) == [
        Load("a", "li", Level.NEAR),
        Load("d", "wang", effort=Fraction(5, 2)),
    ]


def test_an_event_that_closes_cases_of_the_type_takes_the_case_off_the_desk() -> None:
    closing = {"civil": CaseType("civil", {}, closed_by=("case_closed",))}
    ended = case(event("begun", "2020-01-01"), event("case_closed", "2020-02-01"), id="a", owners={"owner": "li"})
    assert [load.case for load in loads([ended], NOW)] == ["a"]
    assert list(loads([ended], NOW, case_types=closing)) == []
