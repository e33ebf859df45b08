"""Every broken file of `bad/` is explained in Chinese as well, at the same places; nothing is left half translated."""

import re
from pathlib import Path

import pytest
import yaml

from deadline_guard.core.text import Text
from deadline_guard.rulebook import load, people
from deadline_guard.rulebook.problems import Mark, in_order, nearest, problem, shown
from deadline_guard.rulebook.wording import WORDING

BAD = Path(__file__).parent / "bad"
GOOD = BAD.parent / "good"
EXPECTED = yaml.safe_load((BAD / "expected.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPECTED)
def test_every_problem_is_said_in_chinese_at_its_place(name):
    file = BAD / f"{name}.yaml"
    if name.startswith("people"):
        _, problems = people.load(file, channels=["email", "slack"])
    else:
        _, problems = load.load([GOOD, file])
    assert [f"{p.line}:{p.column}" for p in problems] == [line.split()[0] for line in EXPECTED[name]]
    for one in problems:
        assert re.search("[\u4e00-\u9fff]", one.said("zh_Hans"))
        assert one.line_in("zh_Hans").startswith(f"{one.mark}  {'错误' if one.is_error else '警告'}  ")


def test_every_sentence_has_both_languages_and_the_same_blanks():
    for code, parts in WORDING.items():
        for en, zh in parts:
            assert bool(en) == bool(zh), code
            assert set(re.findall(r"{(\w+)}", en)) == set(re.findall(r"{(\w+)}", zh)) or "{message}" in en, code
        assert parts[0][0], code


def test_foreign_values_are_shown_on_one_short_line():
    circle: list = []
    circle.append(circle)
    assert shown("a\nb") == '"a\\nb"'
    assert shown(circle) == "list"
    assert len(shown("x" * 500)) == 60
    assert shown("\ud800") == '"?"'


def test_the_nearest_name_or_a_short_list():
    assert nearest("owne", ["owner", "lead"]) == 'did you mean "owner"?'
    assert nearest("答辩", ["提交答辩状"]).zh == "是不是“提交答辩状”?"
    assert nearest("zzz", ["owner", "lead"]) == "known: lead, owner"
    assert nearest("zzz", ["owner", "lead"], listing=False) == ""
    assert nearest("zzz", [f"name{i}" for i in range(40)]) == ""
    assert isinstance(nearest("zzz", []), Text)


def test_problems_come_in_the_order_of_the_file_each_once():
    marks = [Mark("b.yaml", 1, 1), Mark("a.yaml", 10, 1), Mark("a.yaml", 9, 5), Mark("a.yaml", 9, 5)]
    ordered = in_order(problem("empty", mark) for mark in marks)
    assert [str(p.mark) for p in ordered] == ["a.yaml:9:5", "a.yaml:10:1", "b.yaml:1:1"]
    assert (ordered[0].file, ordered[0].line, ordered[0].column) == ("a.yaml", 9, 5)
