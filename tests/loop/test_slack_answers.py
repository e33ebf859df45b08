"""Presses in Slack, one by one: which deadline is meant, who pressed, what is said when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from deadline_guard.channels import DeliveryError, Outcome
from deadline_guard.channels.slack_desk import Account
from deadline_guard.loop.slack_answers import Reply, handle
from deadline_guard.messages.press import ACCEPT, ACKNOWLEDGE, CONFIRM, DONE, HAND_OVER, NOT_PURSUED, REFUSE, WHY
from deadline_guard.store import ledger
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World

USERS = {"U-zhang": "ZHANG@firm.example", "U-li": "li@firm.example", "U-wang": "wang@firm.example"}


class Desk:
    """Slack as the answers see it: who has which account, what was opened and said."""

    def __init__(self) -> None:
        self.forms: list[Mapping[str, Any]] = []
        self.said: list[str] = []
        self.down: DeliveryError | None = None

    def account(self, user: str, now: datetime) -> Account:
        if self.down is not None:
            raise self.down
        return Account(user, USERS.get(user, ""))

    def open_form(self, trigger: str, view: Mapping[str, Any]) -> None:
        if self.down is not None:
            raise self.down
        self.forms.append(view)

    def whisper(self, *, user: str, channel: str, text: str, thread: str = "", url: str = "") -> None:
        self.said.append(text)


class Slack:
    """A firm on a virtual clock and its people's presses."""

    def __init__(self, cases: str = "A") -> None:
        self.world = World([RULE], at_once=1)
        self.desk = Desk()
        self.world.office.desk = self.desk  # type: ignore[assignment]
        for code in cases:
            self.world.case(code)
            self.world.event(code, "complaint_received", "2026-03-02")
        self.world.run_until("2026-03-10 09:00")
        self.numbers = count(1)

    def press(self, act: str, who: str = "zhang", warning: str = "W-1", trigger: str = "") -> Reply:
        payload = {
            "type": "block_actions", "user": {"id": f"U-{who}"}, "trigger_id": trigger or f"t{next(self.numbers)}",
            "channel": {"id": "D1"}, "actions": [{"action_id": act, "value": warning}],
        }  # fmt: skip
        reply = handle(self.world.office, payload, self.world.now)
        reply.then()
        return reply

    def send(self, view: Mapping[str, Any], who: str = "zhang", **values: str) -> Mapping[str, Any]:
        state = {name: {name: {"value": value}} for name, value in values.items()}
        payload = {
            "type": "view_submission", "user": {"id": f"U-{who}"}, "trigger_id": f"t{next(self.numbers)}",
            "view": {**view, "state": {"values": state}},
        }  # fmt: skip
        reply = handle(self.world.office, payload, self.world.now)
        reply.then()
        return reply.body

    def answers(self) -> list[tuple[str, str]]:
        with self.world.store.read() as conn:
            rows = conn.exec_driver_sql(
                'SELECT case_id, kind FROM event WHERE data LIKE \'%"via":"slack"%\''
            ).fetchall()
        return sorted((row[0], row[1]) for row in rows)

    def refused(self) -> list[tuple[str, str]]:
        """Return (chain, why) of what was refused."""
        with self.world.store.read() as conn:
            rows = conn.exec_driver_sql(
                "SELECT l.chain, p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id "
                "WHERE l.kind = 'refused' ORDER BY p.id"
            ).fetchall()
        return [(row[0], json.loads(row[1])["why"]) for row in rows]


@pytest.fixture
def slack() -> Iterator[Slack]:
    made = Slack()
    yield made
    made.world.close()


@pytest.fixture
def several() -> Iterator[Slack]:
    """One message about three deadlines."""
    made = Slack("ABC")
    assert len(made.world.sent) == 1
    yield made
    made.world.close()


def test_an_account_is_known_by_its_mail_address_whatever_its_case(slack: Slack) -> None:
    slack.press(ACKNOWLEDGE)
    assert slack.answers() == [("A", "acknowledged")]


def test_acknowledging_a_list_leaves_alone_what_was_acknowledged(several: Slack) -> None:
    several.world.answer("B", "acknowledged", "wang", RULE.id)
    several.press(ACKNOWLEDGE)
    assert several.answers() == [("A", "acknowledged"), ("C", "acknowledged")]
    several.press(ACKNOWLEDGE, "wang")
    assert len(several.answers()) == 2 and "确认知悉" in several.desk.said[-1]


