"""The line to Slack: presses are acked before they are worked on, a form waits two seconds at most, deafness is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from deadline_guard.channels import DeliveryError, Outcome
from deadline_guard.loop import slack_line
from deadline_guard.loop.slack_answers import Reply
from deadline_guard.loop.slack_line import DEAF, SlackLine
from tests.must.test_owner_silent import RULE
from tests.scenarios.disk import until
from tests.scenarios.world import World

Hear = Callable[[Mapping[str, Any], Callable[[Mapping[str, Any]], None]], None]


class Wire:
    """A connection that opens, breaks and refuses as it is told."""

    def __init__(self, hear: Hear) -> None:
        self.hear = hear
        self.opened = 0
        self.up = False
        self.refuses: DeliveryError | None = None

    def open(self) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.opened += 1
        self.up = True

    def is_open(self) -> bool:
        return self.up

    def close(self) -> None:
        self.up = False


@pytest.fixture
def world() -> Iterator[World]:
    world = World([RULE])
    yield world
    world.close()


def line(world: World, deaf_after: float = 60.0, refuses: DeliveryError | None = None) -> tuple[SlackLine, Wire]:
    wires: list[Wire] = []

    def make(hear: Hear) -> Wire:
        wires.append(Wire(hear))
        wires[0].refuses = refuses
        return wires[0]

    made = SlackLine(world.office, lambda: world.now, make, deaf_after)
    return made, wires[0]


def deaf(world: World) -> list[str]:
    """Return the errors of the findings that nobody hears."""
    with world.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT data FROM notice WHERE rule = ?", (DEAF,)).fetchall()
    return [str(row[0]) for row in rows]


def test_it_connects_and_connects_again_when_the_connection_breaks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_line, "_RENEWAL", 0.1)
    made, wire = line(world)
    made.start()
    until(lambda: wire.up, "the connection")
    wire.up = False
    until(lambda: wire.opened == 2, "the second connection")
    made.stop()
    assert not wire.up and deaf(world) == []


def test_a_refused_token_is_a_finding_at_once_and_only_once_a_day(world: World) -> None:
    made, wire = line(world, 600, DeliveryError("configuration: Slack refuses (invalid_auth)", Outcome.PERMANENT))
    made.start()
    until(lambda: deaf(world), "the finding", 30)
    wire.refuses = None
    until(lambda: wire.up, "the connection once the token is mended", 30)
    made.stop()
    assert len(deaf(world)) == 1 and "invalid_auth" in deaf(world)[0]


def test_an_unreachable_slack_is_a_finding_after_a_while(world: World) -> None:
    made, _ = line(world, 0.5, DeliveryError("Slack cannot be reached", Outcome.RETRY))
    made.start()
    until(lambda: deaf(world), "the finding", 30)
    made.stop()


def test_a_press_is_acked_before_anything_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    go, did = threading.Event(), threading.Event()

    def slow(office: object, payload: object, now: object) -> Reply:
        go.wait(30)
        return Reply(then=did.set)

    monkeypatch.setattr(slack_line, "handle", slow)
    made, wire = line(world)
    acked: list[Mapping[str, Any]] = []
    wire.hear({"type": "block_actions"}, acked.append)
    assert acked == [{}] and not did.is_set()
    go.set()
    assert did.wait(30)
    made.stop()


def test_a_form_is_answered_in_its_ack_or_told_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    go = threading.Event()
    go.set()

    def handled(office: object, payload: object, now: object) -> Reply:
        go.wait(30)
        wrong = {"response_action": "errors"}
        return Reply(wrong, lambda: told.append("then"), lambda: told.append("late"))

    monkeypatch.setattr(slack_line, "ANSWER_WITHIN", 30.0)
    monkeypatch.setattr(slack_line, "handle", handled)
    made, wire = line(world)
    acked: list[Mapping[str, Any]] = []
    wire.hear({"type": "view_submission"}, acked.append)
    assert (acked, told) == ([{"response_action": "errors"}], ["then"])

    def ack(body: Mapping[str, Any]) -> None:
        acked.append(body)
        go.set()  # what it waited for comes only now

    monkeypatch.setattr(slack_line, "ANSWER_WITHIN", 0.05)
    go.clear()
    wire.hear({"type": "view_submission"}, ack)
    assert (acked[1:], told[1:]) == ([{}], ["late", "then"])
    made.stop()


def test_a_form_that_cannot_be_answered_is_acked_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(office: object, payload: object, now: object) -> Reply:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(slack_line, "handle", broken)
    made, wire = line(world)
    acked: list[Mapping[str, Any]] = []
    wire.hear({"type": "view_submission"}, acked.append)
    wire.hear({"type": "block_actions"}, acked.append)
    assert acked == [{}, {}]
    made.stop()
