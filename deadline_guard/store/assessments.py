"""What the sweep last found of each cycle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.rules import Level
from deadline_guard.store.columns import day_or_none, instant_or_none, micros_or_none, text_or_none
from deadline_guard.store.statements import AMONG, Row, among, fetch, run_many, scalar

LEVELS: Final = tuple(Level)


class AssessmentRow(NamedTuple):
    """One cycle: ``crossings`` and ``derivation`` are JSON text; ``derivation`` None leaves the stored one."""

    rule: str
    cycle: str
    state: str
    level: Level
    step: int
    due_rev: int
    due_on: date | None
    due_at: datetime | None
    owner: str
    next_at: datetime | None
    crossings: str = "[]"
    revision: str = ""
    derivation: str | None = None
    since: datetime | None = None
    told_since: datetime | None = None


def as_row(case_id: str, found: AssessmentRow) -> Row:
    """Return the stored columns of an assessment, without its derivation."""
    (rule, cycle, state, level, step, due_rev, due_on, due_at, owner, next_at, crossings, revision, _, since,
     told_since) = found  # fmt: skip
    return (
        case_id, rule, cycle, state, int(level), step, due_rev, text_or_none(due_on), micros_or_none(due_at),
        owner, micros_or_none(next_at), crossings, revision, micros_or_none(since), micros_or_none(told_since),
    )  # fmt: skip


_COLUMNS: Final = (
    "rule, cycle, state, level, step, due_rev, due_on, due_at, owner, next_at, crossings, revision, since, told_since"
)
_REPLACED: Final = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[2:])


def write(conn: Connection, found: Iterable[tuple[str, AssessmentRow]]) -> list[Row]:
    """Store assessments (of their cases) in place of the former of their cycles; return their rows; no ledger entry."""
    pairs = list(found)
    rows = [as_row(case_id, assessment) for case_id, assessment in pairs]
    run_many(
        conn,
        f"INSERT INTO assessment (case_id, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        f"ON CONFLICT (case_id, rule, cycle) DO UPDATE SET {_REPLACED}",
        rows,
    )
    run_many(
        conn,
        "INSERT INTO derivation (case_id, rule, cycle, deadline) VALUES (?,?,?,?) "
        "ON CONFLICT (case_id, rule, cycle) DO UPDATE SET deadline = excluded.deadline",
        [(case_id, a.rule, a.cycle, a.derivation) for case_id, a in pairs if a.derivation is not None],
    )
    return rows


def assessments(conn: Connection, case_ids: Iterable[str]) -> dict[str, list[AssessmentRow]]:
    """Return the stored assessments per case, without their derivations."""
    asked = list(case_ids)
    found: dict[str, list[AssessmentRow]] = {case_id: [] for case_id in asked}
    for case_id, *row in fetch(
        conn, f"SELECT case_id, {_COLUMNS} FROM assessment WHERE case_id IN ({AMONG})", among(asked)
    ):
        (rule, cycle, state, level, step, due_rev, due_on, due_at, owner, next_at, crossings, revision, since,
         told_since) = row  # fmt: skip
        stored = AssessmentRow(
            rule, cycle, state, LEVELS[level], step, due_rev, day_or_none(due_on), instant_or_none(due_at), owner,
            instant_or_none(next_at), crossings, revision, None, instant_or_none(since),
            instant_or_none(told_since),
        )  # fmt: skip
        found[case_id].append(stored)
    return found


def derivation(conn: Connection, case_id: str, rule: str, cycle: str) -> str | None:
    """Return how the date of a cycle was worked out (JSON text of a Deadline), or None."""
    found = scalar(
        conn, "SELECT deadline FROM derivation WHERE case_id = ? AND rule = ? AND cycle = ?", (case_id, rule, cycle)
    )
    return None if found is None else str(found)