def test_of_several_deadlines_the_form_asks_which_and_then_for_that_one(several: Slack) -> None:
    several.press(DONE)
    (asked,) = several.desk.forms
    options = asked["blocks"][0]["element"]["options"]
    assert [o["value"] for o in options] == ["1", "2", "3"] and "B · 提交答辩状" in options[1]["text"]["text"]
    assert list(several.send(asked)["errors"]) == ["which"]
    changed = several.send(asked, which="2")
    assert (
        changed["response_action"] == "update" and json.loads(changed["view"]["private_metadata"])["warning"] == "W-1.2"
    )
    assert several.send(changed["view"], on="2026-03-10") == {}
    assert several.answers() == [("B", "defence_filed")]
    several.press(DONE)
    assert [o["value"] for o in several.desk.forms[-1]["blocks"][0]["element"]["options"]] == ["1", "3"]


def test_what_has_ended_says_so_and_opens_nothing(slack: Slack) -> None:
    slack.press(DONE)
    assert slack.send(slack.desk.forms[0], on="2026-03-10") == {}
    for act in (ACKNOWLEDGE, DONE, HAND_OVER, NOT_PURSUED):
        slack.press(act)
        assert "已了结" in slack.desk.said[-1], act
    assert list(slack.send(slack.desk.forms[0], on="2026-03-10")["errors"]) == ["on"]
    assert len(slack.desk.forms) == 1 and len(slack.answers()) == 1


def test_a_date_that_moved_is_not_acknowledged_by_the_old_message(slack: Slack) -> None:
    slack.world.event("A", "complaint_received", "2026-03-09")
    slack.world.tick()
    slack.press(ACKNOWLEDGE)
    assert slack.answers() == [] and "已变更" in slack.desk.said[-1]


def test_nothing_waits_to_be_confirmed(slack: Slack) -> None:
    slack.press(CONFIRM, "wang")
    assert slack.answers() == [] and "没有等待第二人确认" in slack.desk.said[-1]


def test_offered_and_accepted_or_refused(slack: Slack) -> None:
    slack.press(HAND_OVER)
    assert slack.send(slack.desk.forms[-1], to="li") == {}
    slack.world.tick()
    (offer,) = {s.letter.delivery_id for s in slack.world.sent if s.person == "li"}
    slack.press(REFUSE, "li", offer)
    assert list(slack.send(slack.desk.forms[-1], "li")["errors"]) == ["reason"]
    slack.press(ACCEPT, "li", offer)
    slack.press(ACCEPT, "li", offer)
    assert slack.answers() == [("A", "hand_over_accepted"), ("A", "handed_over")]


def test_while_slack_does_not_say_who_pressed_nothing_is_recorded_and_the_press_may_come_again(slack: Slack) -> None:
    slack.desk.down = DeliveryError("Slack: 500", Outcome.RETRY)
    slack.press(ACKNOWLEDGE, trigger="once")
    assert slack.answers() == [] and "请重新点击" in slack.desk.said[-1]
    slack.desk.down = None
    slack.press(ACKNOWLEDGE, trigger="once")
    assert len(slack.answers()) == 1


def test_two_people_with_one_account_are_nobody(slack: Slack) -> None:
    people = slack.world.office.people
    twin = replace(people.persons["li"], channels={"slack": "zhang@firm.example"})
    slack.world.office.people = replace(people, persons={**people.persons, "li": twin})
    slack.press(ACKNOWLEDGE)
    assert slack.answers() == [] and slack.refused() == [(ledger.of_case("A"), "stranger")]


@pytest.mark.parametrize("act", [ACKNOWLEDGE, DONE, HAND_OVER, NOT_PURSUED, CONFIRM, WHY])
def test_an_outsider_gets_nothing_whatever_is_pressed(slack: Slack, act: str) -> None:
    slack.press(act, "li")
    assert slack.answers() == [] and slack.desk.forms == []
    assert slack.refused() == [(ledger.of_case("A"), "outsider")]
    assert "提交答辩状" not in "".join(slack.desk.said)


def test_a_form_opened_while_in_the_chain_is_refused_when_sent_by_somebody_else(slack: Slack) -> None:
    slack.press(DONE)
    assert slack.send(slack.desk.forms[0], "li", on="2026-03-10") == {}
    assert slack.answers() == [] and slack.refused() == [(ledger.of_case("A"), "outsider")]


def test_a_reply_with_something_to_mend_is_the_same_again_when_the_form_is_brought_twice(slack: Slack) -> None:
    slack.press(DONE)
    payload = {
        "type": "view_submission", "user": {"id": "U-zhang"}, "trigger_id": "one",
        "view": {**slack.desk.forms[0], "state": {"values": {"on": {"on": {"selected_date": "2026-03-20"}}}}},
    }  # fmt: skip
    first, second = (handle(slack.world.office, payload, slack.world.now) for _ in range(2))
    assert first.body == second.body and list(first.body["errors"]) == ["on"]
    first.late()
    assert "未登记" in slack.desk.said[-1]
