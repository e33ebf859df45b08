"""Every mutant of counting and calendars that may live is argued to be equal: which change, and why (issue 4, must show 7).

Whether all others are noticed takes most of an hour: ``dev.py mutate`` runs it and fails on what is not argued here.
"""

from __future__ import annotations

import pytest

from tests.must import code_mutants
from tests.must.code_mutants import LIVING_AT_MOST, argued, changed, judged, mutated_files, names

NAME = "deadline_guard.core.counting.x_latest_of__mutmut_3"


def test_every_argument_is_about_the_mutant_that_has_its_name_today() -> None:
    # mutmut numbers mutants within a function: an edit of it must not make an old argument vouch for a new mutant
    made = {name for path in mutated_files() for name in names(path.stem)}
    stale = {name: line for name, line in argued().items() if name not in made or changed(name) != line}
    assert {name: changed(name) if name in made else "is no mutant any more" for name in stale} == {}


@pytest.mark.long
def test_few_are_argued() -> None:
    made = sum(1 for path in mutated_files() for _ in names(path.stem))
    assert made > 2500
    assert len(argued()) <= LIVING_AT_MOST * made


@pytest.mark.parametrize(
    ("found", "whole", "status", "says"),
    [
        ({NAME: "killed", "a": "timeout", "b": "segfault"}, True, 0, "0 live (0.00 %)"),
        ({NAME: "killed", "a": "not checked"}, False, 0, "1 mutants in 7 minutes: 1 killed; 0 live"),
        ({NAME: "killed", "a": "not checked"}, True, 1, "1 mutants were not run"),
        ({NAME: "killed", "a": "survived"}, False, 1, "not argued in docs/mutants.md: a"),
        ({NAME: "killed", "a": "no tests"}, False, 1, "not argued in docs/mutants.md: a"),
        ({NAME: "killed", "a": "suspicious"}, False, 1, "not argued in docs/mutants.md: a"),
        ({NAME: "survived", **{str(n): "killed" for n in range(99)}}, True, 0, "1 live (1.00 %)"),
        ({NAME: "survived", **{str(n): "killed" for n in range(40)}}, True, 1, "2.4 % live, at most 2 % may"),
    ],
)
def test_the_command_fails_on_what_lives_without_an_argument(
    found: dict[str, str], whole: bool, status: int, says: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(code_mutants, "argued", lambda: {NAME: "…"})
    assert judged(found, 7.0, whole=whole) == status
    assert says in capsys.readouterr().out
