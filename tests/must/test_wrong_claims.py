"""Must show 6: the wrong claims of `legal-rules.md` section 7, one test each."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from deadline_guard.core.jurisdictions import JURISDICTIONS, policy_for
from deadline_guard.core.service import deemed, method_of
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook.calendars import shipped
from tests.core.asking import ask, due, moment


def rule(name: str) -> dict[str, object]:
    """Return a rule of the shipped packs by id."""
    for path in sorted(rules_dir().rglob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for one in (document or {}).get("rules", []) if isinstance(document, dict) else []:
            if isinstance(one, dict) and one.get("id") == name:
                return one
    pytest.fail(f"no pack has the rule {name}")


def test_weekends_count_in_short_us_periods_since_2009() -> None:
    # "Weekends are excluded if the US period is under 11 days": repealed 2009-12-01
    assert due("us-federal", "2026-03-02", "7 days") == "2026-03-09"
    assert due("us-federal", "2009-11-30", "7 days") == "2009-12-09"  # the old text still answers for its time


def test_no_three_days_for_electronic_service() -> None:
    assert method_of("us-federal", "electronic", "other", date(2026, 3, 2)).add_days == 0
    assert method_of("us-federal", "electronic", "other", date(2015, 3, 2)).add_days == 3


def test_nothing_changed_in_rule_6_in_2018() -> None:
    assert all(text.since is None or text.since.year != 2018 for text in JURISDICTIONS["us-federal"].texts)
    for length in ("5 days", "10 days", "14 days", "21 days", "30 days"):
        before, after = (due("us-federal", "2018-12-03", length, as_of=day) for day in ("2017-06-01", "2019-06-01"))
        assert before == after


def test_presidents_day_is_always_a_monday() -> None:
    us = shipped()["us"]
    for year in range(1971, 2037):
        days = [date(year, 2, d) for d in range(1, 29) if us.why_closed(date(year, 2, d)) == "Washington's Birthday"]
        assert [d.weekday() for d in days] == [0], year


def test_the_mail_days_come_after_the_roll() -> None:
    # 14 days end on Saturday 7 March 2026, so on Monday 9; three days more make Thursday 12, not Tuesday 10
    method = method_of("us-federal", "mail", "other", date(2026, 2, 21))
    assert due("us-federal", "2026-02-21", "14 days", add_days_after_roll=method.add_days) == "2026-03-12"


@pytest.mark.parametrize("hour", ["09:00", "16:29", "16:31", "23:59"])
def test_a_claim_form_has_no_half_past_four(hour: str) -> None:
    calendar = shipped()["gb-eaw"]
    found = deemed("gb-eaw", "email", "claim_form", moment(f"2025-12-01T{hour}:00+00:00"), calendar)
    assert found.on == date(2025, 12, 3)


def test_an_office_deadline_on_boxing_day_2023_moves_past_the_27th() -> None:
    assert due("gb-eaw", "2023-12-12", "14 days", act="at_court_office") == "2023-12-28"
    assert due("gb-eaw", "2017-12-12", "14 days", act="at_court_office") == "2017-12-28"


def test_a_chinese_period_that_ends_on_a_weekend_moves_forward() -> None:
    found = ask("cn-civil", "2026-01-16", "15 days")  # Saturday 31 January
    assert found.due == date(2026, 2, 2)
    assert found.due.weekday() == 0


def test_fifteen_days_to_sue_after_a_labour_award() -> None:
    # "Three months to sue after a labour award"
    versions = rule("cn.lab.sue")["versions"]
    assert isinstance(versions, list)
    assert {version["limit"] for version in versions} == {"15 days"}


def test_thirty_seven_days_of_custody_neither_roll_nor_count_the_first_day() -> None:
    # detained on Thursday 27 August 2026: day 37 is Saturday 3 October, in the National Day holidays
    found = ask("cn-criminal", "2026-08-27", "37 days", roll="none")
    assert found.due == date(2026, 10, 3)
    assert not found.rolled
    assert not found.provisional


def test_three_years_from_30_september_2017_end_on_30_september_2020() -> None:
    found = ask("cn-civil", "2017-09-30", "3 years")
    assert found.due == date(2020, 9, 30)
    assert not found.rolled
    assert shipped()["cn"].why_closed(date(2020, 10, 8))  # the popular book rolls to a holiday


OLD = re.compile(r"(?:民事诉讼法|民诉法|CPL\d*|Civil Procedure Law)[^;;\n]{0,20}?第?\s?(82|164|205|239)\s?条")


def cited(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if OLD.search(line)]


def test_no_old_article_numbers_are_cited_as_current() -> None:
    texts = [cite for name in JURISDICTIONS for cite in policy_for(name, date(2026, 1, 1)).cites.values()]
    assert [cite for cite in texts if OLD.search(cite)] == []
    for path in rules_dir().rglob("*.yaml"):
        # An article number of the past may stand where the file says that it is one.
        current = [line for line in cited(path) if "cited_as" not in line and "until" not in line]
        # 164 is the trial limit of the simplified procedure since the 2023 renumbering.
        wrong = [line for line in current if OLD.search(line).group(1) != "164"]  # type: ignore[union-attr]
        assert wrong == [], path
    assert OLD.search("民事诉讼法 第82条") is not None
