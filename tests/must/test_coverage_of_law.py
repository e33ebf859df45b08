"""Every row of the legal reference is a rule or has the reason why it is none; every rule named there exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars, coverage
from deadline_guard.rulebook.load import load

ROW = re.compile(r"^\| *((?:cn|us|ew|de|eu)\.[a-z0-9_.]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def ids(shared_data: Path) -> list[str]:
    """Return the ids of the reference, as our rules are named: the first word of a table row's first cell."""
    text = (shared_data.parent / "reference" / "legal-rules.md").read_text(encoding="utf-8")
    return [re.sub(r"^ew\.", "gb_eaw.", name) for name in ROW.findall(text)]


@pytest.fixture(scope="module")
def rows() -> dict[str, coverage.Row]:
    book, problems = load([rules_dir()], calendars=calendars.shipped())
    assert book is not None, "\n".join(map(str, problems))
    found, wrong = coverage.load(rules_dir() / "coverage", book.rules)
    assert not wrong, "\n".join(map(str, wrong))
    return found


def test_every_id_of_the_reference_is_answered_for(ids: list[str], rows: dict[str, coverage.Row]) -> None:
    assert len(ids) == len(set(ids)) == 168
    assert sorted(set(ids) - set(rows)) == []
    ruled = sum(bool(rows[name].rules) for name in ids)
    print(f"{len(ids)} ids: {ruled} are rules, {len(ids) - ruled} have a reason", file=sys.stderr)
    assert ruled > len(ids) / 2


def test_a_reason_is_a_sentence(rows: dict[str, coverage.Row]) -> None:
    short = [row.id for row in rows.values() if not row.rules and len(row.why.split()) < 3]
    assert short == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("coverage: {a.b: {rule: no.such}}", "there is no rule"),
        ("coverage: {a.b: {}}", "needs either"),
        ("coverage: {a.b: {rule: known, why: because of this}}", "needs either"),
        ("coverage: {a.b: {rules: known}}", "rules"),
        ("coverage: {a.b: {rule: known}, c.d: {why: ' '}}", "c.d needs either"),
    ],
)
def test_a_wrong_row_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    _, problems = coverage.load(tmp_path, {"known"})
    assert len(problems) == 1
    assert said in str(problems[0])
    assert f"{tmp_path / 'one.yaml'}:1:" in str(problems[0])


def test_an_id_in_two_files_is_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("coverage: {a.b: {rule: known}}", encoding="utf-8")
    rows, problems = coverage.load(tmp_path, {"known"})
    assert rows["a.b"].mark.file.endswith("one.yaml")
    assert [p.code for p in problems] == ["coverage_twice"]
