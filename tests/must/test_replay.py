"""Replay: what a deadline is depends on which revisions exist, never on the order in which they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from deadline_guard.core.deadlines import Deadline
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.rules import Kind, Pair, Profile, Rule, Trigger
from deadline_guard.core.timeline import Case, Event, Origin, Timeline, timeline
from tests.core.building import CALENDARS, SHANGHAI, rule, rulebook, stage

MOVING: dict[str, Any] = {
    "suspends": (Pair("stayed", "resumed"),),
    "excludes": (Pair("appraisal_started", "appraisal_ended", until_days=30),),
    "extended_by": ("extended",),
    "restarted_by": ("demand",),
    "cancelled_by": ("withdrawn",),
    "kind": Kind.RIGHT,
    "profile": Profile("p"),
}
RULES = (
    rule("30 days", id="each", **MOVING),
    rule("1 month", id="first", trigger=Trigger("opened", pick="first"), jurisdiction="cn-civil", **MOVING),
    rule("10 working days", id="last", trigger=Trigger("opened", pick="last"), **MOVING),
    rule("48 hours", id="hours", **MOVING),
    rule("7 days", id="back", trigger=Trigger("hearing"), direction="backward", **MOVING),
    rule("20 days", id="next", trigger=Trigger("acted"), done_by=("acted",)),
    rule("20 days", id="chained", trigger=Trigger(rule="each")),
    rule("20 days", id="any", trigger=Trigger(), trigger_any=(Trigger("opened"), Trigger("hearing"))),
    rule(None, id="set", date_field="due", **MOVING),
    rule(None, id="stages", indicator="stage_time", trigger=Trigger(), **(MOVING | {"profile": Profile("p")})),
    rule("15 days", id="idle", indicator="idle_time", trigger=Trigger(), stage="trial"),
    rule("15 days", id="idle case", indicator="idle_time", trigger=Trigger()),
    rule("90 days", id="handling", indicator="handling_time", trigger=Trigger(), **MOVING),
)
BOOK = rulebook(
    *RULES,
    stages=(
        stage("pleadings", "opened", "acted", target="15 days"),
        stage("trial", "hearing", "judgment", target="60 days"),
    ),
)
KINDS = ("opened", "acted", "withdrawn", "stayed", "resumed", "appraisal_started", "appraisal_ended", "extended",
         "demand", "hearing", "judgment", "case_closed", "note")  # fmt: skip
NOW = datetime(2026, 3, 10, tzinfo=UTC)

days = st.dates(date(2026, 2, 20), date(2026, 3, 31))
hours = st.none() | st.integers(0, 47).map(lambda half: timedelta(minutes=30 * half))
data = st.sampled_from(
    [{}, {"by": "10 days"}, {"by": "1 month", "rule": "each"}, {"until": "2026-05-02"}, {"due": "2026-04-04"}]
)


@st.composite
def revisions(draw: st.DrawFn) -> list[Event]:
    """Return the revisions of up to a dozen facts, each said once to four times, some taken back."""
    told: list[Event] = []
    for name in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(KINDS))
        for revision in range(1, draw(st.integers(1, 4)) + 1):
            on, hour = draw(days), draw(hours)
            told.append(
                Event(
                    kind=kind,
                    on=on,
                    at=None
                    if hour is None
                    else datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=8) + hour,
                    source="t",
                    source_id=str(name),
                    recorded_at=NOW,
                    revision=revision,
                    origin=draw(st.sampled_from([Origin.SOURCE, Origin.SOURCE, Origin.HAND])),
                    subject=draw(st.sampled_from([None, None, None, "a"])),
                    data=draw(data),
                    retracted=draw(st.integers(0, 9)) == 0,
                )
            )
    return told


def recorded(told: Sequence[Event]) -> list[Event]:
    """Return the revisions as they arrive in this order, one a minute."""
    return [event._replace(recorded_at=NOW - timedelta(days=1) + timedelta(minutes=i)) for i, event in enumerate(told)]


def deadlines(line: Timeline) -> dict[tuple[str, str], Deadline]:
    case = Case(id="1", code="C-1", case_type="civil", timeline=line, zone=SHANGHAI, calendar="cn")
    computed: dict[str, tuple[Deadline, ...]] = {}
    for made in RULES:
        computed[made.id] = INDICATORS[made.indicator](made, case, BOOK, CALENDARS, NOW, computed)
    return {(d.rule, d.cycle): without_recording(d, made_by(d)) for found in computed.values() for d in found}


def made_by(deadline: Deadline) -> Rule:
    return BOOK.rules[deadline.rule]


def without_recording(deadline: Deadline, made: Rule) -> Deadline:
    """Leave out when we learnt of it; a period counted back has its shares from then on."""
    starts = deadline.due_at if made.direction == "backward" else deadline.starts_at
    return deadline._replace(known_at=NOW, starts_at=starts)


@settings(max_examples=60, deadline=None)
@given(revisions(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(told: list[Event], random: Any) -> None:
    expected = deadlines(timeline(recorded(told)))
    shuffled = list(told)
    random.shuffle(shuffled)
    assert deadlines(timeline(recorded(shuffled))) == expected


@settings(max_examples=25, deadline=None)
@given(revisions())
def test_growing_event_by_event_ends_where_starting_over_does(told: list[Event]) -> None:
    arrived = recorded(told)
    seen: list[Event] = []
    state = deadlines(timeline(seen))
    for event in arrived:
        seen.append(event)
        state = deadlines(timeline(seen))
    assert state == deadlines(timeline(arrived))
    assert state == deadlines(timeline(arrived, known_at=arrived[-1].recorded_at))


@settings(max_examples=60, deadline=None)
@given(revisions())
def test_no_due_instant_lies_before_a_clock_starts_and_none_moves_with_time(told: list[Event]) -> None:
    line = timeline(recorded(told))
    for deadline in deadlines(line).values():
        assert deadline.starts_at <= deadline.due_at
        assert deadline.ended_at is None or deadline.ended_at <= NOW
        assert deadline.changes_at is None or deadline.changes_at > NOW
