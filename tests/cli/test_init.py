"""`init` makes an office whose files are accepted as they are, and never writes over anything."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deadline_guard.app import load_rules, read_config
from deadline_guard.cli import app
from deadline_guard.config import answer_key
from deadline_guard.errors import ConfigError


def init(folder: Path, locale: str = "en") -> str:
    done = CliRunner().invoke(app, ["init", str(folder), "--locale", locale])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_what_it_makes_is_accepted_as_it_is(tmp_path: Path, locale: str) -> None:
    init(tmp_path / "office", locale)
    config = read_config(tmp_path / "office" / "config.yaml")
    found = load_rules(config)
    assert config.locale == locale
    assert "firm.report_after_hearing" in found.rulebook.rules
    assert "zhang" in found.people.persons


def test_a_second_time_nothing_is_overwritten(tmp_path: Path) -> None:
    init(tmp_path)
    for path in (tmp_path / "people.yaml", tmp_path / "rules" / "firm.yaml"):
        path.write_text("mine")
    said = init(tmp_path)
    assert "people.yaml (it was there already)" in said
    assert (tmp_path / "people.yaml").read_text() == "mine"
    assert (tmp_path / "rules" / "firm.yaml").read_text() == "mine"


def test_secrets_are_for_nobody_else(tmp_path: Path) -> None:
    init(tmp_path)
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_the_unit_and_the_cron_line_are_printed(tmp_path: Path) -> None:
    said = init(tmp_path)
    assert "Type=notify" in said
    assert "WatchdogSec=" in said
    assert f"run --config {tmp_path}/config.yaml" in said
    assert "*/5 * * * * " in said


def test_the_key_of_answers_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    init(tmp_path / "one")
    init(tmp_path / "two")
    key = tmp_path / "one" / "secrets" / "answers"
    assert key.stat().st_mode & 0o777 == 0o600
    config = read_config(tmp_path / "one" / "config.yaml")
    before = answer_key(config)
    assert before is not None and len(before) == 32
    assert before != answer_key(read_config(tmp_path / "two" / "config.yaml"))
    init(tmp_path / "one")
    assert answer_key(config) == before


@pytest.mark.parametrize("text", ["", "abcd", "no digits at all"])
def test_a_key_that_cannot_sign_is_refused_with_the_way_to_mend_it(tmp_path: Path, text: str) -> None:
    init(tmp_path)
    config = read_config(tmp_path / "config.yaml")
    (tmp_path / "secrets" / "answers").write_text(text)
    with pytest.raises(ConfigError, match="openssl rand -hex 32") as refused:
        answer_key(config)
    assert text == "" or text not in str(refused.value)


@pytest.mark.debian
@pytest.mark.parametrize("name", ["office", "my 50% office"])
def test_systemd_accepts_the_units(tmp_path: Path, name: str) -> None:
    init(tmp_path / name)
    units = sorted(str(p) for p in (tmp_path / name / "systemd").iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
