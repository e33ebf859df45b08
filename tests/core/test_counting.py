"""Legal counting, jurisdiction by jurisdiction: hand-checked dates, each with the article that gives it.

The rows follow `legal-rules.md` section 1, question by question. Weekdays of the dates stand in the notes.
"""

from typing import Any

import pytest

from tests.core.asking import ask, due

CN_CIVIL = [
    # 民事诉讼法 85(2): the day of the event does not count. Fri 16 Jan; day 15 is Sat 31 Jan; 85(3): Mon 2 Feb
    ("2026-01-16", "15 days", {}, "2026-02-02"),
    # Intermediate rest days count: Tue 9 to Thu 19 June 2026 spans no roll
    ("2026-06-09", "10 days", {}, "2026-06-22"),  # day 10 is Fri 19 June, Dragon Boat Festival (19-21): Mon 22
    # CIV 202: corresponding day, else month end. 31 Jan 2024 + 1 month = Thu 29 Feb 2024
    ("2024-01-31", "1 month", {}, "2024-02-29"),
    ("2023-08-31", "6 months", {}, "2024-02-29"),
    ("2023-02-28", "1 month", {}, "2023-03-28"),  # corresponding day, not the month's end
    ("2025-03-03", "6 months", {}, "2025-09-03"),  # Wed
    ("2017-09-30", "3 years", {}, "2020-09-30"),  # Wed, a working day
    ("2024-02-29", "2 years", {}, "2026-02-28"),  # Sat, but worked under the notice for 2026
    # 85(3): National Day 1-8 October 2025; the first day after is Thu 9
    ("2025-09-20", "15 days", {}, "2025-10-09"),
    # Rolling out of the Spring Festival (10-17 Feb 2024) stops at the worked Sunday 18 Feb
    ("2024-01-28", "15 days", {}, "2024-02-18"),
    # A period that ends on a worked Saturday does not roll (14 Feb 2026)
    ("2026-01-30", "15 days", {}, "2026-02-14"),
    # Weeks keep the weekday: Wed + 2 weeks = Wed
    ("2026-03-04", "2 weeks", {}, "2026-03-18"),
    # Backward: trigger minus N, never rolled later. Hearing Fri 9 Oct 2026 minus 3 = Tue 6 Oct, in the holidays
    ("2026-10-09", "3 days", {"direction": "backward"}, "2026-10-06"),
    ("2026-03-31", "1 month", {"direction": "backward"}, "2026-02-28"),
    # Length 0 is the trigger's day itself
    ("2026-01-16", "0 days", {}, "2026-01-16"),
    ("2026-01-16", "0 months", {"first_day_counts": True}, "2026-01-16"),
    ("2025-02-28", "1 month", {}, "2025-03-28"),  # Fri; civil law knows no end-to-end
    ("2026-03-09", "1 day", {"direction": "backward"}, "2026-03-08"),  # stays Sunday
    ("2026-03-09", "1 day", {"direction": "backward", "act": "at_court_office"}, "2026-03-08"),
]

CN_CRIMINAL = [
    # CRIMINT21 202: start on a month's last day ends on the last day. 28 Feb 2023 → Fri 31 Mar 2023
    ("2023-02-28", "1 month", {}, "2023-03-31"),
    ("2024-02-29", "2 months", {}, "2024-04-30"),
    ("2023-01-31", "1 month", {}, "2023-02-28"),
    ("2023-03-15", "2 months", {}, "2023-05-15"),
    # Half a month is 15 days: Mon 2 Mar → Tue 17 Mar; a month and a half counts the 15 days last
    ("2026-03-02", "1 half month", {}, "2026-03-17"),
    ("2026-03-02", "2 half months", {}, "2026-04-01"),
    ("2026-03-02", "1.5 months", {}, "2026-04-17"),
    # Art. 105(4): rest days roll forward …
    ("2026-03-02", "5 days", {}, "2026-03-09"),  # Sat 7 → Mon 9
    # … but never lengthen custody: the 37 days end where they end (Sat 3 Oct 2026, National Day)
    ("2026-08-27", "37 days", {"roll": "none"}, "2026-10-03"),
    ("2026-03-09", "1 day", {"direction": "backward"}, "2026-03-08"),
    ("2026-03-09", "1 day", {"direction": "backward", "act": "at_court_office"}, "2026-03-08"),
]

