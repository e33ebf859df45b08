"""Still wanted? Asked again in the transaction that takes the lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.notices import ANSWERED_MEANWHILE, Notice, NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Answer
from deadline_guard.store import assessments, events, notices
from deadline_guard.store.assessments import AssessmentRow
from deadline_guard.store.doubts import doubtful
from deadline_guard.store.events import AnswerRow
from deadline_guard.store.sending import Leased

_WARNINGS: Final = frozenset({NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED})
# Pointless once the deadline has ended; neither a level nor an answer takes them back.
_BETWEEN_PEOPLE: Final = frozenset({NoticeKind.HAND_OVER, NoticeKind.DISPUTE, NoticeKind.CONFIRM})
_JUDGED: Final = _WARNINGS | _BETWEEN_PEOPLE | {NoticeKind.OBSERVE, NoticeKind.ACTION}
# An answer that may await a second person is not among them: it ends the deadline, or its warnings run on.
_ANSWERED: Final = (Answer.ACKNOWLEDGED, Answer.DONE, Answer.MUTED)


def unwanted(conn: Connection, leased: Sequence[Leased], now: datetime) -> Mapping[int, str]:
    """Return the messages that must not go out any more, each with the reason, and withdraw their notices.

    A warning is unwanted once its deadline ended, moved on or rose above its level, once somebody answered
    after it was decided or muted it, or once another person owns the deadline. A message that carries several notices goes
    as long as one of them is wanted; the others are left out of its text.
    """
    asked = {n for m in leased for n in m.notice_ids}
    stored = notices.by_ids(conn, doubtful(conn, asked, _JUDGED, _ANSWERED))
    subjects = {s.notice.subject for s in stored.values() if s.notice.kind in _JUDGED}
    rows = {
        (case_id, r.rule, r.cycle): r
        for case_id, found in assessments.assessments(conn, subjects).items()
        for r in found
    }
    answers = events.answers(conn, subjects, [a.value for a in _ANSWERED])
    why: dict[int, str] = {}
    for number, found in stored.items():
        if found.state == "withdrawn":
            why[number] = found.state_reason
            continue
        n = found.notice
        if n.kind is NoticeKind.MOVED and n.data.get("digest") and _said_with_level(conn, n):
            why[number] = "said together with the level"
            continue
        reason = _reason(n, rows.get((n.subject, n.rule, n.cycle)), answers.get(n.subject, ()), now)
        if reason:
            why[number] = reason
    by_reason: dict[str, list[int]] = {}
    for number, reason in why.items():
        by_reason.setdefault(reason, []).append(number)
    for reason, numbers in by_reason.items():
        notices.set_state(conn, numbers, "withdrawn", reason, now)
    return {m.id: why[m.notice_ids[0]] for m in leased if m.notice_ids and all(n in why for n in m.notice_ids)}


def _said_with_level(conn: Connection, moved: Notice) -> bool:
    """Return whether the person has since been told of a level of the new date, which says that it moved."""
    told = notices.histories(conn, [moved.subject])[moved.subject].told.get((moved.rule, moved.cycle), ())
    return any(
        t.kind is NoticeKind.LEVEL and t.person == moved.person and t.due_rev == moved.due_rev and t.stands
        and t.decided_at > moved.decided_at
        for t in told
    )  # fmt: skip


def _reason(notice: Notice, row: AssessmentRow | None, answers: Sequence[AnswerRow], now: datetime) -> str:
    """Return why a notice is not wanted any more, or "" while it is."""
    if notice.kind not in _JUDGED:
        return ""
    if row is None or row.state != "open":
        return "the deadline has ended"
    if notice.due_at is not None and row.due_at != notice.due_at and notice.kind not in _BETWEEN_PEOPLE:
        return "the date has moved"
    if notice.kind not in _WARNINGS:
        return ""
    if notice.kind is not NoticeKind.MOVED:
        if row.level > notice.level:
            return "the level has risen"
        for answer in answers:
            about = answer.rule in (None, notice.rule) and answer.cycle in (None, notice.cycle)
            if answer.kind == Answer.MUTED:
                lasts = answer.until is not None and answer.recorded_at <= now < answer.until
                if about and lasts and notice.level < Level.CRITICAL:
                    return "muted"
                continue
            holds = notice.level < Level.OVERDUE or answer.kind != Answer.ACKNOWLEDGED  # never stops overdue
            if about and holds and notice.decided_at < answer.recorded_at <= now:  # a replay knows later ones
                return ANSWERED_MEANWHILE
    told_as_owner = notice.via[:1] == ("owner",) and notice.kind in (NoticeKind.LEVEL, NoticeKind.REPEAT)
    if told_as_owner and row.owner and row.owner != notice.person:
        return "somebody else owns it now"
    return ""
