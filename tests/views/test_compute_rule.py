"""The `rule` kind of the public calculator: events in, one answer a cycle out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    EventKind,
    Internal,
    Level,
    Pair,
    Profile,
    Rulebook,
    RuleVersion,
    Trigger,
    WhenKind,
)
from deadline_guard.errors import InputError
from deadline_guard.views.compute_rule import answer
from tests.core.building import CALENDARS, rule, rulebook, threshold, utc

PROFILE = Profile(
    "p", (threshold(Level.NEAR, WhenKind.DAYS, "5"), threshold(Level.URGENT, WhenKind.DAYS, "2", time(9)))
)
APPEAL = rule(
    "15 days",
    id="cn.appeal",
    trigger=Trigger("judgment_served"),
    done_by=("appeal_filed",),
    jurisdiction="cn-civil",
    profile=PROFILE,
    applies_to={"case_type": ("civil",), "side": ("plaintiff", "defendant")},
    suspends=(Pair("stayed", "resumed", {"en": "stay", "zh": "中止"}),),
    internal=Internal(1, True, time(17)),
)
DISPUTED_TEXT = rule(
    None,
    id="us.answer",
    trigger=Trigger("served"),
    jurisdiction="us-federal",
    versions=(
        RuleVersion("old", parse_period("10 days"), until=date(2009, 11, 30)),
        RuleVersion("new", parse_period("14 days"), since=date(2009, 12, 1)),
    ),
)
SET = rule(None, id="us.set", trigger=Trigger("deadline_set"), date_field="due")
CHAINED = rule("10 days", id="next", trigger=Trigger(rule="cn.appeal"))
PARENT = rule("2 years", id="enforce", trigger=Trigger("judgment_served", of="parent"))
HOURS = rule("48 hours", id="hours", trigger=Trigger("served"))
GAUGE = rule(id="load", indicator="workload")
LOOP = (
    rule("1 day", id="a", trigger=Trigger(rule="b")),
    rule("1 day", id="b", trigger=Trigger(rule="a")),
)
KINDS = ("judgment_served", "appeal_filed", "served", "deadline_set", "stayed", "resumed", "acted")
BARE = rulebook(APPEAL, DISPUTED_TEXT, SET, CHAINED, PARENT, HOURS, GAUGE, *LOOP)
BOOK = Rulebook(
    BARE.rules, BARE.case_types, {kind: EventKind(kind, {}) for kind in KINDS}, {}, day_starts_at=time(8, 30)
)
SERVED = {"type": "judgment_served", "on": "2026-01-16"}
HERE = {"zone": "Asia/Shanghai", "calendar": "cn"}


def ask(name: str = "cn.appeal", *events: dict[str, Any], book: Rulebook = BOOK, **given: Any) -> list[dict[str, Any]]:
    request = {"kind": "rule", "rule": name, "events": list(events or (SERVED,)), "case": HERE} | given
    found = answer(request, book, CALENDARS)["deadlines"]
    assert isinstance(found, list)
    return found


def test_a_rule_answers_its_date_its_levels_and_how_it_was_counted() -> None:
    (got,) = ask(at="2026-01-30T09:00:00+08:00")
    assert (got["due"], got["due_at"]) == ("2026-02-02", "2026-02-03T00:00:00+08:00")
    assert (got["rule"], got["version"], got["cycle"], got["subject"]) == ("cn.appeal", "v1", "0", None)
    assert (got["rolled"], got["provisional"], got["done"], got["state"]) == (True, False, False, "open")
    assert got["level"] == "near"
    assert got["thresholds"] == [
        {"level": "near", "at": "2026-01-28T08:30:00+08:00"},
        {"level": "urgent", "at": "2026-01-31T09:00:00+08:00"},
        {"level": "overdue", "at": "2026-02-03T00:00:00+08:00"},
    ]
    assert got["internal_at"] == "2026-01-30T17:00:00+08:00"
    roll = next(step for step in got["basis"] if step["step"] == "roll")
    assert (roll["from"], roll["to"], roll["days"]) == ("2026-01-31", "2026-02-02", 2)
    assert [skipped["day"] for skipped in roll["skipped"]] == ["2026-01-31", "2026-02-01"]


def test_events_name_their_cycles() -> None:
    got = ask("cn.appeal", SERVED | {"id": "j1"}, SERVED | {"subject": "Li", "at": "2026-01-19T23:00:00Z", "on": None})
    assert [(d["cycle"], d["subject"], d["due"]) for d in got] == [
        ("j1", None, "2026-02-02"),
        ("1", "Li", "2026-02-04"),
    ]


def test_an_act_ends_the_cycle() -> None:
    (got,) = ask("cn.appeal", SERVED, {"type": "appeal_filed", "on": "2026-01-20"}, at="2026-02-28T00:00:00+08:00")
    assert (got["done"], got["state"], got["level"]) == (True, "done", "ok")
    (before,) = ask("cn.appeal", SERVED, {"type": "appeal_filed", "on": "2026-01-20"}, at="2026-01-19T00:00:00+08:00")
    assert before["done"] is False


def test_days_that_did_not_count_are_listed_and_a_held_deadline_has_no_thresholds() -> None:
    stayed, resumed = {"type": "stayed", "on": "2026-01-20"}, {"type": "resumed", "on": "2026-01-25"}
    (got,) = ask("cn.appeal", SERVED, stayed, resumed)
    assert got["excluded"] == [{"from": "2026-01-20", "to": "2026-01-25", "why": "stay"}]
    assert got["due"] == "2026-02-05"
    (held,) = ask("cn.appeal", SERVED, stayed)
    assert (held["state"], held["thresholds"], held["excluded"][0]["to"]) == ("held", [], None)


def test_the_level_is_told_for_an_instant_only() -> None:
    assert ask()[0]["level"] is None
    request = {"rule": "cn.appeal", "events": [SERVED], "case": HERE}
    told = answer(request, BOOK, CALENDARS, utc("2026-01-31T01:00"))["deadlines"]
    assert isinstance(told, list)
    assert told[0]["level"] == "urgent"


@pytest.mark.parametrize(
    ("case", "cycles"),
    [({}, 1), ({"side": "plaintiff"}, 1), ({"side": "court"}, 0), ({"case_type": "criminal"}, 0)],
)
def test_a_case_that_the_rule_excludes_has_no_deadline(case: dict[str, str], cycles: int) -> None:
    assert len(ask(case=HERE | case)) == cycles


def test_the_zone_is_that_of_the_case_its_type_or_its_calendar() -> None:
    (nowhere,) = ask(case={"calendar": "cn"}, at="2026-01-30T09:00:00+08:00")
    assert (nowhere["due"], nowhere["due_at"], nowhere["thresholds"], nowhere["internal_at"]) == (
        "2026-02-02",
        None,
        [],
        None,
    )
    typed = rulebook(APPEAL, zone="Asia/Urumqi")
    assert ask(case={}, book=typed)[0]["due_at"] == "2026-02-03T00:00:00+06:00"
    zoned = {**CALENDARS, "cn": replace(CALENDARS["cn"], zone="Asia/Shanghai")}
    found = answer({"rule": "cn.appeal", "events": [SERVED]}, BOOK, zoned)["deadlines"]
    assert isinstance(found, list)
    assert found[0]["due_at"] == "2026-02-03T00:00:00+08:00"
    (offset,) = ask("hours", {"type": "served", "at": "2026-01-16T10:00:00-05:00"}, case={})
    assert offset["due"] == offset["due_at"] == "2026-01-18T15:00:00+00:00"


def test_as_of_chooses_the_text_of_rule_and_counting_law() -> None:
    served = {"type": "served", "on": "2009-11-20"}
    here = {"calendar": "us", "timezone": "America/New_York"}
    (old,) = ask("us.answer", served, case=here)
    (new,) = ask("us.answer", served, case=here, as_of="2009-12-01")
    assert (old["version"], new["version"], new["due"]) == ("old", "new", "2009-12-04")
    later = {"type": "served", "on": "2026-03-02"}
    (skipping,) = ask("us.answer", later, case=here, as_of="2009-11-30")
    assert (skipping["version"], skipping["due"]) == ("old", "2026-03-16"), "ten days without weekends"
    assert ask(
        "us.set", {"type": "deadline_set", "on": "2026-03-02", "data": {"due": "2026-03-14"}}, as_of="2009-01-01"
    )


def test_a_date_set_by_the_court_may_name_an_hour() -> None:
    def told(due: str) -> dict[str, Any]:
        return ask("us.set", {"type": "deadline_set", "on": "2026-03-02", "data": {"due": due}})[0]

    assert (told("2026-03-14")["due"], told("2026-03-14")["flags"]) == ("2026-03-14", ["weekend"])
    assert told("2026-03-13T09:30")["due"] == "2026-03-13T09:30:00+08:00"


def test_chained_and_linked_rules_find_their_beginning_among_the_events() -> None:
    assert [d["due"] for d in ask("next")] == ["2026-02-12"]
    assert [d["due"] for d in ask("enforce")] == ["2028-01-16"]


def test_a_provisional_answer_is_an_error_when_strict() -> None:
    late = {"type": "judgment_served", "on": "2026-12-30"}
    (got,) = ask("cn.appeal", late)
    assert got["provisional"] is True
    assert got["provisional_because"]
    with pytest.raises(InputError) as error:
        ask("cn.appeal", late, strict=True)
    assert (error.value.field, error.value.code) == ("strict", "provisional")
    assert ask(strict=True)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"evnts": []}, "evnts", "did you mean 'events'?"),
        ({"rule": None}, "rule", "is missing"),
        ({"rule": "cn.apeal"}, "rule", "did you mean 'cn.appeal'?"),
        ({"rule": 5}, "rule", "expected one of a, b, cn.appeal"),
        ({"rule": "load"}, "rule", "measures 'workload', which has no due date"),
        ({"rule": "a"}, "rule", "start from each other's end"),
        ({"events": None}, "events", "is missing"),
        ({"events": "x"}, "events", "expected a list of events"),
        ({"events": ["x"]}, "events[0]", "expected {name: value"),
        ({"events": [SERVED | {"when": 1}]}, "events[0].when", "unknown field 'when'"),
        ({"events": [{"on": "2026-01-16"}]}, "events[0].type", "is missing"),
        ({"events": [SERVED | {"type": "judgement_served"}]}, "events[0].type", "did you mean 'judgment_served'?"),
        ({"events": [{"type": "served"}]}, "events[0]", 'needs either "on"'),
        ({"events": [SERVED | {"on": "16.1.2026"}]}, "events[0].on", "is no date"),
        ({"events": [SERVED | {"on": None, "at": "2026-01-16T10:00"}]}, "events[0].at", "no instant with its offset"),
        ({"events": [SERVED | {"data": 5}]}, "events[0].data", "expected {name: value"),
        ({"events": [SERVED | {"id": "x"}, SERVED | {"id": "x"}]}, "events[1].id", "names another event too"),
        ({"case": "x"}, "case", "expected {name: value"),
        ({"case": {"zone": "Mars/Base"}}, "case.zone", "is no IANA zone"),
        ({"case": {"calendar": "mars"}}, "case.calendar", "is unknown; known are"),
        ({"case": HERE | {"calendar": "mars"}}, "case.calendar", "is unknown; known are"),
        ({"at": "yesterday"}, "at", "no instant with its offset"),
        ({"as_of": "2009"}, "as_of", "is no date"),
        ({"events": [SERVED | {"on": "0900-01-01"}]}, "events", "outside the years"),
    ],
)  # fmt: skip
def test_a_bad_request_names_the_field(given: dict[str, Any], field: str, said: str) -> None:
    request = {"kind": "rule", "rule": "cn.appeal", "events": [SERVED], "case": HERE} | given
    with pytest.raises(InputError) as error:
        answer(request, BOOK, CALENDARS)
    assert error.value.field == field
    assert said in error.value.message


def test_without_a_vocabulary_any_event_is_taken() -> None:
    assert ask("cn.appeal", SERVED, {"type": "anything", "on": "2026-01-17"}, book=BARE)
