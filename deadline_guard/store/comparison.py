"""What recording would do, found without writing: the numbers of a preview; facts gone from a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.core.timeline import Case
from deadline_guard.store import cases, events
from deadline_guard.store.columns import instant_or_none, load
from deadline_guard.store.events import EventRow, Recorded
from deadline_guard.store.statements import AMONG, among, fetch

_KEPT: Final = ("code", "title", "calendar", "jurisdiction", "team")


def merged(conn: Connection, found: Iterable[Case], mapped: Iterable[str]) -> list[Case]:
    """Return cases in which whatever their source does not speak of keeps its stored value.

    ``mapped`` names the fields the source speaks of (``title`` …, ``attributes.court``, ``owners.owner``).
    """
    asked = list(found)
    said = frozenset(mapped)
    rows = fetch(
        conn,
        "SELECT id, code, title, calendar, jurisdiction, team, attributes, owners, opened_at, closed_at "
        f'FROM "case" WHERE id IN ({AMONG})',
        among(case.id for case in asked),
    )
    stored = {row[0]: row[1:] for row in rows}
    return [_merged(case, stored[case.id], said) if case.id in stored else case for case in asked]


def _merged(case: Case, row: Sequence[Any], said: frozenset[str]) -> Case:
    kept = {name: value for name, value in zip(_KEPT, row, strict=False) if name not in said}
    attributes, owners = load(row[5]), load(row[6])
    return replace(
        case,
        **kept,
        attributes=_kept(attributes, "attributes", said) | dict(case.attributes),
        owners=_kept(owners, "owners", said) | dict(case.owners),
        opened_at=instant_or_none(row[7]),
        closed_at=instant_or_none(row[8]),
    )


def _kept(stored: dict[str, Any], field: str, said: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in stored.items() if f"{field}.{key}" not in said}


def compare_cases(conn: Connection, found: Iterable[Case]) -> tuple[int, int]:
    """Return how many of these cases are new, and how many differ from what is stored."""
    by_id = {case.id: case for case in found}
    ids = among(by_id)
    known = {row[0]: row[1:] for row in fetch(conn, cases.CONTENT_OF, ids)}
    in_roles = cases.assigned(conn, ids)
    there = [case for case in by_id.values() if case.id in known]
    changed = sum(known[case.id] != cases.content(case, in_roles.get(case.id, {})) for case in there)
    return len(by_id) - len(there), changed


def compare_events(conn: Connection, rows: Iterable[EventRow]) -> Recorded:
    """Return what :func:`events.record_events` would do with these rows; events of unknown cases are new."""
    asked = list(rows)
    ids = among({row.case_id for row in asked})
    known = {row[0] for row in fetch(conn, f'SELECT id FROM "case" WHERE id IN ({AMONG})', ids)}
    there = [row for row in asked if row.case_id in known]
    found, _ = events.sift(conn, there)
    return found._replace(new=found.new + len(asked) - len(there))


def identities(conn: Connection, source: str) -> Iterator[tuple[str, str]]:
    """Yield (case, source id) of every fact of a source that the source itself did not take back."""
    cursor = conn.connection.cursor()
    try:
        cursor.execute(
            "SELECT case_id, source_id, retracted FROM event WHERE source = ? AND origin = 'source' "
            "ORDER BY case_id, source_id, revision",
            (source,),
        )
        last: tuple[str, str] | None = None
        holds = False
        while row := cursor.fetchone():
            case_id, source_id, retracted = row
            if last is not None and last != (case_id, source_id) and holds:
                yield last
            last, holds = (case_id, source_id), not retracted
        if last is not None and holds:
            yield last
    finally:
        cursor.close()
