"""Values for the tests of the store."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection

from deadline_guard.core.notices import Message, Notice, NoticeKind, Reason
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.store import MEMORY, Store, cases, messages, notices, queue
from deadline_guard.store.assessments import AssessmentRow
from deadline_guard.store.events import EventRow


class _UndoneError(Exception):
    """Raised to roll back."""


@cache
def _scratch_store() -> Store:
    return Store.open(MEMORY)


@contextmanager
def scratch() -> Iterator[Connection]:
    """Give an empty database whose changes are undone at the end (for tests of many examples)."""
    with suppress(_UndoneError), _scratch_store().write() as conn:
        yield conn
        raise _UndoneError


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def case(case_id: str = "c1", **more: Any) -> Case:
    """Return a case without events."""
    fields = {"code": case_id.upper(), "case_type": "civil", "timeline": Timeline(), "owners": {"owner": "zhang"}}
    return Case(id=case_id, **(fields | more))


def served(case_id: str = "c1", source_id: str = "1", on: str = "2026-02-01", **more: Any) -> EventRow:
    """Return an event row of source `csv`."""
    return EventRow(case_id, "served", on, "csv", source_id, **more)


def notice(subject: str = "c1", person: str = "zhang", n: int = 1, **more: Any) -> Notice:
    """Return a notice that somebody is told of a level."""
    fields: dict[str, Any] = {
        "rule": "cn.civ.defence", "cycle": "csv:1", "due_rev": 1, "kind": NoticeKind.LEVEL, "level": Level.NEAR,
        "step": 1, "reason": Reason.FIRST, "decided_at": NOW, "via": ("owner",), "due_on": date(2026, 3, 9),
        "due_at": NOW + timedelta(days=7), "data": {"what": "答辩状"},
    }  # fmt: skip
    return Notice(subject=subject, person=person, n=n, **(fields | more))


def assessment(rule: str = "cn.civ.defence", cycle: str = "csv:1", **more: Any) -> AssessmentRow:
    """Return an open assessment."""
    fields: dict[str, Any] = {
        "state": "open", "level": Level.NEAR, "step": 1, "due_rev": 1, "due_on": date(2026, 3, 9),
        "due_at": NOW + timedelta(days=7), "owner": "zhang", "next_at": NOW + timedelta(days=1),
    }  # fmt: skip
    return AssessmentRow(rule, cycle, **(fields | more))


def message(key: str, *carried: Notice, **more: Any) -> Message:
    """Return a mail that carries notices."""
    fields: dict[str, Any] = {
        "person": "zhang", "channel": "email", "address": "zhang@firm.example", "kind": NoticeKind.LEVEL,
        "level": Level.NEAR, "thread": "c1/cn.civ.defence/csv:1", "not_before": NOW, "fallback": ("slack",),
    }  # fmt: skip
    return Message(key=key, notices=tuple(n.key for n in carried), **(fields | more))


def outbox(conn: Connection, *keys: str, **more: Any) -> list[int]:
    """Put one message with one notice into the outbox per key; return the message ids."""
    ids = []
    for key in keys:
        told = notice(cycle=f"csv:{key}")
        notices.insert(conn, [told], NOW)
        ids += messages.insert(conn, [message(key, told, **more)], NOW)
    return ids


def settle_all(conn: Connection, now: datetime = NOW, wake_at: datetime | None = None) -> None:
    """Store an empty result for every stale case, as a sweep would."""
    ids = queue.stale(conn, 1_000_000)
    found = cases.load_cases(conn, ids)
    queue.store_results(conn, [queue.CaseResult(i, found[i].rev, wake_at, True) for i in ids], now)
