"""Excluded spans, longstops, chains, ranges, earliest-of and latest-of."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from deadline_guard.core.calendar import OutOfRange
from deadline_guard.core.counting import (
    Counted,
    Reading,
    Span,
    count,
    count_after,
    count_date,
    count_dates,
    count_from_range,
    earliest_of,
    latest_of,
)
from deadline_guard.core.day_arithmetic import shifted
from deadline_guard.core.hours import run
from deadline_guard.core.jurisdictions import overridden, policy_for
from deadline_guard.core.period import parse_period
from deadline_guard.core.policy import BadField, Direction
from deadline_guard.rulebook.calendars import shipped
from tests.core.asking import ask

CN, DE = shipped()["cn"], shipped()["de"]
CIVIL = policy_for("cn-civil", date(2026, 1, 1))
GERMAN = policy_for("de", date(2026, 1, 1))


def span(since: str, until: str, why: str = "appraisal", cite: str = "") -> Span:
    return Span(date.fromisoformat(since), date.fromisoformat(until), why, cite)


def test_excluded_days_lengthen_the_period_day_by_day() -> None:
    # 民诉法解释 243: six months from Mon 5 Jan 2026 end on Sun 5 July; 20 days of appraisal do not count: Sat 25
    # July, rolled to Mon 27
    found = ask(
        "cn-civil",
        "2026-01-05",
        "6 months",
        excluded=[span("2026-03-01", "2026-03-20", "appraisal", "民诉法解释 第243条")],
    )
    assert found.due == date(2026, 7, 27)
    exclude = next(s for s in found.basis if s.step == "exclude")
    assert (exclude.days, len(exclude.skipped), exclude.cite) == (20, 20, "民诉法解释 第243条")
    assert exclude.skipped[0].why == "appraisal"


def test_days_that_the_longer_period_takes_in_count_too() -> None:
    # ten days from 2 March reach 12 March; 5 lost days reach the 17th, where one more lost day waits
    found = ask(
        "plain", "2026-03-02", "10 days", excluded=[span("2026-03-04", "2026-03-08"), span("2026-03-16", "2026-03-16")]
    )
    assert found.due == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("spans", "due"),
    [
        ([("2026-02-01", "2026-03-02")], "2026-03-12"),  # before the first counted day, the trigger's day included
        ([("2026-03-03", "2026-03-03")], "2026-03-13"),  # the first counted day
        ([("2026-03-12", "2026-03-12")], "2026-03-13"),  # the last one
        ([("2026-03-13", "2026-04-01")], "2026-03-12"),  # after the end
        ([("2026-03-04", "2026-03-05"), ("2026-03-05", "2026-03-06")], "2026-03-15"),  # a day is lost once
    ],
)
def test_which_days_can_be_lost(spans: list[tuple[str, str]], due: str) -> None:
    found = ask("plain", "2026-03-02", "10 days", excluded=[span(a, b) for a, b in spans])
    assert found.due.isoformat() == due


def test_working_days_lose_only_working_days() -> None:
    # five working days from Mon 2 March end on Mon 9; Fri 6 to Sun 8 are lost: one working day more
    found = ask("plain", "2026-03-02", "5 working days", excluded=[span("2026-03-06", "2026-03-08")])
    assert found.due == date(2026, 3, 10)


def test_hours_stand_still_on_excluded_days() -> None:
    found = ask("plain", "2026-03-02T10:00:00+00:00", "48 hours", excluded=[span("2026-03-03", "2026-03-03")])
    assert found.due.isoformat() == "2026-03-05T10:00:00+00:00"
    assert [s.day for s in found.basis[-1].skipped] == [date(2026, 3, 3)]


def test_a_longstop_ends_the_period() -> None:
    found = ask("de", "2026-01-05", "2 years", not_after=date(2026, 12, 31))
    assert found.due == date(2026, 12, 31)
    assert found.basis[-1].step == "longstop"
    assert ask("de", "2026-01-05", "2 weeks", not_after=date(2026, 12, 31)).basis[-1].step != "longstop"


def test_an_extension_runs_from_the_rolled_end() -> None:
    # BGH IX ZB 198/04: 31 Dec 2025 + 1 month = Sat 31 Jan → Mon 2 Feb; the extension of a month ends Mon 2 March,
    # not Sat 28 Feb → Mon 2 March by luck: with two weeks it shows (Mon 16 Feb, not Sat 14)
    first = count(date(2025, 12, 31), parse_period("1 month"), GERMAN, DE)
    assert first.due == date(2026, 2, 2)
    extended = count_after(first, parse_period("2 weeks"), GERMAN, DE)
    assert extended.due == date(2026, 2, 16)
    assert [s.step for s in extended.basis].count("law") == 2
    assert extended.basis[: len(first.basis)] == first.basis


def test_notice_then_appeal_in_china() -> None:
    # 30 days of notice end in the Spring Festival (Mon 23 Feb 2026), so on Tue 24; the appeal runs from there
    notice = count(date(2026, 1, 24), parse_period("30 days"), CIVIL, CN)
    appeal = count_after(notice, parse_period("15 days"), CIVIL, CN)
    assert (notice.due, appeal.due) == (date(2026, 2, 24), date(2026, 3, 11))


def test_a_provisional_part_makes_the_chain_provisional() -> None:
    first = count(date(2026, 12, 25), parse_period("10 days"), CIVIL, CN)
    later = count_after(first, parse_period("5 days"), CIVIL, CN)
    assert set(first.provisional_because) <= set(later.provisional_because)


def test_a_range_of_trigger_dates_works_with_the_earliest() -> None:
    found = count_from_range(date(2026, 3, 2), date(2026, 3, 5), parse_period("15 days"), CIVIL, CN)
    assert found.due == date(2026, 3, 17)
    assert [r.due for r in found.readings] == [date(2026, 3, 20)]
    with pytest.raises(ValueError, match="comes before"):
        count_from_range(date(2026, 3, 5), date(2026, 3, 2), parse_period("15 days"), CIVIL, CN)
    same = count_from_range(date(2026, 3, 2), date(2026, 3, 2), parse_period("15 days"), CIVIL, CN)
    assert same.readings == ()


def test_two_clocks_of_which_the_earlier_wins() -> None:
    # ZPO 517: one month from service, at the latest five months after pronouncement plus one month
    served = count(date(2026, 3, 2), parse_period("1 month"), GERMAN, DE)
    pronounced = count(date(2025, 9, 1), parse_period("6 months"), GERMAN, DE)
    both = earliest_of([served, pronounced])
    assert both.due == date(2026, 3, 2)
    assert both.basis[-1].step == "choose"
    assert len(both.basis) == len(served.basis) + len(pronounced.basis) + 1


def test_the_longer_of_two_periods() -> None:
    # FRCP 15(a)(3): 14 days from the amended pleading or the rest of the original time, whichever is longer
    amended = ask("us-federal", "2026-03-02", "14 days")
    original = ask("us-federal", "2026-03-09", "21 days")
    assert latest_of([amended, original]).due == original.due
    assert latest_of([original, amended]).due == original.due


def test_readings_follow_the_choice() -> None:
    doubtful = ask("us-federal", "2026-06-12", "21 days")  # 3 July, or 6 July
    early = ask("us-federal", "2026-06-01", "7 days")
    late = ask("us-federal", "2026-06-12", "27 days")  # 9 July
    between = ask("us-federal", "2026-06-12", "24 days")  # 6 July
    assert earliest_of([doubtful, late]).readings == doubtful.readings
    assert earliest_of([doubtful, early]).readings == ()
    assert latest_of([doubtful, early]).readings == doubtful.readings
    assert latest_of([doubtful, late]).readings == ()
    assert latest_of([doubtful, between]).readings == ()


def test_a_batch_gives_what_one_by_one_gives() -> None:
    triggers = [date(2024, 1, 1 + i) for i in range(31)]
    period = parse_period("1 month")
    assert count_dates(triggers, period, CIVIL, CN) == [count(t, period, CIVIL, CN).due for t in triggers]
    assert count_date(triggers[0], period, CIVIL, CN) == count(triggers[0], period, CIVIL, CN).due


def test_a_batch_knows_short_clear_days_and_added_days() -> None:
    eaw, courts = policy_for("gb-eaw", date(2026, 1, 1)), shipped()["gb-eaw"]
    tuesday = date(2025, 11, 25)
    assert count_date(tuesday, parse_period("1 clear day"), eaw, courts, Direction.BACKWARD) == date(2025, 11, 21)
    cj, luxembourg = policy_for("eu-cj", date(2026, 1, 1)), shipped()["eu-cj"]
    assert count_date(date(2026, 1, 28), parse_period("2 months"), cj, luxembourg) == date(2026, 4, 7)
    mail = overridden(policy_for("us-federal", date(2026, 1, 1)), {"add_days_after_roll": 3})
    assert count_date(date(2026, 2, 21), parse_period("14 days"), mail, shipped()["us"]) == date(2026, 3, 12)


def test_days_beyond_what_dates_can_say_are_an_error() -> None:
    with pytest.raises(OutOfRange):
        shifted(date(9999, 12, 31), 1)
    with pytest.raises(OutOfRange):
        run(datetime(9999, 12, 31, tzinfo=UTC), Fraction(48), Direction.FORWARD, None)


def test_an_unknown_field_of_a_policy_is_refused() -> None:
    with pytest.raises(BadField, match="unknown field") as refused:
        overridden(CIVIL, {"rolls": "forward"})
    assert refused.value.field == "rolls"
    with pytest.raises(BadField, match="cn-civil"):
        policy_for("moon", date(2026, 1, 1))


def test_readings_keep_their_order_and_a_date_is_named_once() -> None:
    days = [date(2026, 3, d) for d in (5, 3, 4, 4)]
    several = Counted(date(2026, 3, 2), None, readings=tuple(Reading(d, f"why {i}") for i, d in enumerate(days)))
    kept = [(r.due.isoformat(), r.why) for r in latest_of([several]).readings]
    assert kept == [("2026-03-05", "why 0"), ("2026-03-03", "why 1"), ("2026-03-04", "why 2")]
