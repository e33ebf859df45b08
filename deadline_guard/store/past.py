"""What stood at an instant: texts in force, adoptions, absences, a case's own data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.people import Absence
from deadline_guard.core.timeline import Case
from deadline_guard.store import ledger
from deadline_guard.store.columns import instant, instant_or_none, load, micros
from deadline_guard.store.people import Revision
from deadline_guard.store.recorded_law import Adoption
from deadline_guard.store.statements import fetch
from deadline_guard.store.verify.events import events_text


class Entry(NamedTuple):
    """One entry of a chain with what it recorded; ``text`` None: erased."""

    chain: str
    n: int
    kind: str
    at: datetime
    prev: bytes
    payload_digest: bytes
    digest: bytes
    text: str | None


def revision(conn: Connection, kind: str, at: datetime) -> Revision | None:
    """Return the rulebook, people or calendar text in force at an instant, or None."""
    rows = fetch(
        conn,
        "SELECT hash, text, since FROM revision WHERE kind = ? AND since <= ? ORDER BY id DESC LIMIT 1",
        (kind, micros(at)),
    )
    return Revision(rows[0][0], rows[0][1], instant(rows[0][2])) if rows else None


def adoptions(conn: Connection, at: datetime) -> dict[str, Adoption]:
    """Return the adoption of each pack that held at an instant."""
    rows = fetch(
        conn,
        "SELECT kind, hash, text, since FROM revision WHERE kind LIKE 'adopted:%' AND since <= ? ORDER BY id",
        (micros(at),),
    )
    found = (Adoption(kind.removeprefix("adopted:"), digest, by, instant(since)) for kind, digest, by, since in rows)
    return {one.pack: one for one in found}


def absences(conn: Connection, at: datetime) -> dict[str, tuple[Absence, ...]]:
    """Return the absences per person that were recorded and not cancelled at an instant, the latest first."""
    found: dict[str, tuple[Absence, ...]] = {}
    for person, begin, end, deputy in fetch(
        conn,
        "SELECT person, since, until, deputy FROM absence WHERE recorded_at <= ?1 "
        "AND (cancelled_at IS NULL OR cancelled_at > ?1) ORDER BY id DESC",
        (micros(at),),
    ):
        found[person] = (*found.get(person, ()), Absence(person, instant(begin), instant(end), deputy))
    return found


def case(conn: Connection, known: Case, at: datetime) -> Case:
    """Return a case with the data and owners that its chain says it had at an instant.

    What was recorded only later, or erased, is left as it stands now.
    """
    found = known
    owners: dict[str, str] | None = None
    for entry in chain(conn, ledger.of_case(known.id)):
        if entry.at > at or entry.text is None:
            continue
        if entry.kind == "case":
            found = _with(found, load(entry.text)["case"])
            owners = dict(found.owners)
        elif entry.kind == "assigned" and owners is not None:
            said = load(entry.text)
            owners.pop(said["role"], None)
            if said["person"] is not None:
                owners[said["role"]] = said["person"]
    return found if owners is None else replace(found, owners=owners)


def _with(known: Case, row: list[Any]) -> Case:
    code, title, case_type, attributes, zone, calendar, jurisdiction, team, owners, opened_at, closed_at = row
    return replace(
        known, code=code, title=title, case_type=case_type, attributes=load(attributes), zone=zone, calendar=calendar,
        jurisdiction=jurisdiction, team=team, owners=load(owners), opened_at=instant_or_none(opened_at),
        closed_at=instant_or_none(closed_at),
    )  # fmt: skip


def chain(conn: Connection, name: str) -> Iterator[Entry]:
    """Yield the entries of a chain in order, events as the text that was digested."""
    left = _left_of_events(conn, name)
    for of, n, kind, at, prev, payload_digest, digest, text in fetch(
        conn,
        "SELECT chain, l.n, kind, at, prev, payload_digest, digest, CASE WHEN p.erased_at IS NULL THEN p.text END "
        "FROM ledger AS l LEFT JOIN payload AS p ON p.id = l.payload_id WHERE chain = ? ORDER BY l.n",
        (name,),
    ):
        if kind == "events":
            text = events_text(conn, of.removeprefix("case:"), n)
            if n in left and sha256(text.encode()).hexdigest() == left[n]:
                text = None
        yield Entry(of, n, kind, instant(at), prev, payload_digest, digest, text)


def _left_of_events(conn: Connection, name: str) -> dict[int, str]:
    """Return the digest of what erasures left of the events of each entry; the last erasure counts."""
    rows = fetch(
        conn,
        "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id WHERE chain = ? AND kind = 'erased' "
        "ORDER BY l.n",
        (name,),
    )
    return {n: digest for (text,) in rows for n, digest in load(text)["events"]}
