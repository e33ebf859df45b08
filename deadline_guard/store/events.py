"""Facts: revisions of events, recorded once however often they are imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import EMPTY, Event
from deadline_guard.errors import NotFoundError
from deadline_guard.store import ledger, queue
from deadline_guard.store.columns import dump, instant, load, micros, micros_or_none
from deadline_guard.store.statements import AMONG, Row, among, chunks, fetch, run_many, without_collecting

HAND: Final = "hand"
Identity = tuple[str, str, str]  # case id, source, source id
Said = tuple[str, Row]  # origin and content of an identity with one revision, by far the most
_RETRACTED: Final = ("retracted",)
_COLUMNS: Final = (
    "case_id, entry, source, source_id, revision, kind, on_date, at, subject, data, retracted, origin, recorded_by, "
    "recorded_at"
)
_CONTENT: Final = "SELECT e.case_id, e.source, e.source_id, kind, on_date, at, subject, data, retracted, origin FROM"
_ASKED: Final = (
    "json_each(?) AS asked CROSS JOIN event AS e ON e.case_id = asked.value ->> 0 "
    "AND e.source = asked.value ->> 1 AND e.source_id = asked.value ->> 2"
)
_BY_REVISION: Final = "ORDER BY e.case_id, e.source, e.source_id, e.revision"


class EventRow(NamedTuple):
    """One fact to record: ``on`` ISO text, ``at_us`` microseconds (UTC), ``data`` canonical JSON (columns.dump)."""

    case_id: str
    kind: str
    on: str
    source: str
    source_id: str
    at_us: int | None = None
    subject: str | None = None
    data: str = "{}"
    retracted: bool = False
    origin: str = "source"
    recorded_by: str = ""
    recorded_at_us: int | None = None  # None: now


class Recorded(NamedTuple):
    """What recording did; ``conflicts`` counts source rows that changed after a person corrected them."""

    new: int = 0
    revised: int = 0
    same: int = 0
    conflicts: int = 0
    cases: frozenset[str] = frozenset()


class _Latest:
    """The last revision of one identity: its number, its content, the source's content, the hand's content."""

    __slots__ = ("by_hand", "by_source", "content", "revision")

    def __init__(self, origin: str, content: Row) -> None:
        self.revision = 0
        self.content: Row | None = None
        self.by_source: Row | None = None
        self.by_hand: Row | None = None
        self.add(origin, content)

    def add(self, origin: str, content: Row) -> int:
        """Note one more revision and return its number."""
        self.revision += 1
        self.content = content
        if origin == HAND:
            self.by_hand = content
        else:
            self.by_source = content
        return self.revision

    def same(self, origin: str, content: Row) -> bool:
        """Return whether this origin says nothing new.

        A source is compared with what itself said last, so that a person's correction survives a re-import. A
        person who agrees with the latest says something new where another hand had said otherwise: it settles it.
        """
        if origin != HAND:
            return content == self.by_source
        return content == self.content and self.by_hand in (None, content)


def event_row(case_id: str, event: Event) -> EventRow:
    """Return the row of a core event (its revision number is given when it is recorded)."""
    return EventRow(
        case_id, event.kind, event.on.isoformat(), event.source, event.source_id, micros_or_none(event.at),
        event.subject, dump(event.data), event.retracted, event.origin.value, event.recorded_by,
        micros(event.recorded_at),
    )  # fmt: skip


def record_events(conn: Connection, rows: Iterable[EventRow], now: datetime) -> Recorded:
    """Record facts; the same content as the last revision from that origin writes nothing.

    The touched cases, and those that see them through a link, get a new ``rev`` and become stale in the same
    transaction. Raises :class:`NotFoundError` for an unknown case.
    """
    total = Recorded()
    for chunk in chunks(rows):
        found = _record(conn, chunk, now)
        total = Recorded(
            total.new + found.new, total.revised + found.revised, total.same + found.same,
            total.conflicts + found.conflicts, total.cases | found.cases,
        )  # fmt: skip
    return total


def _record(conn: Connection, rows: list[EventRow], now: datetime) -> Recorded:
    numbers = ledger.upcoming(conn, {ledger.of_case(case_id) for case_id in {row.case_id for row in rows}})
    with without_collecting():
        found, fresh = sift(conn, rows, micros(now), numbers)
        _write(conn, fresh, now)
    return found


def sift(
    conn: Connection, rows: Iterable[EventRow], at: int = 0, numbers: Mapping[str, int] = EMPTY
) -> tuple[Recorded, dict[str, list[Row]]]:
    """Return what recording these rows at ``at`` would do, and the new revisions per case; nothing is written.

    ``numbers`` are the coming entries of the chains; a revision is in the order of ``_COLUMNS``.
    """
    asked = list(rows)
    latest = _latest(conn, asked)
    new = same = conflicts = written = 0
    fresh: dict[str, list[Row]] = {}
    for case_id, kind, on, source, source_id, at_us, subject, data, retracted, origin, by, recorded_at in asked:
        key = (case_id, source, source_id)
        content: Row = _RETRACTED if retracted else (kind, on, at_us, subject, data)
        known = latest.get(key)
        if known is None:
            latest[key] = (origin, content)
            revision = 1
            new += 1
        else:
            if isinstance(known, tuple):
                known = latest[key] = _Latest(*known)
            if known.same(origin, content):
                same += 1
                continue
            if origin != HAND:
                conflicts += known.by_hand not in (None, content)
                recorded_at = None  # whatever day the row names, that it changed is learnt of now
            revision = known.add(origin, content)
        written += 1
        if case_id not in fresh:
            fresh[case_id] = []
            entry = numbers.get(ledger.of_case(case_id), 0)
        else:
            entry = fresh[case_id][0][1]
        fresh[case_id].append((
            case_id, entry, source, source_id, revision, kind, on, at_us, subject, data, int(retracted), origin, by,
            at if recorded_at is None else recorded_at,
        ))  # fmt: skip
    return Recorded(new, written - new, same, conflicts, frozenset(fresh)), fresh


def _latest(conn: Connection, rows: list[EventRow]) -> dict[Identity, _Latest | Said]:
    """Return the revisions already stored of the identities in ``rows`` (and perhaps of others)."""
    ids = {row.case_id for row in rows}
    known = fetch(
        conn,
        f'SELECT id, (SELECT COUNT(*) FROM event WHERE case_id = id) FROM "case" WHERE id IN ({AMONG})',
        among(ids),
    )
    if len(known) < len(ids):
        missing = sorted(ids - {case_id for case_id, _ in known})
        ids_missing = ", ".join(missing[:5])
        raise NotFoundError(
            Text(
                f"no case with id {ids_missing}; add the case before its events",
                f"没有标识为 {ids_missing} 的案件;请先登记案件再登记节点",
            )
        )
    stored = {case_id: n for case_id, n in known if n}
    latest: dict[Identity, _Latest | Said] = {}
    if not stored:
        return latest
    asked = {(r.case_id, r.source, r.source_id) for r in rows if r.case_id in stored}
    if sum(stored.values()) <= 3 * len(asked):  # a file that came before: whole cases are quicker to read
        found = fetch(conn, f"{_CONTENT} event AS e WHERE case_id IN ({AMONG}) {_BY_REVISION}", among(stored))
    else:
        found = fetch(conn, f"{_CONTENT} {_ASKED} {_BY_REVISION}", among(asked))
    for case_id, source, source_id, kind, on, at, subject, data, retracted, origin in found:
        key = (case_id, source, source_id)
        content: Row = _RETRACTED if retracted else (kind, on, at, subject, data)
        before = latest.get(key)
        if before is None:
            latest[key] = (origin, content)
            continue
        if isinstance(before, tuple):
            before = latest[key] = _Latest(*before)
        before.add(origin, content)
    return latest


def _write(conn: Connection, fresh: dict[str, list[Row]], now: datetime) -> None:
    if not fresh:
        return
    for rows in fresh.values():
        rows.sort()
    ledger.append(
        conn,
        (ledger.Entry(ledger.of_case(case_id), "events", dump(rows), keep=False) for case_id, rows in fresh.items()),
        now,
    )
    run_many(
        conn,
        f"INSERT INTO event ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        list(chain.from_iterable(fresh.values())),
    )
    queue.mark_stale(conn, fresh, queue.STALE_EVENT, "event")
    queue.mark_stale(conn, seen_from(conn, fresh), queue.STALE_EVENT, "event of a linked case")


class AnswerRow(NamedTuple):
    """An answer in force: which rule and cycle it is about (None: all) and when it was recorded."""

    kind: str
    rule: str | None
    cycle: str | None
    recorded_at: datetime
    until: datetime | None = None


def answers(conn: Connection, case_ids: Iterable[str], kinds: Iterable[str]) -> dict[str, list[AnswerRow]]:
    """Return the answers of these kinds per case, retracted ones left out."""
    found: dict[str, list[AnswerRow]] = {}
    wanted = among(kinds)
    for case_id, kind, data, recorded_at in fetch(
        conn,
        f"SELECT case_id, kind, data, recorded_at FROM event AS e WHERE case_id IN ({AMONG}) AND kind IN ({AMONG}) "
        "AND NOT retracted AND revision = (SELECT MAX(revision) FROM event AS l WHERE l.case_id = e.case_id "
        "AND l.source = e.source AND l.source_id = e.source_id)",
        (*among(case_ids), *wanted),
    ):
        named = load(data)
        until = datetime.fromisoformat(str(named["until"])) if named.get("until") else None
        found.setdefault(case_id, []).append(
            AnswerRow(kind, named.get("rule"), named.get("cycle"), instant(recorded_at), until)
        )
    return found


def seen_from(conn: Connection, case_ids: Iterable[str]) -> set[str]:
    """Return the cases that see the timelines of ``case_ids`` through a link."""
    found = fetch(conn, f"SELECT from_case FROM case_link WHERE to_case IN ({AMONG})", among(case_ids))
    return {row[0] for row in found}


def retract(
    conn: Connection, identities: Iterable[Identity], now: datetime, by: str = "", origin: str = "source"
) -> Recorded:
    """Record that these facts no longer hold; raises :class:`NotFoundError` for one never recorded."""
    asked = list(dict.fromkeys(identities))
    rows: list[EventRow] = []
    for chunk in chunks(asked):
        found = {
            (case_id, source, source_id): (kind, on)
            for case_id, source, source_id, kind, on in fetch(
                conn,
                "SELECT e.case_id, e.source, e.source_id, kind, on_date FROM json_each(?) AS asked "
                "CROSS JOIN event AS e ON e.case_id = asked.value ->> 0 AND e.source = asked.value ->> 1 "
                "AND e.source_id = asked.value ->> 2 ORDER BY e.case_id, e.source, e.source_id, e.revision",
                among(chunk),
            )
        }
        for identity in chunk:
            if identity not in found:
                _, name, number = identity
                raise NotFoundError(
                    Text(
                        f"no event {name}:{number} on case {identity[0]}: nothing to retract",
                        f"案件 {identity[0]} 上没有节点 {name}:{number},无可撤回",
                    )
                )
            kind, on = found[identity]
            case_id, source, source_id = identity
            rows.append(EventRow(case_id, kind, on, source, source_id, retracted=True, origin=origin, recorded_by=by))
    return record_events(conn, rows, now)
