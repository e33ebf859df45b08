"""The daily list of dates entered, changed, deleted and done, sent to whoever signs for it; off unless asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deadline_guard.config import DailyList
from deadline_guard.store import cases
from deadline_guard.store.verify import verify
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import Sent, World


@pytest.fixture
def world() -> Iterator[World]:
    made = World([RULE])
    yield made
    made.close()


def listed(world: World, line: str = "0 6 * * mon-fri", to: str = "leads") -> None:
    """Given that the list is sent, from now on."""
    config = world.office.config
    jobs = config.jobs.model_copy(update={"daily_list": line})
    world.office.config = config.model_copy(update={"jobs": jobs, "daily_list": DailyList(to=to)})


def lists(sent: list[Sent]) -> list[Sent]:
    return [s for s in sent if "/digest.daily_list/" in s.letter.metadata["thread"]]


def when(sent: list[Sent]) -> list[tuple[str, str]]:
    return [(s.when, s.person) for s in lists(sent)]


def without_team(world: World, code: str) -> None:
    """Given a case that no team has."""
    world.case(code)
    with world.store.write() as conn:
        known = cases.load_case(conn, code)
        cases.put_case(conn, replace(known, team=None), world.now)


def test_nothing_is_sent_unless_it_is_asked_for(world: World) -> None:
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    assert lists(world.run_until("2026-03-05 12:00")) == []


def test_the_lead_gets_every_change_of_the_day_before_with_the_columns_of_the_command(world: World) -> None:
    listed(world)
    world.case()
    world.event("A", "complaint_received", "2026-03-02", by="li")
    world.run_until("2026-03-02 12:00")
    world.event("A", "complaint_received", "2026-03-03", by="zhang", origin="hand")
    sent = world.run_until("2026-03-03 12:00")
    assert when(sent) == [("03-03 06:00", "wang")]
    letter = lists(sent)[0].letter
    assert "2026-03-02 期限变动清单" in letter.subject
    assert "诉讼" in letter.subject
    for column in ("时间 · 案件 · 事项 · 变动 · 原日期 · 新日期 · 依据何人 · 核对", "签字"):
        assert column in letter.text
        assert column in (letter.html or "")
    assert "2026-03-02 08:00 · A · 提交答辩状 · 新增 · – · 2026-03-17 · 李四 · ☐" in letter.text
    assert "2026-03-02 12:00 · A · 提交答辩状 · 变更 · 2026-03-17 · 2026-03-18 · 张三 · ☐" in letter.text
    assert "泰山公司" not in letter.text


def test_a_day_on_which_nothing_changed_is_said_to_be_so(world: World) -> None:
    listed(world)
    sent = world.run_until("2026-03-03 12:00")
    assert when(sent) == [("03-03 06:00", "wang")]
    assert "当日无新增、变更、删除或完成。" in lists(sent)[0].letter.text


def test_the_days_of_a_weekend_stand_on_mondays_list(world: World) -> None:
    listed(world)
    world.run_until("2026-03-07 09:00")  # a Saturday
    world.case()
    world.event("A", "complaint_received", "2026-03-06")
    sent = world.run_until("2026-03-09 12:00")
    assert when(sent) == [("03-09 06:00", "wang")]
    assert "2026-03-06 – 2026-03-08" in lists(sent)[0].letter.subject
    assert "2026-03-07 09:00 · A" in lists(sent)[0].letter.text


def test_a_daemon_that_was_down_lists_each_missed_day_once(world: World) -> None:
    listed(world)
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    world.run_until("2026-03-02 12:00")
    (one,) = lists(world.sleep_until("2026-03-05 09:00"))
    assert "2026-03-02 – 2026-03-04" in one.letter.subject
    assert "2026-03-02 08:00 · A" in one.letter.text
    assert lists(world.run_until("2026-03-05 12:00")) == []


def test_a_named_person_gets_all_teams_in_one_list(world: World) -> None:
    listed(world, to="zhao")
    world.case()
    without_team(world, "B")
    for case in "AB":
        world.event(case, "complaint_received", "2026-03-02")
    sent = world.run_until("2026-03-03 12:00")
    assert when(sent) == [("03-03 06:00", "zhao")]
    assert " · A · " in lists(sent)[0].letter.text
    assert " · B · " in lists(sent)[0].letter.text


def test_changes_on_a_case_without_a_team_go_to_the_administrator(world: World) -> None:
    listed(world)
    without_team(world, "B")
    world.event("B", "complaint_received", "2026-03-02")
    sent = lists(world.run_until("2026-03-03 12:00"))
    by_reader = {s.person: s.letter.text for s in sent}
    assert sorted(by_reader) == ["qian", "wang"]
    assert " · B · " in by_reader["qian"]
    assert " · B · " not in by_reader["wang"]


def test_the_deputy_signs_for_a_lead_who_is_away(world: World) -> None:
    listed(world, to="zhang")
    world.absent("zhang", "2026-03-02 00:00", "2026-03-10 00:00")
    assert when(world.run_until("2026-03-03 12:00")) == [("03-03 06:00", "li")]


def test_the_list_is_in_the_ledger_like_every_message(world: World) -> None:
    listed(world)
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    world.run_until("2026-03-03 12:00")
    with world.store.read() as conn:
        assert verify(conn).is_whole
        ((text,),) = conn.exec_driver_sql(
            "SELECT text FROM payload WHERE text LIKE '%digest.daily_list%' LIMIT 1"
        ).all()
    assert "2026-03-17" in text
