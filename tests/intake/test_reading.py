"""Rows become cases and events: identities, repeats, refusals."""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.errors import IntakeError
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.seen import Seen
from deadline_guard.store.columns import dump, micros
from tests.intake.office_files import FILED, HEAD, mapping, read, table_file

ROWS = ("A,zhang,x,2026-01-02", "A,zhang,x,2026-01-02", "A,zhang,x,2026-01-03")


def with_repeat(repeat: str) -> str:
    return FILED.replace("data:", f"repeat: {repeat}, data:")


def test_a_row_yields_its_case_once_and_its_event(tmp_path: Path) -> None:
    batch, reading = read(table_file(tmp_path, "A,zhang,x,2026-01-02", "A,zhang,y,2026-01-05"), mapping(tmp_path))
    assert [(case.id, case.case_type, case.owners) for case in batch.cases] == [("A", "civil", {"owner": "zhang"})]
    assert [(e.case_id, e.kind, e.on, e.source, e.source_id, e.data) for e in batch.events] == [
        ("A", "filed", "2026-01-02", "docket", "filed|A|x", '{"what":"x"}'),
        ("A", "filed", "2026-01-05", "docket", "filed|A|y", '{"what":"y"}'),
    ]
    assert reading.tally.rows == 2


@pytest.mark.parametrize(
    ("repeat", "events", "same", "restated", "rejected"),
    [
        ("refuse", [("filed|A|x", "2026-01-02")], 1, 0, 1),
        (
            "ordinal",
            [("filed|A|x", "2026-01-02"), ("filed|A|x#2", "2026-01-02"), ("filed|A|x#3", "2026-01-03")],
            0,
            0,
            0,
        ),
        ("keep_first", [("filed|A|x", "2026-01-02")], 1, 1, 0),
        ("revise", [("filed|A|x", "2026-01-03")], 1, 1, 0),
    ],
)
def test_a_second_row_of_the_same_identity_means_what_the_mapping_says(
    tmp_path: Path, repeat: str, events: list[tuple[str, str]], same: int, restated: int, rejected: int
) -> None:
    batch, reading = read(table_file(tmp_path, *ROWS), mapping(tmp_path, with_repeat(repeat)))
    assert [(e.source_id, e.on) for e in batch.events] == events
    assert (reading.tally.same_rows, reading.tally.restated, reading.rejects.rows) == (same, restated, rejected)


def test_a_row_is_taken_whole_or_not_at_all_and_every_fault_of_it_is_named(tmp_path: Path) -> None:
    events = FILED + "  - {kind: heard, name: heard, on: heard, optional: true, identity: [case]}\n"
    path = table_file(
        tmp_path,
        "A,zhang,x,2026-01-02,2026-02-02",
        "B,zhang,x,2026-01-02,soon",
        "C,zhang,x,later,soon",
        "D,zhang,x,2026-01-02,",
        header="case,owner,what,day,heard",
    )
    batch, reading = read(path, mapping(tmp_path, events))
    assert [case.id for case in batch.cases] == ["A", "D"]
    assert [(e.case_id, e.kind) for e in batch.events] == [("A", "filed"), ("A", "heard"), ("D", "filed")]
    assert [(r.row, r.cell, r.column, r.value) for r in reading.rejects.kept] == [
        (3, "E3", "heard", "soon"),
        (4, "D4", "day", "later"),
        (4, "E4", "heard", "soon"),
    ]
    assert reading.rejects.rows == 2


