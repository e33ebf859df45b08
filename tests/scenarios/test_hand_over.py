"""Hand-over: both are told, it runs on for the old owner until the new one accepts; a lead may take it over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deadline_guard.errors import AnswerError
from deadline_guard.loop.answers import Said, accept, hand_over, refuse, retract, take_over
from deadline_guard.store import cases
from tests.scenarios.given import DEFENCE, answer, channel_down, channel_up, text, why_unsent
from tests.scenarios.world import World, told


def offered(world: World, at: str = "2026-03-10 09:00", to: str = "li") -> None:
    """Given zhang was warned at 08:30 and offers the case to a colleague."""
    world.run_until(at)
    answer(world, hand_over, "zhang", to, "I am in court all week")


def owner_of(world: World) -> str:
    with world.store.read() as conn:
        return str(conn.exec_driver_sql("SELECT owners FROM \"case\" WHERE id = 'A'").scalar())


def test_a_hand_over_is_told_to_both_with_its_reason(world: World) -> None:
    offered(world)
    sent = world.run_until("2026-03-10 09:00")
    assert told(sent) == [("03-10 09:00", "li", "⇄移交"), ("03-10 09:00", "zhang", "⇄移交")]
    to_li = text([s for s in sent if s.person == "li"])
    assert "I am in court all week" in to_li
    assert "请接收或拒绝" in to_li
    assert "deadline-guard accept W-" in to_li


def test_offered_it_runs_on_for_the_old_owner(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:00")
    assert told(world.run_until("2026-03-14 09:00")) == [
        ("03-10 12:30", "wang", "■临近"),
        ("03-11 12:30", "zhao", "■临近"),
        *(("03-14 08:30", p, "▲紧急") for p in ("wang", "zhang", "zhao")),
    ]


def test_a_hand_over_never_answered_climbs_on(world: World) -> None:
    offered(world)
    sent = told(world.run_until("2026-03-18 00:00"))
    assert [s[1] for s in sent if s[2] == "⇄移交"] == ["li", "zhang"]  # once, and nobody waits for the answer
    assert ("03-11 12:30", "zhao", "■临近") in sent
    assert ("03-18 00:00", "zhang", "✖逾期") in sent


def test_a_hand_over_accepted_makes_the_new_owner_who_is_told_with_the_history(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 10:00")
    answer(world, accept, "li")
    sent = world.run_until("2026-03-10 10:00")
    assert told(sent) == [("03-10 10:00", "li", "■临近"), ("03-10 10:00", "zhang", "⇄移交")]
    assert "张三" in text([s for s in sent if s.person == "li"])
    assert '"owner":"li"' in owner_of(world).replace(" ", "")
    assert ("03-14 08:30", "li", "▲紧急") in told(world.run_until("2026-03-14 09:00"))


def test_a_hand_over_accepted_voids_the_old_owners_acknowledgement(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.answer("A", "acknowledged", "zhang", DEFENCE)
    offered(world, "2026-03-10 10:00")
    world.run_until("2026-03-10 11:00")
    answer(world, accept, "li")
    sent = told(world.run_until("2026-03-10 16:00"))
    assert ("03-10 11:00", "li", "■临近") in sent
    assert ("03-10 15:00", "wang", "■临近") in sent  # li is silent for four hours


def test_a_hand_over_accepted_takes_back_what_waits_for_the_old_owner(world: World) -> None:
    world.run_until("2026-03-10 08:00")
    answer(world, hand_over, "zhang", "li")
    world.run_until("2026-03-10 08:15")
    channel_down(world)
    world.run_until("2026-03-10 08:31")
    answer(world, accept, "li")
    channel_up(world)
    assert ("03-10 08:31", "li", "■临近") in told(world.run_until("2026-03-10 12:00"))
    assert ("zhang", "withdrawn", "somebody else owns it now") in why_unsent(world)


def test_a_hand_over_refused_the_old_owner_is_told_why_and_goes_on(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 10:00")
    answer(world, refuse, "li", "I have three hearings")
    sent = world.run_until("2026-03-10 13:00")
    assert told(sent) == [("03-10 10:00", "zhang", "⇄移交"), ("03-10 12:30", "wang", "■临近")]
    assert "I have three hearings" in text(sent[:1])
    assert ("03-14 08:30", "zhang", "▲紧急") in told(world.run_until("2026-03-14 09:00"))


def test_a_hand_over_needs_its_own_addressee(world: World) -> None:
    offered(world)
    with pytest.raises(AnswerError, match="offered to li"):
        answer(world, accept, "qian")
    with pytest.raises(AnswerError, match="nobody here is called"):
        answer(world, hand_over, "zhang", "nobody")
    with pytest.raises(AnswerError, match="answers for it already"):
        answer(world, hand_over, "zhang", "zhang")


def test_a_hand_over_offered_once_more_goes_to_the_second_colleague_alone(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:30")
    answer(world, hand_over, "zhang", "qian")
    assert [s[1] for s in told(world.run_until("2026-03-10 10:00"))] == ["qian", "zhang"]
    with pytest.raises(AnswerError, match="offered to qian"):
        answer(world, accept, "li")


def test_a_hand_over_to_somebody_on_leave_is_told_to_who_stands_in_and_may_be_accepted_for_them(world: World) -> None:
    world.absent("li", "2026-03-09 00:00", "2026-03-12 09:00", deputy="qian")
    offered(world)
    assert [s[1] for s in told(world.run_until("2026-03-10 09:30"))] == ["qian", "zhang"]
    answer(world, accept, "qian")
    assert ("03-10 09:30", "qian", "■临近") in told(world.run_until("2026-03-10 10:00"))  # li's, and li is away
    assert ("03-14 08:30", "li", "▲紧急") in told(world.run_until("2026-03-14 09:00"))


def test_a_hand_over_lapses_when_somebody_else_is_assigned(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:30")
    world.assign("A", "owner", "qian")
    world.run_until("2026-03-10 10:00")
    with pytest.raises(AnswerError, match="has lapsed: somebody was assigned since, and 钱七 answers for it"):
        answer(world, accept, "li")
    with pytest.raises(AnswerError, match="has lapsed"):
        answer(world, refuse, "li", "too late anyway")
    assert '"owner":"qian"' in owner_of(world).replace(" ", "")


def test_a_hand_over_stays_lapsed_when_the_old_owner_is_assigned_again(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:30")
    world.assign("A", "owner", "qian")
    world.run_until("2026-03-10 10:00")
    world.assign("A", "owner", "zhang")
    with pytest.raises(AnswerError, match="has lapsed"):
        answer(world, accept, "li")
    answer(world, hand_over, "zhang", "li")  # but may be made anew
    world.run_until("2026-03-10 11:00")
    answer(world, accept, "li")
    assert '"owner":"li"' in owner_of(world).replace(" ", "")


def test_a_hand_over_lapses_when_the_source_names_another_owner(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:30")
    with world.store.write() as conn:
        known = cases.load_case(conn, "A")
        cases.put_case(conn, replace(known, owners={"owner": "qian"}), world.now)
    with pytest.raises(AnswerError, match="has lapsed"):
        answer(world, accept, "li")


def test_a_hand_over_nobody_answered_lapses_with_its_deadline(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:30")
    world.event("A", "defence_filed", "2026-03-10")
    with pytest.raises(AnswerError, match="has ended: done"):
        answer(world, accept, "li")


def test_an_offer_made_while_a_deputy_stands_in_outlives_the_leave(world: World) -> None:
    world.absent("zhang", "2026-03-09 00:00", "2026-03-11 00:00", deputy="qian")
    world.run_until("2026-03-10 09:00")
    answer(world, hand_over, "qian", "li")
    world.run_until("2026-03-12 09:00")  # zhang is back, and is the owner as before
    answer(world, accept, "li")
    assert '"owner":"li"' in owner_of(world).replace(" ", "")


def test_a_hand_over_taken_back_waits_for_nobody(world: World) -> None:
    offered(world)
    world.run_until("2026-03-10 09:30")
    with world.store.write() as conn:
        found = conn.exec_driver_sql("SELECT source_id FROM event WHERE kind = 'handed_over'").scalar()
        retract(world.office, conn, "A", str(found), Said("zhang", world.now))
    with pytest.raises(AnswerError, match="no hand-over waits"):
        answer(world, accept, "li")
    assert told(world.run_until("2026-03-10 13:00")) == [("03-10 12:30", "wang", "■临近")]


def test_a_lead_takes_over_and_the_old_owner_is_told(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    answer(world, take_over, "wang", "zhang is ill")
    sent = world.run_until("2026-03-11 13:00")
    assert told(sent) == [
        ("03-10 13:00", "wang", "■临近"),  # with the history: from now on it is the lead's own
        ("03-10 13:00", "zhang", "⇄移交"),
        ("03-11 12:30", "zhao", "■临近"),
    ]
    assert "王五 负责" in text(sent)


def test_a_colleague_outside_the_chain_cannot_take_over(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    with pytest.raises(AnswerError, match="neither a superior here nor in the chain"):
        answer(world, take_over, "li")
