"""What else one reader may do about one deadline: put it off, mute it, take it over, take an answer back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.answers import put_off
from deadline_guard.core.deadlines import State
from deadline_guard.core.rules import Level
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Event
from deadline_guard.loop.answering import Clock
from deadline_guard.loop.office import Office
from deadline_guard.loop.passing_on import may_take_over
from deadline_guard.loop.putting_off import latest, may_mute
from deadline_guard.loop.taking_back import to_take_back


@dataclass(frozen=True, slots=True)
class Further:
    """What takes a look at the people and the history of a case to know; asked for one deadline at a time.

    ``latest`` is until when it can be put off (None: it cannot), ``missed`` what would be missed after that.
    """

    latest: datetime | None = None
    missed: Text | None = None
    mute: bool = False
    take_over: bool = False
    given: tuple[Event, ...] = ()  # answers that the reader may take back, the latest first
    snoozed: datetime | None = None  # until then nothing is repeated
    muted: datetime | None = None  # until then nothing below critical is told


NOTHING: Final = Further()


def further(office: Office, conn: Connection, clock: Clock, person: str, now: datetime) -> Further:
    """Return what else a person may do about a clock at ``now``."""
    until, missed = latest(office, conn, clock, now)
    waits = clock.found.deadline.state is State.OPEN and clock.found.level is not Level.OVERDUE
    rule, cycle = clock.found.rule.id, clock.found.deadline.cycle
    return Further(
        latest=until if waits and until > now else None,
        missed=missed,
        mute=may_mute(office, conn, clock, person, now),
        take_over=may_take_over(office, conn, clock, person, now),
        given=to_take_back(office, conn, clock, person, now),
        snoozed=put_off(clock.case, Answer.SNOOZED, rule, cycle, now),
        muted=put_off(clock.case, Answer.MUTED, rule, cycle, now),
    )
