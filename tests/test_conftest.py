"""The test bed keeps its own promises: no network but loopback, and nothing left out without a word."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import NetworkForbidden

HERE = Path(__file__).resolve().parent
TWO_TESTS = """
import pytest
def test_reads_real_logs(shared_data): assert shared_data.is_dir()
@pytest.mark.long
def test_takes_an_hour(): pass
def test_is_quick(): pass
"""


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("example.invalid", 80)])
def test_leaving_the_machine_fails_at_once(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(NetworkForbidden, match="use a server on"):
        probe.connect(address)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert server.accept()[1][0] == "127.0.0.1"


def test_the_tests_run_in_utc() -> None:
    assert time.tzname == ("UTC", "UTC")


def inner(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(HERE / "conftest.py", folder)
    (folder / "test_inner.py").write_text(TWO_TESTS)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = long: takes time\n")
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "DG_ALL", "DG_SHARED")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    outcome = inner(tmp_path, "-m", "not long", DG_SHARED=str(tmp_path / "nowhere"))
    assert outcome.returncode == 0, outcome.stdout
    assert "1 passed, 2 deselected" in outcome.stdout
    assert "left out, needs long: 1 in test_inner.py" in outcome.stdout
    assert "left out, needs the real case logs beside the project: 1 in test_inner.py" in outcome.stdout


@pytest.mark.parametrize("demanding", ["CI", "DG_ALL"])
def test_under_ci_missing_logs_fail(tmp_path: Path, demanding: str) -> None:
    outcome = inner(tmp_path, **{demanding: "1"}, DG_SHARED=str(tmp_path / "nowhere"))
    assert outcome.returncode == 1
    assert "2 passed, 1 error" in outcome.stdout
    assert "the real case logs are missing" in outcome.stdout
