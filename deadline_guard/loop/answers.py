"""Answers: checked against what is open now and recorded as events, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.deadlines import State
from deadline_guard.core.endings import AWAITS_SECOND
from deadline_guard.core.rules import Kind
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Case
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, events, notices, telling
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.events import HAND, EventRow

SOURCE: Final = "answer"
_WARNING: Final = re.compile(r"W-(\d+)(?:\.(\d+))?", re.IGNORECASE)
_RUNNING: Final = (State.OPEN, State.HELD)


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
    carried = telling.notices_of(conn, int(match[1]))
    if match[2] is not None:
        place = int(match[2])
        carried = carried[place - 1 : place] if place else []
    if not carried:
        raise NotFoundError(
            Text(
                f"no warning {warning}; the id stands in the subject and the last line of the message",
                f"没有预警 {warning};编号见邮件主题和末行",
            )
        )
    stored = notices.by_ids(conn, carried)
    told = [stored[n].notice for n in carried]
    ours = [n for n in told if not n.rule.startswith("finding.")]
    if not ours:
        raise AnswerError(
            Text(
                f"{warning} reports a finding; it ends when its cause is mended, an answer does not end it",
                f"{warning} 报告的是系统发现的问题;消除原因即告结束,无需答复",
            )
        )
    clocks = [_clock(office, conn, n.subject, n.rule, n.cycle, now) for n in ours]
    running = {(c.case.id, *c.about.values()): c for c in clocks if c.found.deadline.state in _RUNNING}
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
    running = [c for c in of_rule if c.found.deadline.state in _RUNNING]
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


def acknowledge(
    office: Office, conn: Connection, clocks: Sequence[Clock], said: Said, until: datetime | None = None
) -> None:
    """Record that somebody has seen it: silence ends until the next level, or until ``until``."""
    more = {"until": until.isoformat()} if until else {}
    for clock in clocks:
        _record(conn, clock, Answer.ACKNOWLEDGED.value, said, more)


def not_pursued(office: Office, conn: Connection, clock: Clock, said: Said, reason: str) -> bool:
    """Record that a right is given up; return whether a second person must confirm before it ends."""
    rule = clock.found.rule
    if rule.kind is not Kind.RIGHT:
        raise AnswerError(
            Text(
                f"{rule.id} is a duty: it can be done or extended, not given up; record it with `done`",
                f"{rule.id} 是义务:只能完成或延长,不能放弃;完成后用 `done` 登记",
            )
        )
    if not reason.strip():
        raise AnswerError(
            Text("a right is given up for a reason; say it with --reason", "放弃权利须有理由;请用 --reason 说明")
        )
    _record(conn, clock, Answer.NOT_PURSUED.value, said, {"reason": reason})
    return AWAITS_SECOND in _again(office, conn, clock, said.now).found.deadline.flags


def confirm(office: Office, conn: Connection, clock: Clock, said: Said) -> None:
    """Confirm, as a second person, the answer that waits for one; raises AnswerError where none does."""
    kinds = (Answer.NOT_PURSUED.value, Answer.NOT_APPLICABLE.value)
    about = clock.about
    waiting = [
        e
        for e in clock.case.timeline.kind(*kinds)
        if e.data.get("rule", about["rule"]) == about["rule"] and e.data.get("cycle", about["cycle"]) == about["cycle"]
    ]
    if not waiting or AWAITS_SECOND not in clock.found.deadline.flags:
        raise AnswerError(Text("nothing waits for a second person here", "此处没有等待第二人确认的答复"))
    if str(waiting[-1].data.get("by", waiting[-1].recorded_by)) == said.by:
        raise AnswerError(
            Text(f"{said.by} gave this answer; somebody else must confirm it", f"该答复由 {said.by} 作出;须由他人确认")
        )
    _record(conn, clock, Answer.CONFIRMED.value, said, {"answer": waiting[-1].id})


def done(
    office: Office, conn: Connection, clock: Clock, said: Said, on: date, receipt: str = "", kind: str | None = None
) -> str:
    """Record the act that ends a deadline; return the kind of event recorded.

    It is the rule's own completing event, so that whatever follows from the act follows. Where that event would
    end other open deadlines of the rule too, the answer names this one alone. Raises AnswerError for a day
    ahead or before the clock began.
    """
    rule, deadline = clock.found.rule, clock.found.deadline
    if on > said.now.astimezone(ZoneInfo(clock.case.zone)).date():
        raise AnswerError(
            Text(f"{on} lies ahead: what is done is recorded on the day it was done", f"{on} 尚未到来:完成后方可登记")
        )
    kind = kind or _act(clock)
    if kind is not None and kind not in rule.done_by:
        raise AnswerError(
            Text(
                f"{kind} does not end {rule.id}; one of these does: {', '.join(rule.done_by) or 'none'}",
                f"{kind} 不能了结 {rule.id};可用的节点:{'、'.join(rule.done_by) or '无'}",
            )
        )
    data = {"receipt": receipt} if receipt else {}
    if kind is None or _alike(office, clock, said.now) > 1:
        data |= {"on": on.isoformat()} | ({"event": kind} if kind else {})
        _record(conn, clock, Answer.DONE.value, said, data)
        kind = Answer.DONE.value
    else:
        row = EventRow(
            clock.case.id, kind, on.isoformat(), HAND, uuid4().hex, subject=deadline.subject,
            data=dump({**data, "by": said.by, "via": said.via}), origin=HAND, recorded_by=said.by,
            recorded_at_us=micros(said.now),
        )  # fmt: skip
        events.record_events(conn, [row], said.now)
    if _again(office, conn, clock, said.now).found.deadline.state in _RUNNING:
        raise AnswerError(
            Text(
                f"{kind} on {on} does not end it: the clock began on {deadline.trigger_on}",
                f"{on} 的 {kind} 不能了结该期限:期间自 {deadline.trigger_on} 起算",
            )
        )
    return kind


def _act(clock: Clock) -> str | None:
    """Return the event that completes the rule, None where it has none; raises when there are several."""
    acts = clock.found.rule.done_by
    if len(acts) > 1:
        raise AnswerError(
            Text(
                f"several events end {clock.found.rule.id}; say which with --event: {', '.join(acts)}",
                f"有多个节点可以了结 {clock.found.rule.id};请用 --event 指明:{'、'.join(acts)}",
            )
        )
    return acts[0] if acts else None


def _alike(office: Office, clock: Clock, now: datetime) -> int:
    """Return how many running deadlines of the rule one completing event would end."""
    found, _ = assess(clock.case, office.rulebook, office.calendars, now)
    rule, subject = clock.found.rule.id, clock.found.deadline.subject
    return sum(a.rule.id == rule and a.deadline.subject == subject and a.deadline.state in _RUNNING for a in found)


def _clock(office: Office, conn: Connection, case: str, rule: str, cycle: str, now: datetime) -> Clock:
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


def _again(office: Office, conn: Connection, clock: Clock, now: datetime) -> Clock:
    return _clock(office, conn, clock.case.id, clock.found.rule.id, clock.found.deadline.cycle, now)


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


def _record(conn: Connection, clock: Clock, kind: str, said: Said, more: Mapping[str, Any]) -> None:
    on = said.now.astimezone(ZoneInfo(clock.case.zone)).date()
    data = {**clock.about, "by": said.by, "via": said.via, **more}
    row = EventRow(
        clock.case.id, kind, on.isoformat(), SOURCE, uuid4().hex, data=dump(data), origin=HAND, recorded_by=said.by,
        recorded_at_us=micros(said.now),
    )  # fmt: skip
    events.record_events(conn, [row], said.now)
