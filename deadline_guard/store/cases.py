"""Cases: written once per change, read in bulk with their timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import EMPTY, Case, Event, Origin, Timeline, timeline
from deadline_guard.errors import NotFoundError
from deadline_guard.store import ledger, queue
from deadline_guard.store.columns import day, dump, instant, instant_or_none, load, micros, micros_or_none
from deadline_guard.store.statements import AMONG, Row, among, chunks, fetch, run, run_many, without_collecting

_FIELDS: Final = "code, title, case_type, attributes, zone, calendar, jurisdiction, team, owners, opened_at, closed_at"
CONTENT_OF: Final = f'SELECT id, {_FIELDS} FROM "case" WHERE id IN ({AMONG})'
_ORIGINS: Final = {origin.value: origin for origin in Origin}


# One row a case: SQLite gathers a timeline faster than rows can be handed over one by one.
_REVISIONS_OF: Final = (
    "SELECT case_id, json_group_array(json_array(on_date, COALESCE(at, 0), recorded_at, source || ':' || source_id, "
    "revision, kind, source, source_id, at, recorded_by, origin, subject, data, retracted)) FROM event "
    f"WHERE case_id IN ({AMONG}) GROUP BY case_id"
)


class Loaded(NamedTuple):
    """A case as the sweep needs it: ``rev`` is what a result must still find when it is stored.

    ``next_known_at`` is when the next fact recorded for the future (a replay) becomes known; None: all are known.
    """

    case: Case
    rev: int
    stale: int | None
    stale_reason: str | None
    wake_at: datetime | None
    live: bool
    next_known_at: datetime | None = None


class Changed(NamedTuple):
    """Which cases were new and which had other content."""

    new: frozenset[str]
    changed: frozenset[str]


def put_case(conn: Connection, case: Case, now: datetime, by: str = "") -> bool:
    """Store a case (without its timeline); False: nothing differed."""
    found = put_cases(conn, [case], now, by)
    return bool(found.new or found.changed)


def put_cases(conn: Connection, cases: Iterable[Case], now: datetime, by: str = "") -> Changed:
    """Store cases (without timelines); a recorded assignment outlives the owner that a source names."""
    new: set[str] = set()
    changed: set[str] = set()
    for chunk in chunks(cases):
        by_id = {case.id: case for case in chunk}
        ids = among(by_id)
        known = {row[0]: row[1:] for row in fetch(conn, CONTENT_OF, ids)}
        in_roles = assigned(conn, ids)
        rows = {case_id: content(case, in_roles.get(case_id, {})) for case_id, case in by_id.items()}
        inserts = [(case_id, *row) for case_id, row in rows.items() if case_id not in known]
        updates = [(*row, case_id) for case_id, row in rows.items() if case_id in known and known[case_id] != row]
        _write(conn, inserts, updates)
        fresh = [*inserts, *((row[-1], *row[:-1]) for row in updates)]
        ledger.append(
            conn,
            (ledger.Entry(ledger.of_case(row[0]), "case", dump({"by": by, "case": row[1:]})) for row in fresh),
            now,
        )
        queue.mark_stale(conn, (row[-1] for row in updates), queue.STALE_EVENT, "case changed")
        new.update(row[0] for row in inserts)
        changed.update(row[-1] for row in updates)
    return Changed(frozenset(new), frozenset(changed))


def content(case: Case, in_roles: Mapping[str, str | None]) -> Row:
    """Return what is compared and stored of a case (in the order of CONTENT_OF); assignments outlive its owners."""
    owners = {role: person for role, person in {**case.owners, **in_roles}.items() if person is not None}
    return (
        case.code, case.title, case.case_type, dump(case.attributes), case.zone, case.calendar, case.jurisdiction,
        case.team, dump(owners), micros_or_none(case.opened_at), micros_or_none(case.closed_at),
    )  # fmt: skip


def assigned(conn: Connection, ids: tuple[str]) -> dict[str, dict[str, str | None]]:
    """Return who was put into which role on these cases (None: taken out)."""
    found: dict[str, dict[str, str | None]] = {}
    for case_id, role, person in fetch(
        conn, f"SELECT case_id, role, person FROM assignment WHERE case_id IN ({AMONG}) ORDER BY id", ids
    ):
        found.setdefault(case_id, {})[role] = person
    return found


def _write(conn: Connection, inserts: list[Row], updates: list[Row]) -> None:
    run_many(
        conn,
        f'INSERT INTO "case" (id, {_FIELDS}, live, wake_at, stale, stale_reason, rev) '
        f"VALUES (?,?,?,?,?,?,?,?,?,?,?,?, 1, NULL, {queue.STALE_EVENT}, 'new case', 1)",
        inserts,
    )
    assignments = ", ".join(f"{field} = ?" for field in _FIELDS.split(", "))
    run_many(conn, f'UPDATE "case" SET {assignments} WHERE id = ?', updates)


def link(conn: Connection, from_case: str, to_case: str, relation: str, now: datetime, by: str = "") -> bool:
    """Let ``from_case`` see the timeline of ``to_case`` as ``relation``; False: it does already."""
    for case_id in (from_case, to_case):
        if not fetch(conn, 'SELECT 1 FROM "case" WHERE id = ?', (case_id,)):
            raise NotFoundError(
                Text(
                    f"no case with id {case_id}; add it before linking it",
                    f"没有标识为 {case_id} 的案件;请先登记再关联",
                )
            )
    row = (from_case, to_case, relation)
    if not run(
        conn, "INSERT INTO case_link (from_case, to_case, relation) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row
    ):
        return False
    queue.mark_stale(conn, [from_case], queue.STALE_PEOPLE, "link")
    payload = dump({"by": by, "to": to_case, "relation": relation})
    ledger.append(conn, [ledger.Entry(ledger.of_case(from_case), "link", payload)], now)
    return True


def load_case(conn: Connection, id_or_code: str, known_at: datetime | None = None) -> Case:
    """Return one case by id, else by code; raises :class:`NotFoundError` for neither or for an ambiguous code."""
    loaded = load_cases(conn, [id_or_code], known_at)
    if id_or_code in loaded:
        return loaded[id_or_code].case
    ids = [row[0] for row in fetch(conn, 'SELECT id FROM "case" WHERE code = ? ORDER BY id', (id_or_code,))]
    if len(ids) != 1:
        raise NotFoundError(_not_one(id_or_code, ids))
    return load_cases(conn, ids, known_at)[ids[0]].case


def _not_one(code: str, ids: list[str]) -> Text:
    if not ids:
        return Text(f"no case {code}", f"没有案件 {code}")
    listed = ", ".join(ids[:5])
    return Text(
        f"no case {code}; {len(ids)} cases have this code, name one by id: {listed}",
        f"案件 {code} 不明确;{len(ids)} 个案件同用此案号,请用标识指明:{listed}",
    )


def load_cases(conn: Connection, ids: Iterable[str], known_at: datetime | None = None) -> dict[str, Loaded]:
    """Return cases with what was known of them (and of the cases they are linked to) at ``known_at`` (None: all)."""
    found: dict[str, Loaded] = {}
    for chunk in chunks(ids, 1_000):
        asked = among(chunk)
        links: dict[str, list[tuple[str, str]]] = {}
        for from_case, to_case, relation in fetch(
            conn, f"SELECT from_case, to_case, relation FROM case_link WHERE from_case IN ({AMONG})", asked
        ):
            links.setdefault(from_case, []).append((relation, to_case))
        others = {to_case for linked in links.values() for _, to_case in linked}
        with without_collecting():
            timelines, later = _timelines(conn, others.union(chunk), known_at)
        for row in fetch(
            conn,
            f'SELECT id, {_FIELDS}, rev, stale, stale_reason, wake_at, live FROM "case" WHERE id IN ({AMONG})',
            asked,
        ):
            seen = [row[0], *(to_case for _, to_case in links.get(row[0], ()))]
            following = min((later[i] for i in seen if i in later), default=None) if later else None
            found[row[0]] = _loaded(row, links.get(row[0], []), timelines, instant_or_none(following))
    return found


def _loaded(
    row: Row,
    links: list[tuple[str, str]],
    timelines: dict[str, Timeline],
    next_known_at: datetime | None,
) -> Loaded:
    (case_id, code, title, case_type, attributes, zone, calendar, jurisdiction, team, owners, opened_at, closed_at,
     rev, stale, stale_reason, wake_at, live) = row  # fmt: skip
    linked: dict[str, tuple[Timeline, ...]] = {}
    for relation, to_case in links:
        linked[relation] = (*linked.get(relation, ()), timelines.get(to_case, _NOTHING))
    case = Case(
        case_id, code, case_type, timelines.get(case_id, _NOTHING), title, zone, calendar, jurisdiction,
        EMPTY if attributes == "{}" else load(attributes), EMPTY if owners == "{}" else load(owners), team,
        linked or EMPTY, instant_or_none(opened_at), instant_or_none(closed_at),
    )  # fmt: skip
    return Loaded(case, rev, stale, stale_reason, instant_or_none(wake_at), bool(live), next_known_at)


_NOTHING: Final = Timeline.of(())


def _timelines(
    conn: Connection, ids: Iterable[str], known_at: datetime | None
) -> tuple[dict[str, Timeline], dict[str, int]]:
    """Return the timelines as known, and per case when the next fact becomes known (microseconds)."""
    until = 2**63 if known_at is None else micros(known_at)
    timelines: dict[str, Timeline] = {}
    later: dict[str, int] = {}
    for case_id, gathered in fetch(conn, _REVISIONS_OF, among(ids)):
        revisions = load(gathered)
        revisions.sort()  # by the columns of Event.order, which come first (ISO dates sort as dates)
        kinds: dict[str, list[list[Any]]] = {}
        folded = False
        for revision in revisions:
            if revision[_RECORDED_AT] > until:
                later[case_id] = min(later.get(case_id, _NEVER), revision[_RECORDED_AT])
                continue
            if revision[_REVISION] > 1 or revision[_GONE]:
                folded = True
            kind = revision[_KIND]
            if kind in kinds:
                kinds[kind].append(revision)
            else:
                kinds[kind] = [revision]
        if folded:
            timelines[case_id] = timeline(_event(r) for found in kinds.values() for r in found)
        else:  # every identity has one revision that holds, as nearly always: nothing to fold
            timelines[case_id] = Timeline.on_demand(kinds, _event)
    return timelines, later


_NEVER: Final = 2**63
_RECORDED_AT, _REVISION, _KIND, _GONE = 2, 4, 5, 13


def _event(revision: list[Any]) -> Event:
    on, _, recorded_at, _, number, kind, source, source_id, at, by, origin, subject, data, gone = revision
    return Event(
        kind, day(on), source, source_id, instant(recorded_at), None if at is None else instant(at), number, by,
        _ORIGINS[origin], subject, EMPTY if data == "{}" else load(data), gone == 1,
    )  # fmt: skip
