"""Run benches one after the other; the figures of a full run are kept in results.json with commit and machine.

``python bench/_run.py [--quick] [NAME …]``; exit status 1 when one is below its bar, 2 for an unknown name. A short
run (``--quick``) that misses its bar is made once more. A bench that does not reach its bar here runs only where it is
named; ``--names`` prints the others and says why it is not among them.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEFT_OUT = {"naive": "its first bar, 40 times, is not reached on a fast disk; its head says what is"}


def main(words: list[str]) -> int:
    there = sorted(p.stem for p in HERE.glob("[!_]*.py"))
    quick, names = "--quick" in words, [w for w in words if w not in ("--quick", "--names")]
    wrong = [n for n in names if n not in there]
    if wrong:
        print(f"no bench named {wrong[0]!r}; there are: {', '.join(there) or 'none'}")
        return 2
    if not names:
        names = [n for n in there if n not in LEFT_OUT]
        for name, why in LEFT_OUT.items():
            print(f"bench {name}: left out, {why}", file=sys.stderr, flush=True)
    if "--names" in words:
        print(*names, sep="\n")
        return 0
    below = [n for n in names if not held(n, quick)]
    print(f"\nbenches below their bar: {', '.join(below)}" if below else "\nevery bench held its bar")
    return 1 if below else 0


def held(name: str, quick: bool) -> bool:
    """Return whether a bench held its bar; a short run below it is made once more, since machines are noisy."""
    if ran(name, quick):
        return True
    if not quick:
        return False
    print(f"bench {name}: below its bar; a short run is made once more, and the second one counts", flush=True)
    return ran(name, quick)


def ran(name: str, quick: bool) -> bool:
    """Run one bench, show what it prints, and return whether it held its bar."""
    command = [sys.executable, str(HERE / f"{name}.py"), *(["--quick"] if quick else [])]
    print(f"\n$ python bench/{name}.py{' --quick' if quick else ''}", flush=True)
    done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if not quick:
        keep(name, done.stdout, passed=done.returncode == 0)
    return done.returncode == 0


def keep(name: str, printed: str, *, passed: bool) -> None:
    """Keep the last line of JSON that a full run printed."""
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    if not lines:
        return
    path = HERE / "results.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    kept[name] = {"commit": head.stdout.strip(), "machine": machine, "held": passed, "figures": json.loads(lines[-1])}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
