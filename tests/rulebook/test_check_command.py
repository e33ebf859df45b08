"""`deadline-guard check` prints every problem as file:line:column, counts them, and exits 1 on errors."""

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deadline_guard.cli import check
from deadline_guard.rulebook.editor import SCHEMAS

GOOD = Path(__file__).parent / "good"
BAD = GOOD.parent / "bad"


@pytest.fixture
def run(monkeypatch, tmp_path):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    check.register(app)
    app.command("other")(lambda: None)
    return lambda *words: CliRunner().invoke(app, ["check", *map(str, words)])


def test_good_rules_and_people(run):
    result = run(GOOD, "--alone", "--people", GOOD / "people.yaml")
    assert result.exit_code == 0
    first, second = result.output.splitlines()
    assert first == "no errors, no warnings"
    assert second.startswith("1 rules, 1 case types, 11 events, 2 profiles; revision ")


def test_problems_are_printed_in_order_with_their_count(run, tmp_path):
    shutil.copytree(GOOD, tmp_path / "rules")
    shutil.copy(BAD / "27_no_citation_no_title.yaml", tmp_path / "rules" / "z.yaml")
    result = run("rules", "--alone", "--people", BAD / "people_deputies.yaml")
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[-1] == "2 errors, 7 warnings"
    mine = [line for line in lines if line.startswith("rules/z.yaml")]
    assert mine[0].startswith("rules/z.yaml:3:9  warning  no event completes rule x.appeal")
    assert [int(line.split(":")[1]) for line in mine] == [3, 4, 6, 8, 9, 10]


def test_one_error_is_one_error(run):
    result = run(GOOD, BAD / "01_unknown_field.yaml", "--alone")
    assert result.output.splitlines()[-1] == "1 error, no warnings"
    assert result.exit_code == 1


def test_warnings_alone_do_not_fail(run):
    result = run(GOOD, BAD / "44_late_day.yaml", "--alone")
    assert result.exit_code == 0
    assert "no errors, 1 warning" in result.output


@pytest.mark.parametrize("how", ["option", "LANG", "LC_ALL"])
def test_chinese_where_it_is_asked_for(run, monkeypatch, how):
    if how != "option":
        monkeypatch.setenv("LANG", "en_US.UTF-8")
        monkeypatch.setenv(how, "zh_CN.UTF-8")
    result = run(GOOD, BAD / "01_unknown_field.yaml", "--alone", *(["--locale", "zh_Hans"] if how == "option" else []))
    assert "错误  规则 x.appeal中有未知字段“triger”(是不是“trigger”?)" in result.output
    assert result.output.splitlines()[-1] == "1 个错误,0 个警告"


def test_english_where_the_terminal_is(run, monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "no errors" in run(GOOD, "--alone").output


def test_the_shipped_rules_are_read_first_and_once(run):
    alone = run()
    assert alone.exit_code == 0
    from deadline_guard import paths

    assert run(paths.rules_dir()).output == alone.output


def test_calendars_beside_the_rules_are_checked_too(run, tmp_path):
    shutil.copytree(GOOD, tmp_path / "rules")
    (tmp_path / "rules" / "calendars").mkdir()
    (tmp_path / "rules" / "calendars" / "mine.yaml").write_text("calendars: [{id: 5}]\n", encoding="utf-8")
    result = run("rules", "--alone")
    assert result.exit_code == 1
    assert "rules/calendars/mine.yaml:1:" in result.output


def test_the_folders_and_people_of_a_configuration(run, tmp_path):
    shutil.copytree(GOOD, tmp_path / "mine")
    shutil.copy(BAD / "28_versions_overlap.yaml", tmp_path / "mine")
    (tmp_path / "config.yaml").write_text(
        "rules: [mine]\npeople: mine/people.yaml\nshipped_rules: false\n", encoding="utf-8"
    )
    found_here = run()
    assert found_here.exit_code == 1
    assert "mine/28_versions_overlap.yaml:9:9  error" in found_here.output
    assert run("--config", tmp_path / "config.yaml").output == found_here.output


def test_schemas_for_editors(run, tmp_path):
    result = run("--schema", "schemas")
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == set(SCHEMAS)
    rules = json.loads((tmp_path / "schemas" / "rules.schema.json").read_text(encoding="utf-8"))
    assert rules["additionalProperties"] is False
    assert set(rules["required"]) == {"pack", "rules"}


def test_every_field_that_an_editor_completes_is_explained():
    from deadline_guard.rulebook.editor import schema

    for model in SCHEMAS.values():
        made = schema(model)
        for name, shape in {model.__name__: made, **made["$defs"]}.items():
            for key, field in shape.get("properties", {}).items():
                explained = "description" in str(field) or "$ref" in str(field)
                assert explained, f"{name}.{key}"
            assert shape.get("description"), name
