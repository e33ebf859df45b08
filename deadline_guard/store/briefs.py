"""What one line of a long list needs of each notice, read for all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.board import WHAT
from deadline_guard.store.columns import day_or_none, instant_or_none
from deadline_guard.store.statements import AMONG, among, fetch


class Brief(NamedTuple):
    """A notice's case and clock as last decided; ``code`` is empty where its subject is no case."""

    code: str
    title: str
    case_type: str
    zone: str
    calendar: str | None
    jurisdiction: str | None
    due_on: date | None
    due_at: datetime | None
    owner: str
    detail: str
    doubtful: bool


def briefs(conn: Connection, notices: Iterable[int]) -> dict[int, Brief]:
    """Return the brief of each of these notices by its id; ``doubtful``: provisional or unconfirmed."""
    return {
        number: Brief(
            code or "", title or "", case_type or "", zone or "UTC", calendar, jurisdiction, day_or_none(due_on),
            instant_or_none(due_at), owner or "", what or "", bool(doubtful),
        )
        for number, code, title, case_type, zone, calendar, jurisdiction, due_on, due_at, owner, what, doubtful in fetch(
            conn,
            "SELECT n.id, c.code, c.title, c.case_type, c.zone, c.calendar, c.jurisdiction, a.due_on, a.due_at, a.owner, "
            f"{WHAT}, d.deadline -> '$.provisional' NOT IN ('[]', 'null') OR d.deadline ->> '$.unconfirmed' "
            'FROM notice AS n LEFT JOIN "case" AS c ON c.id = n.subject '
            "LEFT JOIN assessment AS a ON a.case_id = n.subject AND a.rule = n.rule AND a.cycle = n.cycle "
            "LEFT JOIN derivation AS d ON d.case_id = n.subject AND d.rule = n.rule AND d.cycle = n.cycle "
            f"WHERE n.id IN ({AMONG})",
            among(notices),
        )
    }  # fmt: skip
