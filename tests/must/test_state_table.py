"""Every case of the requirement is a scenario that is really collected, expects something and is never skipped."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AT_LEAST = 60
# What the requirement lists, and every line of the state table: the scenario that holds the system to it.
SCENARIOS = {
    "owner silent → lead → partner": "silence::the_owner_is_silent_then_the_lead_then_the_partner",
    "owner on leave": "leave::owner_on_leave_the_deputy_is_told",
    "deputy on leave too": "leave::deputy_on_leave_too_the_deputys_deputy_is_told",
    "nobody on call": "leave::nobody_on_call_the_named_last_resort_is_told",
    "answered between decision and sending": "answers::answered_between_decision_and_sending_nothing_goes_out",
    "level rises while snoozed": "answers::the_level_rises_while_snoozed_the_snooze_ends",
    "ack then level rise": "answers::acknowledged_stops_the_chain_until_the_level_rises",
    "date moved earlier by a holiday import": (
        "dates::a_weekend_day_becomes_a_working_day_and_the_date_moves_earlier_at_once"
    ),
    "date moved later": "dates::a_new_holiday_on_the_last_day_moves_the_date_later_with_the_next_digest",
    "date there and back": "dates::there_and_back_after_it_was_told_is_told_both_times",
    "done": "done::done_closes_it_for_everybody_warned_but_the_one_who_did_it",
    "done retracted": "done::done_retracted_the_level_is_told_once_and_the_chain_begins_again",
    "filed in time but registered late": "done::filed_in_time_registered_late_the_incident_closes_as_in_time",
    "not pursued": "answers::a_right_given_up_in_good_time_ends_at_once",
    "not pursued when urgent": "answers::a_right_given_up_when_urgent_runs_on_until_a_second_person_confirms",
    "a duty that does not apply": "answers::a_duty_said_not_to_apply_runs_on_until_a_second_person_confirms",
    "owner changed in mid-chain": "owners::the_new_owner_hears_with_history_and_the_step_stays",
    "owner changed, waiting messages": "owners::the_old_owners_waiting_message_is_taken_back",
    "owner changed to somebody told": "owners::it_passes_to_somebody_told_at_that_level_before_who_is_told_anew",
    "hand-over offered": "hand_over::a_hand_over_is_told_to_both_with_its_reason",
    "hand-over offered, chain": "hand_over::offered_it_runs_on_for_the_old_owner",
    "hand-over accepted": "hand_over::a_hand_over_accepted_makes_the_new_owner_who_is_told_with_the_history",
    "hand-over refused": "hand_over::a_hand_over_refused_the_old_owner_is_told_why_and_goes_on",
    "hand-over never answered": "hand_over::a_hand_over_never_answered_climbs_on",
    "taken over": "hand_over::a_lead_takes_over_and_the_old_owner_is_told",
    "two rules due the same moment to one person": (
        "batching::two_rules_due_the_same_moment_are_one_message_where_the_office_wants_it"
    ),
    "two parties with two service dates": "done::two_parties_with_two_service_dates_have_two_clocks",
    "case closed with live clocks": "done::a_closed_case_with_a_live_clock_still_warns",
    "40 due at once": "batching::forty_due_at_once_are_one_message_to_each_person",
    "daemon down 3 days over 12 thresholds": (
        "batching::down_three_days_over_twelve_thresholds_one_summary_a_person_and_nothing_of_what_is_done"
    ),
    "a leaver's bulk hand-over": (
        "owners::a_leavers_cases_are_handed_over_the_new_owner_hears_of_what_is_near_only"
    ),
    "court's clock overdue": (
        "batching::the_courts_clock_overdue_is_nobodys_fault_the_owner_reads_of_it_in_the_digest"
    ),
    "muted over critical": "mute::critical_pierces_a_mute",
    "muted over overdue": "mute::overdue_pierces_a_mute_and_repeats",
    "muted, at its end": "mute::a_date_that_moves_while_muted_is_told_at_the_end",
    "a chain step behind a leave that begins in mid-wait": (
        "leave::the_leads_leave_begins_in_mid_wait_the_step_goes_to_who_stands_in"
    ),
    "the second person never confirms": "answers::the_second_person_never_confirms_the_chain_runs_to_its_end",
    "nobody ever confirms a date": (
        "second_person::an_unconfirmed_date_nobody_ever_confirms_is_asked_about_until_it_is_overdue"
    ),
    "an answer by anyone settles the step for all": "answers::an_answer_by_anyone_settles_the_step_for_all",
    "ack expires": "answers::an_acknowledgement_expires_and_the_silence_runs_from_then",
    "ack never stops overdue": "answers::an_acknowledgement_never_stops_overdue",
    "ack taken back": (
        "put_off::an_acknowledgement_taken_back_the_silence_counts_as_if_it_had_not_been_given"
    ),
    "snooze and step": "put_off::a_snooze_ends_before_the_step_that_it_would_miss",
    "wrong date": "disputes::a_disputed_date_is_told_to_lead_and_admin_once_and_goes_on_climbing",
    "wrong date settled": "disputes::a_dispute_settled_by_the_lead_the_date_stands_and_who_raised_it_is_told",
    "wrong date corrected": "disputes::a_dispute_ends_when_the_event_is_corrected_and_the_new_date_is_told",
    "supervised demand": "demand::a_demand_is_said_again_daily_though_it_was_acknowledged",
    "supervised demand settled": "demand::a_demand_is_settled_by_whoever_asked_for_it_and_by_nobody_else",
    "a person's action": "results::a_call_that_was_asked_for_is_asked_about_once_a_working_day_until_its_result_is_recorded",
    "move and level at one minute": (
        "dates::a_level_that_begins_with_the_digest_that_would_tell_the_move_is_one_message"
    ),
}  # fmt: skip


def node(name: str) -> str:
    """Return the node id of a scenario without parameters."""
    file, _, test = name.partition("::")
    return f"tests/scenarios/test_{file}.py::test_{test}"


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Return what pytest itself would run, by a process of its own: a name that only stands in a file does not count."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/scenarios"],
        cwd=ROOT, env=plain, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    return {line.split("[")[0] for line in found.stdout.splitlines() if "::" in line}


def test_every_case_of_the_requirement_is_collected(collected: set[str]) -> None:
    assert [case for case, name in SCENARIOS.items() if node(name) not in collected] == []
    assert len(set(SCENARIOS.values())) == len(SCENARIOS)


def test_there_are_at_least_sixty(collected: set[str]) -> None:
    assert len(collected) >= AT_LEAST, len(collected)


def bodies() -> dict[str, ast.FunctionDef]:
    """Return the functions of the scenario files by node id."""
    found: dict[str, ast.FunctionDef] = {}
    for path in (ROOT / "tests" / "scenarios").glob("test_*.py"):
        for one in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(one, ast.FunctionDef):
                found[f"tests/scenarios/{path.name}::{one.name}"] = one
    return found


def test_each_expects_messages_or_their_absence_and_none_is_skipped() -> None:
    known = bodies()
    for case, name in SCENARIOS.items():
        body = known[node(name)]
        expects = [a for a in ast.walk(body) if isinstance(a, ast.Assert)]
        calls = {ast.unparse(c.func).rpartition(".")[2] for c in ast.walk(body) if isinstance(c, ast.Call)}
        assert expects and calls & {"run_until", "sleep_until", "advance"}, case
        assert not any(isinstance(a.test, ast.Constant) for a in expects), case
        marks = " ".join(ast.unparse(d) for d in body.decorator_list)
        assert "skip" not in marks and "xfail" not in marks and not calls & {"skip", "xfail", "importorskip"}, case
