"""What is typed in by hand: recorded once it is checked, refused with what to do otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from deadline_guard.app import App
from deadline_guard.channels import CHANNELS
from deadline_guard.core.assess import assess
from deadline_guard.messages.words import CHANNEL_NAMES
from deadline_guard.store import cases, messages
from tests.scenarios import disk
from tests.scenarios.disk import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One case with a defence due in a week and one with a court-set date tomorrow; everybody was told."""
    office = disk.make(tmp_path / "office", 9)
    office.type("case", "add", "A", "--type", "civil", "--owner", "zhang", "--team", "lit", "--with", "side=defendant")
    office.type("case", "add", "B", "--type", "civil", "--owner", "li", "--team", "lit")
    office.type("event", "add", "A", "complaint_received", "--on", office.day(-10))
    office.type("deadline", "add", "B", office.day(1), "--what", "file the list")
    tick(office)
    return office


def tick(office: Office) -> list[str]:
    """Let the office decide and compose once; return the ids of all messages so far."""
    app = App.open(office.config)
    try:
        app.tick(app.clock.now())
        with app.store.read() as conn:
            return [f"W-{n + 1}" for n in range(sum(messages.counts(conn).values()))]
    finally:
        app.close()


def test_adding_an_event_shows_what_is_due_then(office: Office) -> None:
    said = office.type("event", "add", "B", "complaint_received", "--on", office.day())
    assert "Statement of defence" in said
    assert "file the list" in said


def test_acknowledged_is_shown_and_not_done(office: Office) -> None:
    assert "Acknowledged is not done" in office.type("ack", "W-1", "--by", "zhang")
    board = office.type("due")
    assert "✓ acknowledged" in board
    assert "Statement of defence" in board


def test_done_records_the_rules_own_event_and_closes(office: Office) -> None:
    said = office.type("done", "A", "t.defence", "--on", office.day(), "--receipt", "R-7", "--by", "zhang")
    assert "defence_filed" in said
    assert "t.defence" not in office.type("due")
    explained = office.type("explain", "A")
    assert "Defence filed (recorded by 张三)" in explained


def test_done_of_one_of_two_alike_ends_that_one_alone(office: Office) -> None:
    office.type("deadline", "add", "B", office.day(2), "--what", "pay the fee")
    tick(office)
    said = office.type("done", "W-2", "--by", "li")
    assert "file the list" in said
    board = office.type("due")
    assert "pay the fee" in board
    assert "file the list" not in board


def test_a_right_is_given_up_for_a_reason_and_from_urgent_on_by_two(office: Office) -> None:
    assert "--reason" in office.type("not-pursued", "A", "t.defence", expect=1)
    office.type("event", "add", "B", "complaint_received", "--on", office.day(-14))
    said = office.type("not-pursued", "B", "t.defence", "--reason", "client's wish", "--by", "li")
    assert "second person" in said
    assert "somebody else must confirm" in office.type("confirm", "B", "t.defence", "--by", "li", expect=1)
    assert "Statement of defence" in office.type("explain", "B", "t.defence")
    office.type("confirm", "B", "t.defence", "--by", "wang")
    assert "has ended: not pursued" in office.type("ack", "B", "t.defence", expect=1)


