"""Still wanted? What the sieve in the database lets through is judged one by one; it hides nothing unwanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from deadline_guard.core.notices import ANSWERED_MEANWHILE
from deadline_guard.core.rules import Level
from deadline_guard.loop import wanted
from deadline_guard.loop.sweep import sweep
from deadline_guard.store import notices, sending
from deadline_guard.store.sending import Leased
from tests.scenarios.given import channel_down, ruled
from tests.scenarios.world import World


def acknowledged(world: World) -> None:
    world.answer("A", "acknowledged", "zhang")


def muted(world: World) -> None:
    world.answer("A", "muted", "zhang", until=world.at("2026-03-12 09:00").isoformat())


def done(world: World) -> None:
    world.event("A", "defence_filed", "2026-03-10")


def moved(world: World) -> None:
    world.event("A", "complaint_received", "2026-03-03")


def retracted(world: World) -> None:
    world.event("A", "complaint_received", "2026-03-02", retracted=True)


def handed_over(world: World) -> None:
    world.assign("A", "owner", "li")


def worse(world: World) -> None:
    world.now = world.at("2026-03-16 12:00")


def taken_back(world: World) -> None:
    with world.store.write() as conn:
        found = [s.id for s in notices.of_subjects(conn, ["A"])]
        notices.set_state(conn, found, "withdrawn", "by hand", world.now)


def another_case(world: World) -> None:
    world.answer("B", "acknowledged", "li")


CHANGES: Mapping[str, tuple[Callable[[World], None], str]] = {
    "acknowledged": (acknowledged, ANSWERED_MEANWHILE),
    "muted": (muted, "muted"),
    "done": (done, "the deadline has ended"),
    "moved": (moved, "the date has moved"),
    "event taken back": (retracted, "the deadline has ended"),
    "handed over": (handed_over, "somebody else owns it now"),
    "risen": (worse, "the level has risen"),
    "taken back": (taken_back, "by hand"),
    "an answer to another case": (another_case, ""),
}


def judged(change: Callable[[World], None]) -> Mapping[str, str]:
    """Return why each waiting message of case A is not wanted after ``change`` ('' while it is), by person."""
    world = World([ruled(tell={Level.NEAR: ("owner", "lead"), Level.URGENT: ("owner", "lead")})])
    world.case("A")
    world.case("B", owner="li")
    world.event("A", "complaint_received", "2026-03-02")
    channel_down(world)
    world.run_until("2026-03-10 08:40")
    change(world)
    sweep(world.office, world.now)
    found: list[Leased] = []
    with world.store.write() as conn:
        later = world.at("2026-03-17 08:00")  # every back-off is over
        sending.lease(conn, later, 100, "test", 60, lambda leased: found.extend(leased) or {})
        told = notices.by_ids(conn, {n for m in found for n in m.notice_ids})
        first = [m for m in found if all(told[n].notice.level is Level.NEAR for n in m.notice_ids)]
        why = wanted.unwanted(conn, first, world.now)
    world.close()
    return {m.person: why.get(m.id, "") for m in first}


@pytest.mark.parametrize("name", CHANGES)
def test_the_sieve_finds_what_judging_each_would_find(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change, reason = CHANGES[name]
    sieved = judged(change)
    monkeypatch.setattr(wanted, "doubtful", lambda conn, ids, *_: list(ids))
    assert sieved == judged(change)
    assert sieved["zhang"] == reason
    assert set(sieved) == {"zhang", "wang"}


def test_of_warnings_that_nothing_happened_to_none_is_judged_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    let_through: list[list[int]] = []
    sieve = wanted.doubtful
    monkeypatch.setattr(wanted, "doubtful", lambda *given: let_through.append(sieve(*given)) or let_through[-1])
    world = World([ruled(tell={Level.NEAR: ("owner",)})])
    for code in ("A", "B"):
        world.case(code)
        world.event(code, "complaint_received", "2026-03-02")
    assert len(world.run_until("2026-03-10 08:40")) == 2
    world.close()
    assert let_through == [[]]
