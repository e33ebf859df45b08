"""Fill the outbox: turn open notices into messages, person by person, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from deadline_guard.core.compose import Settings, compose
from deadline_guard.core.notices import BEFORE_GO_LIVE, IN_THE_SUMMARY
from deadline_guard.core.people import Directory
from deadline_guard.loop.office import Office
from deadline_guard.store import messages, notices
from deadline_guard.store.notices import StoredNotice


def fill_outbox(office: Office, now: datetime, *, downtime: bool = False) -> Counter[str]:
    """Compose what is open and what was held until now; return how many messages, held and withdrawn notices."""
    counts: Counter[str] = Counter()
    with office.store.read() as conn:
        if not notices.persons_waiting(conn, now):
            return counts
    settings = office.settings
    with office.store.write() as conn:
        directory = office.directory(conn)
        for person_id, waiting in notices.open_notices(conn, now).items():
            counts.update(_fill(office, conn, directory, person_id, waiting, settings, now, downtime))
    return counts


def _fill(
    office: Office,
    conn: Connection,
    directory: Directory,
    person_id: str,
    waiting: Sequence[StoredNotice],
    settings: Settings,
    now: datetime,
    downtime: bool,
) -> Counter[str]:
    go_live = office.config.go_live
    early = [] if go_live is None else [s.id for s in waiting if s.notice.decided_at < go_live]
    if early:
        notices.withdraw(conn, early, BEFORE_GO_LIVE, now)
        waiting = [s for s in waiting if s.id not in set(early)]
    person = directory.persons.get(person_id) or directory.persons[directory.fallback]
    if not person.channels:
        person = replace(person, channels={"console": person.id})
    recent = messages.sent_since(conn, person.id, now - timedelta(hours=1)) if settings.caps else {}
    composed, _ = compose(person, [s.notice for s in waiting], settings, now, downtime=downtime, recent=recent)
    ids = {s.notice.key: s.id for s in waiting}
    messages.insert(conn, composed.messages, now)
    if composed.needless:
        notices.withdraw(conn, [ids[key] for key in composed.needless], IN_THE_SUMMARY, now)
    notices.hold(conn, [(ids[key], until, why) for key, (until, why) in composed.held.items()], now)
    withdrawn = len(early) + len(composed.needless)
    return Counter(messages=len(composed.messages), held=len(composed.held), withdrawn=withdrawn)
