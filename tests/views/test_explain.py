"""Explain: the whole way from the event to who was told, as known at any instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from deadline_guard.channels import DeliveryError, Outcome
from deadline_guard.core.rules import Level, Trigger
from deadline_guard.errors import NotFoundError
from deadline_guard.store import sources
from deadline_guard.views.explain import Explained, explain
from deadline_guard.views.items import Sight
from deadline_guard.views.status import status
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World

APPEAL = replace(RULE, id="cn.civ.appeal", trigger=Trigger("judgment_served"), done_by=("appeal_filed",))


@pytest.fixture
def world() -> Iterator[World]:
    world = World([RULE, APPEAL])
    world.case()
    world.event("A", "complaint_received", "2026-03-02", by="li")  # due 2026-03-17
    yield world
    world.close()


def why(world: World, at: str | None = None, rule: str | None = None) -> Explained:
    with world.store.read() as conn:
        sight = Sight(world.office.rulebook, world.office.calendars, world.office.directory(conn))
        return explain(conn, "A", sight, world.at(at) if at else world.now, rule)


def test_levels_with_their_instants_and_who_is_told_then(world: World) -> None:
    world.tick()
    (one,) = why(world).deadlines
    assert [(t.at, t.level, [r.person.id for r in t.tell]) for t in one.thresholds] == [
        (world.at("2026-03-10 08:30"), Level.NEAR, ["zhang"]),
        (world.at("2026-03-14 08:30"), Level.URGENT, ["zhang", "wang"]),
        (world.at("2026-03-18 00:00"), Level.OVERDUE, ["zhang", "wang", "zhao"]),
    ]
    assert [[r.person.id for r in rung.tell] for rung in one.chain] == [["wang"], ["zhao"]]
    assert one.trigger is not None
    assert one.trigger.recorded_by == "li"


def test_what_was_told_with_the_message_that_carried_it_and_why(world: World) -> None:
    world.run_until("2026-03-10 13:00")
    (one,) = why(world).deadlines
    assert [(t.person, t.stored.notice.reason, [c.state for c in t.carried]) for t in one.told] == [
        ("张三", "first", ["sent"]),
        ("王五", "unanswered", ["sent"]),
    ]


def test_what_was_held_back_says_until_when_and_why(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-03-09")  # later: told with the next digest
    world.run_until("2026-03-10 10:00")
    (one,) = why(world).deadlines
    held = one.told[-1].stored
    assert (held.state, held.state_reason, held.hold_until) == ("held", "digest", world.at("2026-03-11 08:30"))


def test_as_it_was_known_then(world: World) -> None:
    world.run_until("2026-03-10 09:00")
    world.event("A", "complaint_received", "2026-02-27")
    world.run_until("2026-03-11 09:00")
    assert [d.found.deadline.due_on.isoformat() for d in why(world).deadlines] == ["2026-03-16"]
    (then,) = why(world, "2026-03-10 08:45").deadlines
    assert then.found.deadline.due_on.isoformat() == "2026-03-17"
    assert len(then.told) == 1


def test_rules_that_have_not_begun_and_one_rule_alone(world: World) -> None:
    assert [r.id for r in why(world).waiting] == ["cn.civ.appeal"]
    assert why(world, rule="cn.civ.appeal").deadlines == ()
    with pytest.raises(NotFoundError, match=r"no rule x watches case A; these do: cn.civ.defence, cn.civ.appeal"):
        why(world, rule="x")


def test_status_tells_what_nobody_watches_and_what_is_stuck(world: World) -> None:
    world.case("B", owner=None)
    with world.store.write() as conn:
        sources.expect(conn, "docket", timedelta(days=1))
        sources.seen(conn, "docket", world.now)
    world.run_until("2026-03-10 09:00")
    with world.store.read() as conn:
        found = status(conn, world.office.calendars, world.now)
    assert (found.figures.cases, found.figures.without_owner, found.figures.without_clock) == (2, 1, 1)
    assert found.last is not None
    assert found.last.now == world.at("2026-03-10 08:30")
    assert found.messages["sent"] == len(world.sent)
    assert found.oldest_due is None
    assert [s.name for s in found.sources if s.late(world.now)] == ["docket"]
    assert [c.name for c in found.channels] == ["email"]


def test_status_names_a_dead_channel_and_its_last_words(world: World) -> None:
    world.failures["email"] = DeliveryError("535 authentication failed", Outcome.PERMANENT)
    world.run_until("2026-03-10 09:00")
    with world.store.read() as conn:
        (channel,) = status(conn, world.office.calendars, world.now).channels
    assert (channel.name, channel.last_sent, channel.error) == ("email", None, "535 authentication failed")
    assert channel.dead == 3  # the warning, and both findings that were to tell the admin of it


def test_status_says_since_when_a_message_that_is_tried_again_waits(world: World) -> None:
    world.failures["email"] = DeliveryError("try later", Outcome.RETRY, 7200.0)
    world.run_until("2026-03-10 09:00")
    with world.store.read() as conn:
        found = status(conn, world.office.calendars, world.now)
    assert found.oldest_due == world.at("2026-03-10 08:30")  # though its next try lies ahead
