"""How we contact a debtor: what breaks the shipped rules of conduct is told to compliance once, and to no chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deadline_guard import paths
from deadline_guard.rulebook import load as rulebook_files
from tests.scenarios.world import Sent, World

NIGHT, DAILY = "recovery.contacts_at_night", "recovery.contacts_a_day"


@pytest.fixture
def world() -> Iterator[World]:
    book, _ = rulebook_files.load([paths.rules_dir()])
    assert book is not None
    made = World([book.rules[NIGHT], book.rules[DAILY]], {"recovery": book.case_types["recovery"]})
    made.case("A", "zhang", "recovery")
    yield made
    made.close()


def contact(world: World, at: str, number: str) -> list[Sent]:
    world.run_until(at)
    world.event("A", "contact_made", at[:10], number, at=at)
    return world.run_until(at)


def persons(sent: list[Sent]) -> list[tuple[str, str]]:
    return sorted((s.when, s.person) for s in sent)


def test_a_contact_at_half_past_ten_at_night_warns_compliance_once(world: World) -> None:
    told = contact(world, "2026-03-04 22:30", "1")
    assert persons(told) == [("03-04 22:30", "qian"), ("03-04 22:30", "wang")]  # compliance, and the team's lead
    letter = next(s.letter for s in told if s.person == "qian")
    assert "夜间联系债务人" in letter.subject
    assert "越线时间" in letter.text
    assert "今天到期" not in letter.text
    assert contact(world, "2026-03-04 23:10", "2") == []  # the same night: told already
    later = world.run_until("2026-03-05 21:00")
    assert [s for s in later if "✓" not in s.letter.sender_name] == []  # only that it is over


def test_the_next_night_is_told_again_and_the_day_is_not(world: World) -> None:
    contact(world, "2026-03-04 22:30", "1")
    world.run_until("2026-03-05 12:00")
    assert contact(world, "2026-03-05 12:30", "2") == []
    assert [p for _, p in persons(contact(world, "2026-03-05 22:00", "3"))] == ["qian", "wang"]
    world.run_until("2026-03-06 08:00")
    assert contact(world, "2026-03-06 08:00", "4") == []  # eight o'clock is no longer night


def test_the_fourth_contact_of_a_day_warns_compliance(world: World) -> None:
    for number, hour in enumerate(("09", "11", "14"), 1):
        assert contact(world, f"2026-03-04 {hour}:00", str(number)) == []
    told = contact(world, "2026-03-04 16:00", "4")
    assert [p for _, p in persons(told)] == ["qian", "wang"]
    assert "一日内联系过多" in told[0].letter.subject
