#!/usr/bin/env python3
"""Every command a developer or a curious newcomer needs; standard library only.

    python3 dev.py demo                    set up, then show a sample firm being warned (ends by itself)
    python3 dev.py test                    what runs anywhere within ten minutes; names what it left out
    python3 dev.py test --all              nothing left out: checks, every test, rule tests, short benches
    python3 dev.py test -- -k calendar     everything after -- goes to pytest
    python3 dev.py check                   ruff, mypy --strict, import contracts, migrations
    python3 dev.py bench [--quick] [NAME]  bench/NAME.py; each knows its bar and fails below it
    python3 dev.py mutate [-- ARGS]        mutation testing of counting and calendars
    python3 dev.py setup                   only make .venv and install the locked packages
    python3 dev.py lock                    write the hash-locked requirements anew (needs uv)

Everything is installed into .venv beside this file (or into $DG_VENV), never into the system's Python.
Exit status: 0 done, 1 something failed, 2 wrong usage, 3 this machine cannot make a virtual environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("DG_VENV") or ROOT / ".venv")
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / ".installed.json"
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
NEEDS_TOOLS = "not debian and not browser and not long"
BRANCH_BAR = 95.0
# What `test --all` cannot do without: command → Debian package.
TOOLS = {
    "debootstrap": "debootstrap",
    "postfix": "postfix",
    "dovecot": "dovecot-imapd dovecot-lmtpd",
    "systemd-analyze": "systemd",
}


def main(argv: list[str]) -> int:
    require_python()
    cut = argv.index("--") if "--" in argv else len(argv)
    name, flags, extra = argv[0] if cut else "help", argv[1:cut], argv[cut + 1 :]
    commands = {
        "setup": lambda: setup("dev", quiet=False),
        "demo": lambda: demo(extra),
        "test": lambda: test("--all" in flags, extra),
        "check": check,
        "bench": lambda: bench("--quick" in flags, [f for f in flags if f != "--quick"]),
        "mutate": lambda: mutate(extra),
        "lock": lock,
    }
    allowed = {"test": {"--all"}, "bench": None}.get(name, set())
    unknown = [] if allowed is None else [f for f in flags if f not in allowed]
    if name not in commands or unknown:
        print(__doc__)
        if unknown:
            print(f"dev.py {name}: unknown argument {unknown[0]!r}; arguments for pytest go after --")
        return 0 if name in ("help", "-h", "--help") and not unknown else 2
    try:
        return commands[name]()
    except KeyboardInterrupt:
        print("\ninterrupted")
        return 130


# --- the environment -----------------------------------------------------------------------------------


def require_python() -> None:
    if tuple(sys.version_info[:2]) >= (3, 11):
        return
    newer = [n for n in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(n)]
    found = ".".join(map(str, sys.version_info[:3]))
    print(f"deadline_guard needs Python 3.11 or newer; {sys.executable} is {found}.")
    print(f"Run instead: {newer[0]} dev.py" if newer else "Install Python 3.11 or newer and use that one.")
    raise SystemExit(3)


def setup(wanted: str, quiet: bool = True) -> int:
    """Make VENV hold exactly what the lock `wanted` says; costs nothing when it already does."""
    digest = hashlib.sha256((ROOT / LOCKS[wanted]).read_bytes()).hexdigest()
    stamp = _read_stamp()
    if stamp.get(wanted) == digest and stamp.get("root") == str(ROOT) and _runs(PYTHON, "-c", ""):
        if not quiet:
            print(f"ready: {VENV} already holds what {LOCKS[wanted]} says")
        return 0
    started = time.monotonic()
    installer = _installer()
    install_locked(installer, ROOT / LOCKS[wanted])
    link_checkout()
    kept = {"root": str(ROOT), wanted: digest}
    if wanted == "dev":  # the run lock was solved under the dev lock: its packages are all there
        kept["run"] = hashlib.sha256((ROOT / LOCKS["run"]).read_bytes()).hexdigest()
    STAMP.write_text(json.dumps(kept), encoding="utf-8")
    print(f"ready: {VENV} ({time.monotonic() - started:.0f} s)", flush=True)
    return 0


def _read_stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _runs(*command: str | Path) -> bool:
    try:
        return _quiet(*command).returncode == 0
    except OSError:
        return False


def _quiet(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(c) for c in command], cwd=ROOT, capture_output=True, text=True, check=False)


def _installer() -> list[str]:
    """Return the command that installs into VENV, making VENV first: venv, outer pip, uv, or exit 3."""
    if VENV.exists() and not _runs(PYTHON, "-c", ""):
        _clear("its Python no longer runs")
    made = not VENV.exists()
    if made:
        print(f"[1/3] virtual environment: {VENV}", flush=True)
        _refuse_unwritable()
        if _runs(sys.executable, "-m", "venv", VENV):
            return _pip(str(PYTHON), "-m", "pip")
        _clear()
        _runs(sys.executable, "-m", "venv", "--without-pip", VENV)
    elif _runs(PYTHON, "-m", "pip", "--version"):
        return _pip(str(PYTHON), "-m", "pip")
    # --python works on a distribution-managed Python too (PEP 668): what it changes is our own venv.
    outer = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if _runs(*outer, "--version"):
        return _pip(*outer)
    uv = shutil.which("uv")
    if uv and (_runs(PYTHON, "-c", "") or _runs(uv, "venv", "--python", sys.executable, VENV)):
        return [uv, "pip", "install", "--python", str(PYTHON)]
    if made:
        _clear()
    raise SystemExit(_no_venv())


def _pip(*pip: str) -> list[str]:
    return [*pip, "install", "--no-input", "--disable-pip-version-check"]


def _clear(why: str = "") -> None:
    if not VENV.exists():
        return
    if any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        print(f"{VENV} exists and is no virtual environment: move it away, or set DG_VENV to another folder.")
        raise SystemExit(1)
    if why:
        print(f"making {VENV} anew: {why}", flush=True)
    shutil.rmtree(VENV)


def _refuse_unwritable() -> None:
    above = next(p for p in VENV.absolute().parents if p.exists())
    if not os.access(above, os.W_OK):
        print(f"{above} is not writable for you: set DG_VENV to a folder of your own, for example")
        print(f"  DG_VENV=~/.cache/deadline_guard-venv {sys.executable} dev.py {' '.join(sys.argv[1:])}")
        raise SystemExit(1)


def _no_venv() -> int:
    """Say the one command that mends a Python without ensurepip, pip and uv; the exit status is 3."""
    try:
        release = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        release = ""
    own = Path(sys.executable).resolve() == Path("/usr/bin/python3").resolve()
    python = "python3" if own else f"python3.{sys.version_info[1]}"
    if "debian" in release:
        mend = f"apt-get update && apt-get install -y {python}-venv"
        mend = mend if hasattr(os, "geteuid") and os.geteuid() == 0 else f"sudo sh -c '{mend}'"
    elif "fedora" in release or "rhel" in release:
        mend = f"sudo dnf install -y {python}-pip"
    else:
        mend = f"install the package of your system that brings pip for {sys.executable}"
    print(f"This Python ({sys.executable}) has neither ensurepip nor pip, and uv is not installed, so no")
    print("virtual environment can be made. Nothing was changed. This one command mends it:")
    print(f"  {mend}")
    return 3


def install_locked(installer: list[str], locked: Path) -> None:
    """Install `locked` with hash checking and progress; exit 1 with the installer's words if it fails."""
    total = sum(1 for line in locked.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())
    print(f"[2/3] packages: {total} in {locked.name}, each checked against its hash", flush=True)
    command = [*installer, "--require-hashes", "-r", str(locked)]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        seen = 0
        for line in running.stdout:
            said.append(line)
            if line.startswith("Collecting "):
                seen += 1
                _progress(seen, total, line.split()[1])
            elif line.startswith("Installing collected"):
                _progress(total, total, "unpacking")
    if running.returncode:
        print("".join(said[-25:]))
        print(f"installing {locked.name} failed, see above; nothing outside {VENV} was changed")
        raise SystemExit(1)


