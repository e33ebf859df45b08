"""A case that does not begin as the mapping says is rejected whole, wherever in the file its rows stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from deadline_guard.errors import IntakeError
from tests.intake.office_files import FILED, HEAD, mapping, read, table_file

BEGINS = HEAD.replace("owner: owner}}", "owner: owner}, begins: {column: what, is: [filed], date: day}}")


@pytest.mark.parametrize(
    ("rows", "taken", "rejected"),
    [
        (("A,z,filed,2026-01-02", "A,z,heard,2026-01-05"), 2, {}),
        (("A,z,heard,2026-01-02", "A,z,filed,2026-01-02"), 2, {}),  # the same day is not before
        (("A,z,filed,2026-01-02", "A,z,heard,2026-01-01"), 0, {2: "row 3 (2026-01-01)", 3: "row 3 (2026-01-01)"}),
        (("A,z,heard,2026-01-02", "B,z,filed,2026-01-02"), 1, {2: "no row of this case is 'filed'"}),
        (("A,z,heard,soon", "A,z,filed,2026-01-02"), 1, {2: "is not a date"}),  # unknown is not wrong
    ],
)
def test_what_lies_before_the_beginning(
    tmp_path: Path, rows: tuple[str, ...], taken: int, rejected: dict[int, str]
) -> None:
    batch, reading = read(table_file(tmp_path, *rows), mapping(tmp_path, head=BEGINS))
    assert len(batch.events) == taken
    assert {r.row: True for r in reading.rejects.kept} == dict.fromkeys(rejected, True)
    for found in reading.rejects.kept:
        assert rejected[found.row] in str(found.why)
        assert found.column == "day"
        assert found.value == rows[found.row - 2].split(",")[3]
    assert reading.tally.rows == len(rows)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="the key 'date' is missing"):
        mapping(tmp_path, FILED, head=BEGINS.replace(", date: day", ""))
