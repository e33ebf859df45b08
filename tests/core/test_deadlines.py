"""What a rule grants on a timeline: one deadline a cycle, from its trigger to its end."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.law import law_of
from deadline_guard.core.limits import deadlines
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    Internal,
    Pair,
    Rule,
    RuleVersion,
    Trigger,
)
from deadline_guard.core.timeline import Case, Event, Timeline
from tests.core.building import CALENDARS, NOW, SHANGHAI, case, event, local, rule, rulebook

TRIGGER = event("opened", "2026-03-02")


def found(made: Rule, on: Case, now: Any = NOW, **given: Any) -> tuple[Deadline, ...]:
    return deadlines(made, on, rulebook(made, **given), CALENDARS, now)


def one(made: Rule, *events: Event, now: Any = NOW, **given: Any) -> Deadline:
    (only,) = found(made, case(*events, **given), now)
    return only


def test_a_period_ends_with_its_last_day_in_the_zone_of_the_case() -> None:
    got = one(rule("15 days"), TRIGGER)
    assert (got.cycle, got.due_on, got.trigger_on) == (TRIGGER.id, date(2026, 3, 17), date(2026, 3, 2))
    assert got.due_at == local("2026-03-18 00:00")
    assert got.starts_at == local("2026-03-03 00:00"), "the day of the event does not count"
    assert (got.state, got.version, got.zone) == (State.OPEN, "v1", SHANGHAI)
    assert got.known_at == TRIGGER.recorded_at
    assert any(step.step == "count" for step in got.basis)


def test_a_rest_day_rolls_by_the_law_of_the_jurisdiction() -> None:
    events = (event("opened", "2026-01-31"),)
    plain = one(rule("15 days"), *events)
    civil = one(rule("15 days", jurisdiction="cn-civil"), *events, calendar="cn")
    assert (plain.due_on, plain.rolled) == (date(2026, 2, 15), False)
    assert (civil.due_on, civil.rolled) == (date(2026, 2, 23), True), "a Sunday, then a week of holidays, a weekend"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "plain"),
        ({"case": {"jurisdiction": "de"}}, "de"),
        ({"case": {"jurisdiction": "de"}, "rule": {"jurisdiction": "cn-civil"}}, "cn"),
        ({"rule": {"jurisdiction": "cn-civil", "calendar": "de"}}, "de"),
        ({"rule": {"calendar": "de"}, "case": {"calendar": "cn"}}, "cn"),
        ({"type": {"calendar": "us"}}, "us"),
        ({"type": {"jurisdiction": "cn-civil"}}, "cn"),
    ],
)
def test_the_calendar_of_the_courts_seat_wins(given: dict[str, Any], expected: str) -> None:
    made = rule(**given.get("rule", {}))
    law = law_of(made, case(**given.get("case", {})), rulebook(made, **given.get("type", {})), CALENDARS)
    assert law.calendar.id == expected


def test_an_unknown_calendar_is_named_with_those_known() -> None:
    with pytest.raises(ValueError, match=r"calendar 'mars' of rule r on case C-1 is unknown; known are: cn, de"):
        one(rule(), TRIGGER, calendar="mars")


def test_beyond_the_announced_calendar_a_date_is_provisional() -> None:
    got = one(rule("15 days", jurisdiction="cn-civil"), event("opened", "2026-12-20"), calendar="cn")
    assert got.provisional


def test_a_policy_of_the_version_replaces_the_law() -> None:
    made = rule("15 days", jurisdiction="cn-civil", version={"policy": {"roll": "none"}})
    assert one(made, event("opened", "2026-01-31"), calendar="cn").due_on == date(2026, 2, 15)


VERSIONS = (
    RuleVersion("old", parse_period("150 days"), until=date(2010, 8, 12)),
    RuleVersion("new", parse_period("90 days"), since=date(2010, 8, 13)),
)


@pytest.mark.parametrize(
    ("on", "version", "due"),
    [("2010-08-12", "old", date(2011, 1, 9)), ("2010-08-13", "new", date(2010, 11, 11))],
)
def test_the_version_in_force_on_the_day_of_the_trigger_counts(on: str, version: str, due: date) -> None:
    got = one(rule(None, versions=VERSIONS), event("opened", on))
    assert (got.version, got.due_on) == (version, due)


def test_a_rule_that_was_not_law_yet_grants_nothing() -> None:
    made = rule("15 days", version={"since": date(2024, 1, 1)})
    assert found(made, case(event("opened", "2023-12-31"))) == ()


@pytest.mark.parametrize(
    ("by", "events", "version"),
    [
        ("act", (event("opened", "2010-08-01"), event("acted", "2010-09-01")), "new"),
        ("act", (event("opened", "2010-08-01"),), "new"),
        ("filed", (event("opened", "2010-09-01"), event("filed", "2010-08-01")), "old"),
        ("filed", (event("opened", "2010-08-01"),), "old"),
    ],
)
def test_the_rule_may_choose_its_version_by_the_act_or_by_another_event(
    by: str, events: tuple[Event, ...], version: str
) -> None:
    assert one(rule(None, versions=VERSIONS, select_version_by=by), *events).version == version


def test_each_trigger_opens_a_cycle_named_by_its_identity() -> None:
    first, second = event("opened", "2026-03-02", "a"), event("opened", "2026-03-05", "b")
    assert [d.cycle for d in found(rule(), case(second, first))] == ["t:a", "t:b"]


@pytest.mark.parametrize(("pick", "cycles"), [("first", ["t:a", "t:x"]), ("last", ["t:b", "t:x"])])
def test_first_and_last_are_meant_for_each_subject(pick: str, cycles: list[str]) -> None:
    events = (
        event("opened", "2026-03-02", "a"),
        event("opened", "2026-03-03", "x", subject="asset 1"),
        event("opened", "2026-03-05", "b"),
    )
    assert [d.cycle for d in found(rule(trigger=Trigger("opened", pick=pick)), case(*events))] == cycles


@pytest.mark.parametrize(
    ("where", "cycles"),
    [
        ({"kind": "cash"}, ["t:a"]),
        ({"kind": ("cash", "land")}, ["t:a", "t:b"]),
        ({"sum": {"gte": 50_000}}, ["t:b"]),
        ({"sum": {"gt": 10, "lt": 50_000}}, ["t:a"]),
        ({"sum": {"lte": 100}, "kind": {"not": "land"}}, ["t:a"]),
        ({"kind": {"eq": "ship"}}, []),
        ({"colour": {"gte": 1}}, []),
    ],
)
def test_a_trigger_may_ask_for_data(where: dict[str, Any], cycles: list[str]) -> None:
    events = (
        event("opened", "2026-03-02", "a", data={"kind": "cash", "sum": 100}),
        event("opened", "2026-03-03", "b", data={"kind": "land", "sum": 50_000}),
    )
    assert [d.cycle for d in found(rule(trigger=Trigger("opened", where=where)), case(*events))] == cycles


def test_an_event_of_a_linked_case_opens_a_cycle() -> None:
    judgment = event("judgment_served", "2026-03-02", "j")
    made = rule(trigger=Trigger("judgment_served", of="parent"))
    assert found(made, case(judgment)) == (), "the case's own event is not the parent's"
    (got,) = found(made, case(event("acted", "2026-03-09"), linked={"parent": (Timeline.of([judgment]),)}))
    assert (got.cycle, got.due_on, got.state) == ("t:j", date(2026, 3, 17), State.DONE)


def test_a_chained_rule_runs_from_the_rolled_end_of_the_other() -> None:
    before = rule("15 days", id="a", jurisdiction="cn-civil")
    after = rule("10 days", id="b", trigger=Trigger(rule="a"), done_by=("later",))
    here = case(event("opened", "2026-01-31"), event("later", "2026-02-03"), calendar="cn")
    book = rulebook(before, after)
    first = deadlines(before, here, book, CALENDARS, NOW)
    (got,) = deadlines(after, here, book, CALENDARS, NOW, {"a": first})
    assert (got.trigger_on, got.due_on) == (date(2026, 2, 23), date(2026, 3, 5))
    assert got.cycle == first[0].cycle
    assert got.state is State.DONE, "an act before the first period was over counts too"
    assert deadlines(after, here, book, CALENDARS, NOW) == ()


def test_a_chain_is_as_provisional_as_its_first_link_and_shows_its_derivation() -> None:
    before = rule("15 days", id="a", jurisdiction="cn-civil")
    after = rule("10 days", id="b", trigger=Trigger(rule="a"))
    here = case(event("opened", "2026-12-20"), calendar="cn")
    book = rulebook(before, after)
    first = deadlines(before, here, book, CALENDARS, NOW)
    (got,) = deadlines(after, here, book, CALENDARS, NOW, {"a": first})
    assert got.provisional == first[0].provisional != ()
    assert got.basis[: len(first[0].basis)] == first[0].basis
    assert len(got.basis) > len(first[0].basis)


def test_nothing_is_chained_to_a_cancelled_period_and_a_held_one_holds_its_chain() -> None:
    before = rule("15 days", id="a", cancelled_by=("withdrawn",), suspends=(Pair("stayed", "resumed"),))
    after = rule("10 days", id="b", trigger=Trigger(rule="a"))
    book = rulebook(before, after)
    for last, states in (("withdrawn", []), ("stayed", [State.HELD])):
        here = case(TRIGGER, event(last, "2026-03-04"))
        first = deadlines(before, here, book, CALENDARS, NOW)
        assert [d.state for d in deadlines(after, here, book, CALENDARS, NOW, {"a": first})] == states


def test_the_first_of_several_events_opens_a_rule_without_a_trigger_of_its_own() -> None:
    made = rule(trigger=Trigger(), trigger_any=(Trigger("served"), Trigger("published")))
    got = found(made, case(event("served", "2026-03-05"), event("published", "2026-03-03", "p")))
    assert [(d.cycle, d.due_on) for d in got] == [("t:p", date(2026, 3, 18))]


def test_a_contradiction_works_with_the_earlier_date_and_shows_the_other() -> None:
    other = event("opened", "2026-03-06", "x", revision=3)
    got = one(rule(), event("opened", "2026-03-02", "x", conflicts=(other,)))
    assert (got.due_on, got.flags) == (date(2026, 3, 17), ("conflict",))
    assert [(r.due_on, r.why) for r in got.readings] == [(date(2026, 3, 21), "revision 3 contradicts this one")]


@pytest.mark.parametrize("other", [{"retracted": True}, {"subject": "renamed"}])
def test_a_contradiction_without_another_date_is_flagged_alone(other: dict[str, Any]) -> None:
    rival = event("opened", "2026-03-02", "x", **other)
    got = one(rule(), event("opened", "2026-03-02", "x", conflicts=(rival,)))
    assert (got.flags, got.readings) == (("conflict",), ())


def test_an_unconfirmed_trigger_is_shown_as_such() -> None:
    assert one(rule(), event("opened", "2026-03-02", data={"unconfirmed": True})).unconfirmed
    assert not one(rule(), TRIGGER).unconfirmed


@pytest.mark.parametrize(
    ("internal", "expected"),
    [
        (Internal(1, True, time(17)), "2026-03-13 17:00"),
        (Internal(0, True, time(17)), "2026-03-13 17:00"),
        (Internal(2, False, time(9)), "2026-03-13 09:00"),
    ],
)
def test_the_firms_own_limit_stands_beside_the_legal_one(internal: Internal, expected: str) -> None:
    due_on_sunday = event("opened", "2026-02-28")
    assert one(rule(internal=internal), due_on_sunday).internal_at == local(expected)


def test_the_firms_own_limit_is_never_after_the_legal_one() -> None:
    got = one(rule("2 hours", internal=Internal(0, False, time(23))), event("opened", "2026-03-02 10:00"))
    assert got.internal_at == got.due_at


def test_a_rule_without_a_length_grants_nothing() -> None:
    assert found(rule(None), case(TRIGGER)) == ()
    assert found(rule(None, versions=(RuleVersion("v1"),)), case(TRIGGER)) == ()


class TestSeveralClocks:
    """Reopening the time to appeal: 180 days from judgment or 14 from notice, the earlier (FRAP 4(a)(6))."""

    RULE = rule(
        "180 days",
        trigger=Trigger("judgment"),
        trigger_any=(Trigger("notice", limit=parse_period("14 days")),),
    )

    def test_the_earliest_date_counts(self) -> None:
        judgment = event("judgment", "2026-03-02", "j")
        assert one(self.RULE, judgment).due_on == date(2026, 8, 29)
        got = one(self.RULE, judgment, event("notice", "2026-05-01"))
        assert (got.cycle, got.trigger_on, got.due_on) == ("t:j", date(2026, 3, 2), date(2026, 5, 15))
        assert [(s.step, s.from_) for s in got.basis if s.step == "choose"] == [("choose", date(2026, 8, 29))]
        assert one(self.RULE, judgment, event("notice", "2026-08-28")).due_on == date(2026, 8, 29)

    def test_another_subjects_event_is_another_matter(self) -> None:
        got = one(self.RULE, event("judgment", "2026-03-02"), event("notice", "2026-05-01", subject="x"))
        assert got.due_on == date(2026, 8, 29)

    def test_a_clock_that_began_earlier_runs_too(self) -> None:
        made = rule("3 years", trigger_any=(Trigger("harm", limit=parse_period("20 years")),))
        got = one(made, event("harm", "2008-05-01"), event("opened", "2026-03-02"))
        assert got.due_on == date(2028, 5, 1)

    def test_the_later_of_two_where_the_law_says_so(self) -> None:
        made = rule("10 days", trigger_any=(Trigger("published"),), params={"choose": "latest"})
        got = one(made, event("opened", "2026-03-02"), event("published", "2026-03-05"))
        assert got.due_on == date(2026, 3, 15)
        assert one(made, event("opened", "2026-03-02")).due_on == date(2026, 3, 12)

    def test_clocks_without_a_leading_one_are_named_by_the_first(self) -> None:
        made = rule(
            None,
            trigger=Trigger(),
            trigger_any=(
                Trigger("a", limit=parse_period("10 days")),
                Trigger("b", limit=parse_period("2 days")),
            ),
        )
        got = one(made, event("a", "2026-03-02", "a"), event("b", "2026-03-05", "b"))
        assert (got.cycle, got.due_on) == ("t:a", date(2026, 3, 7))
        assert one(made, event("a", "2026-03-02", "a")).due_on == date(2026, 3, 12)
        bare = rule(None, trigger=Trigger(), trigger_any=(Trigger("a"), Trigger("b", limit=parse_period("2 days"))))
        assert found(bare, case(event("a", "2026-03-02"))) == ()


def test_in_a_list_of_triggers_whichever_comes_first_opens_the_cycle() -> None:
    made = rule("15 days", trigger=Trigger("served"), trigger_any=(Trigger("published"),))
    got = found(made, case(event("served", "2026-03-05"), event("published", "2026-03-03", "p")))
    assert [(d.cycle, d.due_on) for d in got] == [("t:p", date(2026, 3, 18))]


@pytest.mark.parametrize(("on", "due"), [("0900-01-01", date(1584, 1, 1)), ("9999-12-31", date(2998, 12, 31))])
def test_a_day_that_cannot_be_counted_is_flagged_and_hides_nothing_else(on: str, due: date) -> None:
    made = rule(internal=Internal(1, True, time(17)))
    strange, plain = found(made, case(event("opened", on, recorded="2026-03-01T00:00+00:00"), TRIGGER))[
        :: 1 if on < "1" else -1
    ]
    assert (strange.due_on, strange.flags, strange.state) == (due, ("date_out_of_range",), State.OPEN)
    assert (plain.due_on, plain.flags) == (date(2026, 3, 17), ())
