"""Runs commands of the program as processes that die by SIGKILL: at a random instant, or at a named call.

``python -m tests.faults.mortal PLAN`` reads a plan (JSON: seed, kills, log, steps) and works through its steps in
order. Each step is a command line; it is started again, as a fresh process, until it has come to its end by itself.
A process is a fork of this one, which has imported everything and opened nothing: what dies is real, only the
start is short. The last line printed is how often each kind of death happened.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from deadline_guard import cli
from deadline_guard.daemon import Daemon  # noqa: F401 - imported before the fork
from deadline_guard.errors import DeadlineGuardError

# Where a process may be told to die: before or after the n-th call of one of these.
POINTS = {
    "run": (
        "deadline_guard.store.runs:save_virtual_clock",
        "deadline_guard.store.queue:store_results",
        "deadline_guard.store.notices:insert",
        "deadline_guard.store.messages:insert",
        "deadline_guard.store.notices:hold",
        "deadline_guard.store.runs:record_run",
        "deadline_guard.store.sending:lease",
        "deadline_guard.channels.email:Email._announce",
        "deadline_guard.channels.email:Email._hand_over",
        "deadline_guard.store.sending:settle",
        "deadline_guard.store.messages:put_thread_root",
        "deadline_guard.store.database:Store.close",
    ),
    "import": (
        "deadline_guard.store.cases:put_cases",
        "deadline_guard.store.events:record_events",
        "deadline_guard.store.database:Store.close",
    ),
    "done": ("deadline_guard.store.events:record_events", "deadline_guard.store.database:Store.close"),
    "ack": ("deadline_guard.store.events:record_events", "deadline_guard.store.database:Store.close"),
}
LONGEST = {"run": 1.2, "import": 0.5, "done": 0.25, "ack": 0.25}  # seconds a process of this kind lives at most


def main(plan: dict[str, Any]) -> None:
    """Work through the plan."""
    chance = random.Random(plan["seed"])
    left = plan["kills"]
    deaths: Counter[str] = Counter()
    for words in plan["steps"]:
        most = plan["most"][words[0]]  # of one step, so that no step takes all the deaths
        while True:
            mortal = left > 0 and most > 0
            by_point = chance.random() < 0.6
            how = _point(chance, words[0]) if mortal and by_point else None
            lives = chance.uniform(0.0, LONGEST[words[0]]) if mortal and not by_point else None
            status = _live(words, how, lives, plan["log"])
            if os.WIFSIGNALED(status):
                kind = f"{words[0]} at {how[0].rpartition(':')[2]}" if how else f"{words[0]} at a random instant"
                deaths[kind] += 1
                left, most = left - 1, most - 1
                continue
            code = os.WEXITSTATUS(status)
            if code and not (code == 1 and words[0] in ("done", "ack")):  # answered before it died: nothing is open
                sys.exit(f"{words}: ended with {code}; see {plan['log']}")
            break
    print(json.dumps(deaths))


def _point(chance: random.Random, command: str) -> tuple[str, int, bool]:
    return chance.choice(POINTS[command]), chance.choice((1, 1, 2, 3, 5, 8, 13)), chance.random() < 0.5


def _live(words: list[str], how: tuple[str, int, bool] | None, lives: float | None, log: str) -> int:
    """Run a command in a process of its own; return how it ended."""
    child = os.fork()
    if child == 0:
        _be(words, how, log)
    if lives is not None:
        end = time.monotonic() + lives
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return status
            time.sleep(0.002)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _be(words: list[str], how: tuple[str, int, bool] | None, log: str) -> None:
    """Be the process: never return."""
    code = 70
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        if how is not None:
            _arm(*how)
        code = 0
        cli.app(words, standalone_mode=False)
    except DeadlineGuardError as error:
        print(error, flush=True)
        code = 1
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _arm(where: str, nth: int, before: bool) -> None:
    """Let this process kill itself before or after the n-th call of ``where``."""
    module, _, path = where.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    real = getattr(owner, name)
    calls = 0

    def deadly(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*args, **named)
        if calls >= nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, deadly)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
