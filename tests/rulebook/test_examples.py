"""Rule tests (`*.test.yaml`): what passes, what fails and how it says so, what they exercise."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deadline_guard.cli import app
from deadline_guard.rulebook import calendars, example_files
from deadline_guard.rulebook.examples import Result, run
from deadline_guard.rulebook.exercised import exercised
from deadline_guard.rulebook.load import load_with_places

RULES = """
pack: {id: own, title: {zh: 自有, en: Own}, revised: 2026-11-21, reviewed: none}
rules:
  - id: own.defence
    title: {zh: 答辩, en: Defence}
    applies_to: {case_type: matter, side: defendant}
    trigger: served
    done_by: [defended]
    internal: 17:00 one working day before
    versions:
      - {id: "2024", limit: 15 days, roll: forward, basis: Art. 1, since: 2024-01-01}
      - {id: old, limit: 30 days, roll: forward, basis: Art. 1, until: 2023-12-31}
    profile: brief
    confidence: H
  - id: own.after
    title: {zh: 后续, en: Thereafter}
    applies_to: {case_type: matter}
    trigger: {rule: own.defence}
    limit: 2 days
    basis: Art. 2
    profile: brief
    confidence: L
  - id: own.from_parent
    title: {zh: 上级, en: From the parent}
    applies_to: {case_type: matter}
    trigger: {event: served, of: parent}
    limit: 48 hours
    basis: Art. 3
    profile: brief
    confidence: H
"""
EVENTS = """
events:
  served: {title: {zh: 送达, en: Served}}
  defended: {title: {zh: 已答辩, en: Defended}}
"""
PROFILES = """
profiles:
  brief:
    thresholds: [{level: near, when: 5 working days before}, {level: urgent, when: 1 day before}]
    tell: {near: [owner], urgent: [owner], overdue: [owner]}
"""
CASE_TYPES = """
attributes:
  side: {title: {zh: 地位, en: Side}, values: [defendant, plaintiff]}
case_types:
  matter: {title: {zh: 案件, en: Matter}, jurisdiction: cn-civil, calendar: cn, zone: Asia/Shanghai, closed_by: [defended]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("events", EVENTS), ("profiles", PROFILES), ("case_types", CASE_TYPES), ("own", RULES)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def one_test(
    expect: str, *, rule: str = "own.defence", events: str = "[{type: served, on: 2026-11-18}]", **more: str
) -> str:
    fields = {"case": "{case_type: matter, side: defendant}", "at": "2026-11-26T09:00:00+08:00", **more}
    lines = [f"  - name: the test\n    rule: {rule}\n    events: {events}"]
    lines += [f"    {name}: {value}" for name, value in fields.items()]
    return "\n".join(["tests:", *lines, f"    expect: {expect}"])


def results(folder: Path, text: str) -> list[Result]:
    (folder / "own.test.yaml").write_text(text, encoding="utf-8")
    loaded = load_with_places([folder], calendars=calendars.shipped())
    assert loaded.rulebook is not None, loaded.problems
    found, problems = example_files.load(
        example_files.files(folder), loaded.rulebook, loaded.registry, calendars.shipped()
    )
    assert not problems, "\n".join(map(str, problems))
    return run(found, loaded.rulebook, calendars.shipped())


@pytest.mark.parametrize(
    "expect",
    [
        "[{due: 2026-12-03}]",
        "[{due_at: 2026-12-04T00:00:00+08:00, level: near, state: open, rolled: false, provisional: false}]",
        '[{version: 2024, cycle: "0", internal_at: 2026-12-02T17:00:00+08:00, readings: [], flags: []}]',
    ],
)
def test_every_field_of_an_expectation_can_hold(folder: Path, expect: str) -> None:
    (result,) = results(folder, one_test(expect))
    assert result.passed, result.misses


@pytest.mark.parametrize(
    ("field", "wrong", "got"),
    [
        ("due", "2026-12-04", "2026-12-03"),
        ("due_at", "2026-12-03T00:00:00+08:00", "2026-12-04T00:00:00+08:00"),
        ("level", "urgent", "near"),
        ("state", "done", "open"),
        ("rolled", "true", "false"),
        ("provisional", "true", "false"),
        ("version", "old", "2024"),
        ("cycle", "1", "0"),
        ("internal_at", "2026-12-02T18:00:00+08:00", "2026-12-02T17:00:00+08:00"),
        ("readings", "[2026-12-09]", "[]"),
        ("flags", "[weekend]", "[]"),
        ("subject", "x", "null"),
    ],
)
def test_every_field_of_an_expectation_can_fail(folder: Path, field: str, wrong: str, got: str) -> None:
    (result,) = results(folder, one_test(f"[{{{field}: {wrong}}}]"))
    (miss,) = result.misses
    assert (miss.field, miss.got) == (field, got)
    assert (miss.mark.line, miss.mark.column) == (7, len(f"    expect: [{{{field}: ") + 1)


def test_silence_is_an_empty_list(folder: Path) -> None:
    other_side = one_test("[]", case="{case_type: matter, side: plaintiff}")
    assert results(folder, other_side)[0].passed
    loud = results(folder, one_test("[]"))[0]
    assert [(m.field, m.expected, m.got) for m in loud.misses] == [("deadlines", "0", "1: 2026-12-03")]
    silent = results(folder, one_test("[{due: 2026-12-03}]", case="{case_type: matter}"))[0]
    assert [(m.got, str(m.hint)) for m in silent.misses] == [
        ("none", "the rule applies to side: defendant; the case has none")
    ]


def test_several_deadlines_stand_in_order_of_due(folder: Path) -> None:
    events = "[{type: served, on: 2026-11-20, id: second}, {type: served, on: 2026-11-18, id: first}]"
    expect = "[{due: 2026-12-03, cycle: first}, {due: 2026-12-07, cycle: second, rolled: true}]"
    assert results(folder, one_test(expect, events=events))[0].passed


def test_chained_linked_and_switched_off_rules_are_tested_too(folder: Path) -> None:
    assert results(folder, one_test("[{due: 2026-12-07, rolled: true}]", rule="own.after"))[0].passed
    events = "[{type: served, at: 2026-11-18T10:20:00+08:00, of: parent}]"
    hours = one_test("[{due: 2026-11-20T11:00:00+08:00, level: overdue}]", rule="own.from_parent", events=events)
    assert results(folder, hours)[0].passed
    assert not results(folder, one_test("[{due: 2026-11-20}]", rule="own.from_parent"))[0].passed


def test_an_answer_is_an_event_of_a_test(folder: Path) -> None:
    events = "[{type: served, on: 2026-11-18}, {type: defended, on: 2026-11-20}]"
    assert results(folder, one_test("[{state: done, level: ok}]", events=events))[0].passed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (one_test("[]", rule="own.defense"), ":3:11  error  there is no rule"),
        (one_test("[]", events="[{type: servd, on: 2026-11-18}]"), ":4:21  error  the event"),
        (one_test("[]", events="[{type: served, on: 2026-02-30}]"), ":4:33  error"),
        (one_test("[]", events="[{type: served}]"), ':4:14  error  needs either "on"'),
        (one_test("[]", case="{case_type: matter, side: defender}"), ":5:37  error  the attribute side never is"),
        (one_test("[]", case="{case_type: matter, colour: red}"), ":5:31  error  cases have no attribute"),
        (one_test("[]", case="{case_type: mater}"), ":5:23  error  there is no case type"),
        (one_test("[]", case="{calendar: moon}"), ":5:22  error  there is no calendar"),
        (one_test("[]", case="{zone: Moon/Sea}"), ":5:18  error  there is no time zone"),
        (one_test("[]", at="2026-11-26T09:00"), ":6:9  error"),
        (one_test("[{dew: 2026-12-03}]"), ":7:15  error"),
        (one_test("[{level: bad}]"), ":7:22  error"),
        (one_test("[{due: tomorrow}]"), ":7:20  error"),
        ("tests: []\ntests: []\n", ":2:1  error"),
    ],
)
def test_a_mistake_in_a_test_file_is_told_with_its_place_and_is_a_failure(folder: Path, text: str, said: str) -> None:
    (folder / "own.test.yaml").write_text(text, encoding="utf-8")
    found = CliRunner().invoke(app, ["test", str(folder), "--locale", "en", "--rule", "own."])
    assert found.exit_code == 1
    assert said in found.stdout


