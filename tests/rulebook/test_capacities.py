"""What a person can hold: as one number or by what is limited, from person, team or office."""

from __future__ import annotations

from fractions import Fraction

from deadline_guard.core.capacity import BEYOND, Capacity, Share
from deadline_guard.core.rules import Level
from deadline_guard.rulebook import people

TEXT = """
fallback: a
capacity: {effort: 40 hours}
persons:
  a: {name: 甲, channels: {email: a@firm.example}, capacity: 30, team: t}
  b: {name: 乙, channels: {email: b@firm.example}, team: t}
  c: {name: 丙, channels: {email: c@firm.example}, capacity: {open: 12.5, effort: 20}}
  d: {name: 丁, channels: {email: d@firm.example}, team: t, active: false}
teams:
  t:
    title: {zh: 组, en: Team}
    lead: a
    capacity: {near: 8, warn: {near: at 90 percent, urgent: above 100 percent}}
"""


def test_each_limit_comes_from_the_person_else_the_team_else_the_office() -> None:
    directory, problems = people.load(TEXT, "people.yaml")
    assert directory is not None, problems
    lines = (Share(Level.NEAR, Fraction(9, 10)), Share(Level.URGENT, Fraction(1), above=True))
    hours = Fraction(40)
    assert {name: person.capacity for name, person in directory.persons.items()} == {
        "a": Capacity(Fraction(30), Fraction(8), hours, lines),
        "b": Capacity(None, Fraction(8), hours, lines),
        "c": Capacity(Fraction(25, 2), None, Fraction(20), BEYOND),
        "d": None,
    }


def test_without_any_word_nothing_is_limited() -> None:
    directory, _ = people.load("fallback: a\npersons: {a: {name: 甲, channels: {email: a@firm.example}}}\n", "people")
    assert directory is not None
    assert directory.persons["a"].capacity is None
