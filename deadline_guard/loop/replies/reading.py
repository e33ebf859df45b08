"""Reading the reply mailbox: what came since the last time, each mail once, however often reading is broken off."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread
from typing import Final

from deadline_guard.channels.mailbox import Cause, Mailbox, MailboxError, MailboxSettings
from deadline_guard.config import ReplyMail, secret
from deadline_guard.core.text import Text
from deadline_guard.discreet import discreet
from deadline_guard.errors import ConfigError, StoreError
from deadline_guard.loop.office import Office
from deadline_guard.loop.replies import telling
from deadline_guard.loop.replies.handling import Desk, handle
from deadline_guard.loop.replies.incoming import incoming
from deadline_guard.store import replies
from deadline_guard.store.replies import Position, Reply

log = logging.getLogger(__name__)
_LONGEST_BACKOFF: Final = timedelta(minutes=15)
_BEFORE: Final = timedelta(days=2)  # a mailbox numbered anew is read from so long before the last time
_LAST_WORDS: Final = 10.0  # seconds
_TELL_AFTER: Final = {"unreachable": 2, "talk": 2, "login": 1, "folder": 1}  # failures in a row


class Reading:
    """Reads one office's reply mailbox in a thread of its own, so that neither tick nor sender ever waits for it."""

    def __init__(self, office: Office, settings: ReplyMail, box: Mailbox, now: Callable[[], datetime]) -> None:
        self._office = office
        self._settings = settings
        self._box = box
        self._now = now
        self._failures = 0
        self._stopping = Flag()
        self._thread = Thread(target=self._run, name="replies", daemon=True)

    @classmethod
    def of(cls, office: Office, now: Callable[[], datetime]) -> Reading | None:
        """Return the reading of the office's mailbox, None without ``reply_mail``; raises ConfigError."""
        mail, config = office.config.reply_mail, office.config
        if mail is None:
            return None
        given = secret(mail.model_dump(include={"password_file", "password_env"}), "password", config.folder)
        if not given.get("password"):
            raise ConfigError(
                Text(
                    "reply_mail: no password; write password_file: PATH or password_env: NAME",
                    "reply_mail:没有密码;请写 password_file: 路径 或 password_env: 变量名",
                )
            )
        settings = MailboxSettings(
            mail.host, mail.user, given["password"], mail.port, mail.mailbox, mail.tls, mail.starttls,
            str(config.path(mail.ca_file)) if mail.ca_file else None, mail.timeout,
        )  # fmt: skip
        return cls(office, mail, Mailbox(settings), now)

    @property
    def mailbox(self) -> str:
        """Return how people call the mailbox."""
        return self._settings.name

    @property
    def pause(self) -> timedelta:
        """Return how long to wait before the next look; doubling while the mailbox cannot be read."""
        every = self._settings.every
        return every if not self._failures else max(every, min(every * 2**self._failures, _LONGEST_BACKOFF))

    def start(self) -> None:
        """Begin to look into the mailbox, again and again until :meth:`stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, whatever the server does: a look that waits for it is broken off, a mail under way is finished."""
        self._stopping.set()
        self._box.hang_up()
        self._thread.join(_LAST_WORDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception:  # the database cannot be written, or a defect: the mailbox keeps what is in it
                self._failures += 1
                log.exception("the reply mailbox could not be read; trying again in %s", self.pause)
            self._stopping.wait(self.pause.total_seconds())

    def look(self) -> Counter[str]:
        """Handle everything that came since the last look; return the outcomes. A failure is told, not raised."""
        counts: Counter[str] = Counter()
        self._mark_cases()
        try:
            with self._box as box:
                for uid in self._due(box):
                    if self._stopping.is_set():
                        break
                    counts[self._one(box, uid, self._now())] += 1
                    self._mark_cases()
        except MailboxError as error:
            if not self._stopping.is_set():
                self._failed(error.cause, discreet(str(error)), self._now())
            return counts
        self._well()
        return counts

    def _well(self) -> None:
        """Forget the trouble there was, also that of an earlier process."""
        self._failures = 0
        with self._office.store.read() as conn:
            trouble = replies.trouble(conn, self.mailbox)
        if trouble is not None:
            log.info("the reply mailbox %s is read again", self.mailbox)
            with self._office.store.write() as conn:
                replies.put_trouble(conn, self.mailbox, None)

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
            words = discreet(f"mail {uid}: {type(error).__name__}: {error}")
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
        with self._office.store.write() as conn:
            known = replies.trouble(conn, self.mailbox)
            replies.put_trouble(conn, self.mailbox, replies.Trouble(known.since if known else now, words))
            if self._failures < _TELL_AFTER[cause]:
                return
            telling.tell(conn, [telling.unreadable(self._office, conn, self.mailbox, cause, words, now)], now)
