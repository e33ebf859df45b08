"""A rule that starts from the ends of several others starts from those that apply to the case."""

import pytest

from deadline_guard.core.rules import Rulebook
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars
from deadline_guard.rulebook.load import load
from deadline_guard.views.compute_rule import answer


@pytest.fixture(scope="module")
def book() -> Rulebook:
    rulebook, problems = load([rules_dir()])
    assert rulebook is not None, "\n".join(map(str, problems))
    return rulebook


@pytest.mark.parametrize(
    ("attributes", "due"),
    [
        ({"procedure": "ordinary"}, ["2026-08-18"]),
        ({"procedure": "simplified"}, ["2026-05-18"]),
        ({"procedure": "simplified", "foreign_related": "yes"}, []),
    ],
)
def test_only_the_trial_limit_of_the_procedure_counts(
    book: Rulebook, attributes: dict[str, str], due: list[str]
) -> None:
    asked = {
        "kind": "rule",
        "rule": "cn.civ.trial_extension_request",
        "events": [{"type": "docketed", "on": "2026-03-02"}],
        "case": {"case_type": "civil", "instance": "first", **attributes},
    }
    assert [d["due"] for d in answer(asked, book, calendars.shipped())["deadlines"]] == due  # type: ignore[attr-defined]
