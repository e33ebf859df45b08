"""dev.py answers a newcomer's mistakes in words; the environments it makes are tested in journey 1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parent.parent


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command() -> None:
    shown = call("--help")
    assert shown.returncode == 0
    for command in ("setup", "demo", "test --all", "check", "bench [--quick] [NAME]", "mutate", "lock"):
        assert f"dev.py {command}" in shown.stdout


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["tset"], "python3 dev.py test"),
        (["test", "-k", "calendar"], "dev.py test: unknown argument '-k'; arguments for pytest go after --"),
        (["setup", "--all"], "dev.py setup: unknown argument '--all'"),
    ],
)
def test_a_wrong_word_exits_2_and_says_which_words_there_are(wrong: list[str], named: str) -> None:
    outcome = call(*wrong)
    assert outcome.returncode == 2
    assert named in outcome.stdout


def test_a_folder_that_is_no_environment_is_never_removed(tmp_path: Path) -> None:
    kept = tmp_path / "photos.txt"
    kept.write_text("mine")
    outcome = call("setup", DG_VENV=str(tmp_path))
    assert outcome.returncode == 1
    assert "is no virtual environment" in outcome.stdout
    assert kept.read_text() == "mine"


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 9, "final", 0))
    with pytest.raises(SystemExit) as stopped:
        dev.require_python()
    assert stopped.value.code == 3
    assert "needs Python 3.11 or newer" in capsys.readouterr().out


def test_an_unknown_bench_names_those_there_are(capfd: pytest.CaptureFixture[str]) -> None:
    assert dev._benches(True, ["no_such_bench"]) == 2
    assert "no bench named 'no_such_bench'; there are: counting," in capfd.readouterr().out
