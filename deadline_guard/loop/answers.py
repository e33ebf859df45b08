"""Answers: checked against what is open now and recorded as events, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.assess import assess
from deadline_guard.core.endings import AWAITS_SECOND, waiting_answer
from deadline_guard.core.rules import Kind
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, author
from deadline_guard.errors import AnswerError
from deadline_guard.loop.answering import (
    RUNNING,
    SOURCE,
    Clock,
    Said,
    again,
    clock_of,
    clocks_of,
    reason_for,
    record,
)
from deadline_guard.loop.demanding import check_who_settles, demand
from deadline_guard.loop.disputing import dispute, resolve
from deadline_guard.loop.office import Office
from deadline_guard.loop.passing_on import accept, hand_over, refuse, take_over
from deadline_guard.loop.putting_off import mute, snooze
from deadline_guard.loop.taking_back import retract
from deadline_guard.store import events
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.events import HAND, EventRow

__all__ = [
    "SOURCE", "Clock", "Said", "accept", "acknowledge", "acted", "clock_of", "clocks_of", "confirm", "demand", "dispute", "done",
    "hand_over", "mute", "not_applicable", "not_pursued", "refuse", "resolve", "retract", "snooze", "take_over",
]  # fmt: skip


def acknowledge(
    office: Office, conn: Connection, clocks: Sequence[Clock], said: Said, until: datetime | None = None
) -> None:
    """Record that somebody has seen it: silence ends until the next level, or until ``until``."""
    for clock in clocks:
        record(conn, clock, Answer.ACKNOWLEDGED, said, until=until.isoformat() if until else None)


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
    why = reason_for(reason, "a right is given up for a reason", "放弃权利须有理由")
    record(conn, clock, Answer.NOT_PURSUED, said, reason=why)
    return AWAITS_SECOND in again(office, conn, clock, said.now).found.deadline.flags


def not_applicable(office: Office, conn: Connection, clock: Clock, said: Said, reason: str) -> bool:
    """Record that a deadline does not apply here; return whether a second person must confirm before it ends."""
    why = reason_for(reason, "say why this does not apply", "请说明不适用的理由")
    record(conn, clock, Answer.NOT_APPLICABLE, said, reason=why)
    return AWAITS_SECOND in again(office, conn, clock, said.now).found.deadline.flags


def confirm(office: Office, conn: Connection, clock: Clock, said: Said) -> None:
    """Confirm, as a second person, the answer that waits for one, else the date that starts the clock.

    Raises AnswerError where nothing waits, or for the first person.
    """
    deadline = clock.found.deadline
    if AWAITS_SECOND in deadline.flags:
        waiting = waiting_answer(clock.found.rule, clock.case.timeline, deadline.cycle)
        first, about = waiting, "answer"
    elif deadline.unconfirmed:
        first, about = next((e for e in clock.case.timeline.events if e.id == deadline.cycle), None), "event"
    else:
        raise AnswerError(Text("nothing waits for a second person here", "此处没有等待第二人确认的事项"))
    if first is None:
        raise AnswerError(
            Text(
                f"the date comes from a linked case; confirm {deadline.cycle} there",
                f"该日期来自关联案件;请在该案件上确认 {deadline.cycle}",
            )
        )
    if author(first) == said.by:
        raise AnswerError(
            Text(f"{said.by} recorded this; somebody else must confirm it", f"该内容由 {said.by} 登记;须由他人确认")
        )
    record(conn, clock, Answer.CONFIRMED, said, **{about: first.id})


def acted(office: Office, conn: Connection, clock: Clock, said: Said, result: str) -> None:
    """Record what came of a step that a person was asked to take (a call, a visit, a report)."""
    if not result.strip():
        raise AnswerError(Text("say what came of it with --result", "请用 --result 说明结果"))
    record(conn, clock, Answer.ACTED, said, result=result.strip())


def done(
    office: Office, conn: Connection, clock: Clock, said: Said, on: date, receipt: str = "", kind: str | None = None
) -> str:
    """Record the act that ends a deadline; return the kind of event recorded.

    It is the rule's own completing event, so that whatever follows from the act follows. Where that event would
    end other open deadlines of the rule too, the answer names this one alone. Raises AnswerError for a day
    ahead or before the clock began.
    """
    check_who_settles(office, conn, clock, said.by, said.now)
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
        record(conn, clock, Answer.DONE, said, **data)
        kind = Answer.DONE.value
    else:
        row = EventRow(
            clock.case.id, kind, on.isoformat(), HAND, uuid4().hex, subject=deadline.subject,
            data=dump({**data, "by": said.by, "via": said.via}), origin=HAND, recorded_by=said.by,
            recorded_at_us=micros(said.now),
        )  # fmt: skip
        events.record_events(conn, [row], said.now)
    if again(office, conn, clock, said.now).found.deadline.state in RUNNING:
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
    return sum(a.rule.id == rule and a.deadline.subject == subject and a.deadline.state in RUNNING for a in found)
