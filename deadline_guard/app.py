"""The composition root: from a configuration file to an office at work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from deadline_guard import paths
from deadline_guard.channels import CHANNELS
from deadline_guard.channels.slack_desk import SlackDesk
from deadline_guard.channels.slack_socket import SlackSocket
from deadline_guard.clock import Clock, SteppingClock, SystemClock
from deadline_guard.config import Config, ReplyMail, answer_key, keys_at, parse, secret
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.core.text import Text, both, joined, words_of
from deadline_guard.errors import ConfigError, RulebookError
from deadline_guard.intake.syncing import Watched, expect, sync, vocabulary
from deadline_guard.loop import cron, deliver, findings
from deadline_guard.loop.editing import Editors, editable
from deadline_guard.loop.office import Office
from deadline_guard.loop.replies.reading import Reading
from deadline_guard.loop.senders import Senders, builder
from deadline_guard.loop.slack_line import SlackLine
from deadline_guard.loop.tick import next_at, tick
from deadline_guard.rulebook import calendars as calendar_files
from deadline_guard.rulebook import load as rulebook_files
from deadline_guard.rulebook import people as people_files
from deadline_guard.rulebook import source
from deadline_guard.rulebook.adopting import adopted
from deadline_guard.rulebook.archive import packed
from deadline_guard.rulebook.config_names import unknown_names
from deadline_guard.rulebook.config_texts import refusal
from deadline_guard.rulebook.problems import Problem, lines_of
from deadline_guard.store import Store, edits, notices, people, queue, recorded_law, runs

log = logging.getLogger(__name__)
_SECRETS = ("password", "token", "app_token", "signing_secret", "url", "secret")


def read_config(path: Path) -> Config:
    """Return the configuration in ``path``; raises ConfigError with every problem as file:line:column."""
    document, problems = source.read(path)
    if document is None or problems:
        raise ConfigError(lines_of(problems))
    found, refused = parse(document.data, path)
    if found is None:
        raise ConfigError(joined(_refused(document, place, error) for place, error in refused))
    cron.check(found.jobs.model_dump())
    return found


def _refused(document: source.Document, place: tuple[str | int, ...], error: Mapping[str, Any]) -> Text:
    """Return one refused value of the configuration as a line: file, line, column, key, what is wrong."""
    mark, key = document.at(place), ".".join(map(str, place))
    words = refusal(error, keys_at(place[:-1]))
    return Text(f"{mark}  error  {key}: {words}", f"{mark}  错误  {key}:{words.zh}")


class Loaded(NamedTuple):
    """Everything an office reads from files; ``problems`` are warnings."""

    rulebook: Rulebook
    people: Directory
    calendars: Mapping[str, Calendar]
    problems: list[Problem]


def load_rules(config: Config, imported: Sequence[str] = ()) -> Loaded:
    """Return rulebook, people and calendars of an office; raises RulebookError when any error stands in them.

    ``imported`` are the calendar texts that were imported over the files.
    """
    folders = [paths.rules_dir()] if config.shipped_rules else []
    folders += [config.path(p) for p in config.rules]
    calendars, problems = _calendars(config, imported)
    directory, about_people = people_files.load(
        config.path(config.people), calendars=calendars, zone=config.zone, locale=config.locale
    )
    rulebook, about_rules = rulebook_files.load(folders, directory=directory, calendars=set(calendars))
    problems = [*about_people, *problems, *about_rules, *(named_in(config, directory) if directory else ())]
    errors = [p for p in problems if p.is_error]
    if rulebook is None or directory is None or errors:
        raise RulebookError(lines_of(errors))
    return Loaded(rulebook, directory, calendars, problems)


def named_in(config: Config, directory: Directory) -> list[Problem]:
    """Return a problem for everybody whom the configuration's file names and who is nobody in ``directory``."""
    document = source.read(config.file)[0] if config.file is not None else None
    return unknown_names(document, directory) if document is not None else []


def _calendars(config: Config, imported: Sequence[str]) -> tuple[Mapping[str, Calendar], list[Problem]]:
    """Return the shipped calendars and the firm's own, of which a later one with the same id counts."""
    folders = _calendar_folders(config)
    plain = len(folders) == 1 and not imported
    return (calendar_files.shipped(), []) if plain else calendar_files.load(*folders, imported=imported)


def _calendar_folders(config: Config) -> list[Path]:
    own = [config.path(p) / "calendars" for p in config.rules]
    return list(dict.fromkeys([paths.rules_dir() / "calendars", *(f for f in own if f.is_dir())]))


