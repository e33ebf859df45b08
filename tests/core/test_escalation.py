"""The machine of a warning, row by row of the table in design section 6: from near, at 03-10 09:00, this happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from deadline_guard.core.notices import BEFORE_GO_LIVE, NoticeKind, Reason
from deadline_guard.core.people import Absence
from deadline_guard.core.rules import Acts, Kind, Level
from tests.core.building import utc
from tests.core.desk import PROFILE, RIGHT, Desk

OVERDUE = [("level", "zhang", "overdue"), ("level", "zhao", "overdue")]


def near() -> Desk:
    """Given zhang was told at 03-10 08:30 and said nothing for half an hour."""
    desk = Desk()
    desk.opened()
    assert desk.until("2026-03-10T09:00") == [("level", "zhang", "near")]
    return desk


def acknowledged(desk: Desk) -> None:
    desk.answer("acknowledged", "zhang")


def moved_earlier(desk: Desk) -> None:
    desk.opened("2026-02-27")


def moved_later(desk: Desk) -> None:
    desk.opened("2026-03-04")


def owner_changed(desk: Desk) -> None:
    desk.owner = "li"


def done(desk: Desk) -> None:
    desk.acted("2026-03-10", by="wang")


def not_pursued(desk: Desk) -> None:
    desk.answer("not_pursued", "wang", reason="settled")


def retracted(desk: Desk) -> None:
    desk.opened(retracted=True)


def muted(desk: Desk) -> None:
    desk.answer("muted", "wang", until="2026-03-11T00:00+00:00")


def away(desk: Desk) -> None:
    desk.absences = {"zhang": (Absence("zhang", utc("2026-03-10T00:00"), utc("2026-03-20T00:00")),)}


def nothing(desk: Desk) -> None:
    pass


@pytest.mark.parametrize(
    ("happens", "at_once", "by_evening"),
    [
        (nothing, [], [("step", "wang", "near")]),
        (acknowledged, [], []),
        (moved_earlier, [("moved", "zhang", "near")], [("step", "wang", "near")]),
        (moved_later, [("moved", "zhang", "ok")], []),
        (owner_changed, [("level", "li", "near")], [("step", "wang", "near")]),
        (away, [("level", "li", "near")], [("step", "wang", "near")]),
        (done, [("closed", "zhang", "ok")], []),
        (not_pursued, [("closed", "zhang", "ok")], []),
        (retracted, [("withdrawn", "zhang", "ok")], []),
        (muted, [], []),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_what_happens_after_the_first_warning_and_who_is_told(
    happens: Callable[[Desk], None], at_once: list[object], by_evening: list[object]
) -> None:
    desk = near()
    happens(desk)
    assert desk.sweep() == at_once
    assert desk.sweep() == [], "the same sweep again says it again"
    assert desk.until("2026-03-10T18:00") == by_evening


def test_a_moved_date_waits_for_the_digest_only_when_it_is_later() -> None:
    earlier, later = near(), near()
    moved_earlier(earlier)
    moved_later(later)
    for desk in (earlier, later):
        desk.sweep()
    assert [n.data.get("digest") for n in (earlier.notices[-1], later.notices[-1])] == [False, True]
    assert earlier.notices[-1].data["old_due"] == "2026-03-18T00:00:00+00:00"


def test_an_acknowledgement_expires_and_the_silence_runs_from_there() -> None:
    desk = near()
    acknowledged(desk)
    assert desk.until("2026-03-12T12:59") == []
    assert desk.until("2026-03-12T13:00") == [("step", "wang", "near")]


@pytest.mark.parametrize("acts", [Acts.COURT, Acts.OPPONENT])
def test_whose_move_is_not_ours_is_watched_and_asks_nothing_of_anybody(acts: Acts) -> None:
    desk = Desk(replace(RIGHT, acts=acts))
    desk.opened()
    assert desk.until("2026-04-10T00:00") == [("observe", "zhang", "early"), ("observe", "zhang", "early")]
    assert [(n.reason.value, n.data["digest"]) for n in desk.notices] == [("to_observe", True), ("opens", True)]
    assert desk.tracks["r", "t:opened"].level is Level.OVERDUE


def test_a_duty_is_not_given_up_and_a_right_from_urgent_on_only_by_two() -> None:
    for kind, level_then in ((Kind.DUTY, "2026-03-10T09:00"), (Kind.RIGHT, "2026-03-14T09:00")):
        desk = Desk(replace(RIGHT, kind=kind))
        desk.opened()
        desk.until(level_then)
        given = desk.answer("not_pursued", "zhang", reason="settled")
        assert set(OVERDUE) <= set(desk.until("2026-03-18T00:00"))
        desk.answer("confirmed", "wang", answer=given)
        assert {s[0] for s in desk.sweep()} == (set() if kind is Kind.DUTY else {"closed"})


def test_overdue_repeats_once_a_day_to_its_cap_even_when_acknowledged() -> None:
    desk = Desk(replace(RIGHT, profile=replace(PROFILE, chain=())))
    desk.opened()
    desk.until("2026-03-18T00:30")
    acknowledged(desk)
    repeats = [("repeat", "zhang", "overdue"), ("repeat", "zhao", "overdue")]
    assert desk.until("2026-03-19T00:00") == repeats
    assert desk.until("2026-04-30T00:00") == repeats


def test_a_conflict_is_told_once_to_owner_and_admin_and_again_when_the_source_changes_again() -> None:
    desk = Desk()
    desk.opened()
    desk.opened("2026-03-04", hand=True)
    desk.opened("2026-03-05")
    both = [("conflict", "zhang", "ok"), ("conflict", "zhao", "ok")]
    assert desk.sweep() == both
    assert desk.sweep() == []
    desk.opened("2026-03-06")
    assert desk.sweep() == both


def test_what_was_recorded_before_go_live_neither_climbs_nor_is_told_again_until_the_level_rises() -> None:
    desk = Desk()
    desk.opened()
    desk.now = utc("2026-03-10T08:30")
    desk.sweep()
    name = ("r", "t:opened")
    desk.told[name] = tuple(replace(t, state="withdrawn", why=BEFORE_GO_LIVE) for t in desk.told[name])
    assert desk.until("2026-03-14T08:29") == []
    assert desk.until("2026-03-14T08:30") == [("level", "zhang", "urgent")]
    assert desk.until("2026-03-14T12:30") == [("step", "wang", "urgent")]


def test_what_was_taken_back_and_is_wanted_again_has_another_key() -> None:
    desk = Desk()
    desk.opened()
    desk.now = utc("2026-03-10T08:30")
    desk.sweep()
    name = ("r", "t:opened")
    desk.told[name] = tuple(replace(t, state="withdrawn", why="somebody else owns it now") for t in desk.told[name])
    assert desk.sweep() == [("level", "zhang", "near")]
    assert [n.n for n in desk.notices] == [1, 2]


def test_each_notice_says_why_and_by_which_way_it_came_to_this_person() -> None:
    desk = near()
    away(desk)
    desk.sweep()
    assert [(n.reason, n.via) for n in desk.notices] == [
        (Reason.FIRST, ("owner",)),
        (Reason.OWNER_CHANGED, ("owner", "absent zhang", "deputy li")),
    ]
    assert desk.notices[0].data["next"]["person"] == "wang"


def test_a_level_nobody_is_named_for_is_the_owners() -> None:
    desk = Desk(replace(RIGHT, profile=replace(PROFILE, tell={}, chain=())))
    desk.opened()
    assert desk.until("2026-03-10T09:00") == [("level", "zhang", "near")]


def test_a_profile_that_tells_neither_moves_nor_closings_is_obeyed() -> None:
    quiet = replace(RIGHT, profile=replace(PROFILE, tell_moved=False, tell_closed=False))
    for happens in (moved_earlier, done, retracted):
        desk = Desk(quiet)
        desk.opened()
        desk.until("2026-03-10T09:00")
        happens(desk)
        assert {s[0] for s in desk.sweep()} <= {NoticeKind.LEVEL.value}
