"""Putting off: a snooze of one deadline's repeats, a mute of a rule or a case; neither hides what is critical."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.assess import meets
from deadline_guard.core.escalation import next_step_at
from deadline_guard.core.people import responsible
from deadline_guard.core.rules import Level
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.answering import SENIOR, SOURCE, Clock, Said, holds, record
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, events, notices
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.events import HAND, EventRow


def snooze(office: Office, conn: Connection, clocks: Sequence[Clock], said: Said, until: datetime) -> None:
    """Hold back repeats until an instant; raises AnswerError for one that would miss a step, a level or the deadline."""
    _ahead(until, said)
    for clock in clocks:
        if clock.found.level is Level.OVERDUE:
            raise AnswerError(Text("what is overdue is not put off", "已逾期的事项不能延后提醒"))
        last, what = latest(office, conn, clock, said.now)
        if until > last:
            at = last.astimezone(ZoneInfo(clock.case.zone)).strftime("%Y-%m-%d %H:%M")
            raise AnswerError(
                Text(
                    f"until then {what.said('en')} at {at} would be missed; {at} is the latest",
                    f"届时将错过{what.said('zh')}({at});最晚只能延后至 {at}",
                )
            )
    for clock in clocks:
        record(conn, clock, Answer.SNOOZED, said, until=until.isoformat())


def latest(office: Office, conn: Connection, clock: Clock, now: datetime) -> tuple[datetime, Text]:
    """Return the first thing that a snooze must not hide: the next step, the next level, the deadline itself."""
    deadline = clock.found.deadline
    history = notices.histories(conn, [clock.case.id]).get(clock.case.id)
    found = [(deadline.due_at, Text("the deadline", "届满时间"))]
    later = [c for c in clock.found.crossings if c.at > now]
    if later:
        found.append((later[0].at, Text(f"the level {later[0].level.word}", "下一级预警")))
    if history is not None:
        step = next_step_at(clock.case, clock.found, history, office.rulebook, office.directory(conn), now)
        if step is not None:
            found.append((step, Text("the next step of the chain", "下一级通知")))
    return min(found, key=lambda one: one[0])


def mute(office: Office, conn: Connection, case: str, rule: str | None, said: Said, until: datetime) -> str:
    """Tell nobody of a rule (None: of anything) on a case until an instant, below critical; return the case's code."""
    _ahead(until, said)
    known = cases.load_case(conn, case, known_at=said.now)
    watching = [r.id for r in office.rulebook.by_type.get(known.case_type, ()) if meets(r, known)]
    if rule is not None and rule not in watching:
        listed = ", ".join(watching[:12]) or "none"
        raise NotFoundError(
            Text(
                f"no rule {rule} watches case {known.code}; these do: {listed}",
                f"案件 {known.code} 不适用规则 {rule};适用的规则:{listed}",
            )
        )
    on = said.now.astimezone(ZoneInfo(known.zone)).date()
    data = {"by": said.by, "via": said.via, "until": until.isoformat()} | ({"rule": rule} if rule else {})
    row = EventRow(
        known.id, Answer.MUTED.value, on.isoformat(), SOURCE, uuid4().hex, data=dump(data), origin=HAND,
        recorded_by=said.by, recorded_at_us=micros(said.now),
    )  # fmt: skip
    events.record_events(conn, [row], said.now)
    return known.code


def may_mute(office: Office, conn: Connection, clock: Clock, person: str, now: datetime) -> bool:
    """Return whether a person may mute a clock by a message about it: its owner, or a superior on the case."""
    owner = responsible(clock.found.owner_role, clock.case, now, office.directory(conn)).person.id
    return person == owner or holds(office, conn, clock.case, person, SENIOR, now)


def _ahead(until: datetime, said: Said) -> None:
    if until <= said.now:
        raise AnswerError(Text(f"{until.isoformat()} is over already", f"{until.isoformat()} 已经过去"))
