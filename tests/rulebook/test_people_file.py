"""`people.yaml` becomes the directory: who is told, by which channel, and who is the last resort."""

from datetime import time
from pathlib import Path

import pytest

from deadline_guard import paths
from deadline_guard.core.people import Team
from deadline_guard.rulebook import calendars, load, people

GOOD = Path(__file__).parent / "good"
LINE = "zhao: {name: 赵六, channels: {email: zhao@firm.example}}"


def test_persons_teams_roles_and_the_last_resort():
    directory, problems = people.load(GOOD / "people.yaml")
    assert problems == []
    assert directory.fallback == "zhao"
    zhang = directory.persons["zhang"]
    assert (zhang.name, zhang.team, zhang.deputy, zhang.manager) == ("张三", "lit", "li", None)
    assert (zhang.locale, zhang.zone, zhang.active) == ("zh_Hans", "Asia/Shanghai", True)
    assert zhang.channels == {"email": "zhang@firm.example"}
    assert directory.teams == {"lit": Team("lit", {"zh": "诉讼部", "en": "Litigation"}, "li")}
    assert directory.roles == {"partner": "zhao", "lead": "li"}
    assert directory.absences == {}
    assert len(directory.revision) == 64


def test_every_field_of_a_person_arrives():
    text = """
fallback: zhao
persons:
  a: {name: Ann, locale: en, zone: America/New_York, team: t, manager: zhao, deputy: zhao, roles: clerk, active: false}
  b: {name: Bea, quiet_hours: ["22:00", "07:00"], channels: {email: b@firm.example}}
  zhao: {name: 赵六, channels: {email: zhao@firm.example}}
teams: {t: {title: {en: T}, lead: a, roles: {partner: zhao}}}
"""
    directory, problems = people.load(text, "people.yaml")
    assert problems == []
    ann = directory.persons["a"]
    assert (ann.locale, ann.zone, ann.manager, ann.roles, ann.active) == (
        "en",
        "America/New_York",
        "zhao",
        ("clerk",),
        False,
    )
    assert directory.persons["b"].quiet == (time(22), time(7))
    assert directory.teams["t"].roles == {"partner": "zhao"}


def test_without_a_named_last_resort_there_is_no_directory():
    directory, problems = people.load(f"persons:\n  {LINE}\n", "people.yaml")
    assert directory is None
    assert [str(p) for p in problems] == [
        'people.yaml:1:1  error  the field "fallback" is missing in this file (add it)'
    ]


def test_two_who_stand_in_for_each_other_are_usual():
    pair = "  a: {name: A, deputy: b, active: false}\n  b: {name: B, deputy: a, active: false}\n"
    text = f"fallback: zhao\npersons:\n  {LINE}\n{pair}"
    assert people.load(text)[1] == []


def test_a_circle_of_deputies_is_a_warning_that_leaves_the_directory(tmp_path):
    file = Path(__file__).parent / "bad" / "people_deputies.yaml"
    directory, problems = people.load(file)
    assert directory is not None
    assert [p.is_error for p in problems] == [False]


def test_an_unreadable_file_is_an_error_that_names_it(tmp_path):
    directory, problems = people.load(tmp_path / "people.yaml")
    assert directory is None
    assert problems[0].file == str(tmp_path / "people.yaml")


def test_the_example_that_ships_is_without_fault_and_holds_every_role_of_the_rules_that_ship():
    directory, problems = people.load(paths.rules_dir() / "people.example.yaml", channels=["email", "slack"])
    assert problems == []
    _, problems = load.load([paths.rules_dir()], directory=directory)
    assert [str(p) for p in problems if p.code in ("role_without_person", "channel_nobody_has", "unknown_role")] == []


