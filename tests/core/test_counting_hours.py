"""Periods in hours: when they start, which hours count, what a change of the clock does to them."""

from typing import Any

import pytest

from tests.core.asking import ask, due

ROWS = [
    # INT22 125: from the next full hour; 10:00 and 10:20 both start at 11:00 (Thu 15 Jan 2026)
    ("cn-civil", "2026-01-13T10:00:00+08:00", "48 hours", {}, "2026-01-15T11:00:00+08:00"),
    ("cn-civil", "2026-01-13T10:20:00+08:00", "48 hours", {}, "2026-01-15T11:00:00+08:00"),
    ("cn-civil", "2026-01-13T10:59:59+08:00", "48 hours", {}, "2026-01-15T11:00:00+08:00"),
    # CRIM18 105(2), 86: interrogation within 24 hours; a rest day changes nothing (Sat)
    ("cn-criminal", "2026-01-16T22:05:00+08:00", "24 hours", {}, "2026-01-17T23:00:00+08:00"),
    # the trigger's offset does not matter, the zone of the calendar does
    ("cn-civil", "2026-01-13T02:20:00+00:00", "48 hours", {}, "2026-01-15T11:00:00+08:00"),
    # FRCP 6(a)(2): at once, every hour; 2009 committee note: 72 hours from Friday 10:23 across the change of the
    # clock end on Monday 11:23
    ("us-federal", "2026-03-06T10:23:00-05:00", "72 hours", {"zone": "America/New_York"}, "2026-03-09T11:23:00-04:00"),
    # would end on a Saturday: same clock time on Monday, with the new offset
    ("us-federal", "2026-03-06T10:23:00-05:00", "24 hours", {"zone": "America/New_York"}, "2026-03-09T10:23:00-04:00"),
    # and back: 24 hours before Monday 10:00 is Sunday → Friday 10:00
    (
        "us-federal",
        "2026-03-16T10:00:00-04:00",
        "24 hours",
        {"zone": "America/New_York", "direction": "backward"},
        "2026-03-13T10:00:00-04:00",
    ),
    # no zone: the trigger's own offset
    ("us-federal", "2026-03-03T10:23:00-05:00", "24 hours", {}, "2026-03-04T10:23:00-05:00"),
    # ZPO 222 III: Saturday, Sunday and holidays stand still. Fri 16:00 + 24 h = Mon 16:00
    ("de", "2026-01-16T16:00:00+01:00", "24 hours", {}, "2026-01-19T16:00:00+01:00"),
    ("de", "2026-04-02T12:00:00+02:00", "24 hours", {}, "2026-04-07T12:00:00+02:00"),  # over Easter
    ("de", "2026-01-17T09:00:00+01:00", "1 hour", {}, "2026-01-19T01:00:00+01:00"),  # starts on a Saturday
    ("de", "2026-01-16T16:00:00+01:00", "8 hours", {}, "2026-01-17T00:00:00+01:00"),  # 24:00 of the Friday
    ("de", "2026-01-19T08:00:00+01:00", "10 hours", {"direction": "backward"}, "2026-01-16T22:00:00+01:00"),
    # Reg. 1182/71 Art. 3(1), (4): the hour of the event stays out; no roll (Sat)
    ("eu", "2026-01-15T09:30:00+01:00", "48 hours", {}, "2026-01-17T10:00:00+01:00"),
    # plain: exact
    ("plain", "2026-01-15T09:30:00+01:00", "1.5 hours", {}, "2026-01-15T11:00:00+01:00"),
    ("plain", "2026-01-15T09:30:00+01:00", "0 hours", {"hour_policy": "next_full_hour"}, "2026-01-15T09:30:00+01:00"),
    ("plain", "2026-01-15T09:30:00+01:00", "2 hours", {"direction": "backward"}, "2026-01-15T07:30:00+01:00"),
    (
        "plain",
        "2026-01-15T09:30:00+01:00",
        "2 hours",
        {"direction": "backward", "hour_policy": "next_full_hour"},
        "2026-01-15T07:00:00+01:00",
    ),
    # no roll by law, whoever asks (Sat and Sun)
    ("cn-civil", "2026-01-16T10:20:00+08:00", "48 hours", {}, "2026-01-18T11:00:00+08:00"),
    ("cn-civil", "2026-01-16T10:20:00+08:00", "48 hours", {"act": "at_court_office"}, "2026-01-18T11:00:00+08:00"),
    ("cn-criminal", "2026-01-16T10:20:00+08:00", "24 hours", {"act": "at_court_office"}, "2026-01-17T11:00:00+08:00"),
    ("gb-eaw", "2025-12-05T10:20:00+00:00", "24 hours", {}, "2025-12-06T10:20:00+00:00"),
    ("gb-eaw", "2025-12-05T10:20:00+00:00", "24 hours", {"act": "at_court_office"}, "2025-12-06T10:20:00+00:00"),
    ("eu", "2026-01-15T09:30:00+01:00", "48 hours", {"act": "at_court_office"}, "2026-01-17T10:00:00+01:00"),
    ("eu-cj", "2026-01-15T09:30:00+01:00", "48 hours", {"add_days_before_roll": 0}, "2026-01-17T10:00:00+01:00"),
    (
        "eu-cj",
        "2026-01-15T09:30:00+01:00",
        "48 hours",
        {"add_days_before_roll": 0, "act": "at_court_office"},
        "2026-01-17T10:00:00+01:00",
    ),
    ("plain", "2026-01-15T09:30:00+01:00", "48 hours", {"act": "at_court_office"}, "2026-01-17T09:30:00+01:00"),
    # FRCP 6(a)(5) rolled hours under the older texts as well: Thu + 72 h = Sun → Mon
    ("us-federal", "2005-03-03T10:23:00-05:00", "72 hours", {}, "2005-03-07T10:23:00-05:00"),
    ("us-federal", "2012-03-01T10:23:00-05:00", "72 hours", {}, "2012-03-05T10:23:00-05:00"),
    # 24:00 of a Friday is Friday, also where Saturday would roll
    ("us-federal", "2026-03-12T00:00:00-04:00", "48 hours", {}, "2026-03-14T00:00:00-04:00"),
    ("us-federal", "2026-03-12T00:30:00-04:00", "48 hours", {}, "2026-03-16T00:30:00-04:00"),
    ("us-federal", "2026-03-13T00:00:00-04:00", "48 hours", {}, "2026-03-16T00:00:00-04:00"),
    ("de", "2026-01-16T16:00:00+01:00", "8 hours", {"roll": "forward"}, "2026-01-17T00:00:00+01:00"),
    ("cn-civil", "2026-01-15T22:20:00+08:00", "25 hours", {}, "2026-01-17T00:00:00+08:00"),
    # spring forward and back in London: elapsed hours
    ("plain", "2026-03-29T00:30:00+00:00", "1 hour", {"zone": "Europe/London"}, "2026-03-29T02:30:00+01:00"),
    ("plain", "2025-10-26T00:30:00+01:00", "2 hours", {"zone": "Europe/London"}, "2025-10-26T01:30:00+00:00"),
    # half-hour zone: the next full hour by the local clock
    (
        "plain",
        "2026-01-15T10:20:00+05:30",
        "1 hour",
        {"zone": "Asia/Kolkata", "hour_policy": "next_full_hour"},
        "2026-01-15T12:00:00+05:30",
    ),
    # the days that a method adds keep the clock time
    ("plain", "2026-01-15T09:30:00+01:00", "1 hour", {"add_days_after_roll": 3}, "2026-01-18T10:30:00+01:00"),
]


