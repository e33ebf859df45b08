"""Notices: stored once by their key, held, composed, sent or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.notices import History, Notice, NoticeKind, Reason, Told, Track
from deadline_guard.core.timeline import EMPTY
from deadline_guard.store import ledger
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import (
    day_or_none,
    dump,
    instant,
    instant_or_none,
    load,
    micros,
    micros_or_none,
    text_or_none,
)
from deadline_guard.store.lines import lines
from deadline_guard.store.statements import AMONG, Row, among, fetch, next_id, run, run_many, scalar

# What never changes after it was decided, erasure apart: the entry that decided lists it, as `ledger verify` reads it.
FIXED: Final = "id, key, subject, rule, cycle, due_rev, kind, level, step, n, person, reason, decided_at, via, due_on, due_at, data"
_OF_FIXED: Final = len(FIXED.split(", "))
_COLUMNS: Final = f"{FIXED}, hold_until, state, state_reason"
_WAITING: Final = "state IN ('open', 'held')"  # word for word the condition of ix_notice_waiting
# A message that is under way or of unknown outcome may have arrived: its notices count as sent.
_HAS_IT: Final = (
    "CASE WHEN state = 'composed' AND EXISTS (SELECT 1 FROM message_notice AS mn JOIN message AS m "
    "ON m.id = mn.message_id WHERE mn.notice_id = notice.id AND (m.state IN ('leased', 'ambiguous') OR m.may_repeat)) "
    "THEN 'sent' ELSE state END"
)
KINDS: Final[Mapping[str, NoticeKind]] = MappingProxyType({kind.value: kind for kind in NoticeKind})
_REASONS: Final[Mapping[str, Reason]] = MappingProxyType({reason.value: reason for reason in Reason})


class StoredNotice(NamedTuple):
    """A notice with what became of it: ``state`` is open, held, composed, sent or withdrawn."""

    id: int
    notice: Notice
    state: str
    state_reason: str = ""
    hold_until: datetime | None = None


def write(conn: Connection, found: Iterable[Notice], now: datetime) -> list[Row | None]:
    """Store the notices whose key is new; return each one's row (id first), None for the others; no ledger entry."""
    keyed = [(notice.key, notice) for notice in found]
    if not keyed:
        return []
    asked = among(key for key, _ in keyed)
    known = {row[0] for row in fetch(conn, f"SELECT key FROM notice WHERE key IN ({AMONG})", asked)}
    at, number = micros(now), next_id(conn, "notice")
    rows: list[Row | None] = []
    for key, n in keyed:
        if key in known:
            rows.append(None)
            continue
        known.add(key)
        hold_until = micros_or_none(n.hold_until)
        state = "held" if hold_until is not None and hold_until > at else "open"
        rows.append((
            number, key, n.subject, n.rule, n.cycle, n.due_rev, n.kind.value, int(n.level), n.step, n.n, n.person,
            n.reason.value, micros(n.decided_at), dump(n.via) if n.via else "[]", text_or_none(n.due_on),
            micros_or_none(n.due_at), dump(n.data) if n.data else "{}", hold_until, state, "", at,
        ))  # fmt: skip
        number += 1
    run_many(
        conn,
        f"INSERT INTO notice ({_COLUMNS}, state_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [row for row in rows if row is not None],
    )
    return rows


def insert(conn: Connection, found: Iterable[Notice], now: datetime) -> list[StoredNotice]:
    """Store notices decided outside a case's result (findings); return only those whose key was new."""
    rows = [row for row in write(conn, found, now) if row is not None]
    by_chain: dict[str, list[Row]] = {}
    for row in rows:
        by_chain.setdefault(ledger.of_subject(row[2]), []).append(row)
    ledger.append(
        conn, (ledger.Entry(chain, "decided", decision(of_chain)) for chain, of_chain in by_chain.items()), now
    )
    return [_stored(row[:-1]) for row in rows]


def decision(rows: Sequence[Row], assessments: Sequence[Row] = ()) -> str:
    """Return the payload of a decision: what was found, and the notices with those that are held until when."""
    held = [(row[0], row[_OF_FIXED]) for row in rows if row[_OF_FIXED] is not None]
    notices = lines(row[:_OF_FIXED] for row in rows)
    return f'{{"assessments":{dump(assessments)},"held":{dump(held)},"notices":{notices}}}'


def _stored(row: Row) -> StoredNotice:
    (number, _, subject, rule, cycle, due_rev, kind, level, step, n, person, reason, decided_at, via, due_on,
     due_at, data, hold_until, state, state_reason) = row  # fmt: skip
    until = instant_or_none(hold_until)
    notice = Notice(
        subject, rule, cycle, due_rev, KINDS[kind], LEVELS[level], step, n, person, _REASONS[reason],
        instant(decided_at), _path(via), until, day_or_none(due_on), instant_or_none(due_at),
        EMPTY if data == "{}" else load(data),
    )  # fmt: skip
    return StoredNotice(number, notice, state, state_reason, until)


@lru_cache(maxsize=1024)
def _path(via: str) -> tuple[str, ...]:
    return tuple(load(via))  # few ways lead to a person, and many notices go each


def _select(conn: Connection, where: str, params: tuple[Any, ...]) -> list[StoredNotice]:
    return [_stored(row) for row in fetch(conn, f"SELECT {_COLUMNS} FROM notice WHERE {where} ORDER BY id", params)]


def by_ids(conn: Connection, ids: Iterable[int]) -> dict[int, StoredNotice]:
    """Return notices by id."""
    return {found.id: found for found in _select(conn, f"id IN ({AMONG})", among(ids))}


