"""Disputes about a date: raised by anyone, settled by somebody else who may."""

from __future__ import annotations

from sqlalchemy import Connection

from deadline_guard.core.disputes import SETTLED_BY, open_dispute
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, author
from deadline_guard.errors import AnswerError
from deadline_guard.loop.answering import Clock, Said, holds, reason_for, record
from deadline_guard.loop.office import Office


def dispute(office: Office, conn: Connection, clock: Clock, said: Said, reason: str) -> None:
    """Say that a date is wrong, and why: it stands, and escalates, until somebody else settles that."""
    why = reason_for(reason, "say what is wrong with the date", "请说明日期错在何处")
    record(conn, clock, Answer.DISPUTED, said, reason=why)


def resolve(office: Office, conn: Connection, clock: Clock, said: Said, reason: str) -> None:
    """Settle a dispute: the date stands as it is; a wrong one is corrected by correcting its event instead.

    Raises AnswerError where there is no dispute, for whoever raised it, and for anyone but lead and administrator.
    """
    raised = open_dispute(clock.case, clock.found.rule.id, clock.found.deadline.cycle)
    if raised is None:
        raise AnswerError(Text("nobody disputes this date", "该日期没有异议"))
    if author(raised) == said.by:
        raise AnswerError(
            Text(
                f"{said.by} disputes it; somebody else settles that (or `deadline-guard retract` takes it back)",
                f"异议由 {said.by} 提出;须由他人处理(本人可用 `deadline-guard retract` 撤回)",
            )
        )
    if not holds(office, conn, clock.case, said.by, (*SETTLED_BY, office.people.fallback), said.now):
        raise AnswerError(
            Text(
                f"{said.by} is neither lead nor administrator of this case; one of them settles it",
                f"{said.by} 不是本案组长或管理员;须由其处理异议",
            )
        )
    why = reason_for(reason, "say how it was settled", "请说明处理结果")
    record(conn, clock, Answer.RESOLVED, said, answer=raised.id, reason=why)
