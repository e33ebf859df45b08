"""Frozen assets outlive the file: each is warned of by itself, renewed by itself, and lapses by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deadline_guard.paths import rules_dir
from deadline_guard.rulebook.load import load
from deadline_guard.store import cases
from tests.scenarios.world import World, told

REGISTER = ("cn.pres.bank_deposit", "cn.pres.movable", "cn.pres.immovable_other", "cn.pres.renew")


@pytest.fixture
def world() -> Iterator[World]:
    book, problems = load([rules_dir()])
    assert book is not None, "\n".join(map(str, problems))
    made = World([book.rules[name] for name in REGISTER], book.case_types, start="2025-03-03 08:00")
    made.case("A", case_type="preservation")
    made.event("A", "measure_taken", "2025-03-03", "1", subject="账户尾号0000", asset="bank_deposit")
    made.event("A", "measure_taken", "2025-03-03", "2", subject="轿车", asset="movable")
    made.run_until("2025-06-02 09:00")
    yield made
    made.close()


def close(world: World) -> None:
    """Close the file as an import of a closed matter does."""
    world.event("A", "case_closed", "2025-06-02")
    with world.store.write() as conn:
        case = cases.load_case(conn, "A")
        cases.put_case(conn, replace(case, closed_at=world.now), world.now)


def test_a_closed_file_still_warns_sixty_days_before_the_day_to_ask(world: World) -> None:
    close(world)
    sent = world.run_until("2026-01-02 09:00")
    # The deposit lapses on 2026-03-03; ask by 02-24; sixty days before that is 12-26.
    assert told(sent)[:1] == [("12-26 08:30", "zhang", "◆提示")]
    assert {s.person for s in sent} == {"zhang"}


def test_the_silent_owner_of_a_closed_file_is_climbed_over_until_the_measure_lapses(world: World) -> None:
    close(world)
    sent = told(world.run_until("2026-03-04 09:00"))
    people = {(person, sign) for _, person, sign in sent}
    assert ("wang", "■临近") in people
    assert any(person == "zhao" for _, person, _ in sent)


def test_a_renewal_ends_the_warnings_of_that_asset_until_the_next_term(world: World) -> None:
    close(world)
    world.run_until("2025-12-29 09:00")
    world.event("A", "measure_renewed", "2025-12-29", subject="账户尾号0000", asset="bank_deposit", until="2026-12-28")
    assert told(world.run_until("2026-10-22 08:00")) == [("12-29 09:00", "zhang", "✓已了结")]
    # The new term ends on 2026-12-28; ask by 12-21; sixty days before that is 10-22.
    assert told(world.run_until("2026-10-23 09:00")) == [("10-22 08:30", "zhang", "◆提示")]