REFUSALS = [
    (("ack", "W-99"), "no warning W-99"),
    (("ack", "nonsense"), "is no warning id"),
    (("ack", "A", "t.nothing"), "rule t.nothing has no deadline on case A; these have: t.defence"),
    (("ack", "Z", "t.defence"), "no case Z"),
    (("not-pursued", "B", "t.set", "--reason", "x"), "t.set is a duty"),
    (("confirm", "A", "t.defence"), "nothing waits for a second person"),
    (("done", "A", "t.defence", "--on", "2100-01-01"), "lies ahead"),
    (("done", "A", "t.defence", "--on", "2001-01-01"), "does not end it"),
    (("done", "A", "t.defence", "--on", "yesterday"), "expected a date such as"),
    (("done", "A", "t.defence", "--event", "deadline_met"), "one of these does: defence_filed"),
    (("case", "add", "A", "--type", "civil"), "exists already"),
    (("case", "add", "C", "--type", "civl"), "did you mean civil?"),
    (("case", "add", "C", "--type", "civil", "--owner", "zang"), "did you mean zhang?"),
    (("case", "add", "C", "--type", "civil", "--with", "side"), "expected name=value"),
    (("event", "add", "A", "defense_filed"), "did you mean defence_filed?"),
    (("event", "add", "A", "acknowledged"), "is an answer"),
    (("event", "add", "A", "deadline_set", "--data", "due=soon"), "expected a date such as 2026-12-03"),
    (("event", "add", "A", "deadline_set", "--data", "day=2026-12-03"), "unknown detail of deadline_set 'day'"),
    (("event", "add", "A", "defence_filed", "--corrects", "hand:1"), "no event hand:1 on case A"),
    (("assign", "A", "owner", "nobody"), "unknown person 'nobody'"),
    (("absence", "add", "zhang", "--from", "2026-12-03", "--until", "2026-12-03"), "is not after"),
    (("explain", "A", "t.nothing"), "no rule t.nothing watches case A"),
]


@pytest.mark.parametrize(("words", "said"), REFUSALS, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_what_does_not_fit_is_refused_and_nothing_is_written(office: Office, words: tuple[str, ...], said: str) -> None:
    before = explained(office)
    assert said in office.type(*words, expect=1)
    assert explained(office) == before


def explained(office: Office) -> list[str]:
    """Return all that is known of both cases, but for the minute of asking."""
    lines = (office.type("explain", "A") + office.type("explain", "B")).splitlines()
    return [line for line in lines if "as known at" not in line]


def test_a_correction_moves_the_date_and_a_retraction_takes_it_away(office: Office) -> None:
    said = office.type("event", "add", "A", "complaint_received", "--on", office.day(-1))
    event = said.splitlines()[0].rpartition("(")[2].rstrip(").")
    office.type("event", "add", "A", "complaint_received", "--on", office.day(-2), "--corrects", event)
    assert office.day(13) in _due_days(office)
    office.type("event", "retract", "A", event)
    assert _due_days(office) == [office.day(5)]


def _due_days(office: Office) -> list[str]:
    app = App.open(office.config)
    try:
        with app.store.read() as conn:
            case = cases.load_case(conn, "A")
        found, _ = assess(case, app.office.rulebook, app.office.calendars, app.clock.now())
        return sorted(a.deadline.due_on.isoformat() for a in found)
    finally:
        app.close()


def test_an_absent_owner_s_deputy_is_shown(office: Office) -> None:
    office.type("absence", "add", "zhang", "--from", office.day(-1), "--until", office.day(3))
    tick(office)
    assert "李四" in office.type("due", "--days", "8")


def test_a_new_owner_is_shown(office: Office) -> None:
    assert "李四" in office.type("assign", "A", "owner", "li")
    assert "already" in office.type("assign", "A", "owner", "li")


def test_every_channel_has_a_name_people_know() -> None:
    assert set(CHANNELS) <= set(CHANNEL_NAMES)


def test_no_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    office = Office(tmp_path, "UTC")
    assert "deadline-guard init" in office.type("due", expect=1)


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        (("ack", "W-99"), "no warning W-99", "没有预警 W-99"),
        (("done", "A", "t.defence", "--on", "soon"), "--on: found 'soon', expected a date", "--on: 'soon' 无法读取"),
        (("case", "add", "C", "--type", "civl"), "did you mean civil?", "是否为 civil?"),
    ],
)
def test_an_error_speaks_the_language_of_the_command(office: Office, words: tuple[str, ...], en: str, zh: str) -> None:
    assert en in office.do(*words, "--locale", "en", expect=1)
    assert zh in office.do(*words, "--locale", "zh_Hans", expect=1)
