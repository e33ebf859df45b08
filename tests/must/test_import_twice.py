"""The same file twice changes nothing; a corrected row moves its date; a hand's correction and its source quarrel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from deadline_guard.core.rules import Kind, Level, Profile, Rule, RuleVersion, Threshold, Trigger, When, WhenKind
from deadline_guard.core.timeline import Event, Origin
from deadline_guard.intake.importing import Import, Outcome, open_table
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.store import events
from deadline_guard.store.statements import fetch
from tests.scenarios.world import Sent, World, told

MAPPING = """\
source: court
zone: Asia/Shanghai
case:
  id: 案号
  case_type: {const: civil}
  owners: {owner: 承办人}
events:
  - kind: deadline_set
    on: 登记日
    identity: [案号, 事项]
    data: {due: {column: 届满日, as: date}, what: 事项}
"""
PROFILE = Profile(
    "set",
    thresholds=(Threshold(Level.NEAR, When(WhenKind.DAYS, Fraction(7))),),
    tell={Level.NEAR: ("owner",)},
    overdue=False,
)
RULE = Rule(
    "court.set",
    {"zh": "法院指定期限", "en": "Date set by the court"},
    "deadline",
    PROFILE,
    kind=Kind.DUTY,
    trigger=Trigger("deadline_set"),
    date_field="due",
    versions=(RuleVersion("1"),),
)
TABLES = ("case", "event", "ledger", "ledger_chain", "payload", "assessment", "notice", "message")


class Desk:
    """An assistant who imports the court's file, in a firm on a virtual clock."""

    def __init__(self, folder: Path) -> None:
        self.world = World([RULE])
        self.folder = folder
        (folder / "court.yaml").write_text(MAPPING, encoding="utf-8")

    def imports(self, due: str) -> Outcome:
        """Import the court's list, in which the evidence is due on this day."""
        path = self.folder / "court.csv"
        rows = [f"A,zhang,举证,2026-03-01,{due}", "B,li,举证,2026-03-01,2026-12-01"]
        path.write_text("\n".join(["案号,承办人,事项,登记日,届满日", *rows]) + "\n", encoding="gb18030")
        mapping = read_mapping(self.folder / "court.yaml")
        table = open_table(path, mapping)
        job = Import(self.world.store, table, mapping, Vocabulary())
        return job.record(self.world.now, Rejects(table.header))

    def corrects(self, due: str) -> None:
        """Let zhang correct the row by hand."""
        by_hand = Event(
            "deadline_set", date(2026, 3, 1), "court", "deadline_set|A|举证", self.world.now, origin=Origin.HAND,
            recorded_by="zhang", data={"due": due, "what": "举证"},
        )  # fmt: skip
        with self.world.store.write() as conn:
            events.record_events(conn, [events.event_row("A", by_hand)], self.world.now)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with self.world.store.read() as conn:
            return {table: sorted(fetch(conn, f'SELECT * FROM "{table}"'), key=repr) for table in TABLES}

    def due(self) -> str:
        """Return the day that the last tick found case A due."""
        with self.world.store.read() as conn:
            ((day,),) = fetch(conn, "SELECT due_on FROM assessment WHERE case_id = 'A'")
        return str(day)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.world.close()


def texts(sent: list[Sent]) -> str:
    return "\n".join(s.letter.text for s in sent)


def test_the_same_file_twice_changes_no_row_and_nobody_is_told_twice(desk: Desk) -> None:
    first = desk.imports("2026-03-20")
    assert (first.new_cases, first.new) == (2, 2)
    assert told(desk.world.run_until("2026-03-14 12:00")) == [("03-13 08:30", "zhang", "■临近")]
    before = desk.rows()
    again = desk.imports("2026-03-20")
    assert (again.new_cases, again.changed_cases, again.new, again.revised, again.same) == (0, 0, 0, 0, 2)
    assert desk.rows() == before
    assert desk.world.run_until("2026-03-20 12:00") == []


def test_a_row_corrected_by_its_source_moves_the_date_and_the_warned_are_told_once(desk: Desk) -> None:
    desk.imports("2026-03-20")
    desk.world.run_until("2026-03-14 12:00")
    moved = desk.imports("2026-04-15")
    assert (moved.new, moved.revised, moved.same) == (0, 1, 1)
    sent = desk.world.run_until("2026-04-08 08:29")
    assert desk.due() == "2026-04-15"
    assert [s.person for s in sent] == ["zhang"]  # li was never warned
    assert "2026-03-20" in texts(sent)
    assert "2026-04-15" in texts(sent)
    assert told(desk.world.run_until("2026-04-20 12:00")) == [("04-08 08:30", "zhang", "■临近")]


def test_a_row_corrected_by_hand_stays_corrected_when_the_same_file_comes_again(desk: Desk) -> None:
    desk.imports("2026-03-20")
    desk.world.run_until("2026-03-03 12:00")
    desk.corrects("2026-05-20")
    desk.world.run_until("2026-03-04 12:00")
    before = desk.rows()
    assert desk.imports("2026-03-20").same == 2
    assert desk.rows() == before
    assert desk.world.run_until("2026-05-13 08:29") == []
    assert desk.due() == "2026-05-20"
    assert told(desk.world.run_until("2026-05-13 09:00")) == [("05-13 08:30", "zhang", "■临近")]


@pytest.mark.parametrize(
    ("by_hand", "by_source", "works"),
    [("2026-05-20", "2026-04-24", "2026-04-24"), ("2026-04-24", "2026-05-20", "2026-04-24")],
)
def test_a_source_that_changes_after_a_hand_is_a_conflict_the_earlier_date_works_and_two_are_told(
    desk: Desk, by_hand: str, by_source: str, works: str
) -> None:
    desk.imports("2026-03-20")
    desk.world.run_until("2026-03-03 12:00")
    desk.corrects(by_hand)
    desk.world.run_until("2026-03-04 12:00")
    outcome = desk.imports(by_source)
    assert (outcome.revised, outcome.conflicts) == (1, 1)
    sent = desk.world.run_until("2026-04-17 08:29")
    assert desk.due() == works
    assert sorted(s.person for s in sent) == ["qian", "zhang"]  # admin and owner, each once
    for letter in sent:
        assert by_hand in letter.letter.text
        assert by_source in letter.letter.text
    assert told(desk.world.run_until("2026-04-17 09:00")) == [("04-17 08:30", "zhang", "■临近")]
    before = desk.rows()
    assert desk.imports(by_source).same == 2
    assert desk.rows() == before