def test_a_rejected_row_takes_no_ordinal_and_makes_no_case(tmp_path: Path) -> None:
    rows = ("A,zhang,x,never", "A,zhang,x,2026-01-02", "A,zhang,x,2026-01-02")
    batch, _ = read(table_file(tmp_path, *rows), mapping(tmp_path, with_repeat("ordinal")))
    assert [e.source_id for e in batch.events] == ["filed|A|x", "filed|A|x#2"]


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (",zhang,x,2026-01-02", "case", "is blank: the case's id is needed"),
        ("A,zhang,x,", "day", "is blank: the date of the event is needed"),
        ("A,zhang,x,1999-12-31", "day", "the year cannot be right"),
        ("A,zhang,void,2026-01-02", "what", "struck out"),
        ("A,zhang,x", None, "the row has 3 fields, the header has 4"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(tmp_path: Path, row: str, column: str | None, why: str) -> None:
    refused = (
        "    reject_if:\n"
        "      - {date: day, before: 2000-01-01, after: 2030-01-01, why: the year cannot be right}\n"
        "      - {column: what, is: [void], why: struck out}\n"
    )
    events = "  - kind: filed\n    on: day\n    identity: [case, what]\n" + refused
    _, reading = read(table_file(tmp_path, row), mapping(tmp_path, events))
    (found,) = reading.rejects.kept
    assert (found.row, found.column, str(found.why)) == (2, column, why)


def test_a_date_may_be_bound_by_another_column_of_the_row(tmp_path: Path) -> None:
    events = FILED.replace("}}", "}, reject_if: [{date: due, before: day, why: due before it was set}]}")
    rows = ("A,z,x,2026-01-02,2026-01-01", "A,z,y,2026-01-02,2026-01-02", "A,z,z,2026-01-02,")
    path = table_file(tmp_path, *rows, header="case,owner,what,day,due")
    batch, reading = read(path, mapping(tmp_path, events))
    assert [e.source_id for e in batch.events] == ["filed|A|y", "filed|A|z"]
    assert [r.cell for r in reading.rejects.kept] == ["E2"]


def test_a_filter_passes_other_rows_over_without_rejecting_them(tmp_path: Path) -> None:
    events = FILED.replace("data:", "when: {what: [x, z]}, data:")
    rows = [f"A,zhang,{what},2026-01-02" for what in "xyz"]
    batch, reading = read(table_file(tmp_path, *rows), mapping(tmp_path, events))
    assert [e.source_id for e in batch.events] == ["filed|A|x", "filed|A|z"]
    assert reading.rejects.rows == 0


def test_a_table_of_values_is_used_and_an_unlisted_value_rejected(tmp_path: Path) -> None:
    kind = "{column: what, map: {x: filed, y: answered}}"
    events = f"  - {{kind: {kind}, name: step, on: day, identity: [case, what]}}\n"
    rows = ("A,z,x,2026-01-02", "A,z,y,2026-01-02", "A,z,q,2026-01-02")
    batch, reading = read(table_file(tmp_path, *rows), mapping(tmp_path, events))
    assert [e.kind for e in batch.events] == ["filed", "answered"]
    assert [str(r.why) for r in reading.rejects.kept] == ["is not in the mapping's table (x, y)"]


def test_events_once_a_case_come_from_its_first_row(tmp_path: Path) -> None:
    events = FILED + "  - {kind: opened, per: case, on: opened, identity: [case]}\n"
    path = table_file(
        tmp_path, "A,z,x,2026-01-02,2025-12-01", "A,z,y,2026-01-03,2025-12-09", header="case,owner,what,day,opened"
    )
    batch, reading = read(path, mapping(tmp_path, events))
    assert [(e.kind, e.on) for e in batch.events if e.kind == "opened"] == [("opened", "2025-12-01")]
    assert reading.tally.other_case == 1


def test_when_a_row_was_learnt_of_is_the_start_of_its_day_in_the_zone(tmp_path: Path) -> None:
    events = FILED.replace("data:", "recorded_at: start of day of day, data:")
    batch, _ = read(table_file(tmp_path, "A,zhang,x,2026-01-02"), mapping(tmp_path, events))
    assert batch.events[0].recorded_at_us == micros(datetime(2026, 1, 1, 16, tzinfo=UTC))
    batch, _ = read(table_file(tmp_path, "A,zhang,x,2026-01-02"), mapping(tmp_path))
    assert batch.events[0].recorded_at_us is None


def test_the_hour_is_kept_where_it_counts(tmp_path: Path) -> None:
    batch, _ = read(
        table_file(tmp_path, "A,zhang,x,2026-01-02T07:30:00"), mapping(tmp_path, FILED.replace("on: day", "at: day"))
    )
    assert batch.events[0].on == "2026-01-02"
    assert batch.events[0].at_us == micros(datetime(2026, 1, 1, 23, 30, tzinfo=UTC))


def test_identities_with_bars_and_backslashes_stay_apart(tmp_path: Path) -> None:
    events = "  - {kind: filed, on: day, identity: [owner, what]}\n"
    rows = ("A,a|b,c,2026-01-02", "A,a,b|c,2026-01-02", "A,a\\|b,c,2026-01-02", "A,a\\,b|c,2026-01-02")
    batch, _ = read(table_file(tmp_path, *rows), mapping(tmp_path, events))
    assert len({e.source_id for e in batch.events}) == 4


def test_words_the_rulebook_does_not_know_are_refused(tmp_path: Path) -> None:
    path = table_file(tmp_path, "A,zhang,filed,2026-01-02", "A,zhang,flied,2026-01-02")
    by_column = "  - {kind: {column: what}, name: step, on: day, identity: [case, what]}\n"
    _, reading = read(path, mapping(tmp_path, by_column), Vocabulary(kinds={"filed"}, case_types={"civil"}))
    assert [str(r.why) for r in reading.rejects.kept] == ["'flied' is not an event of the rulebook (events.yaml)"]
    _, reading = read(path, mapping(tmp_path), Vocabulary(kinds={"filed"}, case_types={"criminal"}))
    assert [str(r.why) for r in reading.rejects.kept] == ["'civil' is not a case type of the rulebook"] * 2
    with pytest.raises(IntakeError, match=r"'filed' is not an event of the rulebook"):
        read(path, mapping(tmp_path), Vocabulary(kinds={"heard"}))


def test_owners_are_found_by_id_or_by_a_name_that_one_person_bears_and_the_others_are_listed(tmp_path: Path) -> None:
    path = table_file(tmp_path, "A,zhang,x,2026-01-02", "B,张三,x,2026-01-02", "C,王伟,x,2026-01-02", "D,,x,2026-01-02")
    words = Vocabulary(persons={"zhang", "wang1", "wang2"}, by_name={"张三": "zhang"})
    batch, reading = read(path, mapping(tmp_path), words)
    assert [case.owners for case in batch.cases] == [{"owner": "zhang"}, {"owner": "zhang"}, {"owner": "王伟"}, {}]
    assert dict(reading.tally.unknown_owners) == {"王伟": 1}
    assert reading.tally.without_owner == 1


def test_a_template_needs_all_its_columns(tmp_path: Path) -> None:
    head = HEAD.replace("id: case", 'id: "{owner}/{case}"')
    path = table_file(tmp_path, "A,court,x,2026-01-02", "A,,x,2026-01-02")
    batch, reading = read(path, mapping(tmp_path, head=head))
    assert [case.id for case in batch.cases] == ["court/A"]
    assert [str(r.why) for r in reading.rejects.kept] == ["is blank: the case's id is needed"]


@pytest.mark.parametrize("limit", [1, 2, 1_000])
def test_what_was_said_is_remembered_however_little_memory_there_is(limit: int) -> None:
    seen = Seen(limit)
    for case in "abcabcaba":
        said = seen.of(case) or seen.begin(case, hash(case))
        said.rows.setdefault("x", []).append(1)
        seen.trim(1)
    lengths = {}
    for case in "abc":
        said = seen.of(case)
        assert said is not None
        assert said.first == hash(case)
        lengths[case] = len(said.rows["x"])
    assert lengths == {"a": 4, "b": 3, "c": 2}
    assert seen.of("d") is None
    seen.close()


lines = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", ""]),
        st.sampled_from(["zhang", ""]),
        st.sampled_from(["x", "y|z", "y\\", ""]),
        st.sampled_from(["2026-01-02", "2026-03-29T02:30:00", "2026-01-02T08:00:00", "soon", "1999-01-01", ""]),
    ),
    max_size=30,
)


@given(lines, st.sampled_from(["refuse", "ordinal", "keep_first", "revise"]))
def test_rows_mean_the_same_read_by_column_or_one_by_one(drawn: list[tuple[str, ...]], repeat: str) -> None:
    events = with_repeat(repeat).replace("repeat", "reject_if: [{date: day, before: 2000-01-01, why: old}], repeat")
    events = events.replace("on: day", "at: day").replace("data: {", "data: {owner: owner, ")
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        plan = mapping(Path(folder), events, HEAD.replace("Asia/Shanghai", "Europe/Berlin"))
        path = table_file(Path(folder), *(",".join(line) for line in drawn))
        found = []
        for size in (500, 7, 1):
            patch.setattr("deadline_guard.intake.reading.CHUNK", size)
            batch, reading = read(path, plan)
            found.append((batch.cases, batch.events, reading.tally, reading.rejects.kept, reading.rejects.rows))
    assert found[0] == found[1] == found[2]
    for event in found[0][1]:
        assert event.data == dump(json.loads(event.data))