US_FEDERAL = [
    # 6(a)(1): exclude the day of the event, count every day: Mon 2 Mar + 21 = Mon 23 Mar
    ("2026-03-02", "21 days", {}, "2026-03-23"),
    ("2026-03-02", "7 days", {}, "2026-03-09"),
    # 6(a)(1)(C): Labor Day 1 Sept 2025 → Tue 2; Sat → Mon; Thanksgiving Thu 27 Nov 2025 → Fri 28
    ("2025-08-11", "21 days", {}, "2025-09-02"),
    ("2026-02-21", "14 days", {}, "2026-03-09"),  # Sat 7 Mar
    ("2025-11-13", "14 days", {}, "2025-11-28"),
    # Anniversary method
    ("2024-02-29", "1 year", {}, "2025-02-28"),
    ("2025-08-31", "6 months", {}, "2026-03-02"),  # Sat 28 Feb → Mon
    # 6(a)(5): backward past rest days. 14 days before Mon 15 Sept 2025 is Labor Day → Fri 29 Aug
    ("2025-09-15", "14 days", {"direction": "backward"}, "2025-08-29"),
    ("2026-03-21", "7 days", {"direction": "backward"}, "2026-03-13"),  # Sat 14 → Fri 13
    # Before 2009-12-01 rest days inside periods of less than 11 days did not count (Veterans Day Wed 11 Nov)
    ("2009-11-05", "10 days", {}, "2009-11-20"),
    ("2009-11-05", "11 days", {}, "2009-11-16"),
    ("2009-12-01", "10 days", {}, "2009-12-11"),
    # as_of forces the other text
    ("2009-11-05", "10 days", {"as_of": "2009-12-01"}, "2009-11-16"),  # Sun 15 → Mon 16
    ("2009-12-01", "10 days", {"as_of": "2009-11-30"}, "2009-12-15"),
    # 6(a)(6)(C): Nevada Day (Fri 31 Oct 2025) closes forward periods only
    ("2025-10-17", "14 days", {"calendar": "us-nv"}, "2025-11-03"),
    ("2025-10-17", "14 days", {}, "2025-10-31"),
    ("2025-11-14", "14 days", {"direction": "backward", "calendar": "us-nv"}, "2025-10-31"),
    # 6(d): the 3 days come after the roll. Sat 7 Mar → Mon 9 → Thu 12 (not 7 + 3 = Tue 10)
    ("2026-02-21", "14 days", {"add_days_after_roll": 3}, "2026-03-12"),
    # and roll again: Fri 27 Mar + 3 = Mon 30; Thu 26 Mar + 3 = Sun 29 → Mon 30
    ("2026-03-12", "14 days", {"add_days_after_roll": 3}, "2026-03-30"),
    # 6(a)(3): the court out of reach on the last day and the next
    ("2026-03-02", "14 days", {"inaccessible": ["2026-03-16", "2026-03-17"]}, "2026-03-18"),
    ("2026-03-05", "15 days", {"inaccessible": ["2026-03-20"]}, "2026-03-23"),  # Fri → Mon
    ("2026-03-02", "14 days", {"inaccessible": ["2026-03-12"]}, "2026-03-16"),  # only the last day matters
    # counted back, the court out of reach still moves the day forward
    ("2026-03-30", "14 days", {"direction": "backward", "inaccessible": ["2026-03-16"]}, "2026-03-17"),
    # the same law under its older texts
    ("2005-01-20", "30 days", {}, "2005-02-22"),  # Sat 19, Presidents' Day Mon 21 → Tue
    ("2005-03-21", "15 days", {"direction": "backward"}, "2005-03-04"),  # Sun 6 → Fri
    ("2005-03-22", "15 days", {"direction": "backward"}, "2005-03-07"),
    ("2005-02-28", "1 month", {}, "2005-03-28"),
    ("2005-03-01", "1 month", {}, "2005-04-01"),
    ("2011-03-01", "1 month", {}, "2011-04-01"),
    ("2012-03-26", "15 days", {"direction": "backward"}, "2012-03-09"),
    ("2012-03-27", "15 days", {"direction": "backward"}, "2012-03-12"),
    ("2011-02-28", "1 month", {}, "2011-03-28"),
    ("2025-02-28", "1 month", {}, "2025-03-28"),
]

