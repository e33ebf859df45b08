"""When a document counts as served: hand-checked, each with its rule."""

from datetime import date

import pytest

from deadline_guard.core.jurisdictions import jurisdiction
from deadline_guard.core.policy import BadField
from deadline_guard.core.service import Deemed, deemed, method_of
from deadline_guard.rulebook.calendars import shipped
from tests.core.asking import moment


def served(law: str, method: str, step: str, document: str = "other", calendar: str | None = None) -> Deemed:
    return deemed(law, method, document, moment(step), shipped()[calendar or jurisdiction(law).calendar])


@pytest.mark.parametrize(
    ("law", "method", "step", "document", "on"),
    [
        # CPR 6.26, first class post and DX: the second day after, if a business day, else the next one
        ("gb-eaw", "first_class_post", "2025-12-01", "other", "2025-12-03"),  # Mon → Wed
        ("gb-eaw", "first_class_post", "2025-12-04", "other", "2025-12-08"),  # Thu → Sat → Mon
        ("gb-eaw", "first_class_post", "2025-12-24", "other", "2025-12-29"),  # Wed → Fri 26 (Boxing Day) → Mon
        ("gb-eaw", "dx", "2025-12-05", "other", "2025-12-08"),  # Fri → Sun → Mon
        ("gb-eaw", "mail", "2025-12-01", "other", "2025-12-03"),
        # CPR 6.26, at once: before 4.30 pm on a business day that day, else the next business day
        ("gb-eaw", "email", "2025-12-01T16:29:00+00:00", "other", "2025-12-01"),
        ("gb-eaw", "email", "2025-12-01T16:30:00+00:00", "other", "2025-12-02"),
        ("gb-eaw", "fax", "2025-12-05T17:00:00+00:00", "other", "2025-12-08"),  # Fri evening → Mon
        ("gb-eaw", "personal", "2025-12-06T10:00:00+00:00", "other", "2025-12-08"),  # Sat → Mon
        ("gb-eaw", "electronic", "2025-07-01T15:45:00+00:00", "other", "2025-07-02"),  # 16:45 in London
        ("gb-eaw", "left", "2025-12-24T17:00:00+00:00", "other", "2025-12-29"),
        # CPR 6.14: the second business day after the step, whatever the hour and the method
        ("gb-eaw", "personal", "2025-12-01", "claim_form", "2025-12-03"),
        ("gb-eaw", "email", "2025-12-01T23:30:00+00:00", "claim_form", "2025-12-03"),
        ("gb-eaw", "first_class_post", "2025-12-05", "claim_form", "2025-12-09"),  # Fri → Tue
        ("gb-eaw", "email", "2025-12-24", "claim_form", "2025-12-30"),  # Mon 29, Tue 30
        # 民事诉讼法: receipt, arrival in the system, 30 days of notice
        ("cn-civil", "personal", "2026-01-16", "other", "2026-01-16"),
        ("cn-civil", "mail", "2026-01-16", "other", "2026-01-16"),
        ("cn-civil", "electronic", "2026-01-17", "other", "2026-01-17"),
        ("cn-civil", "electronic", "2026-01-16T17:00:00+00:00", "other", "2026-01-17"),  # 01:00 in China
        ("cn-civil", "public_notice", "2026-01-05", "other", "2026-02-04"),  # Wed
        ("cn-civil", "public_notice", "2026-01-24", "other", "2026-02-24"),  # 23 Feb is still Spring Festival
        ("cn-civil", "public_notice", "2021-12-31", "other", "2022-03-01"),  # 60 days until 2021
        ("cn-civil", "public_notice", "2022-01-01", "other", "2022-02-07"),  # 31 Jan - 6 Feb Spring Festival
        ("cn-civil", "public_notice_foreign", "2026-01-05", "other", "2026-03-06"),
        ("cn-civil", "mail_foreign", "2025-11-30", "other", "2026-02-28"),
        # FRCP 5(b)(2): complete on mailing, on sending, on delivery
        ("us-federal", "mail", "2026-03-07", "other", "2026-03-07"),
        ("us-federal", "electronic", "2026-03-07", "other", "2026-03-07"),
        ("us-federal", "formal", "2026-03-07", "other", "2026-03-07"),
        # ZPO 188: one month after the notice was posted; delivery: the same day
        ("de", "public_notice", "2026-01-31", "other", "2026-02-28"),
        ("de", "formal", "2026-03-07", "other", "2026-03-07"),
        # CJRP 50: end of the 14th day after publication in the Official Journal
        ("eu-cj", "public_notice", "2026-03-02", "other", "2026-03-16"),
        ("eu-cj", "ecuria_unopened", "2026-03-02", "other", "2026-03-09"),
        ("eu", "formal", "2026-03-02", "other", "2026-03-02"),
    ],
)
def test_the_deemed_day_by_hand(law: str, method: str, step: str, document: str, on: str) -> None:
    found = served(law, method, step, document)
    assert found.on.isoformat() == on
    assert found.basis[0].cite
    assert found.basis[0].to == found.on


def test_a_date_without_the_hour_keeps_the_later_reading() -> None:
    found = served("gb-eaw", "email", "2025-12-01")
    assert found.on == date(2025, 12, 1)
    assert [r.due for r in found.readings] == [date(2025, 12, 2)]
    assert served("gb-eaw", "email", "2025-12-06").readings == ()


def test_a_letter_of_a_german_court_has_two_days() -> None:
    # ZPO 270: the next working day after posting, outside the local area the second (Fri → Mon, Tue)
    found = served("de", "mail", "2026-03-06")
    assert found.on == date(2026, 3, 9)
    assert [r.due for r in found.readings] == [date(2026, 3, 10)]


def test_the_days_passed_over_are_named() -> None:
    skipped = served("gb-eaw", "first_class_post", "2025-12-24").basis[0].skipped
    assert [(s.day.day, str(s.why)) for s in skipped] == [
        (26, "Boxing Day"),
        (27, "Saturday"),
        (28, "Sunday"),
    ]


def test_a_deemed_day_beyond_the_calendar_is_provisional() -> None:
    assert served("gb-eaw", "first_class_post", "2031-12-24").provisional_because
    assert not served("us-federal", "mail", "2047-03-07").provisional_because


@pytest.mark.parametrize(
    ("on", "days"),
    [(date(2001, 11, 30), 0), (date(2001, 12, 1), 3), (date(2016, 11, 30), 3), (date(2016, 12, 1), 0)],
)
def test_electronic_service_added_three_days_until_2016(on: date, days: int) -> None:
    assert method_of("us-federal", "electronic", "other", on).add_days == days


def test_mail_adds_three_days_in_the_united_states_and_nowhere_else() -> None:
    on = date(2026, 3, 2)
    assert method_of("us-federal", "mail", "other", on).add_days == 3
    assert method_of("us-federal", "clerk", "other", on).add_days == 3
    assert method_of("us-federal", "personal", "other", on).add_days == 0
    for law in ("cn-civil", "gb-eaw", "de", "eu", "eu-cj"):
        assert method_of(law, "mail", "other", on).add_days == 0


@pytest.mark.parametrize(("law", "method"), [("us-federal", "pigeon"), ("plain", "mail"), ("eu", "public_notice")])
def test_an_unknown_method_is_refused_with_those_known(law: str, method: str) -> None:
    with pytest.raises(BadField, match=r"method|law of service") as refused:
        served(law, method, "2026-03-02")
    assert refused.value.field == "method"
