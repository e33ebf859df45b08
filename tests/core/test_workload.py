"""How much lies on whose desk, and who could take more."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from deadline_guard.core.rules import Level, Profile
from deadline_guard.core.workload import Load, loads, workload
from tests.core.building import NOW, case
from tests.core.test_gauges import line

PROFILE = Profile("p", (line(Level.NEAR, "above", "2"), line(Level.URGENT, "above", "3")))
CAPACITY = {"li": Fraction(3), "wang": Fraction(3), "chen": Fraction(5)}


def test_an_overloaded_person_is_named_with_those_who_have_room() -> None:
    loads = [Load(f"c{i}", "li") for i in range(4)] + [Load("c9", "wang", Level.CRITICAL)]
    chen, li, wang = workload(loads, CAPACITY, PROFILE, NOW)
    assert (li.subject, li.value, li.level) == ("person:li", Fraction(4), Level.URGENT)
    assert li.data == {"open": 4, "near": 0, "capacity": Fraction(3), "room": ("chen", "wang")}
    assert (wang.level, wang.data["near"]) == (Level.OK, 1)
    assert (chen.value, chen.data["room"]) == (Fraction(0), ("wang",))


def test_a_matter_with_several_deadlines_is_one_matter_at_its_worst_level() -> None:
    loads = [Load("c1", "li", Level.EARLY), Load("c1", "li", Level.URGENT), Load("c1", "li", Level.OK)]
    (got,) = workload(loads, {}, PROFILE, NOW)
    assert (got.value, got.data["open"], got.data["near"], got.data["capacity"]) == (Fraction(1), 1, 1, None)


def test_effort_counts_where_it_is_stated() -> None:
    (got,) = workload([Load("c1", "li", effort=Fraction(5, 2)), Load("c2", "li")], {}, PROFILE, NOW)
    assert (got.value, got.level) == (Fraction(7, 2), Level.URGENT)


def test_who_is_away_or_full_has_no_room() -> None:
    loads = [Load(f"c{i}", "wang") for i in range(3)]
    li = workload(loads, CAPACITY, PROFILE, NOW, absent={"chen"})[1]
    assert li.data["room"] == ()


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