def channel_sections(config: Config) -> Mapping[str, Mapping[str, Any]]:
    """Return every channel's settings with its secrets read from file or environment; raises ConfigError."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, section in config.channels.items():
        plain: Mapping[str, Any] = section
        for key in _SECRETS:
            plain = secret(plain, key, config.folder)
        if name == "email" and config.reply_mail is not None:
            plain = {**plain, **_reply_addresses(config.reply_mail)}
        found[name] = plain
    return found


def _reply_addresses(mail: ReplyMail) -> dict[str, str]:
    """Return the mail channel's settings that bring replies and bounces to the mailbox that is read."""
    return {"reply_to": mail.tokened} | ({"return_path": mail.tokened} if mail.return_path else {})


def _clock(config: Config, store: Store) -> Clock:
    """Return the machine's clock, or the virtual one resumed after its last committed tick."""
    if config.clock is None:
        return SystemClock()
    with store.read() as conn:
        reached = runs.virtual_clock(conn)
    return SteppingClock(max(reached, config.clock.start) if reached else config.clock.start, config.clock.pace)


class App:
    """An office at work: store, rules, people, clock and senders; passed down, never imported from below."""

    def __init__(self, config: Config, store: Store, clock: Clock) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        found = self._read()
        self.office = Office(
            store, config, found.rulebook, found.calendars, found.people, sync=self._sync, answer_key=answer_key(config)
        )
        self.reload_wanted = False
        self.mail_ready = threading.Event()
        self.beside: list[Callable[[], None]] = []  # what runs beside the daemon, by its stop: the web server
        self._senders: Senders | None = None
        self._editors: Editors | None = None

    @classmethod
    def open(cls, path: Path, *, clock: Clock | None = None, create: bool = False) -> App:
        """Open the office that a configuration file describes; ``create`` makes or upgrades its database."""
        config = read_config(path)
        store = Store.open(config.path(config.database), create=create)
        try:
            return cls(config, store, clock or _clock(config, store))
        except BaseException:
            store.close()
            raise

    def _read(self) -> Loaded:
        """Return what the files say with what the firm recorded about it: imported years, adopted packs."""
        with self.store.read() as conn:
            self._law_seen = recorded_law.mark(conn)
            self._imported = [one.text for one in recorded_law.imports(conn)]
            adoptions = recorded_law.adoptions(conn).values()
        found = load_rules(self.config, self._imported)
        checked = {one.pack: (one.digest, f"{one.by}, {one.at:%Y-%m-%d}") for one in adoptions}
        return found._replace(rulebook=adopted(found.rulebook, checked))

    @property
    def senders(self) -> Senders:
        """Return the sender threads, started when first needed."""
        if self._senders is None:
            settings = self.config.delivery
            sections = channel_sections(self.config)
            self._senders = Senders(builder(sections, CHANNELS), settings.threads, settings.per_host)
        return self._senders

    def start(self) -> None:
        """Record which rules and people are in force; cases decided under others are decided again in turn."""
        self.senders  # noqa: B018 - a wrong channel section is refused before the first tick
        now = self.clock.now()
        office, texts = self.office, self._texts()
        if office.pressable:
            office.desk = SlackDesk.from_settings(channel_sections(self.config)["slack"])
        expect(self.store, self._watched(), now)
        in_force = {
            "rulebook": (office.rulebook.revision, queue.STALE_RULES),
            "people": (office.people.revision, queue.STALE_PEOPLE),
            "calendar": (sha256(texts["calendar"].encode()).hexdigest(), queue.STALE_PEOPLE),
        }
        with self.store.write() as conn:
            changed = [
                (kind, klass)
                for kind, (digest, klass) in in_force.items()
                if people.put_revision(conn, kind, digest, texts[kind], now)
            ]
        for kind, klass in changed:
            log.info("%s %s came into force", kind, in_force[kind][0][:12])
            self._mark_all(klass, f"{kind} changed")

    def _texts(self) -> dict[str, str]:
        """Return the files in force as text, so that a later question about them has an answer."""
        folders = [paths.rules_dir()] if self.config.shipped_rules else []
        folders += [self.config.path(p) for p in self.config.rules]
        return {
            "rulebook": packed(folders, lambda path: path.parent.name != "calendars"),
            "people": self.config.path(self.config.people).read_text(encoding="utf-8", errors="replace"),
            "calendar": packed(_calendar_folders(self.config), imported=self._imported),
        }

    def _watched(self) -> list[Watched]:
        path = self.config.path
        return [Watched(s.name, path(s.file), path(s.mapping), s.snapshot, s.expect_every) for s in self.config.sources]

    def _sync(self, now: datetime) -> None:
        """Read the configured sources again; one that cannot be read is a finding, once a day."""
        words = vocabulary(self.office.rulebook, self.office.people)
        failed = sync(self.store, self._watched(), words, now)
        if failed:
            day = now.astimezone(self.config.tz).date().isoformat()
            with self.store.write() as conn:
                directory = self.office.directory(conn)
                told = [
                    findings.finding(
                        f"source:{name}",
                        findings.SOURCE_FAILED,
                        day,
                        directory,
                        now,
                        source=name,
                        error=both(words, 500),
                    )
                    for name, words in failed.items()
                ]
                notices.insert(conn, told, now)

    def _mark_all(self, klass: int, reason: str) -> None:
        """Queue every case for a new decision, in batches, each its own short transaction."""
        after: str | None = ""
        while after is not None:
            with self.store.write() as conn:
                after = queue.mark_all_stale_batch(conn, klass, reason, after)

    def reload(self) -> list[Problem]:
        """Read rules and people again; what does not load never replaces what is in force, and is a finding."""
        self.reload_wanted = False
        try:
            found = self._read()
        except RulebookError as refused:
            log.error("the changed rules were refused, the old ones stay in force:\n%s", refused)
            now = self.clock.now()
            with self.store.write() as conn:
                told = findings.finding(
                    findings.SYSTEM, findings.RULES_REFUSED, sha256(str(refused).encode()).hexdigest()[:12],
                    self.office.directory(conn), now, error=both(words_of(refused), 500),
                )  # fmt: skip
                notices.insert(conn, [told], now)
            return []
        office = self.office
        gone = sorted(
            id for id, rule in office.rulebook.rules.items() if rule.enabled and id not in found.rulebook.rules
        )
        office.rulebook, office.people, office.calendars = found.rulebook, found.people, found.calendars
        self.start()
        if gone:
            self._tell_gone(gone, found.rulebook.revision)
        return found.problems

    def _tell_gone(self, gone: list[str], revision: str) -> None:
        """Tell the admin which rules a reload lost: a file cut between two rules is whole YAML all the same."""
        log.warning("%d rules are no longer in the rulebook: %s", len(gone), ", ".join(gone[:20]))
        now = self.clock.now()
        shown = ", ".join(gone[:10]) + (" …" if len(gone) > 10 else "")
        with self.store.write() as conn:
            told = findings.finding(
                findings.SYSTEM, findings.RULES_GONE, revision[:12], self.office.directory(conn), now,
                count=len(gone), rules=shown,
            )  # fmt: skip
            notices.insert(conn, [told], now)

    def tick(self, now: datetime) -> datetime | None:
        """Do one round except sending; return when the next is due."""
        with self.store.read() as conn:
            recorded = recorded_law.mark(conn) != self._law_seen
        if self.reload_wanted or recorded:
            self.reload()
        return tick(self.office, now)

    def deliver(self, now: Callable[[], datetime], stopping: threading.Event) -> None:
        """Send what may go."""
        deliver.deliver(self.office, self.senders, now, stopping)

    def edit(self, now: Callable[[], datetime], stopping: threading.Event) -> None:
        """Change sent messages that no longer say how things stand; for one thread, never the one that delivers."""
        if not editable(self.office):
            return
        if self._editors is None:
            self._editors = Editors(builder(channel_sections(self.config), CHANNELS))
        self._editors.work_off(self.office, now, stopping)

    def listen(self) -> None:
        """Begin to hear what is pressed in Slack, where the app has a token for that."""
        section = channel_sections(self.config).get("slack", {})
        if not section.get("app_token"):
            return
        line = SlackLine(self.office, self.clock.now, lambda hear: SlackSocket.from_settings(section, hear))
        line.start()
        self.beside.append(line.stop)

    def read_replies(self) -> None:
        """Begin to read the mailbox that people reply to, where there is one; raises ConfigError."""
        reading = Reading.of(self.office, lambda: self.clock.now())
        if reading is not None:
            reading.start()
            self.beside.append(reading.stop)

    def next_at(self, now: datetime) -> datetime | None:
        """Return the next instant at which anything is due."""
        with self.store.read() as conn:
            edit = edits.next_at(conn) if editable(self.office) else None
            following = next_at(self.office, conn, now)
        return min((at for at in (following, edit and max(edit, now)) if at is not None), default=None)

    def is_due(self) -> bool:
        """Return whether something changed or fell due since the last tick (another process may have written)."""
        now = self.clock.now()
        with self.store.read() as conn:
            wake = queue.next_wake(conn)
            return queue.has_stale(conn) or (wake is not None and wake <= now)

    def close(self) -> None:
        """Finish what is under way and close everything."""
        while self.beside:
            self.beside.pop()()
        if self._senders is not None:
            self._senders.close()
            self._senders = None
        if self._editors is not None:
            self._editors.close()
        self.store.close()