GB_EAW = [
    # CPR 2.8(3) example: served 2 October, 14 days → 16 October
    ("2025-10-02", "14 days", {}, "2025-10-16"),
    # CPR 2.8 example: 3 days before a hearing on Friday 20 October 2028 (clear days) → Mon 16
    # is 2.8(4) as well: Thu 19, Wed 18, Tue 17 are the three
    ("2028-10-20", "3 days", {"direction": "backward"}, "2028-10-16"),
    # CPR 2.8(4) example: hearing Monday 20 October 2025, 3 clear days → Tue 14
    ("2025-10-20", "3 days", {"direction": "backward"}, "2025-10-14"),
    ("2025-10-20", "3 clear days", {"direction": "backward"}, "2025-10-14"),
    # Corfield v Howard [2024] EWHC 2727: one clear day before a Monday is the Thursday
    ("2025-11-24", "1 clear day", {"direction": "backward"}, "2025-11-20"),
    # More than 5 days: rest days count, both ends stay out. 7 clear days before Wed 22 Oct 2025 → Tue 14
    ("2025-10-22", "7 days", {"direction": "backward"}, "2025-10-14"),
    ("2025-10-22", "7 clear days", {"direction": "backward"}, "2025-10-14"),
    # 2.8(4): at most 5 days skip Christmas: Fri 19, Mon 22, Tue 23, Wed 24, Mon 29 December 2025
    ("2025-12-18", "5 days", {}, "2025-12-29"),
    ("2025-12-18", "6 days", {}, "2025-12-24"),
    # Evans: a period over 5 days is not lengthened by a bank holiday; no general roll
    ("2025-12-18", "7 days", {}, "2025-12-25"),
    # 2.8(5): at the court office the next open day (25, 26 closed, weekend) → Mon 29
    ("2025-12-18", "7 days", {"act": "at_court_office"}, "2025-12-29"),
    # the office is shut on Wed 24 Dec 2025, an ordinary weekday
    ("2025-12-10", "14 days", {"act": "at_court_office"}, "2025-12-29"),
    ("2025-12-10", "14 days", {}, "2025-12-24"),
    # 2.10: calendar months, no roll: 31 Oct 2025 + 4 months = Sat 28 Feb 2026
    ("2025-10-31", "4 months", {}, "2026-02-28"),
    # Matthew v Sedman: accrual at midnight counts the day, so 6 years end a day earlier
    ("2011-06-03", "6 years", {"first_day_counts": True}, "2017-06-02"),
    ("2011-06-03", "6 years", {}, "2017-06-03"),
    # forward clear days: first day on which the event may happen
    ("2025-10-01", "7 clear days", {}, "2025-10-09"),
    ("2025-10-01", "2 clear days", {}, "2025-10-04"),
    # no roll back either: 8 clear days before Mon 20 Oct 2025 end on Sat 11
    ("2025-10-20", "8 days", {"direction": "backward"}, "2025-10-11"),
    ("2025-10-20", "8 days", {"direction": "backward", "act": "at_court_office"}, "2025-10-11"),
    ("2026-02-28", "1 month", {}, "2026-03-28"),
]

