"""An act dated before the event that asks for it ends nothing, and the contradiction is flagged."""

from __future__ import annotations

import pytest

from deadline_guard.core.deadlines import State
from deadline_guard.core.endings import ACT_BEFORE_EVENT
from deadline_guard.core.limits import deadlines
from deadline_guard.core.timeline import Event
from tests.core.building import CALENDARS, NOW, case, event, rule, rulebook

OPENED = event("opened", "2026-03-02")


@pytest.mark.parametrize(
    ("events", "flags"),
    [
        ((event("acted", "2026-03-01"),), [(ACT_BEFORE_EVENT,)]),
        ((event("acted", "2026-03-02"),), [()]),  # on the day itself it is an answer
        ((event("acted", "2026-03-03"),), [()]),
        ((event("acted", "2026-03-01"), event("acted", "2026-03-03")), [()]),  # done all the same
        ((event("acted", "2026-03-01", subject="B"),), [()]),  # about something else
        ((event("opened", "2026-02-01"), event("acted", "2026-02-03")), [(), ()]),  # it answered the one before
        ((event("opened", "2026-02-01"), event("acted", "2026-01-03")), [(ACT_BEFORE_EVENT,)] * 2),
    ],
)
def test_an_act_before_every_event_that_asks_for_it_is_flagged(
    events: tuple[Event, ...], flags: list[tuple[str, ...]]
) -> None:
    made = rule("15 days")
    found = deadlines(made, case(OPENED, *events), rulebook(made), CALENDARS, NOW)
    assert [d.flags for d in found] == flags
    assert all(d.state is State.OPEN for d in found if d.flags)


def test_a_backward_limit_wants_its_act_before_the_event() -> None:
    made = rule("15 days", direction="backward")
    (found,) = deadlines(made, case(OPENED, event("acted", "2026-02-01")), rulebook(made), CALENDARS, NOW)
    assert (found.state, found.flags) == (State.DONE, ())
