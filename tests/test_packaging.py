"""What leaves the repository: a locked set of packages without host names, and a wheel that serves alone."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def pins(lock: str) -> set[tuple[str, str]]:
    found = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {(plain(name), version) for name, version in found}


def plain(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_packages_and_hashes_and_no_host(lock: str) -> None:
    for line in (ROOT / lock).read_text().splitlines():
        assert re.fullmatch(r"[\w.-]+==[^\s/@]+( ; [^/@]+)? \\| +--hash=sha256:[0-9a-f]{64}( \\)?", line), line


def test_every_declared_dependency_is_locked() -> None:
    project = PROJECT["project"]
    served = [*project["dependencies"], *project["optional-dependencies"]["demo"]]
    extras = [need for needs in project["optional-dependencies"].values() for need in needs]
    run, dev = ({name for name, _ in pins(lock)} for lock in LOCKS)
    assert {plain(need) for need in served} <= run
    assert {plain(need) for need in [*served, *extras, *PROJECT["dependency-groups"]["dev"]]} <= dev


def test_what_is_tested_is_what_is_served() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it alone, as an installer would."""
    built = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    outcome = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (wheel,) = built.glob("*.whl")
    installed = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(installed)
    return installed


def alone(installed: Path, *arguments: str) -> str:
    """Run Python with the unpacked wheel first on its path, outside the checkout; return its output."""
    outcome = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def test_the_wheel_carries_rules_migrations_and_the_commented_configuration(unpacked: Path) -> None:
    asked = "from deadline_guard import paths as p; print(p.rules_dir(), p.migrations_dir(), p.example_config())"
    rules, migrations, config = map(Path, alone(unpacked, "-c", asked).split())
    assert all(path.is_relative_to(unpacked) for path in (rules, migrations, config))
    assert config.read_bytes() == (ROOT / "config.example.yaml").read_bytes()
    for packed, folder in ((rules, ROOT / "rules"), (migrations, ROOT / "migrations")):
        assert contents(packed) == contents(folder)


def contents(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder): path.read_bytes() for path in files}


def test_the_command_of_the_wheel_runs_without_the_checkout(unpacked: Path) -> None:
    (entry,) = unpacked.glob("deadline_guard-*.dist-info/entry_points.txt")
    assert "deadline-guard = deadline_guard.cli:main" in entry.read_text()
    assert "Usage" in alone(unpacked, "-m", "deadline_guard", "--help")