DE = [
    # BGB 187 I, 188 I: Mon 2 Mar + 10 days = Thu 12
    ("2026-03-02", "10 days", {}, "2026-03-12"),
    # 188 II: same weekday
    ("2026-03-04", "2 weeks", {}, "2026-03-18"),
    # 188 II, III: corresponding day or month end
    ("2025-01-31", "1 month", {}, "2025-02-28"),
    ("2025-02-28", "1 month", {}, "2025-03-28"),
    # 187 II, 188 II second case: the day itself counts, the period ends one day earlier
    ("2025-01-01", "1 year", {"first_day_counts": True}, "2025-12-31"),
    ("2025-01-01", "1 year", {"month_policy": "minus_one"}, "2025-12-31"),
    ("2025-01-31", "1 month", {"first_day_counts": True}, "2025-02-28"),  # "30 February" lacks: month end
    ("2025-05-05", "2 weeks", {"first_day_counts": True}, "2025-05-19"),  # Sun 18 → Mon 19
    # 222 II, 193: roll; the holiday at the court's seat: All Saints Fri 1 Nov 2024
    ("2024-10-01", "1 month", {"calendar": "de-nw"}, "2024-11-04"),
    ("2024-10-01", "1 month", {"calendar": "de-by"}, "2024-11-04"),
    ("2024-10-01", "1 month", {"calendar": "de-he"}, "2024-11-01"),
    ("2024-10-01", "1 month", {"calendar": "de-be"}, "2024-11-01"),
    # Assumption Thu 15 Aug 2024 only in the Catholic communities of Bavaria
    ("2024-07-15", "1 month", {"calendar": "de-by"}, "2024-08-15"),
    ("2024-07-15", "1 month", {"calendar": "de-by-catholic"}, "2024-08-16"),
    # 193 is not applied backward: one week before Mon 12 Jan 2026
    ("2026-01-12", "1 week", {"direction": "backward"}, "2026-01-05"),
    ("2026-01-17", "1 week", {"direction": "backward"}, "2026-01-10"),  # stays Saturday
    # 189: half a month is 15 days, counted last; half a year is six months
    ("2026-03-02", "1 half month", {}, "2026-03-17"),
    ("2026-03-02", "1/2 years", {}, "2026-09-02"),
    ("2026-01-17", "1 week", {"direction": "backward", "act": "at_court_office"}, "2026-01-10"),
    ("2026-01-19", "1 day", {"direction": "backward"}, "2026-01-18"),
]

EU = [
    # Art. 3(1): the day of the event does not count; 3(4): roll
    ("2026-03-02", "10 days", {}, "2026-03-12"),
    ("2026-03-05", "10 days", {}, "2026-03-16"),  # Sun 15 → Mon
    # C-171/03: two weeks from Tue end on Tue
    ("2026-03-03", "2 weeks", {}, "2026-03-17"),
    # 3(2)(c): 31 Dec 2025 + 2 months = Sat 28 Feb → Mon 2 Mar 2026
    ("2025-12-31", "2 months", {}, "2026-03-02"),
    # Good Friday and Easter Monday 2026 (3, 6 April), Maundy Thursday 2: → Tue 7
    ("2026-03-23", "10 days", {}, "2026-04-07"),
    # 3(4) does not apply backward
    ("2026-03-16", "1 day", {"direction": "backward"}, "2026-03-15"),
    ("2026-03-16", "1 day", {"direction": "backward", "act": "at_court_office"}, "2026-03-15"),
    ("2026-02-28", "1 month", {}, "2026-03-30"),  # Sat 28 → Mon
]

