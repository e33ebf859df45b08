"""Must show 8: every broken file is told what is wrong, where, and how to mend it; the rules in force stay."""

import shutil
from pathlib import Path

import pytest
import yaml

from deadline_guard.rulebook import load, people
from deadline_guard.rulebook.current import Current

BAD = Path(__file__).parent.parent / "rulebook" / "bad"
GOOD = BAD.parent / "good"
EXPECTED = yaml.safe_load((BAD / "expected.yaml").read_text(encoding="utf-8"))
JOURNEY_9 = [
    ("typo", "01_unknown_field"),
    ("tab", "02_tab"),
    ("full-width colon", "03_full_width_colon"),
    ("NO", "04_no_is_text"),
    ("18:00", "05_time_is_text"),
    ("duplicate key", "06_duplicate_key"),
    ("unknown owner", "07_unknown_owner"),
    ("bad offset", "08_bad_offset"),
    ("wrong type", "09_wrong_type"),
    ("bad date", "10_bad_date"),
]


def problems_of(name: str) -> list:
    file = BAD / f"{name}.yaml"
    if name.startswith("people"):
        return people.load(file, channels=["email", "slack"])[1]
    return load.load([GOOD, file])[1]


def test_there_are_at_least_thirty_and_none_is_forgotten():
    assert len(EXPECTED) >= 30
    assert {file.stem for file in BAD.glob("*.yaml")} - {"expected"} == set(EXPECTED)
    assert {name for _, name in JOURNEY_9} <= set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_problem_is_said_at_its_place_and_nothing_else(name):
    found = problems_of(name)
    assert {p.file for p in found} == {str(BAD / f"{name}.yaml")}
    said = [f"{p.line}:{p.column} {p.severity}: {p.said()}".replace(f"{GOOD}/", "good/") for p in found]
    assert said == EXPECTED[name]


@pytest.mark.parametrize("name", [n for n in EXPECTED if not n.startswith("people")])
def test_a_rulebook_that_fails_to_load_never_replaces_the_one_in_force(name, tmp_path):
    folder = tmp_path / "rules"
    shutil.copytree(GOOD, folder)
    current, problems = Current.open([folder])
    assert problems == []
    before = current.rulebook
    shutil.copy(BAD / f"{name}.yaml", folder / "edited.yaml")

    problems = current.reload([folder])

    assert len(problems) == len(EXPECTED[name])
    if any(line.split()[1] == "error:" for line in EXPECTED[name]):
        assert current.rulebook is before
    else:  # warnings are shown and do not stand in the way
        assert current.rulebook.revision != before.revision
    assert current.problems == problems

    (folder / "edited.yaml").unlink()
    assert current.reload([folder]) == []
    assert current.rulebook.revision == before.revision
