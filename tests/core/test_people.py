"""Who is it, now? Assignment, team, firm, deputies, the named last resort: never nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deadline_guard.core.people import Absence, Directory, Person, Team, responsible, who
from deadline_guard.core.timeline import Case, Timeline

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
PERSONS = {
    "zhang": Person("zhang", "张三", team="lit", manager="sun", deputy="li"),
    "li": Person("li", "李四", team="lit", deputy="wang"),
    "wang": Person("wang", "王五", team="lit"),
    "zhao": Person("zhao", "赵六"),
    "sun": Person("sun", "孙八"),
    "gone": Person("gone", "周九", active=False, deputy="li"),
    "ping": Person("ping", "乒", deputy="pong"),
    "pong": Person("pong", "乓", deputy="ping"),
    "lone": Person("lone", "独"),
}
TEAMS = {"lit": Team("lit", {}, "wang", {"paralegal": "li"}), "odd": Team("odd", {}, "nobody")}


def directory(*absent: str, deputy: str | None = None) -> Directory:
    away = {person: (Absence(person, NOW - DAY, NOW + DAY, deputy),) for person in absent}
    return Directory(PERSONS, TEAMS, "zhao", {"partner": "zhao", "risk": "sun"}, away)


def case(owner: str | None = "zhang", team: str | None = None, **owners: str) -> Case:
    named = {"owner": owner} if owner else {}
    return Case("A", "A", "civil", Timeline(), owners={**named, **owners}, team=team)


@pytest.mark.parametrize(
    ("role", "given", "person", "fell_back"),
    [
        ("owner", case(), "zhang", False),
        ("lead", case(), "wang", False),  # of the owner's team
        ("manager", case(), "sun", False),
        ("manager", case("li"), "zhao", True),  # has none
        ("paralegal", case(), "li", False),  # a role of the team
        ("partner", case(), "zhao", False),  # of the firm
        ("partner", case(partner="sun"), "sun", False),  # assigned on the case
        ("lead", case("zhao"), "zhao", True),  # no team
        ("lead", case("zhao", "odd"), "zhao", True),  # a team whose lead is unknown
        ("owner", case(None), "zhao", True),
        ("owner", case(None, "lit"), "wang", True),  # the team's lead stands in, and it is said
        ("owner", case("stranger"), "zhao", True),
        ("sun", case(), "sun", False),  # a person named where a role stands
        ("collector", case(), "zhao", True),
        ("admin", None, "zhao", True),
    ],
)
def test_a_role_always_resolves_to_somebody_and_says_when_it_fell_back(
    role: str, given: Case | None, person: str, fell_back: bool
) -> None:
    found = who(role, given, NOW, directory())
    assert (found.person.id, found.fell_back) == (person, fell_back)
    assert found.role == role


@pytest.mark.parametrize(
    ("absent", "deputy", "person", "path"),
    [
        (("zhang",), None, "li", ("owner", "absent zhang", "deputy li")),
        (("zhang", "li"), None, "wang", ("owner", "absent zhang", "deputy li", "absent li", "deputy wang")),
        (("zhang",), "sun", "sun", ("owner", "absent zhang", "deputy sun")),
    ],
)
def test_deputies_stand_in_one_after_the_other(
    absent: tuple[str, ...], deputy: str | None, person: str, path: tuple[str, ...]
) -> None:
    found = who("owner", case(), NOW, directory(*absent, deputy=deputy))
    assert (found.person.id, found.path, found.fell_back) == (person, path, False)


@pytest.mark.parametrize(("owner", "absent"), [("ping", ("ping", "pong")), ("lone", ("lone",))])
def test_deputies_that_lead_nowhere_end_at_the_named_last_resort(owner: str, absent: tuple[str, ...]) -> None:
    found = who("owner", case(owner), NOW, directory(*absent))
    assert (found.person.id, found.fell_back, found.path[-1]) == ("zhao", True, "fallback")


def test_who_has_left_is_represented_by_the_deputy() -> None:
    assert who("owner", case("gone"), NOW, directory()).person.id == "li"


def test_a_leave_covers_its_first_instant_and_not_its_last() -> None:
    given = directory("zhang")
    assert who("owner", case(), NOW - DAY, given).person.id == "li"
    assert who("owner", case(), NOW + DAY, given).person.id == "zhang"


def test_a_stage_role_that_nobody_holds_falls_to_the_cases_owner_before_the_last_resort() -> None:
    assert responsible("collector", case(), NOW, directory()).person.id == "zhang"
    assert responsible("paralegal", case(), NOW, directory()).person.id == "li"
    assert responsible("collector", case(None), NOW, directory()).person.id == "zhao"
