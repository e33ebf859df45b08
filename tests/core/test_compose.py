"""Which messages carry open notices: one each, one for many, none in quiet hours unless it cannot wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from deadline_guard.core.compose import Settings, channels_for, compose, next_local
from deadline_guard.core.notices import MORNING_LIST, Notice, NoticeKind, Reason
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Level, Profile

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
NIGHT = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
ZHANG = Person("zhang", "张三", "zh_Hans", "Asia/Shanghai", {"email": "z@firm.example", "slack": "z@firm.example"})


def notice(n: int = 1, level: Level = Level.NEAR, kind: NoticeKind = NoticeKind.LEVEL, **more: object) -> Notice:
    made = Notice(
        f"case-{n}", "cn.civ.defence", "docket:1", 1, kind, level, 1, 1, "zhang", Reason.FIRST, NOW,
        due_on=date(2026, 3, 17), due_at=datetime(2026, 3, 17, 16, tzinfo=UTC),
    )  # fmt: skip
    return made._replace(**more)  # type: ignore[arg-type]


def test_one_notice_is_one_message_on_each_channel_of_its_level() -> None:
    composed, following = compose(ZHANG, [notice()], Settings(), NOW)
    assert [(m.channel, m.fallback, m.thread) for m in composed.messages] == [
        ("email", (), "case-1/cn.civ.defence/docket:1"),
        ("slack", (), "case-1/cn.civ.defence/docket:1"),
    ]
    assert following is None


def test_early_goes_by_mail_and_chat_stands_by() -> None:
    composed, _ = compose(ZHANG, [notice(level=Level.EARLY)], Settings(), NOW)
    assert [(m.channel, m.fallback) for m in composed.messages] == [("email", ("slack",))]


@pytest.mark.parametrize(("count", "messages"), [(1, 1), (5, 5), (6, 1), (200, 1)])
def test_more_than_so_many_at_once_become_one_message_most_urgent_first(count: int, messages: int) -> None:
    mail_only = replace(ZHANG, channels={"email": "z@firm.example"})
    given = [notice(n, Level.URGENT if n == 3 else Level.NEAR) for n in range(1, count + 1)]
    composed, _ = compose(mail_only, given, Settings(at_once=5), NOW)
    assert len(composed.messages) == messages
    if messages == 1 and count > 1:
        assert composed.messages[0].kind is NoticeKind.SUMMARY
        assert composed.messages[0].notices[0].startswith("case-3/")
        assert len(composed.messages[0].notices) == count
        assert composed.messages[0].level is Level.URGENT


def test_what_goes_beyond_a_channels_cap_becomes_one_message() -> None:
    settings = Settings(caps={"slack": 20})
    within, _ = compose(ZHANG, [notice(1), notice(2)], settings, NOW, recent={"slack": 18})
    beyond, _ = compose(ZHANG, [notice(1), notice(2)], settings, NOW, recent={"slack": 19})
    assert [m.kind for m in within.messages] == [NoticeKind.LEVEL] * 4
    assert [m.kind for m in beyond.messages] == [NoticeKind.SUMMARY] * 2


def test_after_downtime_everything_open_is_one_summary() -> None:
    held = notice(2, data={"digest": True})
    composed, _ = compose(ZHANG, [notice(1), held], Settings(), NOW, downtime=True)
    assert [m.kind for m in composed.messages] == [NoticeKind.SUMMARY] * 2
    assert composed.held == {}


def test_a_mornings_list_that_was_missed_gives_way_to_the_summary_and_stands_alone_without_one() -> None:
    missed = notice(9, kind=NoticeKind.DIGEST, rule=MORNING_LIST)
    to_sign = notice(8, kind=NoticeKind.DIGEST, rule="digest.daily_list")
    for others in ([notice(1)], [notice(1), notice(2)]):
        composed, _ = compose(ZHANG, [*others, missed, to_sign], Settings(), NOW, downtime=True)
        assert composed.needless == (missed.key,)
        assert {key for m in composed.messages for key in m.notices} == {n.key for n in (*others, to_sign)}
    for downtime, others in ((True, []), (False, [notice(1)])):
        composed, _ = compose(ZHANG, [*others, missed], Settings(), NOW, downtime=downtime)
        assert composed.needless == ()
        assert NoticeKind.DIGEST in {m.kind for m in composed.messages}


QUIET = replace(ZHANG, quiet=(time(22), time(7)))


@pytest.mark.parametrize(
    ("given", "at", "held"),
    [
        (notice(), NIGHT, True),
        (notice(), NOW, False),
        (notice(level=Level.CRITICAL), NIGHT, False),
        (notice(due_at=NIGHT + timedelta(hours=3)), NIGHT, False),
        (notice(data={"next": {"at": (NIGHT + timedelta(hours=2)).isoformat()}}), NIGHT, False),
        (notice(data={"next": {"at": (NIGHT + timedelta(hours=12)).isoformat()}}), NIGHT, True),
    ],
    ids=["night", "day", "critical pierces", "due before dawn", "step before dawn", "step after dawn"],
)
def test_quiet_hours_hold_only_what_can_wait(given: Notice, at: datetime, held: bool) -> None:
    composed, following = compose(QUIET, [given], Settings(), at)
    if held:
        dawn = datetime(2026, 3, 10, 23, tzinfo=UTC)  # 07:00 in Shanghai
        assert composed.held == {given.key: (dawn, "quiet hours")}
        assert following == dawn
        assert composed.messages == ()
    else:
        assert composed.held == {}
        assert composed.messages


def test_quiet_hours_within_one_day() -> None:
    siesta = replace(ZHANG, quiet=(time(8), time(9)))
    composed, _ = compose(siesta, [notice()], Settings(), NOW)
    assert [why for _, why in composed.held.values()] == ["quiet hours"]


def test_a_notice_with_its_own_hold_waits() -> None:
    given = notice(hold_until=NOW + timedelta(hours=1))
    composed, following = compose(ZHANG, [given], Settings(), NOW)
    assert following == NOW + timedelta(hours=1)
    assert composed.held[given.key][1] == "held"


def test_a_person_without_the_asked_channels_is_reached_by_any_other() -> None:
    only_wecom = replace(ZHANG, channels={"wecom": "z"})
    profile = Profile("p", channels={Level.NEAR: ("slack",)}, fallback_channels=("email",))
    assert channels_for(only_wecom, Level.NEAR, profile) == ("wecom",)
    assert channels_for(only_wecom, Level.OK, profile) == ("wecom",)
    assert channels_for(replace(ZHANG, channels={}), Level.NEAR, profile) == ()


def test_a_level_without_channels_of_its_own_takes_those_of_the_next_lower() -> None:
    profile = Profile("p", channels={Level.EARLY: ("email",), Level.URGENT: ("slack",)})
    assert channels_for(ZHANG, Level.NEAR, profile) == ("email",)
    assert channels_for(ZHANG, Level.OVERDUE, profile) == ("slack",)


def test_the_next_digest_is_the_persons_own_morning() -> None:
    assert next_local(NOW, time(8, 30), "Asia/Shanghai") == NOW + timedelta(days=1)
    assert next_local(NOW - timedelta(minutes=1), time(8, 30), "Asia/Shanghai") == NOW
