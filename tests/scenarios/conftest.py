"""A firm for one test, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from deadline_guard.core.rules import Rule
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World

Firm = Callable[..., World]


@pytest.fixture
def firm() -> Iterator[Firm]:
    """Return a maker of worlds; ``served`` is the day of service of case A's complaint ("": no case yet)."""
    made: list[World] = []

    def make(rules: Sequence[Rule] = (RULE,), served: str = "2026-03-02", **more: Any) -> World:
        world = World(rules, **more)
        made.append(world)
        if served:
            world.case()
            world.event("A", "complaint_received", served)
        return world

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(firm: Firm) -> World:
    """Given case A of zhang, complaint served 2026-03-02: due 03-17, near from 03-10 08:30, urgent from 03-14 08:30."""
    return firm()
