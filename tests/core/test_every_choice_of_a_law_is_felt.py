"""Every choice of every counting law, changed by one step, changes a hand-checked row; the rest is proved equal."""

from collections.abc import Iterator
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any

import pytest

from deadline_guard.core.jurisdictions import JURISDICTIONS, policy_for
from deadline_guard.core.policy import Policy
from tests.core import asking
from tests.core.test_counting import ROWS as DAYS
from tests.core.test_counting_hours import ROWS as HOURS
from tests.core.test_counting_readings import ROWS as READINGS

NUMBERS = ("add_days_before_roll", "add_days_after_roll", "skip_rest_days_up_to", "min_working_days")
FLAGS = ("first_day_counts", "days_are_clear")

ROLLED_OR_LONG = ("cn-civil", "cn-criminal", "us-federal", "gb-eaw", "de", "eu-cj")

# (law, field, value or * for any): why no input can tell the two apart.
EQUAL = {
    (
        "rolled or long",
        "min_working_days",
        1,
    ): "a rolled period ends on a working day, so it holds one; unrolled ones that "
    "skip rest days up to five days, or are longer than a weekend, hold one as well",
    ("us-federal", "skip_rest_days_up_to", 1): "one day rolled to an open day is the first open day after the "
    "trigger, forward and backward, which is what skipping rest days gives",
    ("de", "hour_roll", "*"): "hours that stand still on rest days end on an open day, or at its 24:00",
}


def steps(policy: Policy) -> Iterator[tuple[str, Any]]:
    """Yield each field with each neighbouring value."""
    for one in fields(policy):
        value = getattr(policy, one.name)
        if isinstance(value, StrEnum):
            yield from ((one.name, other) for other in type(value) if other is not value)
        elif one.name in NUMBERS:
            yield from ((one.name, other) for other in (value - 1, value + 1) if other >= 0)
        elif one.name in FLAGS:
            yield one.name, not value


def answers(law: str) -> list[object]:
    """Return what the rows of a law answer; a row that fails answers its error."""
    found: list[object] = []
    for row in (*DAYS, *HOURS, *READINGS):
        if row[0] == law:
            try:
                counted = asking.ask(row[0], row[1], row[2], **dict(row[3]))
                found.append((counted.due, [reading.due for reading in counted.readings]))
            except ValueError as error:
                found.append(repr(error))
    return found


def proved_equal(law: str, name: str, value: object) -> bool:
    group = "rolled or long" if law in ROLLED_OR_LONG else law
    return bool({(law, name, value), (law, name, "*"), (group, name, value)} & set(EQUAL))


@pytest.mark.parametrize("law", sorted(JURISDICTIONS))
def test_every_choice_is_felt_by_a_row(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(law)
    unfelt = []
    for text in JURISDICTIONS[law].texts:
        for name, value in steps(text):
            changed = replace(text, **{name: value})
            monkeypatch.setattr(
                asking,
                "policy_for",
                lambda asked, day, text=text, changed=changed: (
                    changed if (found := policy_for(asked, day)) is text else found
                ),
            )
            if answers(law) == expected and not proved_equal(law, name, value):
                unfelt.append((text.since, name, str(value)))
    assert unfelt == []