def of_subjects(conn: Connection, subjects: Iterable[str]) -> list[StoredNotice]:
    """Return every notice ever decided on these subjects, the oldest first."""
    return _select(conn, f"subject IN ({AMONG})", among(subjects))


def persons_waiting(conn: Connection, now: datetime) -> list[str]:
    """Return the persons for whom a message can be composed now."""
    rows = fetch(
        conn,
        f"SELECT DISTINCT person FROM notice WHERE {_WAITING} AND (hold_until IS NULL OR hold_until <= ?)",
        (micros(now),),
    )
    return sorted(row[0] for row in rows)


def open_notices(
    conn: Connection, now: datetime, persons: Iterable[str] | None = None, *, include_held: bool = False
) -> dict[str, list[StoredNotice]]:
    """Return per person the notices that can be told now; ``include_held``: also those still held."""
    where, params = _WAITING, list[Any]()
    if not include_held:
        where, params = f"{where} AND (hold_until IS NULL OR hold_until <= ?)", [micros(now)]
    if persons is not None:
        where, params = f"{where} AND person IN ({AMONG})", [*params, *among(persons)]
    found: dict[str, list[StoredNotice]] = {}
    for stored in _select(conn, where, tuple(params)):
        found.setdefault(stored.notice.person, []).append(stored)
    return found


def next_hold(conn: Connection) -> datetime | None:
    """Return the earliest instant at which a held notice may be told."""
    return instant_or_none(
        scalar(conn, f"SELECT MIN(hold_until) FROM notice WHERE {_WAITING} AND hold_until IS NOT NULL")
    )


def histories(conn: Connection, case_ids: Iterable[str]) -> dict[str, History]:
    """Return what was decided before on each case."""
    asked = among(case_ids)
    tracks: dict[str, dict[tuple[str, str], Track]] = {}
    for case_id, rule, cycle, due_rev, due_at, level, step, state, owner, since, told_since in fetch(
        conn,
        "SELECT case_id, rule, cycle, due_rev, due_at, level, step, state, owner, since, told_since FROM assessment "
        f"WHERE case_id IN ({AMONG})",
        asked,
    ):
        tracks.setdefault(case_id, {})[rule, cycle] = Track(
            rule, cycle, due_rev, instant_or_none(due_at), LEVELS[level], step, state, owner, instant_or_none(since),
            instant_or_none(told_since),
        )  # fmt: skip
    told: dict[str, dict[tuple[str, str], tuple[Told, ...]]] = {}
    for subject, *row in fetch(
        conn,
        f"SELECT subject, rule, cycle, due_rev, kind, level, step, n, person, decided_at, due_at, {_HAS_IT}, reason, "
        f"state_reason FROM notice WHERE subject IN ({AMONG}) ORDER BY id",
        asked,
    ):
        rule, cycle, due_rev, kind, level, step, n, person, decided_at, due_at, state, reason, why = row
        cycles = told.setdefault(subject, {})
        cycles[rule, cycle] = (*cycles.get((rule, cycle), ()), Told(
            rule, cycle, due_rev, KINDS[kind], LEVELS[level], step, n, person, instant(decided_at),
            instant_or_none(due_at), state, reason, why,
        ))  # fmt: skip
    return {case_id: History(tracks.get(case_id, {}), told.get(case_id, {})) for case_id in load(asked[0])}


def set_state(conn: Connection, ids: Iterable[int], state: str, reason: str, now: datetime) -> None:
    """Set the state of notices and say why."""
    run(
        conn,
        f"UPDATE notice SET state = ?, state_reason = ?, state_at = ? WHERE id IN ({AMONG})",
        (state, reason, micros(now), *among(ids)),
    )


def hold(conn: Connection, holds: Iterable[tuple[int, datetime, str]], now: datetime) -> None:
    """Hold notices until an instant for a reason (quiet hours, digest, cap …)."""
    run_many(
        conn,
        "UPDATE notice SET state = 'held', hold_until = ?, state_reason = ?, state_at = ? WHERE id = ?",
        [(micros(until), reason, micros(now), number) for number, until, reason in holds],
    )


def withdraw(conn: Connection, ids: Iterable[int], reason: str, now: datetime) -> None:
    """Take back notices that nobody has been told yet, and unsent messages that carry nothing else."""
    asked = among(ids)
    at = micros(now)
    changed = fetch(
        conn,
        "UPDATE notice SET state = 'withdrawn', state_reason = ?, state_at = ? "
        f"WHERE state IN ('open', 'held', 'composed') AND id IN ({AMONG}) RETURNING id, subject",
        (reason, at, *asked),
    )
    run(
        conn,
        "UPDATE message SET state = 'withdrawn', state_reason = ?, next_attempt_at = NULL "
        "WHERE state IN ('waiting', 'retry') AND id IN (SELECT message_id FROM message_notice "
        f"WHERE notice_id IN ({AMONG})) AND NOT EXISTS (SELECT 1 FROM message_notice AS mn "
        "JOIN notice ON notice.id = mn.notice_id WHERE mn.message_id = message.id AND notice.state <> 'withdrawn')",
        (reason, *asked),
    )
    by_chain: dict[str, list[int]] = {}
    for number, subject in changed:
        by_chain.setdefault(ledger.of_subject(subject), []).append(number)
    ledger.append(
        conn,
        (
            ledger.Entry(chain, "withdrawn", dump({"notices": sorted(numbers), "reason": reason}))
            for chain, numbers in by_chain.items()
        ),
        now,
    )
