"""What ships is without fault, in both languages, and says what an office expects of it."""

import pytest

from deadline_guard import paths
from deadline_guard.core.rules import Level
from deadline_guard.rulebook import load

PHASES = ["预催", "正式催收", "高强度催收", "法律诉讼", "司法强制执行"]


@pytest.fixture(scope="module")
def shipped():
    return load.load([paths.rules_dir()])


def test_there_is_no_error_in_what_ships(shipped):
    book, problems = shipped
    assert [str(p) for p in problems if p.is_error] == []
    assert book is not None


def test_every_name_has_both_languages(shipped):
    assert [str(p) for p in shipped[1] if p.code == "title_missing"] == []


def test_recovery_has_fourteen_stages_in_five_phases(shipped):
    recovery = shipped[0].case_types["recovery"]
    assert len(recovery.stages) == 14
    assert [title["zh"] for title in recovery.phases.values()] == PHASES
    assert list(dict.fromkeys(s.phase for s in recovery.stages)) == list(recovery.phases)
    assert all(s.owner != "owner" for s in recovery.stages)


@pytest.mark.parametrize(
    "name", ["civil", "enforcement", "preservation", "us_civil", "us_bankruptcy", "gb_civil", "de_civil"]
)
def test_every_stage_of_a_court_case_can_be_entered(shipped, name):
    case_type = shipped[0].case_types[name]
    assert case_type.zone
    assert case_type.closed_by
    assert all(s.enter_on and s.title["zh"] and s.title["en"] for s in case_type.stages)


@pytest.mark.parametrize(
    "name", ["short", "week", "month", "long", "trial_limit", "freeze", "limitation", "court_set", "hours"]
)
def test_profiles_of_our_own_acts_warn_four_times_and_climb(shipped, name):
    profile = shipped[0].profiles[name]
    assert [t.level for t in profile.thresholds] == [Level.EARLY, Level.NEAR, Level.URGENT, Level.CRITICAL]
    assert profile.overdue
    assert profile.tell[Level.OVERDUE]
    assert profile.chain[-1].tell == ("risk",)


def test_clocks_of_others_are_watched_without_chain(shipped):
    watch = shipped[0].profiles["watch"]
    assert (watch.chain, watch.repeat, watch.overdue) == ((), {}, False)
    assert watch.tell[Level.NEAR] == ("owner",)
