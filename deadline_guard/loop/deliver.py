"""Deliver: lease what is still wanted, render it, send it, settle what became of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from threading import Event as Flag
from typing import Any
from zlib import crc32

from sqlalchemy import Connection

from deadline_guard.channels import Outcome
from deadline_guard.config import Delivery
from deadline_guard.core.notices import Message, NoticeKind
from deadline_guard.errors import StoreError
from deadline_guard.loop import findings
from deadline_guard.loop.office import Office
from deadline_guard.loop.senders import Posting, Senders, Settled
from deadline_guard.loop.wanted import unwanted
from deadline_guard.store import messages, notices, sending
from deadline_guard.store.sending import Leased
from deadline_guard.views.items import Sight
from deadline_guard.views.letters import letters

log = logging.getLogger(__name__)
_STORE_AGAIN = 1.0  # seconds
_RENDERED_AT_ONCE = 50
_SYSTEM = frozenset({findings.DEAD_CHANNEL, findings.GAVE_UP})


def deliver(
    office: Office, senders: Senders, now: Callable[[], datetime], stopping: Flag, by: str = "daemon"
) -> Counter[str]:
    """Send everything that may go now, batch by batch, until nothing is due or the daemon stops."""
    counts: Counter[str] = Counter()
    while not stopping.is_set():
        at = now()
        with office.store.read() as conn:
            following = messages.next_attempt(conn)
        if following is None or following > at:
            break
        counts.update(_batch(office, senders, now, stopping, by))
    return counts


def take_back(office: Office, now: datetime) -> None:
    """Take back what a daemon that died was sending; only for the holder of the daemon's lock, at its start."""
    with office.store.write() as conn:
        lost = sending.take_back(conn, now)
    if lost:
        log.warning("%d messages were under way when the last daemon ended; each goes again, marked", lost)


def _batch(office: Office, senders: Senders, clock: Callable[[], datetime], stopping: Flag, by: str) -> Counter[str]:
    now = clock()
    settings = office.config.delivery
    counts: Counter[str] = Counter()
    with office.store.write() as conn:
        leased = sending.lease(
            conn,
            now,
            settings.batch,
            by,
            settings.lease.total_seconds(),
            lambda found: unwanted(conn, found, now),
            lambda found: senders.pace.beyond(found, senders.limit, now),
        )
    if not leased:
        return counts
    by_id = {m.id: m for m in leased}
    for group in senders.send(_postings(office, leased, now)):
        pairs = [(by_id[s.posting.message_id], s) for s in group]
        counts.update(_recorded(office, pairs, clock, stopping))
    return counts


def _postings(office: Office, leased: Sequence[Leased], now: datetime) -> Iterator[Posting]:
    """Write letters a few at a time, so that the first are on their way while the next are written."""
    for start in range(0, len(leased), _RENDERED_AT_ONCE):
        some = leased[start : start + _RENDERED_AT_ONCE]
        with office.store.read() as conn:
            directory, page, reply = office.directory(conn), office.page(now), office.reply(now)
            sight = Sight(office.rulebook, office.calendars, directory, office.pressable, page, reply)
            written = list(letters(conn, some, sight, office.config.locale, now))
        for message, letter in written:  # handed out when nothing is being read: whoever takes them may take long
            yield Posting(message.id, message.channel, letter)


def _recorded(
    office: Office, group: Sequence[tuple[Leased, Settled]], clock: Callable[[], datetime], stopping: Flag
) -> Counter[str]:
    """Settle a group; while the database cannot be written its outcomes are kept, else all would go twice."""
    while True:
        try:
            with office.store.write() as conn:
                return _settle(office, conn, group, clock())
        except StoreError as error:
            if stopping.is_set():
                raise
            log.error("the outcome of %d messages cannot be recorded yet; trying again: %s", len(group), error)
            stopping.wait(_STORE_AGAIN)


def _settle(office: Office, conn: Connection, group: Sequence[tuple[Leased, Settled]], now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    outcomes = []
    for message, settled in group:
        outcome = _outcome(message, settled, office.config.delivery, now)
        counts[outcome.outcome] += 1
        outcomes.append(outcome)
        if outcome.outcome == sending.SENT and settled.remote_id:
            messages.put_thread_root(conn, message.thread, message.channel, message.person, settled.remote_id)
    sending.settle(conn, outcomes, now)
    for (message, settled), outcome in zip(group, outcomes, strict=True):
        if outcome.outcome == sending.DEAD:
            log.warning("W-%s on %s given up: %s", message.id, message.channel, settled.detail)
            fall_back(office, conn, message, settled.detail, now)
    return counts


def _outcome(message: Leased, settled: Settled, settings: Delivery, now: datetime) -> sending.Outcome:
    """Return what is recorded: a retry knows when; one that was tried too often is given up."""
    if settled.outcome is Outcome.SENT:
        return sending.Outcome(message.id, message.attempt, sending.SENT, settled.detail, settled.remote_id)
    if settled.outcome is Outcome.PERMANENT or message.attempt >= settings.max_attempts:
        return sending.Outcome(message.id, message.attempt, sending.DEAD, settled.detail)
    kind = sending.AMBIGUOUS if settled.outcome is Outcome.AMBIGUOUS else sending.RETRY
    at = now + max(backoff(message.id, message.attempt, settings), timedelta(seconds=settled.retry_after or 0))
    return sending.Outcome(message.id, message.attempt, kind, settled.detail, None, at)


def backoff(message: int, attempt: int, settings: Delivery) -> timedelta:
    """Return how long to wait after a failed attempt: doubling, with a jitter that a replay finds again."""
    longest = settings.retry_longest.total_seconds()
    base = min(settings.retry_first.total_seconds() * 2 ** min(attempt - 1, 30), longest)
    jitter = 0.75 + crc32(f"{message}/{attempt}".encode()) / 2**32 / 2
    return timedelta(seconds=base * jitter)


def fall_back(office: Office, conn: Connection, message: Leased, detail: str, now: datetime) -> None:
    """Put the same notices on the next channel at once, and tell the admin which channel failed with which words."""
    directory = office.directory(conn)
    person = directory.persons.get(message.person)
    rest = [c for c in message.fallback if person is not None and c in person.channels]
    if person is not None and rest:
        made = Message(
            key=f"{message.key}>{rest[0]}", person=message.person, channel=rest[0], address=person.channels[rest[0]],
            kind=message.kind, notices=(), level=message.level, thread=message.thread, not_before=now,
            fallback=tuple(rest[1:]),
        )  # fmt: skip
        messages.insert(conn, [(made, message.notice_ids)], now)
    carried = notices.by_ids(conn, message.notice_ids)
    about_us = all(s.notice.rule in _SYSTEM for s in carried.values())
    day = now.date().isoformat()
    words: dict[str, Any] = {"error": detail[:300], "channel": message.channel}
    if not about_us or message.kind is not NoticeKind.FINDING:
        found = [
            findings.finding(
                findings.SYSTEM, findings.DEAD_CHANNEL, f"{message.channel} {day}", directory, now, **words
            )
        ]
        if not rest and not messages.carried_elsewhere(conn, message.id):
            name = person.name if person else message.person
            found.append(
                findings.finding(
                    findings.SYSTEM,
                    findings.GAVE_UP,
                    f"W-{message.id}",
                    directory,
                    now,
                    message=f"W-{message.id}",
                    person=name,
                    **words,
                )
            )
        notices.insert(conn, found, now)
