"""Change sent messages after an answer, by whatever way it came; their own queue, so that no warning waits for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event as Flag
from typing import Final

from sqlalchemy import Connection

from deadline_guard.channels import Channel, DeliveryError, Editor, Letter, Outcome
from deadline_guard.core.deadlines import State
from deadline_guard.core.notices import Notice
from deadline_guard.core.people import Person
from deadline_guard.core.timeline import Answer, Event
from deadline_guard.discreet import discreet
from deadline_guard.loop.deliver import backoff
from deadline_guard.loop.office import Office
from deadline_guard.messages.edited import Became, Fate, edited, touched
from deadline_guard.messages.item import Item, Rendered
from deadline_guard.messages.press import ASKING, OF_ONE
from deadline_guard.messages.render import for_chat
from deadline_guard.store import edits, notices, telling
from deadline_guard.store.columns import day_or_none, dump
from deadline_guard.store.edits import DEAD, SETTLED, WAITING, Edit, Tried
from deadline_guard.store.notices import StoredNotice
from deadline_guard.views.items import Seen, Sight, items, look
from deadline_guard.views.letters import warning_id

log = logging.getLogger(__name__)
EDITABLE: Final = ("slack",)
_AT_ONCE: Final = 20
_ENDED: Final = {
    State.DONE: Became.DONE,
    State.NOT_PURSUED: Became.NOT_PURSUED,
    State.NOT_APPLICABLE: Became.NOT_APPLICABLE,
    State.CANCELLED: Became.CANCELLED,
}


def editable(office: Office) -> tuple[str, ...]:
    """Return the channels of this office whose messages can be changed."""
    return tuple(c for c in EDITABLE if c in office.config.channels)


class Editors:
    """Works off the queue with channel objects of its own; used by one thread at a time."""

    def __init__(self, build: Callable[[str], Channel]) -> None:
        self._build = build
        self._kept: dict[str, Channel] = {}

    def work_off(self, office: Office, now: Callable[[], datetime], stopping: Flag) -> int:
        """Change every message that may be changed now; return how many were changed."""
        changed = 0
        while not stopping.is_set():
            at = now()
            with office.store.read() as conn:
                following = edits.next_at(conn)
                found = edits.due(conn, at, _AT_ONCE) if following is not None and following <= at else []
                shown = texts_now(office, conn, found, at)
            if not found:
                break
            changed += self._some(office, found, shown, now, stopping)
        return changed

    def close(self) -> None:
        """Give the connections back."""
        for channel in self._kept.values():
            channel.close()
        self._kept.clear()

    def _some(
        self,
        office: Office,
        found: Sequence[Edit],
        shown: Mapping[int, Letter],
        now: Callable[[], datetime],
        stopping: Flag,
    ) -> int:
        """Settle what is as it should be, change the rest one by one; a pause that was asked for holds for all."""
        told = {number: digest(letter) for number, letter in shown.items()}
        wrong = [e for e in found if e.message in told and told[e.message] != e.shown]
        same = [e for e in found if e not in wrong]
        with office.store.write() as conn:
            edits.settle(conn, [Tried(e, SETTLED, "", "", e.shown) for e in same], now())
        changed = 0
        for edit in wrong:
            if stopping.is_set():
                break
            with office.store.write() as conn:
                edits.begin(conn, [edit], now())
            tried, pause = self._try(edit, shown[edit.message], told[edit.message], office, now)
            with office.store.write() as conn:
                edits.settle(conn, [tried], now())
                if pause and tried.next_attempt_at is not None:
                    edits.put_off(conn, edit.channel, tried.next_attempt_at)
            changed += tried.state == SETTLED
            if tried.state == DEAD:
                log.warning("W-%s on %s cannot be changed: %s", edit.message, edit.channel, tried.detail)
            if pause:
                break
        return changed

    def _try(
        self, edit: Edit, letter: Letter, told: str, office: Office, now: Callable[[], datetime]
    ) -> tuple[Tried, bool]:
        """Change one message; return what came of it, and whether the others must wait as long.

        No answer means once more, since changing a message twice does no harm. A refused token is no fault of the
        message: it is tried again too.
        """
        try:
            receipt = self._editor(edit.channel).edit(edit.remote_id, letter)
        except DeliveryError as error:
            settings, words = office.config.delivery, discreet(str(error))[:500]
            ours = words.startswith("configuration")
            final = error.outcome is Outcome.PERMANENT and not ours
            if final or edit.attempts + 1 >= settings.max_attempts:
                return Tried(edit, DEAD, error.outcome.value, words, edit.shown), False
            wait = backoff(edit.message, edit.attempts + 1, settings)
            if error.retry_after is not None:
                wait = timedelta(seconds=error.retry_after)
            at = now() + wait
            return Tried(edit, WAITING, error.outcome.value, words, edit.shown, at), ours or bool(error.retry_after)
        except Exception as error:
            log.exception("W-%s on %s could not be changed", edit.message, edit.channel)
            words = discreet(f"{type(error).__name__}: {error}")[:500]
            return Tried(edit, DEAD, Outcome.PERMANENT.value, words, edit.shown), False
        return Tried(edit, SETTLED, receipt.detail, "", told), False

    def _editor(self, name: str) -> Editor:
        if name not in self._kept:
            self._kept[name] = self._build(name)
        channel = self._kept[name]
        if not isinstance(channel, Editor):
            raise DeliveryError(f"{name} cannot change a message", Outcome.PERMANENT)
        return channel


def digest(letter: Letter) -> str:
    """Return the digest of what a letter shows."""
    return sha256(dump([letter.text, letter.blocks]).encode()).hexdigest()


def texts_now(office: Office, conn: Connection, found: Sequence[Edit], now: datetime) -> dict[int, Letter]:
    """Return what each message should show; none for one that still says how things stand."""
    carried = {edit.message: telling.notices_of(conn, edit.message) for edit in found}
    stored = notices.by_ids(conn, {n for ids in carried.values() for n in ids})
    sight = Sight(office.rulebook, office.calendars, office.directory(conn), office.pressable)
    seen = look(conn, {s.notice.subject for s in stored.values()}, sight, now)
    shown: dict[int, Letter] = {}
    for edit in found:
        about = [stored[n] for n in carried[edit.message] if stored[n].notice.kind in ASKING | OF_ONE]
        made = _text(office, conn, edit, about, sight, seen, now) if about else None
        if made is not None:
            shown[edit.message] = Letter(
                delivery_id=warning_id(edit.message), address=edit.address, subject=made.subject, text=made.text,
                blocks=made.blocks, sent_at=now,
            )  # fmt: skip
    return shown


def _text(
    office: Office,
    conn: Connection,
    edit: Edit,
    about: Sequence[StoredNotice],
    sight: Sight,
    seen: Mapping[str, Seen],
    now: datetime,
) -> Rendered | None:
    reader = sight.directory.persons.get(edit.person) or Person(edit.person, edit.person, office.config.locale)
    ids = {s.id: warning_id(edit.message) for s in about}
    told = [for_chat(i) for i in items(conn, about, reader, sight, now, ids, ids, seen)]
    fates = [fate(s.notice, i, seen.get(s.notice.subject), sight) for s, i in zip(about, told, strict=True)]
    if not edit.shown and not touched(fates):
        return None
    return edited(
        fates,
        locale=reader.locale or office.config.locale,
        zone=reader.zone,
        message=warning_id(edit.message),
        pressable=sight.pressable,
    )


def fate(notice: Notice, item: Item, seen: Seen | None, sight: Sight) -> Fate:
    """Return what became of a deadline since a notice warned of it."""
    found = seen.found.get((notice.rule, notice.cycle)) if seen else None
    if seen is None or found is None:
        return Fate(item, Became.GONE)
    deadline, events = found.deadline, seen.case.timeline.events
    if deadline.state in _ENDED:
        ended = next((e for e in events if e.id == deadline.ended_by), None)
        on = ended and (day_or_none(str(ended.data.get("on") or "")[:10] or None) or ended.on)
        return Fate(item, _ENDED[deadline.state], *_said(ended, sight), on=on)
    if notice.due_at is not None and deadline.state is State.OPEN and deadline.due_at != notice.due_at:
        return Fate(item, Became.MOVED, on=deadline.due_on)
    heard = [
        e
        for e in seen.case.timeline.kind(Answer.ACKNOWLEDGED.value)
        if e.data.get("rule") in (None, notice.rule)
        and e.data.get("cycle") in (None, notice.cycle)
        and e.recorded_at >= notice.decided_at
    ]
    return Fate(item, Became.OPEN, *_said(max(heard, key=lambda e: e.recorded_at, default=None), sight))


def _said(event: Event | None, sight: Sight) -> tuple[str, str, datetime | None]:
    """Return who recorded an answer, by which way, and when."""
    if event is None:
        return "", "", None
    by = str(event.data.get("by") or event.recorded_by)
    person = sight.directory.persons.get(by)
    return person.name if person else by, str(event.data.get("via") or ""), event.recorded_at
