"""More than one lawful reading: the earliest is the working date, the others are kept with the reason."""

from typing import Any

import pytest

from tests.core.asking import ask

ROWS = [
    # The Friday before a Saturday holiday (4 July 2026): legal holiday or not
    ("us-federal", "2026-06-12", "21 days", {}, "2026-07-03", ["2026-07-06"], "not settled"),
    # counted back from Sat 18 July: Fri 3 July is open in one reading, in the other it is Thursday: earlier
    ("us-federal", "2026-07-17", "14 days", {"direction": "backward"}, "2026-07-02", ["2026-07-03"], "not settled"),
    # E.O. 14371 closed offices on 24 and 26 December 2025
    ("us-federal", "2025-12-03", "21 days", {}, "2025-12-24", ["2025-12-29"], "executive order"),
    ("us-federal", "2025-12-05", "21 days", {}, "2025-12-26", ["2025-12-29"], "executive order"),
    # the doubt about a day inside the period does not matter
    ("us-federal", "2025-12-10", "21 days", {}, "2025-12-31", [], ""),
    # a worked Saturday (14 Feb 2026): ends there, or after the Spring Festival
    ("cn-civil", "2026-01-30", "15 days", {}, "2026-02-14", ["2026-02-24"], "worked weekend day"),
    # rolling out of a holiday stops at the worked Sunday, or goes on to Monday
    ("cn-civil", "2024-01-28", "15 days", {}, "2024-02-18", ["2024-02-19"], "worked weekend day"),
    # working days as a unit have no such doubt: the notice makes them working days
    ("cn-civil", "2026-02-13", "1 working days", {}, "2026-02-14", [], ""),
    ("cn-civil", "2026-01-30", "15 days", {"roll": "none"}, "2026-02-14", [], ""),
    # Reg. 1182/71 Art. 3(5): two days from Friday hold one working day only
    ("eu", "2026-03-06", "2 days", {}, "2026-03-09", ["2026-03-10"], "2 working days"),
    ("eu", "2026-03-04", "2 days", {}, "2026-03-06", [], ""),
    ("plain", "2026-03-06", "1 day", {}, "2026-03-07", [], ""),
    # one clear day before a Tuesday: by the letter of CPR 2.8(4) Sunday, in practice the Friday
    (
        "gb-eaw",
        "2025-11-25",
        "1 clear days",
        {"direction": "backward"},
        "2025-11-21",
        ["2025-11-23"],
        "leaves rest days out",
    ),
    # PD 2A when Christmas falls on a Friday (2026): Thu 24 may be the further day
    (
        "gb-eaw",
        "2026-12-10",
        "14 days",
        {"act": "at_court_office"},
        "2026-12-24",
        ["2026-12-30"],
        "PD 2A",
    ),
]


@pytest.mark.parametrize(("law", "trigger", "length", "fields", "due", "others", "why"), ROWS)
def test_the_earliest_reading_works_and_the_others_are_shown(
    law: str, trigger: str, length: str, fields: dict[str, Any], due: str, others: list[str], why: str
) -> None:
    found = ask(law, trigger, length, **fields)
    assert found.due.isoformat() == due
    assert [r.due.isoformat() for r in found.readings] == others
    assert all(why in str(r.why) for r in found.readings)
    assert all(getattr(r.why, "zh", str(r.why)) != str(r.why) for r in found.readings)


@pytest.mark.parametrize(("law", "trigger", "length", "fields", "due", "others", "why"), ROWS)
def test_no_reading_is_earlier_than_the_working_date(
    law: str, trigger: str, length: str, fields: dict[str, Any], due: str, others: list[str], why: str
) -> None:
    found = ask(law, trigger, length, **fields)
    assert all(r.due > found.due for r in found.readings)


def test_the_calendar_beyond_its_horizon_makes_a_date_provisional() -> None:
    found = ask("cn-civil", "2026-12-25", "15 days")
    assert found.provisional
    assert "2027" in found.provisional_because[0]
    enacted = ask("de", "2036-12-20", "1 month")
    assert enacted.provisional
    assert "nearest year" in enacted.provisional_because[0]
    before = ask("de", "1955-01-10", "1 month")
    assert "before" in before.provisional_because[0]


def test_a_date_that_asks_no_calendar_is_never_provisional() -> None:
    # no roll: the calendar has no say (limitation in England, custody in China)
    assert not ask("gb-eaw", "2026-06-03", "6 years").provisional
    assert not ask("cn-criminal", "2026-12-20", "37 days", roll="none").provisional


def test_the_office_calendar_has_its_own_horizon() -> None:
    assert ask("gb-eaw", "2026-12-15", "14 days", act="at_court_office").provisional
    assert not ask("gb-eaw", "2026-12-15", "14 days").provisional
