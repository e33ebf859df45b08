"""What colleagues ask of each other from the command line: recorded, shown, and refused with what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import disk
from tests.scenarios.disk import Office

DEFENCE = ("A", "t.defence")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One case of zhang's with a defence due in five days."""
    office = disk.make(tmp_path / "office", 9)
    office.type("case", "add", "A", "--type", "civil", "--owner", "zhang", "--team", "lit", "--with", "side=defendant")
    office.type("event", "add", "A", "complaint_received", "--on", office.day(-10))
    return office


def test_a_hand_over_is_offered_shown_and_accepted(office: Office) -> None:
    said = office.type("hand-over", *DEFENCE, "--to", "li", "--reason", "in court", "--by", "zhang")
    assert "It stays with the owner until" in said
    assert "in court" in office.type("explain", "A")
    assert "offered to li" in office.type("accept", *DEFENCE, "--by", "wang", expect=1)
    assert "Yours from now on" in office.type("accept", *DEFENCE, "--by", "li")
    assert "no hand-over waits" in office.type("refuse", *DEFENCE, "--by", "li", "--reason", "x", expect=1)


def test_a_dispute_is_shown_on_the_board_until_it_is_settled(office: Office) -> None:
    assert "say what is wrong" in office.type("dispute", *DEFENCE, "--by", "zhang", expect=1)
    office.type("dispute", *DEFENCE, "--reason", "served later", "--by", "zhang")
    assert "date disputed" in office.type("due")
    assert "served later" in office.type("explain", "A")
    assert "somebody else settles that" in office.type("resolve", *DEFENCE, "--reason", "no", "--by", "zhang", expect=1)
    office.type("resolve", *DEFENCE, "--reason", "the receipt is clear", "--by", "wang")
    assert "date disputed" not in office.type("due")


def test_an_answer_is_named_by_explain_and_taken_back_by_that_name(office: Office) -> None:
    office.type("ack", *DEFENCE, "--by", "zhang")
    name = next(word for word in office.type("explain", "A").split() if word.startswith("answer:"))
    assert "zhang gave this answer" in office.type("retract", "A", name, "--by", "li", expect=1)
    assert "Taken back" in office.type("retract", "A", name, "--by", "zhang")
    assert name not in office.type("explain", "A")


def test_a_mute_and_a_snooze_end_and_say_when(office: Office) -> None:
    assert "Muted until" in office.type("mute", "A", "t.defence", "--until", office.day(2), "--by", "wang")
    assert "would be missed" in office.type("snooze", *DEFENCE, "--until", office.day(90), "--by", "zhang", expect=1)
    assert "no rule t.other watches" in office.type("mute", "A", "t.other", "--until", office.day(2), expect=1)


def test_an_unconfirmed_date_is_confirmed_by_somebody_else(office: Office) -> None:
    office.type("case", "add", "C", "--type", "civil", "--owner", "zhang", "--team", "lit", "--with", "side=defendant")
    office.type("event", "add", "C", "complaint_received", "--on", office.day(-2), "--unconfirmed", "--by", "li")
    assert "somebody else must confirm" in office.type("confirm", "C", "t.defence", "--by", "li", expect=1)
    assert "Confirmed" in office.type("confirm", "C", "t.defence", "--by", "wang")
    assert "nothing waits for a second person" in office.type("confirm", "C", "t.defence", "--by", "wang", expect=1)


def test_a_demand_asks_for_a_superior_and_for_rules_that_know_it(office: Office) -> None:
    words = ("demand", "A", "--to", "li", "--due", office.day(5), "--what", "report")
    assert "is no superior" in office.type(*words, "--by", "zhang", expect=1)
    assert "shipped pack `office`" in office.type(*words, "--by", "wang", expect=1)


def test_what_does_not_apply_and_what_came_of_a_call_are_recorded(office: Office) -> None:
    assert "Recorded" in office.type("acted", *DEFENCE, "--result", "called, no answer", "--by", "wang")
    assert "called, no answer" in office.type("explain", "A")
    assert "No more warnings follow" in office.type("not-applicable", *DEFENCE, "--reason", "not sued", "--by", "zhang")
