"""The nightly seal: over everything, once a night, and its root in the custodian's hands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deadline_guard.store import seals
from deadline_guard.store.verify import verify
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import Sent, World


def sealed_nightly(world: World) -> None:
    """Given that the seal is made every night, which the world leaves out otherwise."""
    config = world.office.config
    jobs = config.jobs.model_copy(update={"seal": "55 23 * * *"})
    world.office.config = config.model_copy(update={"jobs": jobs})


@pytest.fixture
def world() -> Iterator[World]:
    made = World([RULE])
    sealed_nightly(made)
    yield made
    made.close()


def kept_by(world: World, custodian: str) -> None:
    """Given a custodian."""
    world.office.config = world.office.config.model_copy(update={"custodian": custodian})


def roots(world: World) -> list[str]:
    with world.store.read() as conn:
        return [one.root.hex() for one in seals.all_seals(conn)]


def with_root(sent: list[Sent]) -> list[tuple[str, str]]:
    """Return (address, root) of the letters that carry a root."""
    return [
        (s.letter.address, root)
        for s in sent
        for root in [word for word in s.letter.text.replace("\n", " ").split() if len(word.strip(".")) == 64]
    ]


def test_every_night_is_sealed_once(world: World) -> None:
    world.case("A")
    world.event("A", "complaint_received", "2026-03-02")
    world.run_until("2026-03-05 12:00")
    assert len(roots(world)) == 3
    with world.store.read() as conn:
        assert verify(conn, roots(world)[1]).is_whole
        assert verify(conn).seals == 3


def test_nobody_is_told_without_a_custodian(world: World) -> None:
    assert with_root(world.run_until("2026-03-04 12:00")) == []


def test_an_address_outside_the_firm_is_mailed_each_root_with_how_to_check_it(world: World) -> None:
    kept_by(world, "notary@chamber.example")
    sent = world.run_until("2026-03-04 12:00")
    got = [s for s in sent if s.letter.address == "notary@chamber.example"]
    assert len(got) == 2
    for root, letter in zip(roots(world), got, strict=True):
        assert root in letter.letter.text.replace("\n", "")
        assert "ledger verify --against" in letter.letter.text.replace("\n", " ")


def test_a_person_of_the_firm_is_told_like_of_any_finding(world: World) -> None:
    kept_by(world, "zhao")
    world.run_until("2026-03-04 12:00")
    got = [s for s in world.sent if s.person == "zhao"]
    assert got
    assert roots(world)[0] in got[0].letter.text.replace("\n", "")
