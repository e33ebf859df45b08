"""Must show 9: bad input is refused with the field's name; nothing is computed by guess."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.cli.compute import tables
from deadline_guard.core.jurisdictions import JURISDICTIONS
from deadline_guard.core.period import Unit
from deadline_guard.views.compute import answer, answer_line

TABLES = tables(())
GOOD = {"kind": "period", "jurisdiction": "cn-civil", "trigger": "2026-01-16", "length": 15, "unit": "days"}
SERVED = {"kind": "service", "jurisdiction": "gb-eaw", "method": "email", "step_at": "2025-12-01"}
ABSENT = object()


def changed(base: dict[str, object], **fields: object) -> dict[str, object]:
    return {name: value for name, value in {**base, **fields}.items() if value is not ABSENT}


def test_the_line_that_the_others_spoil_is_good() -> None:
    assert answer(GOOD, TABLES)["due"] == "2026-02-02"
    assert answer(SERVED, TABLES)["deemed_on"] == "2025-12-01"


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        # unknown names
        ({"kind": "periods"}, "kind", "expected period"),
        ({"kind": ABSENT}, "kind", "no kind"),
        ({"kind": 3}, "kind", "no kind"),
        ({"colour": "red"}, "colour", "takes no field"),
        ({"lenght": 3}, "lenght", "did you mean 'length'"),
        ({"jurisdiction": "cn-civl"}, "jurisdiction", "expected one of cn-civil"),
        ({"jurisdiction": ABSENT}, "jurisdiction", "missing"),
        ({"jurisdiction": 7}, "jurisdiction", "no word"),
        ({"calendar": "china"}, "calendar", "no calendar"),
        ({"calendar": "us-nx"}, "calendar", "did you mean"),
        ({"calendar": ["cn"]}, "calendar", "no word"),
        ({"timezone": "Asia/Peking"}, "timezone", "IANA"),
        ({"timezone": "../../etc/passwd"}, "timezone", "IANA"),
        ({"timezone": ""}, "timezone", "no word"),
        # impossible dates and instants
        ({"trigger": "2026-02-30"}, "trigger", "not a day"),
        ({"trigger": "2026-13-01"}, "trigger", "not a day"),
        ({"trigger": "16.01.2026"}, "trigger", "no date"),
        ({"trigger": "20260116"}, "trigger", "no date"),
        ({"trigger": "2026-W03-5"}, "trigger", "no date"),
        ({"trigger": 20260116}, "trigger", "no date"),
        ({"trigger": ABSENT}, "trigger", "missing"),
        ({"trigger": "2026-01-16T10:20:00"}, "trigger", "offset"),
        ({"trigger": "2026-01-16T25:20:00+08:00"}, "trigger", "no instant"),
        ({"trigger": "1066-10-14"}, "trigger", "outside the years"),
        ({"trigger": "9999-12-31"}, "trigger", "outside the years"),
        # lengths
        ({"length": -1}, "length", "negative"),
        ({"length": -0.5, "unit": "months"}, "length", "negative"),
        ({"length": "15"}, "length", "no number"),
        ({"length": True}, "length", "no number"),
        ({"length": ABSENT}, "length", "missing"),
        ({"length": 2.5}, "length", "whole numbers"),
        ({"length": 2.5, "unit": "working_days"}, "length", "whole numbers"),
        ({"length": 1.3, "unit": "months"}, "length", "whole and half"),
        ({"length": float("inf")}, "length", "no number"),
        ({"length": 10**9}, "length", "longer than anything"),
        ({"length": 900000}, "length", "years that can be counted"),
        ({"length": 900000, "unit": "working_days"}, "length", "years that can be counted"),
        ({"length": 900000, "unit": "months"}, "length", "years that can be counted"),
        ({"unit": "fortnights"}, "unit", "expected one of hours"),
        ({"unit": ABSENT}, "unit", "missing"),
        ({"unit": "hours"}, "trigger", "hours count from an instant"),
        # words
        ({"direction": "sideways"}, "direction", "forward, backward"),
        ({"roll": "sideways"}, "roll", "expected one of forward"),
        ({"month_policy": "lunar"}, "month_policy", "corresponding"),
        ({"hour_policy": "half"}, "hour_policy", "exact"),
        ({"act": "at_home"}, "act", "at_court_office"),
        ({"first_day_counts": "yes"}, "first_day_counts", "true or false"),
        ({"first_day_counts": 1}, "first_day_counts", "true or false"),
        ({"strict": "yes"}, "strict", "true or false"),
        ({"add_days_before_roll": -1}, "add_days_before_roll", "whole number"),
        ({"add_days_after_roll": 1.5}, "add_days_after_roll", "whole number"),
        ({"add_days_after_roll": True}, "add_days_after_roll", "whole number"),
        ({"as_of": "yesterday"}, "as_of", "no date"),
        ({"as_of": "2026-01-16T10:00:00+08:00"}, "as_of", "no date"),
        ({"service": "pigeon"}, "service", "expected one of"),
        ({"service": 5}, "service", "no word"),
        # lists
        ({"non_working_days": "2026-02-02"}, "non_working_days", "no list"),
        ({"non_working_days": ["2026-02-31"]}, "non_working_days", "not a day"),
        ({"non_working_days": [5]}, "non_working_days", "no date"),
        ({"working_weekend_days": ["2026-02-02"]}, "working_weekend_days", "Monday"),
        ({"inaccessible_days": {"a": 1}}, "inaccessible_days", "no list"),
        # contradictions
        ({"first_day_counts": True, "month_policy": "minus_one"}, "month_policy", "not both"),
        ({"first_day_counts": True, "unit": "clear_days"}, "first_day_counts", "contradicts"),
        (
            {"non_working_days": ["2026-01-31"], "working_weekend_days": ["2026-01-31"]},
            "working_weekend_days",
            "worked or it is not",
        ),
        ({"direction": "backward", "service": "mail"}, "service", "counted back"),
        (
            {"unit": "hours", "trigger": "2026-01-16T10:00:00+08:00", "service": "public_notice"},
            "service",
            "not the hour",
        ),
        # strict refuses provisional dates
        ({"strict": True, "trigger": "2026-12-25"}, "strict", "provisional"),
        ({"strict": True, "trigger": "2027-03-01"}, "strict", "2027"),
        ({"strict": True, "trigger": "2003-03-01"}, "strict", "before"),
    ],
)
def test_a_period_that_cannot_be_computed_names_its_field(fields: dict[str, object], field: str, says: str) -> None:
    found = answer(changed(GOOD, **fields), TABLES)
    assert set(found) == {"error"}
    error = found["error"]
    assert isinstance(error, dict)
    assert set(error) == {"code", "field", "message"}
    assert (error["field"], says in error["message"]) == (field, True), error
    assert error["code"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"method": "pigeon"}, "method"),
        ({"method": ABSENT}, "method"),
        ({"document": "postcard"}, "document"),
        ({"step_at": "2025-12-32"}, "step_at"),
        ({"step_at": ABSENT}, "step_at"),
        ({"step_at": "2999-12-30", "method": "first_class_post"}, "step_at"),
        ({"jurisdiction": "plain"}, "method"),
        ({"jurisdiction": ABSENT}, "jurisdiction"),
        ({"calendar": "moon"}, "calendar"),
        ({"length": 3}, "length"),
    ],
)
def test_service_that_cannot_be_computed_names_its_field(fields: dict[str, object], field: str) -> None:
    found = answer(changed(SERVED, **fields), TABLES)
    assert set(found) == {"error"}
    assert isinstance(found["error"], dict)
    assert found["error"]["field"] == field


@pytest.mark.parametrize("line", ["", "{", "[]", "3", "null", '"period"', "{} {}", '{"kind": NaN}', "[" * 100_000])
def test_a_line_that_is_no_request_is_an_error(line: str) -> None:
    found = answer_line(line, TABLES)
    assert set(found) == {"error"}


def test_a_field_that_stands_twice_is_an_error() -> None:
    found = answer_line('{"kind": "period", "length": 3, "length": 5}', TABLES)
    assert found == {"error": {"code": "twice", "field": "length", "message": "stands in the request twice"}}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(date.isoformat),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
names = [*GOOD, "calendar", "timezone", "direction", "roll", "month_policy", "act", "service", "as_of", "strict"]
names += ["non_working_days", "working_weekend_days", "inaccessible_days", "add_days_after_roll", "hour_policy"]


@given(st.dictionaries(st.sampled_from(names), anything, max_size=4))
def test_no_value_whatever_breaks_the_calculator(fields: dict[str, object]) -> None:
    found = answer({**GOOD, **fields}, TABLES)
    assert ("error" in found) != ("due" in found)
    json.dumps(found)


@given(
    st.sampled_from(sorted(JURISDICTIONS)),
    st.dates(date(1583, 1, 1), date(2999, 12, 31)),
    st.integers(0, 3000),
    st.sampled_from([u.value for u in Unit]),
    st.sampled_from(["forward", "backward"]),
)
def test_every_valid_request_gets_a_date_or_a_reason(
    law: str, trigger: date, length: int, unit: str, direction: str
) -> None:
    start = f"{trigger}T09:00:00+00:00" if unit == "hours" else trigger.isoformat()
    request = {"kind": "period", "jurisdiction": law, "trigger": start, "length": length, "unit": unit}
    found = answer({**request, "direction": direction}, TABLES)
    if "error" in found:
        assert isinstance(found["error"], dict)
        assert found["error"]["field"] == "length"
        assert "leave" in found["error"]["message"] or "outside" in found["error"]["message"]
    else:
        assert found["basis"]
