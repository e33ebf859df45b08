"""Every way into counting gives the same dates: bare, in batches, chained, from a range of days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.core.counting import (
    Counted,
    Step,
    count,
    count_after,
    count_date,
    count_dates,
    count_from_range,
    earliest_of,
    latest_of,
    unknown_day,
)
from deadline_guard.core.day_arithmetic import between
from deadline_guard.core.jurisdictions import JURISDICTIONS, policy_for
from deadline_guard.core.period import parse_period
from deadline_guard.core.policy import Act, Direction, Policy
from deadline_guard.core.text import both
from deadline_guard.rulebook.calendars import compiled, parse, shipped

FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD
DAYS = [date(2021, 1, 1) + timedelta(i) for i in range(365)]


@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
@pytest.mark.parametrize(
    ("law", "name", "length"),
    [
        ("us-federal", "us", "14 days"),  # 2021-06-18: whether Juneteenth was a holiday is not settled
        ("us-federal", "us-ca", "14 days"),  # a state's holiday counts forward only
        ("us-federal", "us-tx", "3 working days"),
        ("gb-eaw", "gb-eaw", "3 days"),
        ("cn-civil", "cn", "1 month"),
    ],
)
def test_the_bare_date_and_the_batch_are_those_of_the_full_derivation(
    law: str, name: str, length: str, direction: Direction
) -> None:
    policy, calendar, period = policy_for(law, DAYS[0]), shipped()[name], parse_period(length)
    full = [count(day, period, policy, calendar, direction=direction).due for day in DAYS]
    assert [count_date(day, period, policy, calendar, direction) for day in DAYS] == full
    assert count_dates(DAYS, period, policy, calendar, direction) == full


def test_a_state_holiday_stops_a_forward_count_alone() -> None:
    policy, calendar = policy_for("us-federal", DAYS[0]), shipped()["us-ca"]
    holiday = date(2021, 3, 31)  # Cesar Chavez Day, a Wednesday
    ten = parse_period("10 days")
    assert count_date(holiday - timedelta(10), ten, policy, calendar) == date(2021, 4, 1)
    assert count_date(holiday + timedelta(10), ten, policy, calendar, BACKWARD) == holiday


def test_the_calendar_of_the_office_too_stops_a_forward_count_alone() -> None:
    policy, state = policy_for("us-federal", DAYS[0]), shipped()["us-ca"]
    holiday, ten = date(2021, 3, 31), parse_period("10 days")

    def due(trigger: date, direction: Direction) -> date | datetime:
        asked = {"direction": direction, "act": Act.AT_COURT_OFFICE, "office_calendar": state}
        return count(trigger, ten, policy, shipped()["us"], **asked).due  # type: ignore[arg-type]

    assert due(holiday - timedelta(10), FORWARD) == date(2021, 4, 1)
    assert due(holiday + timedelta(10), BACKWARD) == holiday


def test_an_instant_counts_as_its_local_day_in_every_step_of_a_period_in_days() -> None:
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    ten = parse_period("10 days")
    late = datetime(2026, 1, 12, 17, 30, tzinfo=ZoneInfo("UTC"))  # 01:30 the next day in China
    assert count(late, ten, policy, calendar) == count(date(2026, 1, 13), ten, policy, calendar)


def test_a_longstop_is_cited_where_the_law_has_an_article_for_it() -> None:
    policy = Policy(cites={"longstop": "BGB 199 IV"})
    found = count(date(2026, 1, 5), parse_period("10 days"), policy, shipped()["de"], not_after=date(2026, 1, 9))
    assert [(step.step, step.to, step.cite) for step in found.basis if step.step == "longstop"] == [
        ("longstop", date(2026, 1, 9), "BGB 199 IV")
    ]


def test_of_two_readings_the_bare_date_is_the_earlier() -> None:
    policy, calendar = policy_for("us-federal", DAYS[0]), shipped()["us"]
    found = count(date(2021, 6, 4), parse_period("14 days"), policy, calendar)
    assert count_date(date(2021, 6, 4), parse_period("14 days"), policy, calendar) == found.due == date(2021, 6, 18)
    assert [r.due for r in found.readings] == [date(2021, 6, 21)]


def test_a_chained_period_is_asked_as_the_first_one_was() -> None:
    policy, calendar = policy_for("us-federal", DAYS[0]), shipped()["us"]
    first = count(date(2021, 3, 1), parse_period("14 days"), policy, calendar)
    after = count_after(first, parse_period("7 days"), policy, calendar, direction=BACKWARD)
    assert after.due == date(2021, 3, 8)
    assert after.basis[: len(first.basis)] == first.basis


def test_a_range_of_triggers_gives_the_earliest_end_and_keeps_the_latest_as_a_reading() -> None:
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    ten = parse_period("10 days")
    found = count_from_range(date(2026, 3, 2), date(2026, 3, 6), ten, policy, calendar, zone="Asia/Shanghai")
    assert found.due == date(2026, 3, 12)
    (reading,) = found.readings
    assert reading.due == date(2026, 3, 16)
    assert (str(reading.why), reading.why.said("zh")) == (  # type: ignore[union-attr]
        "the event may have happened as late as 2026-03-06",
        "事件最晚可能发生于2026-03-06",
    )
    assert found.due_at is not None, "the zone that was asked for is used"
    back = count_from_range(date(2026, 3, 2), date(2026, 3, 6), ten, policy, calendar, direction=BACKWARD)
    assert (back.due, [r.due for r in back.readings]) == (date(2026, 2, 20), [date(2026, 2, 24)])


def test_a_range_is_provisional_when_its_late_end_is() -> None:
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    found = count_from_range(date(2026, 12, 14), date(2026, 12, 28), parse_period("10 days"), policy, calendar)
    assert found.due == date(2026, 12, 24)
    assert [why[:10] for why in found.provisional_because] == ["2027-01-07"]


def test_the_days_between_run_the_way_they_are_asked_for() -> None:
    a, b = date(2026, 3, 2), date(2026, 3, 5)
    assert list(between(a, b)) == [date(2026, 3, 3), date(2026, 3, 4), b]
    assert list(between(b, a)) == [date(2026, 3, 4), date(2026, 3, 3), a]
    assert list(between(a, a)) == []


@pytest.mark.parametrize(
    ("name", "day", "en", "zh"),
    [
        (
            "cn",
            date(2027, 1, 4),
            (
                "2027-01-04 lies after what calendar cn knows (announced through 2026-12-31); "
                "the notice for 2027 may move it"
            ),
            "2027-01-04晚于日历cn已知的范围(已公布至2026-12-31);2027年的通知可能使其变动",
        ),
        (
            "cn",
            date(2003, 12, 31),
            "2003-12-31 lies before what calendar cn knows (from 2004-01-01); the law of the nearest year was used",
            "2003-12-31早于日历cn已知的范围(2004-01-01起);按最近年份的规定计算",
        ),
        (
            "us",
            date(2037, 1, 2),
            "2037-01-02 lies after what calendar us knows (through 2036-12-31); the law of the nearest year was used",
            "2037-01-02晚于日历us已知的范围(2036-12-31止);按最近年份的规定计算",
        ),
    ],
)
def test_a_day_that_a_calendar_does_not_know_is_said_in_both_languages(name: str, day: date, en: str, zh: str) -> None:
    said = unknown_day(shipped()[name], day)
    assert (str(said), said.zh) == (en, zh)


def test_the_last_day_that_is_known_is_not_late() -> None:
    cn = shipped()["cn"]
    assert "before" in unknown_day(cn, cn.known_through)


@pytest.mark.parametrize(
    ("choose", "due", "en", "zh"),
    [
        (earliest_of, date(2026, 12, 21), "the earliest counts", "以最早者为准"),
        (latest_of, date(2027, 1, 4), "the latest counts", "以最晚者为准"),
    ],
)
def test_the_choice_among_several_ends_is_a_step_that_says_which_counts(
    choose: Callable[[Sequence[Counted]], Counted], due: date, en: str, zh: str
) -> None:
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    ends = [count(date(2026, 12, 11), parse_period(f"{n} days"), policy, calendar) for n in (10, 24)]
    assert [bool(end.provisional_because) for end in ends] == [False, True]
    found = choose(ends)
    assert found.due == due
    assert found.basis == (*ends[0].basis, *ends[1].basis, Step("choose", due, due, None, (), "", found.basis[-1].note))
    assert both(found.basis[-1].note) == {"en": en, "zh": zh}
    assert found.provisional_because == ends[1].provisional_because, "what was compared may still move"


def test_hours_of_one_day_are_compared_by_the_instant() -> None:
    policy, calendar = policy_for("us-federal", date(2026, 1, 1)), shipped()["us"]
    start = datetime(2026, 3, 4, 9, tzinfo=ZoneInfo("America/New_York"))
    late, early = (count(start, parse_period(f"{n} hours"), policy, calendar) for n in (6, 3))
    assert earliest_of([late, early]).due == early.due
    assert latest_of([early, late]).due == late.due


@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
@pytest.mark.parametrize("length", ["3 days", "3 clear days", "5 days", "14 days", "2 weeks"])
@pytest.mark.parametrize("added", [{}, {"add_days_before_roll": 3}, {"add_days_after_roll": 2}])
@pytest.mark.parametrize("law", ["us-federal", "gb-eaw"])
def test_the_bare_date_adds_and_rolls_as_the_derivation_does(
    law: str, added: dict[str, int], length: str, direction: Direction
) -> None:
    policy = replace(policy_for(law, date(2008, 1, 1)), **added)  # type: ignore[arg-type]
    calendar, period = shipped()[JURISDICTIONS[law].calendar], parse_period(length)
    days = [date(2008, 1, 1) + timedelta(i) for i in range(0, 200, 3)]
    full = [count(day, period, policy, calendar, direction=direction).due for day in days]
    assert [count_date(day, period, policy, calendar, direction) for day in days] == full


def test_of_several_ends_only_readings_that_could_still_count_are_kept() -> None:
    plain, us = shipped()["plain"], shipped()["us"]
    doubtful = count(date(2021, 6, 4), parse_period("14 days"), policy_for("us-federal", DAYS[0]), us)
    assert (doubtful.due, [r.due for r in doubtful.readings]) == (date(2021, 6, 18), [date(2021, 6, 21)])
    before, on = (
        count(date(2021, 6, 1), parse_period(f"{n} days"), policy_for("plain", DAYS[0]), plain) for n in (18, 20)
    )
    assert [before.due, on.due] == [date(2021, 6, 19), date(2021, 6, 21)]
    assert earliest_of([doubtful]).readings == doubtful.readings
    assert earliest_of([doubtful, before]).readings == (), "on the other reading the other end comes first"
    assert earliest_of([doubtful, on]).readings == doubtful.readings
    assert [r.due for r in latest_of([doubtful, before]).readings] == [date(2021, 6, 21)]


def test_hours_that_end_at_24_on_a_friday_do_not_end_on_a_saturday() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    found = count(datetime(2026, 3, 4, 23, 30, tzinfo=zone), parse_period("48 hours"), policy, calendar)
    assert found.due == datetime(2026, 3, 7, tzinfo=zone)
    assert found.readings == ()
    later = count(datetime(2026, 3, 5, 9, 30, tzinfo=zone), parse_period("48 hours"), policy, calendar)
    assert [r.due for r in later.readings] == [datetime(2026, 3, 9, 10, tzinfo=zone)]


TWO_DOUBTS = """
calendars:
  - id: doubtful
    title: {zh: 疑, en: Doubtful}
    zone: null
    kind: enacted
    known_from: 2026-01-01
    known_through: 2026-12-31
    source: made for a test
    days:
      - {day: 2026-03-06, name: {zh: 甲日, en: First}, disputed: {zh: 尚有争议, en: not settled}}
      - {day: 2026-03-09, name: {zh: 乙日, en: Second}, disputed: {zh: 未公布, en: not announced}}
"""


def test_every_day_in_doubt_is_named_with_its_reason() -> None:
    ((shape, _),), problems = parse(TWO_DOUBTS)
    assert not problems
    found = count(date(2026, 3, 2), parse_period("4 days"), policy_for("us-federal", DAYS[0]), compiled(shape))
    assert found.due == date(2026, 3, 6)
    (reading,) = found.readings
    assert reading.due == date(2026, 3, 10)
    assert both(reading.why) == {
        "en": "2026-03-06 First: not settled; 2026-03-09 Second: not announced",
        "zh": "2026-03-06 甲日:尚有争议;2026-03-09 乙日:未公布",
    }
