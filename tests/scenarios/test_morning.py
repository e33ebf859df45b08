"""The morning's list: a lawyer's own dates, a lead's exceptions, and once a week that there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from deadline_guard.core.people import Team
from deadline_guard.core.rules import Acts, CaseType, Rule
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.errors import AnswerError
from deadline_guard.loop.answers import clocks_of
from deadline_guard.store import cases
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import DEFENCE
from tests.scenarios.world import Sent, World

COURT = replace(RULE, id="cn.civ.hearing", acts=Acts.COURT, done_by=("hearing_held",))


@pytest.fixture
def world() -> Iterator[World]:
    made = office(RULE)
    yield made
    made.close()


def office(*rules: Rule, line: str = "30 8 * * mon-fri") -> World:
    """Given a firm with a morning list, on Monday 2 March 2026 at 08:00."""
    world = World(list(rules))
    morning(world, line)
    return world


def morning(world: World, line: str = "30 8 * * mon-fri") -> None:
    """Given that the list is sent."""
    jobs = world.office.config.jobs.model_copy(update={"morning": line})
    world.office.config = world.office.config.model_copy(update={"jobs": jobs})


def served(world: World) -> None:
    """Given a complaint served on 2 March: the defence is due on Tuesday 17 March, near from the 10th."""
    world.case()
    world.event("A", "complaint_received", "2026-03-02")


def lists(sent: list[Sent]) -> list[tuple[str, str, str]]:
    """Return (local minute, person, what the subject says of the day) of every list."""
    found = [s for s in sent if "/digest.morning/" in s.letter.metadata["thread"]]
    return sorted((s.when, s.person, s.letter.subject.partition("：")[2]) for s in found)


def text(sent: list[Sent], person: str) -> str:
    """Return the plain text of the last list to somebody."""
    return [s for s in sent if s.person == person and "/digest.morning/" in s.letter.metadata["thread"]][-1].letter.text


def test_whoever_has_something_due_gets_one_list_a_working_day(world: World) -> None:
    served(world)
    sent = world.run_until("2026-03-17 12:00")
    assert lists([s for s in sent if s.person == "zhang"]) == [
        ("03-02 08:30", "zhang", "一周内没有期限"),  # a Monday: silence is no list that failed
        ("03-09 08:30", "zhang", "一周内没有期限"),
        ("03-10 08:30", "zhang", "■1"),
        ("03-11 08:30", "zhang", "■1"),
        ("03-12 08:30", "zhang", "■1"),
        ("03-13 08:30", "zhang", "■1"),
        ("03-16 08:30", "zhang", "▲1"),
        ("03-17 08:30", "zhang", "▲1"),
    ]
    assert "今天截止 · A · 提交答辩状 · 2026-03-17 星期二 · 未确认" in text(sent, "zhang")


def test_a_list_without_anything_names_the_next_date(world: World) -> None:
    served(world)
    said = text(world.run_until("2026-03-02 09:00"), "zhang")
    assert "截至 2026-03-09 星期一 您没有任何期限" in said
    assert "下一个期限：A，提交答辩状，2026-03-17 星期二" in said


def test_what_is_done_is_on_no_list(world: World) -> None:
    served(world)
    world.run_until("2026-03-11 09:00")
    world.event("A", "defence_filed", "2026-03-11")
    assert lists(world.run_until("2026-03-17 12:00")) == [("03-16 08:30", "zhang", "一周内没有期限")]


def test_a_lead_gets_only_exceptions(world: World) -> None:
    served(world)
    sent = world.run_until("2026-03-10 12:00")
    assert lists([s for s in sent if s.person == "wang"]) == [("03-10 08:30", "wang", "1 项例外")]
    assert "以下无人确认\n  ■ 临近 还剩 5 个工作日（7 个自然日） · A" in text(sent, "wang")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    assert not [s for s in world.run_until("2026-03-13 12:00") if s.person == "wang"]


def test_a_lead_sees_whose_owner_is_away_beyond_the_date(world: World) -> None:
    served(world)
    world.absent("zhang", "2026-03-09 00:00", "2026-03-20 00:00")
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "li", DEFENCE)
    sent = world.run_until("2026-03-11 12:00")
    assert lists(sent) == [("03-11 08:30", "li", "■1"), ("03-11 08:30", "wang", "1 项例外")]
    assert "负责人在期限届满前不在岗" in text(sent, "wang")


def test_a_lead_sees_what_nobody_owns_and_once_a_week_what_no_rule_watches(world: World) -> None:
    world.case(owner=None)
    world.event("A", "complaint_received", "2026-03-02")
    world.case("Z", case_type="labour")
    sent = world.run_until("2026-03-10 12:00")
    assert [when for when, who, _ in lists(sent) if who == "wang"] == ["03-02 08:30", "03-09 08:30", "03-10 08:30"]
    assert "以下无人负责\n  ■ 临近" in text(sent, "wang")
    assert "以下案件没有规则监控\n  Z" in text(sent, "wang")


LABOUR = CaseType("labour", {}, closed_by=("case_closed",))


def unwatched(world: World, code: str, team: str = "lit", **row: Any) -> None:
    """Given a case that no rule watches."""
    case = Case(code, code, "labour", Timeline(), zone="Asia/Shanghai", team=team, owners={}, **row)
    with world.store.write() as conn:
        cases.put_case(conn, case, world.now)


def test_a_case_that_an_event_closed_stands_on_no_list_though_it_never_had_a_clock() -> None:
    world = World([RULE], {"labour": LABOUR})
    morning(world)
    unwatched(world, "OPEN")
    unwatched(world, "CLOSED")
    world.event("CLOSED", "case_closed", "2026-03-01")
    unwatched(world, "MARKED", closed_at=world.at("2026-03-01 00:00"))
    unwatched(world, "LATER", closed_at=world.at("2026-06-01 00:00"))
    said = text(world.run_until("2026-03-02 09:00"), "wang")
    assert "以下案件没有规则监控\n  1  LATER\n  2  OPEN" in said
    assert "CLOSED" not in said
    assert "MARKED" not in said
    world.close()


def test_every_team_sees_its_unwatched_cases_however_many_another_has() -> None:
    world = World([RULE], {"labour": LABOUR})
    morning(world)
    people = world.office.people
    teams = {**people.teams, "tax": Team("tax", {"zh": "税务", "en": "Tax"}, "zhao")}
    world.office.people = replace(people, teams=teams)
    for n in range(70):
        unwatched(world, f"A{n:02}")
    unwatched(world, "Z", team="tax")
    sent = world.run_until("2026-03-02 09:00")
    assert "以下案件没有规则监控\n  Z" in text(sent, "zhao")
    assert "另有 45 项" in text(sent, "wang")
    world.close()


def test_clocks_of_the_court_are_only_to_be_observed() -> None:
    world = office(COURT)
    served(world)
    sent = world.run_until("2026-03-10 12:00")
    assert "仅供留意：由法院或对方行动\n  ■ 临近" in text(sent, "zhang")
    assert "未确认" not in text(sent, "zhang")
    assert not [s for s in sent if s.person != "zhang"]
    world.close()


def test_a_list_that_is_switched_off_is_not_sent() -> None:
    world = office(RULE, line="off")
    served(world)
    assert lists(world.run_until("2026-03-17 12:00")) == []
    world.close()


def test_a_list_is_not_answered_as_a_whole_and_says_how_to_answer(world: World) -> None:
    served(world)
    found = [s for s in world.run_until("2026-03-10 09:00") if "/digest.morning/" in s.letter.metadata["thread"]]
    with world.store.read() as conn, pytest.raises(AnswerError) as refused:
        clocks_of(world.office, conn, found[-1].letter.delivery_id, world.now)
    assert "is a list" in str(refused.value)


def test_a_long_list_is_cut_and_says_how_many_more_there_are(world: World) -> None:
    for n in range(40):
        world.case(f"A{n:02}")
        world.event(f"A{n:02}", "complaint_received", "2026-03-02")
    said = text(world.run_until("2026-03-10 09:00"), "zhang")
    assert said.count("提交答辩状") == 25
    assert "另有 15 项" in said