def _progress(seen: int, total: int, what: str) -> None:
    if sys.stdout.isatty():
        print(f"\r      {seen:3}/{total} {what:<50.50}", end="\n" if what == "unpacking" else "", flush=True)
    elif seen % 10 == 0 or what == "unpacking":
        print(f"      {seen:3}/{total} {what}", flush=True)


def link_checkout() -> None:
    """Put this checkout on the venv's path and a `deadline-guard` command beside its Python."""
    print("[3/3] command: deadline-guard", flush=True)
    where = _quiet(PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    (Path(where) / "deadline_guard_checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    if os.name != "nt":
        launcher = BIN / "deadline-guard"
        launcher.write_text(f"#!/bin/sh\nexec '{PYTHON}' -m deadline_guard \"$@\"\n", encoding="utf-8")
        launcher.chmod(0o755)


# --- the commands --------------------------------------------------------------------------------------


def run(*command: str | Path, at: Path = ROOT, **environment: str) -> int:
    """Run one command in UTC with the venv's programs first; return its exit status."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    changed = {**os.environ, "TZ": "UTC", "PATH": path, "DG_VENV": str(VENV), **environment}
    print(f"\n$ {' '.join(Path(c).name if isinstance(c, Path) else c for c in command)}", flush=True)
    return subprocess.run([str(c) for c in command], cwd=at, env=changed, check=False).returncode


def demo(extra: list[str]) -> int:
    setup("run")
    return run(PYTHON, "-m", "deadline_guard", "demo", *extra)


def check() -> int:
    setup("dev")
    return _report(_checks())


def _checks() -> list[tuple[str, int]]:
    results = [
        ("ruff check", run(PYTHON, "-m", "ruff", "check", ".")),
        ("ruff format", run(PYTHON, "-m", "ruff", "format", "--check", ".")),
        ("mypy --strict", run(PYTHON, "-m", "mypy")),
        ("import contracts", run(BIN / "lint-imports")),
        ("shipped rules", run(PYTHON, "-m", "deadline_guard", "check", "rules", "--locale", "en")),
    ]
    if (ROOT / "migrations" / "env.py").exists():
        results.append(("migrations fit the models", check_migrations()))
    return results


def check_migrations() -> int:
    """Upgrade an empty database by the migrations and compare it with the tables that the code declares."""
    alembic: list[str | Path] = [PYTHON, "-m", "alembic", "-c", ROOT / "migrations" / "alembic.ini"]
    with tempfile.TemporaryDirectory(prefix="dg-check-") as folder:  # the scratch database is made there
        return run(*alembic, "upgrade", "head", at=Path(folder)) or run(*alembic, "check", at=Path(folder))


def test(everything: bool, extra: list[str]) -> int:
    setup("dev")
    if not everything:
        status = run(PYTHON, "-m", "tests.in_halves", "-m", NEEDS_TOOLS, *extra)
        print("Left out on purpose: tests that need Debian packages, root, a browser or much time; they are")
        print("named above with their counts. One command runs everything: python3 dev.py test --all")
        return status
    _require_tools()
    results = _checks()
    if _runs(PYTHON, "-m", "deadline_guard", "test", "--help"):
        results.append(("rule tests", run(PYTHON, "-m", "deadline_guard", "test", "rules/")))
    with tempfile.TemporaryDirectory(prefix="dg-test-") as folder:
        results += _all_tests(Path(folder), extra)
        benches = subprocess.run(
            [PYTHON, "bench/_run.py", "--names"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        results += [(f"bench {name}", _benches(True, [name])) for name in benches.stdout.split()]
        results.append(("mutants, one module of eight", mutate(["--short"])))
        passed, failed, skipped = _count(Path(folder))
    status = _report([*results, ("nothing skipped", skipped)])
    print(f"tests: {passed} passed, {len(failed)} failed", *failed, sep="\n  ")
    return status


def _all_tests(folder: Path, extra: list[str]) -> list[tuple[str, int]]:
    """Run the pure half under coverage with its bar, then everything else without that cost."""
    pure = [p for p in ("tests/core", "tests/rulebook") if (ROOT / p).is_dir()]
    report = folder / "coverage.json"
    first = run(
        PYTHON, "-m", "pytest", *pure, "--cov", "--cov-branch", "--cov-report", f"json:{report}",
        "--cov-report", "term", f"--junitxml={folder / 'pure.xml'}", *extra,
        DG_ALL="1", COVERAGE_FILE=str(folder / "coverage"),
    )  # fmt: skip
    rest = run(
        PYTHON, "-m", "pytest", "tests", *(f"--ignore={p}" for p in pure),
        f"--junitxml={folder / 'rest.xml'}", "--durations=20", *extra, DG_ALL="1",
    )  # fmt: skip
    return [
        ("tests of core and rulebook", first),
        ("branches of core and rulebook", _branch_gate(report)),
        ("all other tests", rest),
    ]


def _branch_gate(report: Path) -> int:
    if not report.exists():
        return 1
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    status = 0
    for package in ("deadline_guard/core", "deadline_guard/rulebook"):
        sums = [f["summary"] for name, f in files.items() if Path(name).as_posix().startswith(package)]
        there, hit = sum(s["num_branches"] for s in sums), sum(s["covered_branches"] for s in sums)
        percent = 100 * hit / there if there else 0.0
        print(f"{package}: {hit} of {there} branches, {percent:.1f} % (bar {BRANCH_BAR:.0f} %)")
        status = status or int(percent < BRANCH_BAR)
    return status


def _count(folder: Path) -> tuple[int, list[str], int]:
    """Return how many tests passed, the names of those that failed, and how many were skipped."""
    passed, failed, skipped = 0, [], 0
    for written in folder.glob("*.xml"):
        for case in xml.etree.ElementTree.parse(written).getroot().iter("testcase"):
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                failed.append(f"{case.get('classname')}::{case.get('name')}")
            elif "skipped" in outcomes:
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped


def _require_tools() -> None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool, path=path)]
    data = Path(os.environ.get("DG_SHARED") or ROOT.parent / "shared" / "data")
    if missing:
        print("test --all leaves nothing out, so it needs these Debian packages:")
        print(f"  apt-get install -y --no-install-recommends {' '.join(missing)}")
    if not data.is_dir():
        print(f"test --all needs the real case logs: {data} does not exist (DG_SHARED names another folder)")
    if missing or not data.is_dir():
        raise SystemExit(1)


def bench(quick: bool, names: list[str]) -> int:
    setup("dev")
    return _benches(quick, names)


def _benches(quick: bool, names: list[str]) -> int:
    return run(PYTHON, "bench/_run.py", *(["--quick"] if quick else []), *names)


def mutate(extra: list[str]) -> int:
    """Mutate counting and calendars; fail when a mutant lives of which docs/mutants.md does not say why it is equal."""
    setup("dev")
    return run(PYTHON, "-m", "tests.must.code_mutants", *extra)


def lock() -> int:
    uv = shutil.which("uv", path=os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]))
    if not uv:
        print("uv writes the lock files and was not found: install it (pip install uv), then run this again")
        return 1
    base = [uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    base += ["--generate-hashes", "--no-header", "--no-annotate", "-q"]
    return run(*base, "--all-extras", "--group", "dev", "-o", LOCKS["dev"]) or run(
        *base, "--extra", "demo", "-c", LOCKS["dev"], "-o", LOCKS["run"]
    )


def _report(results: list[tuple[str, int]]) -> int:
    print()
    for name, status in results:
        print(f"{'ok    ' if status == 0 else 'FAILED'} {name}")
    return int(any(status for _, status in results))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
