"""What every round of the loop reads: the rules, calendars and people in force, and how the office works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.channels.slack_desk import SlackDesk
from deadline_guard.clock import SystemClock
from deadline_guard.config import Config
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.compose import Settings
from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.loop import cron, tokens
from deadline_guard.store import Store, people


@dataclass(slots=True)
class Office:
    """One firm's state outside the database, swapped as a whole when a file changes; ``store`` is opened once."""

    store: Store
    config: Config
    rulebook: Rulebook
    calendars: Mapping[str, Calendar]
    people: Directory  # as written in people.yaml; absences are recorded facts, see `directory`
    machine_now: Callable[[], datetime] = SystemClock().now  # for the record of runs, never for deciding
    sync: Callable[[datetime], None] = field(default=lambda now: None)  # reads the configured sources again
    answer_key: bytes | None = field(default=None, repr=False)  # signs the tokens of links and reply addresses
    desk: SlackDesk | None = None  # asks Slack who pressed and opens forms, where the app hears presses

    @property
    def pressable(self) -> bool:
        """Return whether the Slack app hears what is pressed: by Socket Mode or by signed requests."""
        section = self.config.channels.get("slack", {})
        return any(f"{key}_{way}" in section for key in ("app_token", "signing_secret") for way in ("file", "env"))

    def page(self, now: datetime) -> Callable[[int, str], str] | None:
        """Return what makes the address at which a person answers a message, None where no pages are served."""
        web, key = self.config.web, self.answer_key
        if web is None or key is None:
            return None
        root, expires = web.url.rstrip("/"), now + web.expires
        return lambda message, person: f"{root}/a/{tokens.sign(key, 'page', message, person, expires)}"

    def reply(self, now: datetime) -> Callable[[int, str], str] | None:
        """Return what makes the token with which a person answers a message by mail, None where none is read."""
        mail, key = self.config.reply_mail, self.answer_key
        if mail is None or key is None:
            return None
        expires = now + mail.expires
        return lambda message, person: tokens.sign(key, "mail", message, person, expires)

    def directory(self, conn: Connection) -> Directory:
        """Return the persons of people.yaml with the absences recorded so far."""
        return replace(self.people, absences=people.absences(conn))

    def _next_digest(self, after: datetime, zone: str) -> datetime:
        """Return when the next digest leaves for somebody in ``zone``; at once where digests are off."""
        line = self.config.jobs.digest
        return after if line == cron.OFF else cron.following(line, after, ZoneInfo(zone))

    @property
    def settings(self) -> Settings:
        """Return what compose needs to know of the office."""
        return Settings(
            self._next_digest,
            self.config.messages.at_once,
            self.config.messages.an_hour,
            {r.id: r.profile for r in self.rulebook.rules.values()},
        )
