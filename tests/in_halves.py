"""Both halves of the tests at once, one a core: ``python -m tests.in_halves [arguments of pytest]``.

What a half prints is shown whole, the first as it runs, the second after it. With paths among the arguments only
those run, once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FIRST = ("must", "test_daemon.py", "test_packaging.py")  # what starts whole offices: about as long as all the rest


def main(arguments: list[str]) -> int:
    """Run pytest on both halves; return the first exit status that is not 0."""
    command = [sys.executable, "-m", "pytest"]
    if any((Path.cwd() / a.split("::")[0]).exists() for a in arguments if not a.startswith("-")):
        return subprocess.run([*command, *arguments], check=False).returncode
    named, rest = halves()
    with tempfile.TemporaryFile() as printed:
        second = subprocess.Popen([*command, *map(str, rest), *arguments], stdout=printed, stderr=subprocess.STDOUT)
        first = subprocess.run([*command, *map(str, named), *arguments], check=False).returncode
        status = second.wait()
        printed.seek(0)
        sys.stdout.buffer.write(printed.read())
        sys.stdout.flush()
    return first or status


def halves() -> tuple[list[Path], list[Path]]:
    """Return the folders and files of both halves; together they hold every test once."""
    named = [HERE / name for name in FIRST]
    rest = [p for p in sorted(HERE.iterdir()) if p not in named and (p.is_dir() or p.name.startswith("test_"))]
    return named, [p for p in rest if p.is_file() or any(p.rglob("test_*.py"))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
