"""Messages that were sent are changed after an answer: once, to what is true now, whatever Slack or the daemon does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

import pytest

from deadline_guard.channels import DeliveryError, Letter, Outcome, Receipt
from deadline_guard.core.people import Person
from deadline_guard.loop.editing import Editors
from deadline_guard.store import edits
from tests.must.test_owner_silent import PROFILE, RULE
from tests.scenarios.world import World

DEFENCE = RULE.id
PARTIES = "华山公司诉泰山公司"


class Board:
    """A channel whose messages can be changed, and that fails as it is told to."""

    name = "slack"

    def __init__(self) -> None:
        self.shown: list[tuple[str, Letter]] = []
        self.errors: list[DeliveryError] = []

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        raise NotImplementedError(settings)

    def send(self, letter: Letter) -> Receipt:
        raise NotImplementedError(letter)

    def edit(self, remote_id: str, letter: Letter) -> Receipt:
        if self.errors:
            raise self.errors.pop(0)
        self.shown.append((remote_id, letter))
        return Receipt(remote_id, "edited")

    def close(self) -> None:
        pass


class Chat:
    """A firm warned in Slack, and the board on which its messages stand."""

    def __init__(self, **more: Any) -> None:
        rule = replace(RULE, profile=replace(PROFILE, channels=dict.fromkeys(PROFILE.tell, ("slack",))))
        self.world = World([rule], **more)
        office = self.world.office
        heard = {"slack": {"token_env": "T", "app_token_env": "A"}}
        office.config = office.config.model_copy(update={"channels": heard})
        persons = {k: chatting(p) for k, p in office.people.persons.items()}
        office.people = replace(office.people, persons=persons)
        self.board = Board()
        self.editors = Editors(lambda name: self.board)

    def work_off(self) -> list[tuple[str, str]]:
        """Decide what changed, change what must be; return (delivery id, first lines) of what is shown anew."""
        self.world.tick()
        before = len(self.board.shown)
        self.editors.work_off(self.world.office, lambda: self.world.now, threading.Event())
        return [(letter.delivery_id, letter.text) for _, letter in self.board.shown[before:]]


def chatting(person: Person) -> Person:
    return replace(person, locale="en", channels={"slack": f"{person.id}@firm.example"})


@pytest.fixture
def chat() -> Iterator[Chat]:
    chat = Chat()
    chat.world.case()
    chat.world.event("A", "complaint_received", "2026-03-02")  # due 2026-03-17; near from 03-10 08:30
    chat.world.run_until("2026-03-10 09:00")
    yield chat
    chat.world.close()


def presses(chat: Chat) -> list[str]:
    blocks = chat.board.shown[-1][1].blocks or ()
    return [b["action_id"] for block in blocks if block["type"] == "actions" for b in block["elements"]]


def test_nothing_was_answered_so_nothing_is_changed(chat: Chat) -> None:
    chat.world.event("A", "note", "2026-03-10")
    assert chat.work_off() == []


def test_every_message_of_the_deadline_is_changed_once_and_not_again(chat: Chat) -> None:
    chat.world.run_until("2026-03-10 13:00")  # the lead was told too
    chat.world.answer("A", "acknowledged", "wang", DEFENCE)
    changed = chat.work_off()
    assert [number for number, _ in changed] == ["W-1", "W-2"]
    assert all("✓ Acknowledged by 王五" in text and PARTIES not in text for _, text in changed)
    assert "dg_acknowledge" not in presses(chat) and "dg_done" in presses(chat)
    assert chat.work_off() == []
    chat.world.event("A", "note", "2026-03-10")
    assert chat.work_off() == []


def test_done_leaves_nothing_to_press_and_taken_back_everything(chat: Chat) -> None:
    chat.world.event("A", "defence_filed", "2026-03-10", by="zhang")
    ((number, text),) = chat.work_off()
    assert number == "W-1" and "✓ Done Tue 10 Mar 2026, recorded by 张三." in text and presses(chat) == []
    chat.world.event("A", "defence_filed", "2026-03-10", retracted=True)
    ((_, text),) = [(n, t) for n, t in chat.work_off() if n == "W-1"]
    assert "Still open: not filed." in text and "dg_acknowledge" in presses(chat)


@pytest.mark.parametrize(
    ("kind", "on", "retracted", "words"),
    [
        ("complaint_received", "2026-03-09", False, "↷ The date has moved: now due"),
        ("complaint_received", "2026-03-02", True, "no longer holds"),
    ],
)
def test_moved_and_withdrawn(chat: Chat, kind: str, on: str, retracted: bool, words: str) -> None:
    chat.world.event("A", kind, on, retracted=retracted)
    changed = [text for number, text in chat.work_off() if number == "W-1"]
    assert len(changed) == 1 and words in changed[0] and presses(chat) == []


def test_a_pause_is_kept_for_all_and_then_each_is_changed(chat: Chat) -> None:
    chat.world.run_until("2026-03-10 13:00")
    chat.world.answer("A", "acknowledged", "wang", DEFENCE)
    chat.board.errors = [DeliveryError("Slack: ratelimited", Outcome.RETRY, 30.0)]
    assert chat.work_off() == [] and chat.board.errors == []
    with chat.world.store.read() as conn:
        assert edits.next_at(conn) == chat.world.at("2026-03-10 13:00").replace(second=30)
    chat.world.now = chat.world.now.replace(second=29)
    assert chat.work_off() == []
    chat.world.now = chat.world.now.replace(second=30)
    assert len(chat.work_off()) == 2


@pytest.mark.parametrize(
    ("error", "later"),
    [
        (DeliveryError("Slack gave no answer; it may have taken the message", Outcome.AMBIGUOUS), 1),
        (DeliveryError("Slack: message_not_found", Outcome.PERMANENT), 0),
        (DeliveryError("configuration: Slack refuses the app's token (token_revoked)", Outcome.PERMANENT), 2),
    ],
)
def test_one_that_fails_holds_up_the_others_only_where_the_fault_is_everybodys(
    chat: Chat, error: DeliveryError, later: int
) -> None:
    chat.world.run_until("2026-03-10 13:00")
    chat.world.answer("A", "acknowledged", "wang", DEFENCE)
    chat.board.errors = [error]
    assert len(chat.work_off()) == (0 if later == 2 else 1)
    chat.world.run_until("2026-03-10 17:00")
    assert len(chat.work_off()) == later


def test_an_answer_while_a_message_is_being_changed_changes_it_again(chat: Chat) -> None:
    chat.world.answer("A", "acknowledged", "zhang", DEFENCE)
    first = chat.board.edit

    def overtaken(remote_id: str, letter: Letter) -> Receipt:
        chat.board.edit = first  # type: ignore[method-assign]
        chat.world.event("A", "defence_filed", "2026-03-10", by="zhang")
        chat.world.tick()
        return first(remote_id, letter)

    chat.board.edit = overtaken  # type: ignore[method-assign]
    changed = [text for number, text in chat.work_off() if number == "W-1"]
    assert ["✓ Acknowledged" in changed[0], "✓ Done" in changed[1]] == [True, True] and len(changed) == 2


def test_a_daemon_that_died_while_changing_changes_it_after_its_restart(chat: Chat) -> None:
    chat.world.answer("A", "acknowledged", "zhang", DEFENCE)

    def dies(remote_id: str, letter: Letter) -> Receipt:
        raise KeyboardInterrupt

    first, chat.board.edit = chat.board.edit, dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        chat.work_off()
    chat.board.edit = first  # type: ignore[method-assign]
    assert len(chat.work_off()) == 1
    with chat.world.store.read() as conn:
        tried = conn.exec_driver_sql("SELECT n, outcome FROM edit_attempt ORDER BY n").fetchall()
    assert [tuple(row) for row in tried] == [(1, "edited"), (2, "edited")]


def test_a_message_about_several_says_what_became_of_each() -> None:
    chat = Chat(at_once=1)
    for code in ("A", "B", "C"):
        chat.world.case(code)
        chat.world.event(code, "complaint_received", "2026-03-02")
    chat.world.run_until("2026-03-10 09:00")
    assert len(chat.world.sent) == 1
    chat.world.answer("B", "acknowledged", "zhang", DEFENCE)
    ((_, text),) = chat.work_off()
    lines = text.splitlines()[1:]
    assert [line[0] for line in lines] == ["A", "B", "C"]
    assert ["✓ Acknowledged" in line for line in lines] == [False, True, False]
    assert "dg_acknowledge" in presses(chat)
    for code in ("A", "B", "C"):
        chat.world.event(code, "defence_filed", "2026-03-10", by="zhang")
    chat.work_off()
    assert presses(chat) == []
    chat.world.close()
