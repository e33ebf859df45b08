"""Timelines: revisions fold into what counts; a person outlives a re-import; what contradicts stays visible."""

from __future__ import annotations

from typing import Any

import pytest

from deadline_guard.core.timeline import EMPTY, Event, Origin, Timeline, effective, timeline
from tests.core.building import event, utc

SOURCE, HAND = Origin.SOURCE, Origin.HAND


def revisions(*said: tuple[Origin, str]) -> list[Event]:
    """Return revisions of one event: who said which day ("": retracted), in this order."""
    return [
        event("opened", on or "2026-03-01", "1", origin=origin, revision=n, retracted=not on)
        for n, (origin, on) in enumerate(said, 1)
    ]


@pytest.mark.parametrize(
    ("said", "counts", "other"),
    [
        ([(SOURCE, "2026-03-02")], "2026-03-02", None),
        ([(SOURCE, "2026-03-02"), (SOURCE, "2026-03-04")], "2026-03-04", None),
        ([(SOURCE, "2026-03-02"), (SOURCE, "")], None, None),
        ([(SOURCE, "2026-03-02"), (HAND, "2026-03-04")], "2026-03-04", None),
        ([(SOURCE, "2026-03-02"), (HAND, "")], None, None),
        ([(HAND, "2026-03-04"), (SOURCE, "2026-03-04")], "2026-03-04", None),
        ([(HAND, "2026-03-04"), (SOURCE, "2026-03-05")], "2026-03-04", "2026-03-05"),  # the earlier works
        ([(HAND, "2026-03-05"), (SOURCE, "2026-03-04")], "2026-03-04", "2026-03-05"),
        ([(HAND, "2026-03-04"), (SOURCE, "2026-03-05"), (HAND, "2026-03-05")], "2026-03-05", None),
        ([(HAND, ""), (SOURCE, "2026-03-05")], "2026-03-05", "2026-03-01"),  # said away, and it comes again
        ([(HAND, "2026-03-04"), (SOURCE, "")], "2026-03-04", "2026-03-01"),
        ([(HAND, ""), (SOURCE, "")], None, None),
    ],
)
def test_which_revision_counts_and_which_contradicts_it(said: Any, counts: str | None, other: str | None) -> None:
    found = effective(reversed(revisions(*said)))
    assert (str(found.on) if found else None) == counts
    assert [str(e.on) for e in found.conflicts] == ([other] if other else []) if found else other is None


def test_what_was_known_then_leaves_out_what_came_later() -> None:
    first = event("opened", "2026-03-02", "1", recorded="2026-03-02T01:00+00:00")
    second = event("opened", "2026-03-04", "1", recorded="2026-03-05T01:00+00:00", revision=2)
    assert [str(e.on) for e in timeline([second, first], utc("2026-03-04T00:00")).events] == ["2026-03-02"]
    assert [str(e.on) for e in timeline([second, first]).events] == ["2026-03-04"]
    assert timeline([first], utc("2026-03-01T00:00")).events == ()


def test_events_by_kind_in_order_and_the_last_of_them() -> None:
    late, early, note = event("a", "2026-03-04"), event("a", "2026-03-02"), event("b", "2026-03-03")
    found = Timeline.of([late, note, early])
    assert found.kind("a") == (early, late)
    assert found.kind("a", "b") == (early, note, late)
    assert (found.last("a", "b"), found.last("c")) == (late, None)
    assert "2026, 3, 2" in repr(found)


def test_a_timeline_made_on_demand_is_the_same_and_makes_only_what_is_asked_for() -> None:
    made: list[str] = []

    def make(on: str) -> Event:
        made.append(on)
        return event("a" if on < "2026-03-03" else "b", on)

    found = Timeline.on_demand({"a": ["2026-03-01", "2026-03-02"], "b": ["2026-03-03"]}, make)
    assert (len(found.by_kind), list(found.by_kind), "b" in found.by_kind, "c" in found.by_kind) == (
        2, ["a", "b"], True, False,
    )  # fmt: skip
    assert found.by_kind.get("c") is None
    assert [str(e.on) for e in found.kind("a")] == ["2026-03-01", "2026-03-02"]
    assert made == ["2026-03-01", "2026-03-02"]
    plain = Timeline.of(found.events)
    assert plain == found
    assert len({plain, found}) == 1


def test_nothing_is_an_empty_mapping_that_can_be_a_default() -> None:
    assert (dict(EMPTY), len(EMPTY), hash(EMPTY), repr(EMPTY)) == ({}, 0, 0, "{}")
    with pytest.raises(KeyError):
        EMPTY["x"]


def test_two_retractions_are_the_same_whatever_they_retract() -> None:
    a, b = event("a", "2026-03-02", retracted=True), event("b", "2026-03-03", retracted=True)
    assert a.content() == b.content()
