"""Supervised demands (督办): a superior asks somebody for something by a day, and settles it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import author
from deadline_guard.errors import AnswerError
from deadline_guard.loop.answering import SENIOR, Clock, Said, holds
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, events
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.events import HAND, EventRow

OPENED: Final = "demand_opened"


def demand(office: Office, conn: Connection, case: str, said: Said, to: str, due: date, what: str) -> str:
    """Ask a person for something by a day; return the demand's number on the case.

    Raises AnswerError for somebody who is no superior on this case, an unknown person, a day that is over, no words.
    """
    known = cases.load_case(conn, case, known_at=said.now)
    if not holds(office, conn, known, said.by, SENIOR, said.now):
        raise AnswerError(
            Text(f"{said.by} is no superior on case {known.code}", f"{said.by} 不是案件 {known.code} 的上级")
        )
    if to not in office.people.persons:
        listed = ", ".join(sorted(office.people.persons))
        raise AnswerError(Text(f"nobody here is called {to!r}; known are: {listed}", f"没有人员 {to!r};现有:{listed}"))
    today = said.now.astimezone(ZoneInfo(known.zone)).date()
    if due < today:
        raise AnswerError(Text(f"{due} is over", f"{due} 已过"))
    if not what.strip():
        raise AnswerError(Text("say what is asked for with --what", "请用 --what 说明督办内容"))
    if OPENED not in office.rulebook.events and office.rulebook.events:
        raise AnswerError(
            Text("the rules know no demands; read the shipped pack `office`", "规则中没有督办;请启用随附规则包 office")
        )
    number = f"D-{1 + len(known.timeline.kind(OPENED))}"
    data = {"to": to, "by": said.by, "due": due.isoformat(), "what": what.strip()}
    row = EventRow(
        known.id, OPENED, today.isoformat(), HAND, uuid4().hex, subject=number, data=dump(data), origin=HAND,
        recorded_by=said.by, recorded_at_us=micros(said.now),
    )  # fmt: skip
    events.record_events(conn, [row], said.now)
    return number


def check_who_settles(office: Office, conn: Connection, clock: Clock, by: str, now: datetime) -> None:
    """Raise AnswerError where a deadline is settled by whoever asked for it, and somebody else says that it is done."""
    if clock.found.rule.params.get("settled_by") != "author":
        return
    asked = next((e for e in clock.case.timeline.events if e.id == clock.found.deadline.cycle), None)
    if asked is not None and by != author(asked) and not holds(office, conn, clock.case, by, ("admin",), now):
        raise AnswerError(
            Text(
                f"{author(asked)} asked for this and says when it is settled; report with `deadline-guard acted`",
                f"该事项由 {author(asked)} 督办并确认办结;请用 `deadline-guard acted` 报告进展",
            )
        )
