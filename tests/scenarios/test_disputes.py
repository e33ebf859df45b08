"""Wrong date: it stands and escalates until somebody else settles the dispute or corrects the event."""

from __future__ import annotations

import pytest

from deadline_guard.errors import AnswerError
from deadline_guard.loop.answers import dispute, resolve
from deadline_guard.views.due import due
from deadline_guard.views.explain import explain
from deadline_guard.views.items import Sight
from tests.scenarios.given import answer, text
from tests.scenarios.world import World, told

STANDS = "处理之前原日期有效"


def disputed(world: World, by: str = "zhang") -> None:
    """Given zhang was warned at 08:30 and says at nine that the date is wrong."""
    world.run_until("2026-03-10 09:00")
    answer(world, dispute, by, "served on the 4th, not on the 2nd")


def test_a_disputed_date_is_told_to_lead_and_admin_once_and_goes_on_climbing(world: World) -> None:
    disputed(world)
    sent = world.run_until("2026-03-13 12:00")
    assert told(sent) == [
        ("03-10 09:00", "qian", "≠日期有异议"),
        ("03-10 09:00", "wang", "≠日期有异议"),
        ("03-10 12:30", "wang", "■临近"),
        ("03-11 12:30", "zhao", "■临近"),
    ]
    assert "served on the 4th" in text(sent[:1])


def test_an_open_dispute_stands_in_every_further_message(world: World) -> None:
    disputed(world)
    world.run_until("2026-03-10 09:00")
    for sent in world.run_until("2026-03-13 12:00"):
        assert "张三 对日期有异议" in sent.letter.text
        assert STANDS in sent.letter.text


def test_an_open_dispute_stands_in_due_and_explain(world: World) -> None:
    disputed(world)
    sight = Sight(world.office.rulebook, world.office.calendars, world.office.people)
    with world.store.read() as conn:
        assert [d.disputed for d in due(conn, sight, world.now)] == [True]
        found = explain(conn, "A", sight, world.now).deadlines[0].disputed
    assert found is not None
    assert found.data["reason"] == "served on the 4th, not on the 2nd"


def test_a_dispute_settled_by_the_lead_the_date_stands_and_who_raised_it_is_told(world: World) -> None:
    disputed(world)
    world.run_until("2026-03-10 10:00")
    answer(world, resolve, "wang", "the receipt says the 2nd")
    sent = world.run_until("2026-03-10 13:00")
    assert told(sent) == [("03-10 10:00", "zhang", "≠日期有异议"), ("03-10 12:30", "wang", "■临近")]
    assert "the receipt says the 2nd" in text(sent[:1])
    assert STANDS not in sent[1].letter.text


def test_a_dispute_ends_when_the_event_is_corrected_and_the_new_date_is_told(world: World) -> None:
    disputed(world)
    world.run_until("2026-03-10 10:00")
    world.event("A", "complaint_received", "2026-03-04", origin="hand", by="wang")  # due 03-19
    sent = world.run_until("2026-03-12 09:00")
    assert told(sent) == [
        ("03-11 08:30", "zhang", "↷期限变更"),
        ("03-12 08:30", "zhang", "■临近"),
    ]
    assert STANDS not in text(sent)


def test_a_dispute_is_settled_by_somebody_else_who_may(world: World) -> None:
    disputed(world, by="wang")
    for who, why in (("wang", "somebody else settles that"), ("li", "neither lead nor administrator")):
        with pytest.raises(AnswerError, match=why):
            answer(world, resolve, who, "it is right")
    answer(world, resolve, "qian", "it is right")
    with pytest.raises(AnswerError, match="nobody disputes"):
        answer(world, resolve, "qian", "it is right")


def test_a_dispute_by_the_lead_is_told_to_the_admin(world: World) -> None:
    disputed(world, by="wang")
    assert told(world.run_until("2026-03-10 09:00")) == [("03-10 09:00", "qian", "≠日期有异议")]
