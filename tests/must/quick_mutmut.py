"""mutmut, with workers that are forked after the tests have been collected: ``python -m tests.must.quick_mutmut run``.

mutmut starts pytest anew for every mutant: half a second of processor time each, most of an hour for 3,000 of them,
while the test that notices a mutant takes milliseconds. Here its fork server collects once, and a worker runs the
tests of its mutant one by one, the quickest first, until one fails. Only its own warm-up and its own run are replaced
(mutmut 3.8, ``process_isolation = "forkserver"``): which mutants there are, which tests each needs and what is kept
of the verdicts is mutmut's.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol
from mutmut.__main__ import cli
from mutmut.mutation import trampoline
from mutmut.runners.harness import PytestRunner
from mutmut.utils.file_utils import change_cwd
from mutmut.workers import isolation

CPU_SECONDS = 12  # of one mutant: then its tests do not end
MEMORY = 4 << 30


class CollectedRunner(PytestRunner):
    """Runs tests that the fork server has collected."""

    items: dict[str, pytest.Item]
    took: dict[str, float]

    def warm_up(self) -> None:
        """Collect every selected test; the fork server calls this once."""
        with change_cwd("mutants"):
            config = _prepareconfig(
                [
                    "--rootdir=.",
                    "-q",
                    "--tb=native",
                    *self._pytest_add_cli_args,
                    *self._pytest_add_cli_args_test_selection,
                ]
            )
            config._do_configure()
            session = pytest.Session.from_config(config)
            config.hook.pytest_sessionstart(session=session)
            config.hook.pytest_collection(session=session)
            self.items = {item.nodeid: item for item in session.items}
            self.took = json.loads(Path("mutmut-stats.json").read_text(encoding="utf-8"))["duration_by_test"]
        # Nobody reads how a mutant fails, and to say it takes seconds in files of 10,000 lines.
        pytest.Function.repr_failure = lambda self, excinfo: "failed"  # type: ignore[method-assign]
        gc.freeze()

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Return 1 as soon as a test fails, 0 when none does."""
        if mutant_name is None:  # the clean run and the forced failure are ordinary ones
            return super().run_tests(mutant_name=None, tests=tests)
        limit(mutant_name)
        ordered = [self.items[name] for name in sorted(tests, key=lambda name: self.took.get(name, 0.0))]
        with change_cwd("mutants"):
            for item, following in zip(ordered, [*ordered[1:], None], strict=True):
                reports = runtestprotocol(item, nextitem=following, log=False)
                if any(report.failed for report in reports):
                    return 1
        return 0


def limit(mutant: str) -> None:
    """Bound time and memory of this process, and spare every call of a mutated function a look at the environment."""
    spent = int(time.process_time()) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (spent, spent + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["MUTANT_UNDER_TEST"] = mutant
    trampoline.get_mutant_under_test = lambda: mutant


if __name__ == "__main__":
    isolation.PytestRunner = CollectedRunner  # type: ignore[attr-defined]
    cli()