def test_roles_that_nobody_holds_and_channels_that_nobody_has_are_said_once(tmp_path):
    (tmp_path / "profiles.yaml").write_text(
        """
profiles:
  mine:
    from: short
    tell: {near: [owner, risk], overdue: [risk]}
    chain: [{after: 1 hour, tell: [compliance, zhao]}]
    channels: {near: [email, pigeon], urgent: [pigeon]}
""",
        encoding="utf-8",
    )
    (tmp_path / "rules.yaml").write_text(
        """
pack: {id: x, title: {zh: 甲, en: X}}
rules:
  - id: x.a
    title: {zh: 甲, en: A}
    trigger: hearing
    done_by: case_closed
    limit: 30 days
    basis: A
    owner: admin
    profile: {from: short, tell: {near: [owner, lead], overdue: [compliance]}}
""",
        encoding="utf-8",
    )
    (tmp_path / "case_types.yaml").write_text(
        """
case_types:
  labour:
    title: {zh: 劳动, en: Labour}
    stages: [{id: a, title: {zh: 甲, en: A}, enter_on: hearing, owner: manager}]
""",
        encoding="utf-8",
    )
    directory, _ = people.load(GOOD / "people.yaml")
    book, problems = load.load([GOOD, tmp_path], directory=directory)
    assert book is not None
    said = [f"{Path(p.file).name}:{p.line}:{p.column} {p.said().split(';')[0]}" for p in problems]
    assert said == [
        "profiles.yaml:5:26 nobody holds the role risk",
        "profiles.yaml:6:36 nobody holds the role compliance",
        "profiles.yaml:7:30 nobody has the channel pigeon",
        "rules.yaml:10:12 nobody holds the role admin",
    ]
    assert problems[0].said().endswith("(until then zhao is told instead)")


def test_a_directory_without_teams_is_checked_too():
    directory, _ = people.load(f"fallback: zhao\npersons:\n  {LINE}\nroles: {{partner: zhao}}\n")
    _, problems = load.load([GOOD], directory=directory)
    assert [p.said().split(";")[0] for p in problems] == ["nobody holds the role lead"]


HOURS = """
fallback: zhao
calendar: cn
working_hours: {mon: [["09:00", "18:00"]], tue: [["09:00", "18:00"]]}
persons:
  zhao: {name: 赵六, channels: {email: zhao@firm.example}}
  li: {name: 李四, working_hours: {sat: [["10:00", "12:00"]]}, channels: {email: li@firm.example}}
"""


def test_when_people_work_is_the_office_s_week_or_their_own():
    known = calendars.shipped()
    directory, problems = people.load(HOURS, "people.yaml", calendars=known)
    assert problems == []
    zhao, li = (directory.persons[who].hours for who in ("zhao", "li"))
    assert [bool(day) for day in zhao.week] == [True, True, False, False, False, False, False]
    assert [bool(day) for day in li.week] == [False] * 5 + [True, False]
    assert zhao.days is known["cn"]


@pytest.mark.parametrize(
    ("wrong", "right", "place", "words"),
    [
        ("monday:", "mon:", "4:", "monday"),
        ('"18:00", "09:00"', '"09:00", "18:00"', "4:", "to 09:00"),
        ("calendar: cnn", "calendar: cn", "3:11", '"cnn"'),
        ("{sat: []}", '{sat: [["10:00", "12:00"]]}', "7:", "nobody works"),
    ],
)
def test_wrong_working_hours_are_refused_where_they_stand(wrong, right, place, words):
    directory, problems = people.load(HOURS.replace(right, wrong, 1), "people.yaml", calendars=calendars.shipped())
    assert directory is None
    assert [str(p.mark).startswith(f"people.yaml:{place}") for p in problems] == [True], problems
    assert words in str(problems[0])


def test_whoever_says_nothing_has_the_office_s_zone_and_language() -> None:
    text = (
        "fallback: a\npersons:\n"
        "  a: {name: A, channels: {email: a@firm.example}, working_hours: {mon: [['09:00', '17:00']]}}\n"
        "  b: {name: B, zone: Asia/Tokyo, locale: zh_Hans, channels: {email: b@firm.example}}\n"
    )
    directory, problems = people.load(text, "people.yaml", zone="Europe/London", locale="en")
    assert not problems
    assert directory is not None
    a, b = directory.persons["a"], directory.persons["b"]
    assert (a.zone, a.locale, b.zone, b.locale) == ("Europe/London", "en", "Asia/Tokyo", "zh_Hans")
    assert a.hours is not None
    assert str(a.hours.zone) == "Europe/London"
