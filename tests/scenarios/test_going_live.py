"""Before go-live everything is decided and recorded, nothing is sent; afterwards the next level speaks."""

from __future__ import annotations

from deadline_guard.core.rules import Wait
from tests.scenarios.conftest import Firm
from tests.scenarios.given import DEFENCE, channel_down, channel_up, ruled, why_unsent
from tests.scenarios.world import told


def test_what_was_near_before_go_live_is_recorded_and_the_first_letter_is_the_next_level(firm: Firm) -> None:
    world = firm()
    go_live = world.at("2026-03-12 00:00")
    world.office.config = world.office.config.model_copy(update={"go_live": go_live})
    assert told(world.run_until("2026-03-14 08:00")) == []
    assert why_unsent(world) == [("zhang", "withdrawn", "decided before go_live")]
    assert told(world.run_until("2026-03-14 13:00")) == [
        ("03-14 08:30", "wang", "▲紧急"),
        ("03-14 08:30", "zhang", "▲紧急"),
        ("03-14 12:30", "wang", "▲紧急"),
    ]


def test_a_channel_that_was_down_past_the_answer_and_its_expiry_loses_nobody(firm: Firm) -> None:
    world = firm([ruled(ack_expires=Wait(2, "hours"))])  # type: ignore[arg-type]
    world.run_until("2026-03-10 08:00")
    channel_down(world)
    world.run_until("2026-03-10 08:40")
    world.answer("A", "acknowledged", "li", DEFENCE)
    world.run_until("2026-03-10 12:00")
    channel_up(world)
    assert {s[1] for s in told(world.run_until("2026-03-10 16:00"))} == {"zhang", "wang"}
