"""The packs' own tests pass, cover every rule and version, and notice every one-step mistake in a rule."""

from __future__ import annotations

import re
import sys

import pytest
from typer.testing import CliRunner

from deadline_guard.cli import app
from deadline_guard.core.rules import Rulebook
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars, example_files
from deadline_guard.rulebook.example_files import Example
from deadline_guard.rulebook.load import load_with_places
from tests.must.rule_mutants import Found, hunt, mutants

SURVIVORS_AT_MOST = 0.02


@pytest.fixture(scope="module")
def shipped() -> tuple[Rulebook, list[Example]]:
    loaded = load_with_places([rules_dir()], calendars=calendars.shipped())
    assert loaded.rulebook is not None, "\n".join(map(str, loaded.problems))
    files = example_files.files(rules_dir())
    examples, problems = example_files.load(files, loaded.rulebook, loaded.registry, calendars.shipped())
    assert not problems, "\n".join(map(str, problems))
    return loaded.rulebook, examples


@pytest.fixture(scope="module")
def found(shipped: tuple[Rulebook, list[Example]]) -> Found:
    return hunt(shipped[0], calendars.shipped(), shipped[1])


def test_the_command_passes_on_the_shipped_rules_and_misses_no_rule_and_no_version() -> None:
    done = CliRunner().invoke(app, ["test", str(rules_dir()), "--locale", "en"])
    print(done.stdout, file=sys.stderr)
    assert done.exit_code == 0, done.stdout
    for what in ("rules", "versions"):
        share = re.search(rf"^{what}: (\d+)/(\d+)", done.stdout, re.MULTILINE)
        assert share is not None
        assert share[1] == share[2]


def test_every_mutant_that_gives_another_date_anywhere_is_caught_by_its_rules_tests(found: Found) -> None:
    assert found.tried > 1000
    assert [f"{mutant.name} ({differs})" for mutant, differs in found.missed] == []


def test_few_mutants_are_equal_and_each_is_named(found: Found) -> None:
    print(f"{found.tried} mutants, {len(found.equal)} equal on every day tried:", file=sys.stderr)
    print(*(mutant.name for mutant in found.equal), sep="\n", file=sys.stderr)
    assert len(found.equal) <= SURVIVORS_AT_MOST * found.tried


def test_every_enabled_rule_is_mutated_or_counts_nothing(shipped: tuple[Rulebook, list[Example]]) -> None:
    rulebook, _ = shipped
    still = [r.id for r in rulebook.rules.values() if r.enabled and not any(mutants(r, rulebook))]
    counting = [rulebook.rules[name] for name in still if not rulebook.rules[name].date_field]
    assert [r.id for r in counting if any(v.limit and v.limit.n for v in r.versions)] == []
