"""Answers: which deadline they are about, from when and until when they hold."""

from __future__ import annotations

from typing import Any

import pytest

from deadline_guard.core.answers import acknowledgement, answers, put_off
from deadline_guard.core.rules import Wait
from deadline_guard.core.timeline import Answer, Case
from tests.core.building import case, event, utc

NOW = utc("2026-03-10T12:00")


def given(kind: str, **data: Any) -> Case:
    """Return a case with one answer, recorded 2026-03-10 09:00 UTC."""
    return case(event(kind, "2026-03-10", "1", recorded="2026-03-10T09:00+00:00", data=data))


@pytest.mark.parametrize(
    ("about", "counts"),
    [
        ({}, True),
        ({"rule": "r"}, True),
        ({"rule": "r", "cycle": "c"}, True),
        ({"rule": "other"}, False),
        ({"rule": "r", "cycle": "other"}, False),
    ],
)
def test_an_answer_is_about_what_it_names_and_what_it_leaves_open(about: Any, counts: bool) -> None:
    assert bool(answers(given("acknowledged", **about), Answer.ACKNOWLEDGED, "r", "c")) is counts


def test_another_kind_of_answer_does_not_count() -> None:
    assert answers(given("muted"), Answer.ACKNOWLEDGED, "r", "c") == ()


@pytest.mark.parametrize(
    ("data", "expires", "until"),
    [
        ({}, None, None),
        ({}, Wait(1, "days"), "2026-03-11T09:00"),  # type: ignore[arg-type]
        ({"until": "2026-03-10T10:00+00:00"}, Wait(1, "days"), "2026-03-10T10:00"),  # type: ignore[arg-type]
    ],
)
def test_an_acknowledgement_lasts_as_it_says_else_as_the_profile_says(data: Any, expires: Any, until: Any) -> None:
    found = acknowledgement(given("acknowledged", by="zhang", **data), "r", "c", utc("2026-03-10T00:00"), expires)
    assert found is not None
    assert (found.by, found.until) == ("zhang", utc(until) if until else None)


def test_an_acknowledgement_of_an_earlier_date_does_not_count() -> None:
    assert acknowledgement(given("acknowledged"), "r", "c", utc("2026-03-10T09:01"), None) is None
    assert acknowledgement(case(), "r", "c", NOW, None) is None


@pytest.mark.parametrize(
    ("until", "since", "lasts"),
    [
        ("2026-03-10T13:00+00:00", None, True),
        ("2026-03-10T12:00+00:00", None, False),  # its end is its end
        ("2026-03-10T13:00+00:00", "2026-03-10T09:00", True),
        ("2026-03-10T13:00+00:00", "2026-03-10T09:01", False),  # news since then
        ("", None, False),
    ],
)
def test_a_snooze_lasts_until_its_end_or_until_there_is_news(until: str, since: str | None, lasts: bool) -> None:
    found = put_off(given("snoozed", until=until), Answer.SNOOZED, "r", "c", NOW, utc(since) if since else None)
    assert (found is not None) is lasts


def test_of_two_mutes_the_longer_lasts() -> None:
    both = case(
        event("muted", "2026-03-10", "1", data={"until": "2026-03-20T00:00+00:00"}),
        event("muted", "2026-03-10", "2", data={"until": "2026-03-15T00:00+00:00"}),
    )
    assert put_off(both, Answer.MUTED, "r", "c", NOW) == utc("2026-03-20T00:00")
