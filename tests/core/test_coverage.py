"""Who would answer in the days ahead: what falls to the last resort is named with its days."""

from __future__ import annotations

from dataclasses import replace

from deadline_guard.core.coverage import Group, roles_of, uncovered
from deadline_guard.core.people import Absence, Directory, Person, Team
from deadline_guard.core.rules import Acts, CaseType, ChainStep, Level, Profile, Rule, Rulebook, Stage, Trigger, Wait
from tests.core.building import utc

MAIL = {"email": "x@firm.example"}
PERSONS = {
    "zhang": Person("zhang", "张三", channels=MAIL, team="lit", deputy="li"),
    "li": Person("li", "李四", channels=MAIL, team="lit", deputy="zhang"),
    "wang": Person("wang", "王五", channels=MAIL),
    "zhao": Person("zhao", "赵六", channels=MAIL),
}
PROFILE = Profile(
    "p",
    tell={Level.NEAR: ("owner",)},
    chain=(ChainStep(Wait(4, "hours"), ("lead",)),),  # type: ignore[arg-type]
)
RULE = Rule("r", {"en": "r"}, "deadline", PROFILE, trigger=Trigger("opened"))
TYPE = CaseType("civil", {}, stages=(Stage("trial", {"en": "Trial"}, ("opened",), owner="advocate"),))
BOOK = Rulebook({"r": RULE}, {"civil": TYPE}, {}, {})
NOW = utc("2026-03-02T00:00")
GROUP = Group("civil", "lit", {"owner": "zhang"}, 3, "A")


def directory(*away: Absence, **persons: Person) -> Directory:
    absences: dict[str, tuple[Absence, ...]] = {}
    for one in away:
        absences[one.person] = (*absences.get(one.person, ()), one)
    team = Team("lit", {}, "wang", {"advocate": "li"})
    return Directory(PERSONS | persons, {"lit": team}, "zhao", {}, absences)


def away(person: str, since: str, until: str, deputy: str | None = None) -> Absence:
    return Absence(person, utc(since), utc(until), deputy)


def found(book: Rulebook, people: Directory, group: Group = GROUP) -> list[tuple[str, str, str, str]]:
    return [
        (gap.role, gap.stage, gap.since.date().isoformat(), gap.until.date().isoformat() if gap.until else "")
        for gap in uncovered([group], book, people, NOW)
    ]


def test_the_roles_are_those_of_rules_and_of_stages() -> None:
    assert roles_of("civil", BOOK) == {"owner": ("",), "lead": ("",), "advocate": ("trial",)}
    watched = replace(RULE, acts=Acts.COURT, owner="clerk")
    assert roles_of("civil", replace(BOOK, rules={"r": watched})) == {"owner": ("",), "advocate": ("trial",)}


def test_nothing_is_missing_where_everybody_is_there() -> None:
    assert found(BOOK, directory()) == []


def test_a_deputy_covers_an_absence_and_both_away_is_a_gap_of_exactly_those_days() -> None:
    one = away("zhang", "2026-03-10T00:00", "2026-03-20T00:00")
    assert found(BOOK, directory(one)) == []
    other = away("li", "2026-03-15T00:00", "2026-03-25T00:00")
    assert found(BOOK, directory(one, other)) == [
        ("owner", "", "2026-03-15", "2026-03-20"),
        ("advocate", "trial", "2026-03-15", "2026-03-20"),
    ]


def test_a_lead_without_deputy_on_leave_is_a_gap() -> None:
    assert found(BOOK, directory(away("wang", "2026-03-10T00:00", "2026-03-12T00:00"))) == [
        ("lead", "", "2026-03-10", "2026-03-12")
    ]


def test_what_begins_beyond_the_days_asked_for_is_not_named_and_what_lasts_longer_has_no_end() -> None:
    assert found(BOOK, directory(away("wang", "2026-07-10T00:00", "2026-08-12T00:00"))) == []
    assert found(BOOK, directory(away("wang", "2026-05-10T00:00", "2026-08-12T00:00"))) == [
        ("lead", "", "2026-05-10", "")
    ]


def test_a_role_that_nobody_names_and_an_owner_that_is_missing_are_gaps() -> None:
    people = directory()
    nobody = replace(people, teams={"lit": Team("lit", {}, "wang")})
    assert found(BOOK, nobody) == [("advocate", "trial", "2026-03-02", "")]
    assert found(BOOK, people, GROUP._replace(owners={})) == [("owner", "", "2026-03-02", "")]


def test_a_team_without_cases_has_roles_but_no_owner() -> None:
    assert found(BOOK, directory(), Group("civil", "lit", {})) == []


def test_somebody_who_cannot_be_told_is_a_gap_of_another_kind() -> None:
    mute = replace(PERSONS["wang"], channels={})
    gaps = uncovered([GROUP], BOOK, directory(wang=mute), NOW)
    assert [(gap.role, gap.no_channel, gap.person) for gap in gaps] == [("lead", True, "wang")]