@pytest.mark.parametrize(("law", "trigger", "length", "fields", "expected"), ROWS)
def test_the_end_of_hours_by_hand(law: str, trigger: str, length: str, fields: dict[str, Any], expected: str) -> None:
    found = ask(law, trigger, length, **fields)
    assert found.due.isoformat() == expected
    assert found.due_at == found.due


def test_hours_need_an_hour() -> None:
    with pytest.raises(ValueError, match="hours count from an instant"):
        ask("cn-civil", "2026-01-13", "48 hours")


def test_the_days_on_which_the_clock_stood_still_are_named() -> None:
    count = ask("de", "2026-04-02T12:00:00+02:00", "24 hours").basis[-1]
    assert [(s.day.isoformat(), str(s.why)) for s in count.skipped] == [
        ("2026-04-03", "Karfreitag (Good Friday)"),
        ("2026-04-04", "Saturday"),
        ("2026-04-05", "Sunday"),
        ("2026-04-06", "Ostermontag (Easter Monday)"),
    ]
    assert count.cite == "ZPO 222 III"


def test_chinese_hours_that_end_on_a_rest_day_keep_the_later_reading() -> None:
    found = ask("cn-civil", "2026-01-16T10:20:00+08:00", "48 hours")
    assert found.due.isoformat() == "2026-01-18T11:00:00+08:00"  # a Sunday, the working date
    assert [r.due.isoformat() for r in found.readings] == ["2026-01-19T11:00:00+08:00"]
    assert ask("cn-criminal", "2026-01-16T10:20:00+08:00", "48 hours").readings == ()


def test_the_court_out_of_reach_keeps_the_clock_time() -> None:
    found = due(
        "us-federal",
        "2026-03-03T10:23:00-05:00",
        "24 hours",
        zone="America/New_York",
        inaccessible=["2026-03-04"],
    )
    assert found == "2026-03-05T10:23:00-05:00"
