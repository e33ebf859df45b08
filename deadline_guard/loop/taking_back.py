"""Taking an answer back: by whoever gave it, by the lead or by the administrator of the case."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.people import who
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Case, Event, author
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.answering import SOURCE, Clock, Said
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, events
from deadline_guard.store.events import HAND

_KINDS: Final = frozenset(a.value for a in Answer)
_MOST: Final = 8  # answers offered to be taken back


def retract(office: Office, conn: Connection, case: str, answer_id: str, said: Said) -> Event:
    """Take an answer back; return it. Raises NotFoundError for none, AnswerError for somebody else's.

    Whoever gave it may, and the lead or the administrator of the case. The completing event that a ``done``
    recorded is an answer too; what came from a register or a docket is not.
    """
    known = cases.load_case(conn, case, known_at=said.now)
    given = _given(known)
    event = next((e for e in given if answer_id in (e.id, e.source_id)), None)
    if event is None:
        listed = ", ".join(f"{e.id} ({e.kind} {e.on})" for e in given[-8:])
        raise NotFoundError(
            Text(
                f"no answer {answer_id} on case {known.code}; given so far: {listed or 'none'}",
                f"案件 {known.code} 上没有答复 {answer_id};已有:{listed or '无'}",
            )
        )
    if said.by != author(event) and said.by not in _seniors(office, conn, known, said.now):
        raise AnswerError(
            Text(
                f"{author(event)} gave this answer; they, the lead or the administrator can take it back",
                f"该答复由 {author(event)} 作出;只有本人、组长或管理员可以撤回",
            )
        )
    events.retract(conn, [(known.id, event.source, event.source_id)], said.now, said.by, HAND)
    return event


def to_take_back(office: Office, conn: Connection, clock: Clock, person: str, now: datetime) -> tuple[Event, ...]:
    """Return the answers about a clock that a person may take back, the latest first.

    A hand-over that was accepted or refused is over: it is handed back instead.
    """
    rule, cycle = clock.found.rule.id, clock.found.deadline.cycle
    given = [e for e in _given(clock.case) if _about(e, clock, rule, cycle)]
    over = {str(e.data.get("answer")) for e in given if e.kind in (Answer.ACCEPTED.value, Answer.REFUSED.value)}
    given = [e for e in given if e.kind != Answer.ACCEPTED.value and e.id not in over]
    if any(author(e) != person for e in given) and person not in _seniors(office, conn, clock.case, now):
        given = [e for e in given if author(e) == person]
    return tuple(sorted(given, key=lambda e: (e.recorded_at, e.id), reverse=True)[:_MOST])


def _given(case: Case) -> list[Event]:
    """Return every answer on a case; a completing event says by which way it was answered."""
    return [
        e
        for e in case.timeline.events
        if (e.source == SOURCE and e.kind in _KINDS) or (e.source == HAND and e.data.get("via"))
    ]


def _about(event: Event, clock: Clock, rule: str, cycle: str) -> bool:
    if event.source == HAND:
        return event.id == clock.found.deadline.ended_by
    return event.data.get("rule") == rule and event.data.get("cycle") in (None, cycle)


def _seniors(office: Office, conn: Connection, case: Case, now: datetime) -> set[str]:
    directories = (office.people, office.directory(conn))
    return {who(role, case, now, d).person.id for role in ("lead", "admin") for d in directories}
