"""Erase one thing alone: what one entry recorded, or what one event or answer carried; digests and proof stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.errors import NotFoundError, StoreError
from deadline_guard.store import erasure, ledger
from deadline_guard.store.columns import instant, load
from deadline_guard.store.erasure import ERASED, Erasure
from deadline_guard.store.statements import AMONG, Row, among, fetch, run

_EVENTS: Final = "events"
_DECIDED: Final = "decided"
# What other rows are compared with, or what proves an erasure or a seal: it names nobody's words.
_KEPT: Final = frozenset({
    ERASED, "sealed", "composed", "settled", "rulebook revision", "calendar revision", "people revision",
})  # fmt: skip
_COUNTING: Final = (
    "SELECT source, source_id, revision, origin, retracted FROM event WHERE case_id = ? "
    "ORDER BY source, source_id, revision"
)
Revision = tuple[str, str, int]  # source, source id, number


class Recorded(NamedTuple):
    """One entry as it stands: ``is_erased`` where its payload is gone."""

    chain: str
    n: int
    kind: str
    at: datetime
    payload: int | None
    is_erased: bool


def entry(conn: Connection, chain: str, n: int) -> Recorded:
    """Return an entry; raises NotFoundError for one that was never made."""
    rows = fetch(
        conn,
        "SELECT kind, at, payload_id, p.erased_at IS NOT NULL FROM ledger AS l LEFT JOIN payload AS p "
        "ON p.id = l.payload_id WHERE chain = ? AND l.n = ?",
        (chain, n),
    )
    if not rows:
        raise NotFoundError(Text(
            f"{chain} has no entry {n}; `deadline-guard ledger entries` lists them",
            f"{chain} 没有第 {n} 条记录;`deadline-guard ledger entries` 可列出全部记录",
        ))  # fmt: skip
    kind, at, payload, is_erased = rows[0]
    return Recorded(chain, n, kind, instant(at), payload, bool(is_erased))


def erase_entry(conn: Connection, chain: str, n: int, reason: str, by: str, now: datetime) -> Erasure:
    """Erase what one entry recorded, and write down who did; raises NotFoundError, and StoreError where it is needed.

    The content of events that still count, and of decisions on a case that is live, is needed: dates rest on it.
    """
    found = entry(conn, chain, n)
    if found.kind in _KEPT:
        raise StoreError(Text(
            f"{chain}, entry {n} ({found.kind}) is part of the proof and cannot be erased",
            f"{chain} 第 {n} 条({found.kind})属于证明本身,不可清除",
        ))  # fmt: skip
    if found.is_erased:
        raise StoreError(Text(f"{chain}, entry {n} is erased already", f"{chain} 第 {n} 条的内容此前已清除"))
    if found.kind == _EVENTS:
        return _erase_events(conn, chain, _of_entry(conn, chain, n), reason, by, now)
    run(conn, "PRAGMA secure_delete = ON")
    told = _told(conn, found) if found.kind == _DECIDED else []
    assert found.payload is not None  # only entries of events have none
    erasure.blank(conn, [found.payload], now)
    erasure.record(conn, chain, reason, by, now, payloads=[found.payload], notices=told)
    return Erasure(1, 0, len(told))


def erase_event(conn: Connection, case_id: str, event: str, reason: str, by: str, now: datetime) -> Erasure:
    """Erase what an event or answer carried, in every revision of it; raises NotFoundError, StoreError.

    ``event``: ``source:source_id`` as `explain` shows it. While the case is live, the revision that counts stays.
    """
    chain = ledger.of_case(case_id)
    source, _, source_id = event.partition(":")
    revisions = [row for row in _revisions(conn, case_id) if row[:2] == (source, source_id)]
    if not revisions:
        raise NotFoundError(Text(f"no event {event} on this case", f"本案没有节点 {event}"))
    return _erase_events(conn, chain, revisions, reason, by, now)


def _erase_events(
    conn: Connection, chain: str, asked: Sequence[Revision], reason: str, by: str, now: datetime
) -> Erasure:
    case_id = chain.removeprefix("case:")
    is_live = _is_live(conn, case_id)
    needed = _counting(conn, case_id) if is_live else set()
    gone = [one for one in asked if one not in needed]
    if not gone:
        raise StoreError(Text(
            "it still counts on a live case: dates rest on it. Correct or retract it first, or erase it when the case "
            "is over",
            "案件尚未了结,该内容仍作为期限依据。请先更正或撤回,或在了结后再清除",
        ))  # fmt: skip
    run(conn, "PRAGMA secure_delete = ON")
    for source, source_id, revision in gone:
        run(
            conn,
            "UPDATE event SET data = '{}', subject = NULL WHERE case_id = ? AND source = ? AND source_id = ? "
            "AND revision = ?",
            (case_id, source, source_id, revision),
        )
    if not is_live:
        run(conn, "DELETE FROM derivation WHERE case_id = ?", (case_id,))
    rows = fetch(conn, erasure.EVENTS, (case_id,))
    entries = {row[1] for row in rows if (row[2], row[3], row[4]) in set(gone)}
    erasure.record(conn, chain, reason, by, now, events=[row for row in rows if row[1] in entries])
    return Erasure(0, len(gone), 0, len(asked) - len(gone))


def _told(conn: Connection, found: Recorded) -> list[Row]:
    """Take the content of the notices that an entry decided; return what is left of their rows."""
    if not found.chain.startswith("case:") or _is_live(conn, found.chain.removeprefix("case:")):
        raise StoreError(Text(
            f"{found.chain}, entry {found.n}: decisions are erased when the case is over",
            f"{found.chain} 第 {found.n} 条是预警决定,案件了结后方可清除",
        ))  # fmt: skip
    text = fetch(conn, "SELECT text FROM payload WHERE id = ?", (found.payload,))[0][0]
    asked = among(notice[0] for notice in load(text)["notices"])
    run(conn, f"UPDATE notice SET data = '{{}}' WHERE id IN ({AMONG})", asked)
    run(conn, "DELETE FROM derivation WHERE case_id = ?", (found.chain.removeprefix("case:"),))
    return fetch(conn, f"{erasure.NOTICES} WHERE id IN ({AMONG}) ORDER BY id", asked)


def _is_live(conn: Connection, case_id: str) -> bool:
    return bool(fetch(conn, 'SELECT live FROM "case" WHERE id = ?', (case_id,))[0][0])


def _revisions(conn: Connection, case_id: str) -> list[Revision]:
    return [(source, source_id, n) for source, source_id, n, _, _ in fetch(conn, _COUNTING, (case_id,))]


def _of_entry(conn: Connection, chain: str, n: int) -> list[Revision]:
    rows = fetch(conn, erasure.EVENTS, (chain.removeprefix("case:"),))
    return [(row[2], row[3], row[4]) for row in rows if row[1] == n]


def _counting(conn: Connection, case_id: str) -> set[Revision]:
    """Return the revisions that dates may rest on: of each event the last, and the last by hand.

    Where a hand retracted the event last, none of it counts any more.
    """
    chains: dict[tuple[str, str], list[Row]] = {}
    for row in fetch(conn, _COUNTING, (case_id,)):
        chains.setdefault(row[:2], []).append(row)
    return set(_last_words(chains.values()))


def _last_words(chains: Iterable[list[Row]]) -> Iterable[Revision]:
    for rows in chains:
        last = rows[-1]
        by_hand = [row for row in rows if row[3] == "hand"]
        if by_hand and by_hand[-1] == last and last[4]:
            continue
        yield last[:3]
        if by_hand:
            yield by_hand[-1][:3]
