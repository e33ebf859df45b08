"""Which mutants of counting and calendars the tests of the core let live, beside docs/mutants.md.

``python -m tests.must.code_mutants [--short] [what mutmut run takes]``; ``dev.py mutate`` calls it. mutmut makes and
runs the mutants (``[tool.mutmut]`` in pyproject.toml, ``tests/core/conftest.py``, ``quick_mutmut``); what it has judged
it keeps in ``mutants/`` and does not run again. Exit status 1 when a mutant lives that docs/mutants.md does not argue to be
equal, when more than 2 % live, or when a whole run left mutants unjudged.
"""

from __future__ import annotations

import ast
import difflib
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "docs" / "mutants.md"
MUTMUT = [sys.executable, "-m", "tests.must.quick_mutmut"]
LIVING_AT_MOST = 0.02
SHORT = "deadline_guard.core.period.*"
# A test that fails, never ends within its processor time, or dies: any of them stops a build.
NOTICED = {"killed", "timeout", "segfault", "caught by type check"}
_ROW = re.compile(r"^\| `(deadline_guard\.core\.\S+)` \| `(.+?)` \| (.+) \|$", re.MULTILINE)
_NUMBER = re.compile(r"__mutmut_(?:\d+|orig)\b")


def main(words: list[str]) -> int:
    asked = [SHORT if word == "--short" else word for word in words]
    started = time.monotonic()
    ran = subprocess.run([*MUTMUT, "run", *asked], cwd=ROOT, check=False).returncode
    minutes = (time.monotonic() - started) / 60
    parts = [word for word in asked if "." in word]
    found = {name: status for name, status in results().items() if not parts or any(fnmatch(name, p) for p in parts)}
    return ran or judged(found, minutes, whole=not parts)


def results() -> dict[str, str]:
    """Return what mutmut says of every mutant."""
    done = subprocess.run([*MUTMUT, "results", "--all", "true"], cwd=ROOT, capture_output=True, text=True, check=True)
    said = (line.strip().partition(": ") for line in done.stdout.splitlines() if "__mutmut_" in line)
    return {name: status for name, _, status in said}


def judged(found: Mapping[str, str], minutes: float, *, whole: bool) -> int:
    """Print the figures and what is wrong with them; return the exit status."""
    unjudged = sum(status == "not checked" for status in found.values())
    tried = {name: status for name, status in found.items() if status != "not checked"}
    living = sorted(name for name, status in tried.items() if status not in NOTICED)
    known = argued()
    wrong = [f"lives and is not argued in docs/mutants.md: {name}" for name in living if name not in known]
    share = len(living) / max(1, len(tried))
    if share > LIVING_AT_MOST and whole:
        wrong.append(f"{100 * share:.1f} % live, at most {100 * LIVING_AT_MOST:.0f} % may")
    if whole and unjudged:
        wrong.append(f"{unjudged} mutants were not run")
    print("\n".join(wrong))
    kinds = ", ".join(f"{n} {status}" for status, n in Counter(tried.values()).most_common())
    print(f"{len(tried)} mutants in {minutes:.0f} minutes: {kinds}; {len(living)} live ({100 * share:.2f} %)")
    return int(bool(wrong))


def argued() -> dict[str, str]:
    """Return the mutants that docs/mutants.md argues to be equal, each with the line it changes."""
    return {name: line.replace("\\|", "|") for name, line, _ in _ROW.findall(DOC.read_text(encoding="utf-8"))}


def mutated_files() -> list[Path]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [ROOT / name for name in settings["tool"]["mutmut"]["only_mutate"]]


@cache
def functions(module: str) -> dict[str, str]:
    """Return every function that mutmut makes of a module of the core, mutants too, by name."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = ROOT / "deadline_guard" / "core" / f"{module}.py"
    code = mutate_file_contents(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"), None, None).code
    lines = code.split("\n")
    return {
        node.name: _NUMBER.sub("", "\n".join(lines[node.lineno - 1 : node.end_lineno]))
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef) and "__mutmut_" in node.name
    }


def names(module: str) -> Iterator[str]:
    """Yield the full names of the mutants of a module."""
    for name in functions(module):
        if not name.endswith("__mutmut_orig"):
            yield f"deadline_guard.core.{module}.{name}"


def changed(mutant: str) -> str:
    """Return the lines that a mutant puts in the place of others, joined; KeyError when there is no such mutant."""
    _, _, module, name = mutant.split(".")
    made = functions(module)
    before, after = made[_NUMBER.sub("__mutmut_orig", name)], made[name]
    lines = difflib.ndiff(before.split("\n"), after.split("\n"))
    return " ".join(line[2:].strip() for line in lines if line.startswith("+ "))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