EU_CJ = [
    # CJRP 49, 51: two months + ten days for distance, then the roll (C-660/17 P): Mon 16 Mar + 10 = Thu 26
    ("2026-01-16", "2 months", {}, "2026-03-26"),
    # 28 Jan → 28 Mar (Sat; not rolled yet) + 10 = Tue 7 April 2026
    ("2026-01-28", "2 months", {}, "2026-04-07"),
    # 26 Jan → 26 Mar + 10 = Sun 5 April (Easter) → Tue 7 (Easter Monday is closed)
    ("2026-01-26", "2 months", {}, "2026-04-07"),
    # ten is the ten, not ten more; zero switches it off
    ("2026-01-16", "2 months", {"add_days_before_roll": 10}, "2026-03-26"),
    ("2026-01-16", "2 months", {"add_days_before_roll": 0}, "2026-03-16"),
    ("2026-02-28", "1 month", {}, "2026-04-07"),
    ("2026-03-16", "1 day", {"direction": "backward", "add_days_before_roll": 0}, "2026-03-15"),
    (
        "2026-03-16",
        "1 day",
        {"direction": "backward", "add_days_before_roll": 0, "act": "at_court_office"},
        "2026-03-15",
    ),
]

PLAIN = [
    ("2026-01-16", "15 days", {}, "2026-01-31"),
    ("2026-01-16", "15 days", {"roll": "forward"}, "2026-02-02"),
    ("2026-01-16", "15 days", {"roll": "backward"}, "2026-01-30"),
    ("2026-01-16", "15 days", {"roll": "forward_if_at_court_office"}, "2026-01-31"),
    ("2026-01-16", "15 days", {"roll": "forward_if_at_court_office", "act": "at_court_office"}, "2026-02-02"),
    ("2026-01-16", "15 days", {"first_day_counts": True}, "2026-01-30"),
    ("2026-01-16", "15 days", {"direction": "backward"}, "2026-01-01"),
    ("2026-01-16", "15 days", {"direction": "backward", "first_day_counts": True}, "2026-01-02"),
    ("2026-01-16", "3 working days", {}, "2026-01-21"),
    ("2026-01-16", "3 working days", {"first_day_counts": True}, "2026-01-20"),
    ("2026-01-16", "3 working days", {"direction": "backward"}, "2026-01-13"),
    ("2026-01-17", "0 working days", {}, "2026-01-19"),
    ("2026-01-17", "0 working days", {"direction": "backward"}, "2026-01-16"),
    ("2026-01-16", "5 clear days", {}, "2026-01-22"),
    ("2026-01-16", "5 clear days", {"direction": "backward"}, "2026-01-10"),
    ("2026-01-31", "1 month", {}, "2026-02-28"),
    ("2026-02-28", "1 month", {"month_policy": "end_to_end"}, "2026-03-31"),
    ("2026-02-28", "1 month", {"month_policy": "end_to_end", "first_day_counts": True}, "2026-03-30"),
    ("2026-03-01", "1 month", {"month_policy": "minus_one"}, "2026-03-31"),
    ("2026-03-01", "2 weeks", {"month_policy": "minus_one"}, "2026-03-14"),
    ("2026-03-31", "1 month", {"direction": "backward"}, "2026-02-28"),
    ("2026-03-31", "1 month", {"direction": "backward", "month_policy": "minus_one"}, "2026-03-01"),
    ("2026-01-16", "1 day", {"add_days_before_roll": 1, "roll": "forward"}, "2026-01-19"),
    ("2026-01-16", "1 day", {"add_days_after_roll": 5, "roll": "forward"}, "2026-01-26"),
    ("2026-01-16", "10 days", {"direction": "backward", "add_days_before_roll": 2}, "2026-01-04"),
    ("2026-02-28", "1 month", {}, "2026-03-28"),
    ("2026-01-16", "15 days", {"act": "at_court_office"}, "2026-01-31"),
    ("2026-01-16", "5 days", {"direction": "backward", "act": "at_court_office"}, "2026-01-11"),
]

ROWS = [
    (law, *row)
    for law, rows in (
        ("cn-civil", CN_CIVIL),
        ("cn-criminal", CN_CRIMINAL),
        ("us-federal", US_FEDERAL),
        ("gb-eaw", GB_EAW),
        ("de", DE),
        ("eu", EU),
        ("eu-cj", EU_CJ),
        ("plain", PLAIN),
    )
    for row in rows
]


