"""From a warning's id to everything behind it: rule text, facts, derivation, tries, answers, what happened next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Event
from deadline_guard.errors import NotFoundError
from deadline_guard.rulebook.archive import passage
from deadline_guard.store import cases, ledger, notices, past, telling
from deadline_guard.store.columns import dump, instant, instant_or_none, micros
from deadline_guard.store.notices import StoredNotice
from deadline_guard.store.past import Entry
from deadline_guard.store.statements import fetch
from deadline_guard.views.asked import asked_in, list_in
from deadline_guard.views.explain import Explained, explain
from deadline_guard.views.items import Sight
from deadline_guard.views.then import sight_at

_LABEL: Final = re.compile(r"[Ww]-?(\d+)(?:\.(\d+))?")
_ANSWERS: Final = frozenset(a.value for a in Answer)


class Attempt(NamedTuple):
    """One try at sending, with what the server answered."""

    n: int
    started_at: datetime
    settled_at: datetime | None
    outcome: str
    detail: str


class SentMessage(NamedTuple):
    """The message that a warning's id names."""

    id: int
    person: str
    channel: str
    address: str
    state: str
    made_at: datetime
    sent_at: datetime | None
    remote_id: str | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """One warning in one message: ``then`` is the case as it was explained when the warning was decided.

    ``then`` is None for a finding about the system; ``answers`` and ``later`` came after the decision.
    """

    label: str
    message: SentMessage
    notice: StoredNotice
    then: Explained | None
    rule_text: str
    rule_revision: str
    sight: Sight
    answers: tuple[Event, ...]
    later: tuple[StoredNotice, ...]
    entry: Entry | None


def why(conn: Connection, label: str, today: Sight) -> list[Why]:
    """Return what stands behind each warning that an id names; raises NotFoundError for an id never given."""
    match = _LABEL.fullmatch(label.strip())
    message = _message(conn, int(match[1])) if match else None
    found = _behind(conn, message, int(match[2] or 0), today) if match and message else []
    if not found:
        raise NotFoundError(
            Text(
                f"no warning {label}; the id stands in every message, such as W-12",
                f"没有预警 {label};编号见每条消息,例如 W-12",
            )
        )
    return found


def _behind(conn: Connection, message: SentMessage, place: int, today: Sight) -> list[Why]:
    """Return what stands behind everything in a message, or behind the one at a place (0: all)."""
    carried = telling.notices_of(conn, message.id)
    found = notices.by_ids(conn, carried)
    if place and list_in([found[n].notice for n in carried]) is not None:
        return _row(conn, message, found[carried[0]], place, today)
    several = len(carried) > 1
    if place:
        carried = carried[place - 1 : place]
    return [
        _why(conn, f"W-{message.id}.{n}" if several else f"W-{message.id}", message, found[number], today)
        for n, number in enumerate(carried, place or 1)
    ]


def _row(conn: Connection, message: SentMessage, whole: StoredNotice, place: int, today: Sight) -> list[Why]:
    """Return what stands behind one row of a morning's list; it was decided with the list."""
    rows = [asked.notice for asked in asked_in([whole.notice]) if asked.place == place]
    of_rows = [_why(conn, f"W-{message.id}.{place}", message, whole._replace(notice=row), today) for row in rows]
    return [replace(one, entry=_entry(conn, whole)) for one in of_rows]


def _message(conn: Connection, number: int) -> SentMessage | None:
    rows = fetch(
        conn,
        "SELECT id, person, channel, address, state, made_at, sent_at, remote_id FROM message WHERE id = ?",
        (number,),
    )
    if not rows:
        return None
    tries = fetch(
        conn,
        "SELECT n, started_at, settled_at, outcome, detail FROM attempt WHERE message_id = ? ORDER BY n",
        (number,),
    )
    person, channel, address, state, made_at, sent_at, remote_id = rows[0][1:]
    return SentMessage(
        number, person, channel, address, state, instant(made_at), instant_or_none(sent_at), remote_id,
        tuple(Attempt(n, instant(a), instant_or_none(b), outcome or "", text) for n, a, b, outcome, text in tries),
    )  # fmt: skip


def _why(conn: Connection, label: str, message: SentMessage, stored: StoredNotice, today: Sight) -> Why:
    notice = stored.notice
    at = notice.decided_at
    book = past.revision(conn, "rulebook", at)
    text = passage(book.text, notice.rule) if book else ""
    if ledger.of_subject(notice.subject) == ledger.SYSTEM:
        return Why(label, message, stored, None, text, book.hash if book else "", today, (), (), _entry(conn, stored))
    sight = sight_at(conn, today, at)
    rule = notice.rule if notice.rule in sight.rulebook.rules else None
    then = explain(conn, notice.subject, sight, at, rule, as_of=True)
    known = cases.load_case(conn, notice.subject)
    answers = tuple(e for e in known.timeline.events if e.recorded_at >= at and _about(e, stored, then))
    same = [n for n in notices.of_subjects(conn, [notice.subject]) if _is_later(n, stored)]
    return Why(
        label, message, stored, then, text, book.hash if book else sight.rulebook.revision, sight,
        tuple(sorted(answers, key=lambda e: e.recorded_at)), tuple(same), _entry(conn, stored),
    )  # fmt: skip


