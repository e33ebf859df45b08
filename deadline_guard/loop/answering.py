"""What an answer is about: the running clocks behind a warning id, and how an answer to one is recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.deadlines import State
from deadline_guard.core.people import who
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Case
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, events
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.events import HAND, EventRow
from deadline_guard.views.asked import asked_in, carried, list_in

SENIOR: Final = ("lead", "manager", "partner", "risk", "admin")
SOURCE: Final = "answer"
_WARNING: Final = re.compile(r"W-(\d+)(?:\.(\d+))?", re.IGNORECASE)
RUNNING: Final = (State.OPEN, State.HELD)


@dataclass(frozen=True, slots=True)
class Clock:
    """One running clock that an answer is about, as it stood when the answer was given."""

    case: Case
    found: Assessment

    @property
    def about(self) -> dict[str, str]:
        """Return how an answer names this clock."""
        return {"rule": self.found.rule.id, "cycle": self.found.deadline.cycle}


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something, when, and by which way (cli, mail, slack)."""

    by: str
    now: datetime
    via: str = "cli"


def clocks_of(office: Office, conn: Connection, warning: str, now: datetime) -> list[Clock]:
    """Return the running clocks that a warning id (``W-12``, ``W-12.3``) is about.

    Raises NotFoundError for an id that never was, AnswerError when all of them have ended.
    """
    match = _WARNING.fullmatch(warning.strip())
    if match is None:
        raise NotFoundError(
            Text(
                f"{warning!r} is no warning id; it stands in the subject and the last line, such as W-12",
                f"{warning!r} 不是预警编号;编号见邮件主题和末行,例如 W-12",
            )
        )
    told = carried(conn, int(match[1]))
    asked = [a for a in asked_in(told) if match[2] is None or a.place == int(match[2])]
    if list_in(told) is not None and match[2] is None:
        rows = f"{warning}.1 … {warning}.{len(asked)}" if asked else "`due`"
        raise AnswerError(
            Text(
                f"{warning} is a list; answer its rows one by one ({rows}), or on the page of its link",
                f"{warning} 是汇总清单;请逐项答复({rows}),或在其链接的页面上答复",
            )
        )
    if not asked:
        raise NotFoundError(
            Text(
                f"no warning {warning}; the id stands in the subject and the last line of the message",
                f"没有预警 {warning};编号见邮件主题和末行",
            )
        )
    ours = [a.notice for a in asked if not a.notice.rule.startswith("finding.")]
    if not ours:
        raise AnswerError(
            Text(
                f"{warning} reports a finding; it ends when its cause is mended, an answer does not end it",
                f"{warning} 报告的是系统发现的问题;消除原因即告结束,无需答复",
            )
        )
    clocks = [find_clock(office, conn, n.subject, n.rule, n.cycle, now) for n in ours]
    running = {(c.case.id, *c.about.values()): c for c in clocks if c.found.deadline.state in RUNNING}
    if not running:
        raise AnswerError(_ended(clocks[0]))
    return list(running.values())


def clock_of(office: Office, conn: Connection, case: str, rule: str, now: datetime) -> Clock:
    """Return the one running clock of a rule on a case; raises when there is none, or several to choose from."""
    known = cases.load_case(conn, case, known_at=now)
    found, _ = assess(known, office.rulebook, office.calendars, now)
    of_rule = [Clock(known, a) for a in found if a.rule.id == rule]
    if not of_rule:
        names = ", ".join(dict.fromkeys(a.rule.id for a in found)) or "none"
        raise NotFoundError(
            Text(
                f"rule {rule} has no deadline on case {known.code}; these have: {names}",
                f"规则 {rule} 在案件 {known.code} 上没有期限;有期限的规则:{names}",
            )
        )
    running = [c for c in of_rule if c.found.deadline.state in RUNNING]
    if not running:
        raise AnswerError(_ended(of_rule[-1]))
    if len(running) > 1:
        days = ", ".join(str(c.found.deadline.due_on) for c in running)
        raise AnswerError(
            Text(
                f"{len(running)} deadlines of {rule} are open on {known.code} ({days}); name one by its W- id",
                f"{known.code} 上有 {len(running)} 个 {rule} 期限未结({days});请用 W- 编号指明",
            )
        )
    return running[0]


def find_clock(office: Office, conn: Connection, case: str, rule: str, cycle: str, now: datetime) -> Clock:
    """Return a clock by its names, running or not; raises AnswerError for one that is gone."""
    known = cases.load_case(conn, case, known_at=now)
    found, _ = assess(known, office.rulebook, office.calendars, now)
    for one in found:
        if (one.rule.id, one.deadline.cycle) == (rule, cycle):
            return Clock(known, one)
    raise AnswerError(
        Text(
            f"this deadline of case {known.code} is gone: its event was taken back or its rule removed",
            f"案件 {known.code} 的这一期限已不存在:节点已撤回或规则已移除",
        )
    )


def again(office: Office, conn: Connection, clock: Clock, now: datetime) -> Clock:
    """Return the clock as it stands after what was just recorded."""
    return find_clock(office, conn, clock.case.id, clock.found.rule.id, clock.found.deadline.cycle, now)


def _ended(clock: Clock) -> Text:
    deadline = clock.found.deadline
    when = f" on {deadline.ended_at.astimezone(ZoneInfo(clock.case.zone)).date()}" if deadline.ended_at else ""
    by = f" by {deadline.ended_by}" if deadline.ended_by else ""
    state = deadline.state.value.replace("_", " ")
    rule, code = clock.found.rule.id, clock.case.code
    return Text(
        f"{rule} on case {code} has ended: {state}{when}{by}; nothing is left to answer",
        f"案件 {code} 的 {rule} 已了结({deadline.state.value}{when}),无需再答复",
    )


def record(conn: Connection, clock: Clock, kind: Answer, said: Said, **more: Any) -> None:
    """Record an answer about one clock; empty details are left out."""
    on = said.now.astimezone(ZoneInfo(clock.case.zone)).date()
    data = {**clock.about, "by": said.by, "via": said.via, **{name: value for name, value in more.items() if value}}
    row = EventRow(
        clock.case.id, kind.value, on.isoformat(), SOURCE, uuid4().hex, data=dump(data), origin=HAND, recorded_by=said.by,
        recorded_at_us=micros(said.now),
    )  # fmt: skip
    events.record_events(conn, [row], said.now)


def holds(office: Office, conn: Connection, case: Case, person: str, roles: tuple[str, ...], now: datetime) -> bool:
    """Return whether a person answers for one of these roles on the case at ``now``, by right or standing in."""
    directories = (office.people, office.directory(conn))
    return any(who(role, case, now, d).person.id == person for d in directories for role in roles)


def reason_for(reason: str, en: str, zh: str) -> str:
    """Return a reason without blanks around it; raises AnswerError where there is none."""
    if not reason.strip():
        raise AnswerError(Text(f"{en}; say it with --reason", f"{zh};请用 --reason 说明"))
    return reason.strip()
