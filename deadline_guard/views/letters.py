"""Letters: leased messages rendered in the recipient's language, ready for a channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.channels import Letter
from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.people import Person
from deadline_guard.messages import Action, Item, render
from deadline_guard.messages.links import ASKING, is_answerable_list, page_links
from deadline_guard.messages.listed import holds_own
from deadline_guard.messages.press import buttons
from deadline_guard.messages.render import TRUSTED
from deadline_guard.messages.texts import Texts, texts
from deadline_guard.store import notices, tried
from deadline_guard.store.notices import StoredNotice
from deadline_guard.store.sending import Leased
from deadline_guard.views.brief import lines
from deadline_guard.views.items import Seen, Sight, Warned, items, look


def letters(
    conn: Connection, leased: Sequence[Leased], sight: Sight, locale: str, now: datetime
) -> Iterator[tuple[Leased, Letter]]:
    """Yield each leased message with its letter; ``locale`` is for people without one of their own.

    What they need is read for all of them at first; each is written when it is asked for.
    """
    stored = notices.by_ids(conn, {n for m in leased for n in m.notice_ids})
    talks = tried.conversations(conn, [m.id for m in leased])
    began = tried.first_tries(conn, [m.id for m in leased if m.may_repeat])
    alone = {m.notice_ids[0] for m in leased if len(m.notice_ids) == 1}
    subjects = {stored[n].notice.subject for n in alone}
    seen = look(conn, subjects, sight, now)
    warned = tried.of_cycles(conn, seen)
    for m in leased:
        yield m, _letter(conn, m, stored, talks[m.id], began.get(m.id), seen, warned, sight, locale, now)


def warning_id(message: int, place: int = 0, count: int = 1) -> str:
    """Return the id that people quote: ``W-12``, or ``W-12.3`` for the third of several in one message."""
    return f"W-{message}" if count == 1 else f"W-{message}.{place + 1}"


def _letter(
    conn: Connection,
    message: Leased,
    stored: Mapping[int, StoredNotice],
    talk: tried.Conversation,
    began: datetime | None,
    seen: Mapping[str, Seen],
    warned: Warned,
    sight: Sight,
    locale: str,
    now: datetime,
) -> Letter:
    persons = sight.directory.persons
    reader = persons.get(message.person) or Person(message.person, message.person, locale)
    carried = [stored[n] for n in message.notice_ids if stored[n].state != "withdrawn"]
    count = len(carried)
    ids = {s.id: warning_id(message.id, place, count) for place, s in enumerate(carried)}
    of_thread = dict.fromkeys((s.id for s in carried), warning_id(talk.first))
    if len(message.notice_ids) == 1:
        told = items(conn, carried, reader, sight, now, ids, of_thread, seen, warned)
    else:
        told = lines(conn, carried, reader, sight, now, ids, of_thread)
    locale = reader.locale or locale
    token = _reply_token(message, carried, sight)
    made = render(
        told,
        kind=message.kind,
        locale=locale,
        actions=_actions(texts(locale), told, message, sight),
        channel=message.channel,
        person_name=reader.name,
        zone=reader.zone,
        may_repeat=message.may_repeat,
        invites=token is not None,
    )
    return Letter(
        delivery_id=warning_id(message.id),
        address=message.address,
        subject=made.subject,
        text=made.text,
        html=made.html or None,
        blocks=made.blocks or None,
        sender_name=made.sender_name,
        recipient_name=reader.name,
        sent_at=now,
        thread_root=talk.root,
        previous=talk.previous,
        reply_token=token,
        may_repeat=message.may_repeat,
        metadata={"delivery_id": warning_id(message.id), "thread": message.thread}
        | ({"since": began} if began else {}),
    )


def _reply_token(message: Leased, carried: Sequence[StoredNotice], sight: Sight) -> str | None:
    """Return the token of a mail that asks for an answer; a word about a reply is answered like what it is about."""
    if sight.reply is None or message.channel != "email":
        return None
    if any(s.notice.kind in ASKING or _is_own_list(s) for s in carried):
        return sight.reply(message.id, message.person)
    about = [s.notice.data["answers"] for s in carried if s.notice.data.get("answers")]
    return sight.reply(int(about[0]), message.person) if about else None


def _is_own_list(stored: StoredNotice) -> bool:
    return stored.notice.kind is NoticeKind.DIGEST and holds_own(stored.notice.data)


def _actions(t: Texts, told: Sequence[Item], message: Leased, sight: Sight) -> tuple[Action, ...]:
    """Return what the reader can press: buttons where somebody hears them, else the way to the page."""
    if sight.pressable and message.channel == "slack" and not is_answerable_list(told):
        return buttons(t, told, warning_id(message.id))
    if sight.page is None:
        return ()
    return page_links(t, told, sight.page(message.id, message.person), chat=message.channel not in TRUSTED)