def _about(event: Event, stored: StoredNotice, then: Explained) -> bool:
    """Return whether an event answers a notice, or is the act that its deadline asks for."""
    notice = stored.notice
    if event.kind in _ANSWERS:
        return event.data.get("rule") in (None, notice.rule) and event.data.get("cycle") in (None, notice.cycle)
    acts = {kind for one in then.deadlines if one.found.rule.id == notice.rule for kind in one.found.rule.done_by}
    return event.kind in acts


def _is_later(other: StoredNotice, stored: StoredNotice) -> bool:
    same = (other.notice.rule, other.notice.cycle) == (stored.notice.rule, stored.notice.cycle)
    return same and other.id > stored.id


def _entry(conn: Connection, stored: StoredNotice) -> Entry | None:
    """Return the ledger's entry that recorded the decision."""
    chain, at = ledger.of_subject(stored.notice.subject), stored.notice.decided_at
    found = fetch(
        conn, "SELECT n FROM ledger WHERE chain = ? AND at >= ? AND kind = 'decided' ORDER BY n", (chain, micros(at))
    )
    if not found:
        return None
    first = found[0][0]
    return next((entry for entry in past.chain(conn, chain) if entry.n == first), None)


def export(conn: Connection, found: Sequence[Why]) -> dict[str, Any]:
    """Return the warnings as data, with the whole chain of their case and a digest over all of it."""
    chains = dict.fromkeys(ledger.of_subject(one.notice.notice.subject) for one in found)
    body = {
        "warnings": [_plain(one) for one in found],
        "ledger": [
            _entry_plain(entry) for chain in chains if chain != ledger.SYSTEM for entry in past.chain(conn, chain)
        ],
    }
    return {**body, "digest": sha256(dump(body).encode()).hexdigest()}


def _plain(one: Why) -> dict[str, Any]:
    notice = one.notice.notice
    deadline = next(
        (e.found for e in one.then.deadlines if e.found.deadline.cycle == notice.cycle), None
    ) if one.then else None  # fmt: skip
    return {
        "id": one.label, "case": notice.subject, "rule": notice.rule, "cycle": notice.cycle,
        "decided_at": notice.decided_at, "reason": notice.reason.value, "level": notice.level.word,
        "told": {"person": notice.person, "via": notice.via}, "due_on": notice.due_on, "due_at": notice.due_at,
        "rule_revision": one.rule_revision, "rule_text": one.rule_text,
        "date_again": deadline.deadline.due_at if deadline else None,
        "derivation": [str(step) for step in deadline.deadline.basis] if deadline else [],
        "facts": [e._asdict() for e in one.then.case.timeline.events] if one.then else [],
        "message": {**one.message._asdict(), "attempts": [a._asdict() for a in one.message.attempts]},
        "answers": [e._asdict() for e in one.answers],
        "afterwards": [
            {"at": n.notice.decided_at, "person": n.notice.person, "reason": n.notice.reason.value, "state": n.state}
            for n in one.later
        ],
    }  # fmt: skip


def _entry_plain(entry: Entry) -> dict[str, Any]:
    return {
        "chain": entry.chain, "n": entry.n, "kind": entry.kind, "at": micros(entry.at), "prev": entry.prev.hex(),
        "payload_digest": entry.payload_digest.hex(), "digest": entry.digest.hex(), "text": entry.text,
    }  # fmt: skip


def recheck(given: dict[str, Any]) -> list[str]:
    """Return what is wrong with an export: its own digest, its chains, its texts. It needs no database."""
    body = {"warnings": given.get("warnings"), "ledger": given.get("ledger")}
    wrong = [] if sha256(dump(body).encode()).hexdigest() == given.get("digest") else ["digest"]
    before: dict[str, tuple[int, str]] = {}
    for entry in body["ledger"] or ():
        chain, n, prev = str(entry["chain"]), int(entry["n"]), str(entry["prev"])
        digest = ledger.digest_of(
            chain, n, bytes.fromhex(prev), entry["kind"], entry["at"], bytes.fromhex(entry["payload_digest"])
        ).hex()
        text = entry["text"]
        is_text = text is None or sha256(text.encode()).hexdigest() == entry["payload_digest"]
        if (n - 1, prev) != before.get(chain, (0, "")) or digest != entry["digest"] or not is_text:
            wrong.append(f"{chain} {n}")
        before[chain] = (n, str(entry["digest"]))
    return wrong
