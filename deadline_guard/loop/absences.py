"""Absences taken back: by the person who is there after all, or by a lead who knows better than an automatic reply."""

from __future__ import annotations

from deadline_guard.loop.answers import Said
from deadline_guard.loop.facts import known_person
from deadline_guard.loop.office import Office
from deadline_guard.store import people, queue


def cancel_absences(office: Office, person: str, said: Said) -> int:
    """Take back every absence of a person that is not over; return how many. Every case is decided again in turn.

    Raises InputError for somebody unknown.
    """
    known_person(office, "PERSON", person)
    with office.store.write() as conn:
        standing = people.standing_absences(conn, person, said.now)
        for number in standing:
            people.cancel_absence(conn, number, said.now, said.by)
    after: str | None = "" if standing else None
    while after is not None:
        with office.store.write() as conn:
            after = queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "absence cancelled", after)
    return len(standing)
