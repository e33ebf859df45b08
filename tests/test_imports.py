"""The house rules: who may import whom, how long a module may be, its name, and who reads the clock."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "deadline_guard"
MODULES = sorted(PACKAGE.rglob("*.py"))
OWN_CODE = [*MODULES, ROOT / "dev.py", *sorted((ROOT / "tests").rglob("*.py"))]
VAGUE = {"util", "utils", "helper", "helpers", "manager", "service", "services", "common", "base", "misc"}
CLOCK_READS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}


def test_the_import_contracts_hold() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as c; c()",
        "--no-cache",
    ]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert " 0 broken" in outcome.stdout


def test_no_module_passes_400_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in OWN_CODE if (n := len(p.read_text().splitlines())) > 400}
    assert not long, "split these by subject"


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {p for p in MODULES if p.stem in VAGUE or p.parent.name in VAGUE}
    # The base of all channels; and service of documents, which is a word of the law.
    assert vague <= {PACKAGE / "channels" / "base.py", PACKAGE / "core" / "service.py"}


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_clock_py_reads_the_clock(module: Path) -> None:
    if module == PACKAGE / "clock.py":
        assert clock_reads(module.read_text()), "clock.py is where the clock is read"
    else:
        assert not clock_reads(module.read_text())


def test_a_clock_read_is_seen_however_it_is_written() -> None:
    assert clock_reads("import datetime\nx = datetime.datetime.now()") == [2]
    assert clock_reads("from datetime import date as d\nx = d.today()") == [2]
    assert clock_reads("from time import time\nx = time()") == [1]
    assert clock_reads("from time import monotonic\nx = monotonic()") == []


def clock_reads(source: str) -> list[int]:
    """Return the lines that read the wall clock, or import a bare function that does."""
    tree = ast.parse(source)
    renamed = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            lines += [node.lineno for alias in node.names if (node.module, alias.name) in CLOCK_READS]
        elif isinstance(node, ast.Attribute):
            inner = node.value
            owner = inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")
            if (renamed.get(owner, owner), node.attr) in CLOCK_READS:
                lines.append(node.lineno)
    return lines