@pytest.mark.parametrize(("law", "trigger", "length", "fields", "expected"), ROWS)
def test_the_due_date_by_hand(law: str, trigger: str, length: str, fields: dict[str, Any], expected: str) -> None:
    assert due(law, trigger, length, **fields) == expected


@pytest.mark.parametrize(("law", "trigger", "length", "fields", "expected"), ROWS)
def test_the_steps_lead_from_the_trigger_to_the_due_date(
    law: str, trigger: str, length: str, fields: dict[str, Any], expected: str
) -> None:
    found = ask(law, trigger, length, **fields)
    assert found.basis[0].from_.isoformat() == trigger
    assert found.basis[-1].to == found.due
    for step, following in zip(found.basis, found.basis[1:], strict=False):
        assert step.to == following.from_, (step, following)
    for step in found.basis:
        assert step.days == (step.to - step.from_).days
        assert step.cite or law == "plain" or step.step in ("add", "trigger"), step
        low, high = sorted((step.from_, step.to))
        assert all(low <= skipped.day <= high for skipped in step.skipped)
        assert all(skipped.why for skipped in step.skipped)


def test_a_roll_names_every_day_it_passes_and_why() -> None:
    roll = ask("cn-civil", "2025-09-20", "15 days").basis[-1]
    assert roll.step == "roll"
    assert [(s.day.day, str(s.why)) for s in roll.skipped] == [
        (5, "National Day"),
        (6, "Mid-Autumn Festival"),
        (7, "National Day"),
        (8, "National Day"),
    ]
    assert "85" in roll.cite


def test_rolled_says_whether_a_rest_day_moved_the_date() -> None:
    assert ask("cn-civil", "2026-01-16", "15 days").rolled
    assert not ask("cn-civil", "2026-01-15", "15 days").rolled
    assert ask("us-federal", "2026-03-02", "14 days", inaccessible=["2026-03-16"]).rolled


@pytest.mark.parametrize(
    ("law", "trigger", "length", "zone", "at"),
    [
        ("cn-civil", "2026-01-16", "15 days", None, "2026-02-03T00:00:00+08:00"),  # CIV 203(2): 24:00
        ("de", "2026-03-18", "10 days", None, "2026-03-31T00:00:00+02:00"),  # Sat 28 → Mon 30, summer time began
        ("us-federal", "2026-03-02", "21 days", "America/New_York", "2026-03-24T00:00:00-04:00"),
        ("plain", "2026-03-28", "1 day", "Asia/Beirut", "2026-03-30T00:00:00+03:00"),
        ("plain", "2018-11-02", "1 day", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"),  # no midnight that day
    ],
)
def test_the_instant_at_which_it_is_overdue(law: str, trigger: str, length: str, zone: str | None, at: str) -> None:
    found = ask(law, trigger, length, zone=zone)
    assert found.due_at is not None
    assert found.due_at.isoformat() == at


def test_without_a_zone_there_is_no_instant() -> None:
    assert ask("us-federal", "2026-03-02", "21 days").due_at is None


def test_an_instant_as_trigger_counts_from_its_local_day() -> None:
    # 18:30 UTC on 16 January is already the 17th in China
    assert due("cn-civil", "2026-01-16T18:30:00+00:00", "10 days") == "2026-01-27"
    assert due("cn-civil", "2026-01-16T10:30:00+00:00", "10 days") == "2026-01-26"
    assert due("us-federal", "2026-03-02T23:00:00-05:00", "7 days") == "2026-03-09"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        ask("cn-civil", "2026-01-16T10:20:00", "10 days")


def test_the_text_of_the_law_stands_in_the_basis() -> None:
    assert "before 2009-12-01" in ask("us-federal", "2009-11-05", "10 days").basis[0].cite
    oldest = ask("us-federal", "1970-03-02", "30 days").basis[0]
    assert "oldest text known" in oldest.cite
    assert "1970-03-02" in oldest.cite