def test_a_rule_or_version_without_a_test_is_named(folder: Path) -> None:
    loaded = load_with_places([folder], calendars=calendars.shipped())
    assert loaded.rulebook is not None
    found = exercised(results(folder, one_test("[{due: 2026-12-03, level: near}]")), loaded.rulebook.rules.values())
    assert found.rules.missing == ("own.from_parent",)  # own.after is switched off
    assert found.versions.missing == ("own.defence old", "own.from_parent 1")
    assert found.thresholds.missing == ("brief urgent",)
    assert not found.complete
    failed = exercised(results(folder, one_test("[{due: 2026-12-04}]")), loaded.rulebook.rules.values())
    assert failed.rules.done == 0


def test_the_command_fails_until_everything_has_a_test(folder: Path) -> None:
    first = one_test("[{due: 2026-12-03, level: near}]")
    (folder / "own.test.yaml").write_text(first, encoding="utf-8")
    before = CliRunner().invoke(app, ["test", str(folder), "--locale", "en"])
    assert before.exit_code == 1
    assert "1 tests, 1 passed, 0 failed" in before.stdout
    assert "rules: 1/2  without a test: own.from_parent" in before.stdout
    others = one_test("[{due: 2023-12-18}]", events="[{type: served, on: 2023-11-18}]").removeprefix("tests:")
    events = "[{type: served, at: 2026-11-18T10:20:00+08:00, of: parent}]"
    parent = one_test("[{level: overdue}]", rule="own.from_parent", events=events).removeprefix("tests:")
    (folder / "own.test.yaml").write_text(first + others + parent, encoding="utf-8")
    after = CliRunner().invoke(app, ["test", str(folder), "--locale", "en"])
    assert "3 tests, 3 passed, 0 failed" in after.stdout
    assert "versions: 3/3" in after.stdout
    assert after.exit_code == 0


def test_a_failure_prints_expected_got_and_the_derivation_in_both_languages(folder: Path) -> None:
    path = folder / "own.test.yaml"
    path.write_text(one_test("[{due: 2026-12-04}]"), encoding="utf-8")
    said = {locale: CliRunner().invoke(app, ["test", str(path), "--locale", locale]).stdout for locale in ("en", "zh")}
    for locale in said:
        assert f"{path}:2:11" in said[locale]
        assert f"{path}:7:20" in said[locale]
    assert "due: expected 2026-12-04, got 2026-12-03" in said["en"]
    assert "Count: 2026-11-18 → 2026-12-03 15 days" in said["en"]
    assert "due: 期待 2026-12-04,得到 2026-12-03" in said["zh"]
    assert "计算: 2026-11-18 → 2026-12-03 15日" in said["zh"]
