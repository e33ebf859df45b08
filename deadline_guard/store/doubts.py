"""Which notices may no longer be wanted: a sieve in the database, so that few of many are judged one by one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from deadline_guard.core.notices import NoticeKind
from deadline_guard.store.statements import AMONG, among, fetch


def doubtful(conn: Connection, ids: Iterable[int], judged: Iterable[str], answers: Iterable[str]) -> list[int]:
    """Return those of these notices that must be looked at: taken back, moved, or not as when they were decided.

    Of the kinds ``judged`` that is: the deadline has ended, is due at another instant, is worse than said or owned
    by somebody else, or its case has an answer of the kinds ``answers``. None is missing that is not wanted; many
    that are returned still are.
    """
    rows = fetch(
        conn,
        "SELECT n.id FROM notice AS n LEFT JOIN assessment AS a ON a.case_id = n.subject AND a.rule = n.rule "
        f"AND a.cycle = n.cycle WHERE n.id IN ({AMONG}) AND (n.state = 'withdrawn' OR n.kind = '{NoticeKind.MOVED}' "
        f"OR (n.kind IN ({AMONG}) AND (a.state IS NOT 'open' OR a.due_at IS NOT n.due_at OR a.level IS NOT n.level "
        "OR a.owner IS NOT n.person OR EXISTS (SELECT 1 FROM event AS e WHERE e.case_id = n.subject "
        f"AND e.kind IN ({AMONG})))))",
        (*among(ids), *among(judged), *among(answers)),
    )
    return [row[0] for row in rows]
