"""Reading the reply mailbox: what came since the last time, each mail once, however often reading is broken off."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event as Flag
from typing import Final

from deadline_guard.channels.mailbox import Cause, Mailbox, MailboxError
from deadline_guard.config import ReplyMail
from deadline_guard.errors import StoreError
from deadline_guard.loop.office import Office
from deadline_guard.loop.replies import telling
from deadline_guard.loop.replies.handling import Desk, handle
from deadline_guard.loop.replies.incoming import incoming
from deadline_guard.store import replies
from deadline_guard.store.replies import Position, Reply

log = logging.getLogger(__name__)
_LONGEST_BACKOFF: Final = timedelta(minutes=15)
_BEFORE: Final = timedelta(days=2)  # a mailbox numbered anew is read from so long before the last time
_TELL_AFTER: Final = {"unreachable": 2, "talk": 2, "login": 1, "folder": 1}  # failures in a row


class Reading:
    """Reads one office's reply mailbox; belongs to one thread, :meth:`stop` may come from another."""

    def __init__(self, office: Office, settings: ReplyMail, build: Callable[[], Mailbox]) -> None:
        self._office = office
        self._settings = settings
        self._box = build()
        self._failures = 0

    @property
    def mailbox(self) -> str:
        """Return how people call the mailbox."""
        return self._box.settings.name

    @property
    def pause(self) -> timedelta:
        """Return how long to wait before the next look; doubling while the mailbox cannot be read."""
        every = self._settings.every
        return every if not self._failures else max(every, min(every * 2**self._failures, _LONGEST_BACKOFF))

    def run(self, now: Callable[[], datetime], stopping: Flag) -> None:
        """Look into the mailbox again and again until told to stop."""
        while not stopping.is_set():
            try:
                self.look(now, stopping)
            except Exception:
                self._failures += 1
                log.exception("the reply mailbox could not be read; trying again in %s", self.pause)
            stopping.wait(self.pause.total_seconds())

    def stop(self) -> None:
        """Break off a look that waits for the server."""
        self._box.hang_up()

    def look(self, now: Callable[[], datetime], stopping: Flag) -> Counter[str]:
        """Handle everything that came since the last look; return the outcomes. A failure is told, not raised."""
        counts: Counter[str] = Counter()
        self._mark_cases()
        try:
            with self._box as box:
                for uid in self._due(box):
                    if stopping.is_set():
                        break
                    counts[self._one(box, uid, now())] += 1
                    self._mark_cases()
        except MailboxError as error:
            if not stopping.is_set():
                self._failed(error.cause, str(error), now())
            return counts
        if self._failures:
            log.info("the reply mailbox %s is read again", self.mailbox)
        self._failures = 0
        return counts

    def _due(self, box: Mailbox) -> Iterator[int]:
        """Yield the UIDs to handle, in order; mark as read what was handled before a crash could be marked."""
        with self._office.store.read() as conn:
            known = replies.position(conn, self.mailbox)
        if known is None:
            yield from box.unseen()
        elif known.uidvalidity != box.uidvalidity:
            yield from sorted({*box.unseen(), *box.since((known.at - _BEFORE).date())})
        else:
            box.mark_seen([uid for uid in box.unseen() if uid <= known.uid])
            yield from box.beyond(known.uid)

    def _one(self, box: Mailbox, uid: int, now: datetime) -> str:
        """Handle one mail, then mark it as read; a crash in between leaves a mail that is handled and unread."""
        raw = box.text(uid)
        if raw is None:
            return "gone"
        desk = Desk(self._office, self._settings, self.mailbox, Position(box.uidvalidity, uid, now))
        mail = incoming(raw)
        try:
            outcome = handle(desk, mail)
        except StoreError:
            raise
        except Exception as error:  # one mail must not keep the others waiting for ever
            log.exception("reply mail %s could not be handled", uid)
            outcome = "failed"
            words = f"mail {uid}: {type(error).__name__}: {error}"
            with self._office.store.write() as conn:
                replies.record(conn, Reply(mail.digest, mail.message_id, None, None, outcome, words[:300]), now)
                replies.put_position(conn, self.mailbox, desk.position)
                told = telling.unreadable(self._office, conn, self.mailbox, f"mail {uid}", words, now)
                telling.tell(conn, [told], now)
        box.mark_seen([uid])
        return outcome

    def _mark_cases(self) -> None:
        """Have every case decided again after an absence, in short transactions."""
        more = True
        while more:
            with self._office.store.read() as conn:
                wanted = replies.marking_wanted(conn)
            if not wanted:
                return
            with self._office.store.write() as conn:
                more = replies.mark_some(conn)

    def _failed(self, cause: Cause, words: str, now: datetime) -> None:
        self._failures += 1
        log.warning("the reply mailbox cannot be read (%s); trying again in %s", words, self.pause)
        if self._failures < _TELL_AFTER[cause]:
            return
        with self._office.store.write() as conn:
            telling.tell(conn, [telling.unreadable(self._office, conn, self.mailbox, cause, words, now)], now)
