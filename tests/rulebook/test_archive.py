"""Rule files kept as one text come back as the files that they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars, load
from deadline_guard.rulebook.archive import packed, passage, unpacked


def test_the_shipped_rules_come_back_with_the_same_revision(tmp_path: Path) -> None:
    before, _ = load.load([rules_dir()])
    roots, _ = unpacked(packed([rules_dir()], lambda path: path.parent.name != "calendars"), tmp_path)
    after, problems = load.load(roots, calendars=set(calendars.shipped()))
    assert [p for p in problems if p.is_error] == []
    assert before is not None
    assert after is not None
    assert after.revision == before.revision
    assert after.rules == before.rules


def test_calendars_come_back_with_what_was_imported(tmp_path: Path) -> None:
    roots, beside = unpacked(packed([rules_dir() / "calendars"], imported=["x: 1"]), tmp_path)
    again, problems = calendars.load(*roots)
    assert problems == []
    assert again.keys() == calendars.shipped().keys()
    assert beside == {"imported": ["x: 1"]}


def test_a_single_file_comes_back_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("a: 1\n", encoding="utf-8")
    (root,), _ = unpacked(packed([tmp_path / "own.yaml"]), tmp_path / "out")
    assert root.is_file()
    assert root.read_text(encoding="utf-8") == "a: 1\n"


@pytest.mark.parametrize("text", ["# events.yaml\nevents: {}", "[]", "{}"])
def test_an_older_form_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"older form|Expecting value"):
        unpacked(text, tmp_path)


def test_a_name_outside_the_folder_is_refused(tmp_path: Path) -> None:
    text = '{"roots": [{"file": false, "files": {"../../x.yaml": "a"}}]}'
    with pytest.raises(ValueError, match="outside"):
        unpacked(text, tmp_path)


def test_the_passage_of_a_rule_is_its_own_item(tmp_path: Path) -> None:
    rules = "rules:\n  - id: a.one\n    limit: 1 day\n\n  - title: x\n    id: a.two  # second\n    limit: 2 days\n  - {id: a.three, limit: 3 days}\n"
    (tmp_path / "r.yaml").write_text(rules, encoding="utf-8")
    kept = packed([tmp_path])
    assert passage(kept, "a.one").split() == ["-", "id:", "a.one", "limit:", "1", "day"]
    assert passage(kept, "a.two").startswith("- title: x")
    assert "2 days" in passage(kept, "a.two")
    assert passage(kept, "a.three") == "- {id: a.three, limit: 3 days}"
    assert passage(kept, "a.four") == ""
