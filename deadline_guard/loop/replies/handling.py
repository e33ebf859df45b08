"""One mail, one transaction: what it says is recorded together with the fact that it was handled."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.config import ReplyMail
from deadline_guard.core.people import Person
from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError, InputError, NotFoundError
from deadline_guard.loop import deliver, tokens
from deadline_guard.loop.office import Office
from deadline_guard.loop.permitted import permitted
from deadline_guard.loop.replies import telling
from deadline_guard.loop.replies.absent import absent
from deadline_guard.loop.replies.addresses import failed_check, same_mailbox
from deadline_guard.loop.replies.addresses import tokens as tokens_in
from deadline_guard.loop.replies.answering import answer
from deadline_guard.loop.replies.incoming import Incoming
from deadline_guard.loop.replies.nature import Nature, nature
from deadline_guard.store import replies
from deadline_guard.store.replies import Position, Reply
from deadline_guard.store.sending import Leased

log = logging.getLogger(__name__)
REFUSED = "refused"
_NOT_RECORDED = "not recorded"
_EXPIRED = "token expired"
_TOO_LATE = Text(
    "the reply address of this mail has expired; answer by its number, on the page or on the command line",
    "该邮件的回复地址已过期;请按编号在页面或命令行上答复",
)


class _RefusedError(Exception):
    """A mail may not answer: ``told`` says whether the admin hears of it, else the ledger alone."""

    def __init__(self, why: str, answered: Leased | None = None, *, told: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.answered = answered
        self.told = told


@dataclass(frozen=True, slots=True)
class Desk:
    """What a mail is handled with: ``mailbox`` and ``position`` say where it lay."""

    office: Office
    settings: ReplyMail
    mailbox: str
    position: Position

    @property
    def now(self) -> datetime:
        """Return when the mailbox was read."""
        return self.position.at


def handle(desk: Desk, mail: Incoming) -> str:
    """Record what a mail says and return the outcome in a word; a mail that was handled before leads to nothing.

    Either everything is recorded (answer, that it was handled, how far the mailbox was read) or nothing.
    """
    store, now = desk.office.store, desk.now
    try:
        with store.write() as conn:
            if not replies.handled(conn, mail.digest):
                reply = _understood(desk, conn, mail)
                replies.record(conn, reply, now)
            else:
                reply = Reply(mail.digest, mail.message_id, None, None, "handled before")
            replies.put_position(conn, desk.mailbox, desk.position)
    except (_RefusedError, AnswerError, InputError, NotFoundError) as error:
        with store.write() as conn:
            reply = _failed(desk, conn, mail, error)
            replies.record(conn, reply, now)
            replies.put_position(conn, desk.mailbox, desk.position)
    log.info("reply mail %s: %s", f"to W-{reply.message}" if reply.message else "of nobody", reply.outcome)
    return reply.outcome


def _understood(desk: Desk, conn: Connection, mail: Incoming) -> Reply:
    """Record what a mail says; raises _RefusedError where it may not speak, an answer's own errors where it errs."""
    office, now = desk.office, desk.now
    speaks = nature(mail)
    answered, person = _answered(desk, conn, mail, speaks)
    reply = Reply(mail.digest, mail.message_id, answered.id, person.id, speaks.value)
    if speaks is Nature.BOUNCE:
        detail = f"came back: {mail.report.detail if mail.report else mail.subject}"
        came_back = replies.bounce(conn, answered, detail, now)
        if came_back:
            deliver.fall_back(office, conn, answered, detail, now)
        return reply._replace(outcome="bounced" if came_back else "bounced before", detail=detail)
    if speaks is Nature.MACHINE:
        return reply._replace(outcome="ignored", detail=mail.subject[:200])
    _check_writer(desk, conn, mail, answered, person)
    if speaks is Nature.AWAY:
        outcome, until = absent(office, conn, desk.settings, person, mail, now)
        return reply._replace(outcome=outcome, detail=until)
    return answer(office, conn, mail, reply, person, now)


def _answered(desk: Desk, conn: Connection, mail: Incoming, speaks: Nature) -> tuple[Leased, Person]:
    """Return the message that a mail answers, and whose it is, by the first genuine token in its addresses."""
    office, own = desk.office, desk.settings.address
    found = tokens_in(mail.recipients, own)
    if speaks is Nature.BOUNCE and mail.report is not None:
        found += tokens_in(mail.report.reply_to, own)
    if not found:
        raise _RefusedError("no token")
    why = "forged"
    for text in found:
        try:
            token = tokens.read(office.answer_key or b"", "mail", text, desk.now, office.people.persons)
        except tokens.TokenError as error:
            why = error.reason
            late = error.token and replies.message(conn, error.token.message)
            if error.token and late and late.person == error.token.person:
                raise _RefusedError(_EXPIRED, late) from None
            continue
        message, person = replies.message(conn, token.message), office.people.persons.get(token.person)
        if message is None or message.person != token.person or person is None:
            why = "of a message or person that is gone"
            continue
        return message, person
    raise _RefusedError(f"token {why}")


def _check_writer(desk: Desk, conn: Connection, mail: Incoming, answered: Leased, person: Person) -> None:
    """Raise _RefusedError unless the mail is the person's own, as far as a mail can show."""
    own = {answered.address, *(a for a in person.channels.values() if "@" in a)}
    if len(mail.sender) != 1 or not any(same_mailbox(mail.sender[0], address) for address in own):
        raise _RefusedError("foreign address", answered, told=True)
    failed = failed_check(mail, desk.settings.authserv_id)
    if failed:
        raise _RefusedError(f"{failed} failed", answered, told=True)
    if not permitted(desk.office, conn, answered.id, person.id, desk.now):
        raise _RefusedError("not permitted", answered, told=True)


def _failed(desk: Desk, conn: Connection, mail: Incoming, error: Exception) -> Reply:
    """Record why a mail led to nothing: refused, or an answer that does not fit what is open."""
    office, now = desk.office, desk.now
    sender = ", ".join(mail.sender)
    if isinstance(error, _RefusedError):
        answered = error.answered
        if error.told and answered is not None:
            told = telling.refused(office, conn, answered.id, answered.person, sender, error.why, now)
            telling.tell(conn, [told], now)
        message, person = (answered.id, answered.person) if answered else (None, None)
        if error.why == _EXPIRED and answered is not None and nature(mail) is Nature.PERSON:
            _say_too_late(desk, conn, mail, answered)
        return Reply(mail.digest, mail.message_id, message, person, REFUSED, f"{error.why}, from {sender}"[:300])
    answered, writer = _answered(desk, conn, mail, Nature.PERSON)
    words = error.message if isinstance(error, InputError) else error.args[0]
    telling.tell(conn, [telling.helped(office, conn, answered.id, writer, words, now)], now)
    return Reply(mail.digest, mail.message_id, answered.id, writer.id, _NOT_RECORDED, str(words)[:300])


def _say_too_late(desk: Desk, conn: Connection, mail: Incoming, answered: Leased) -> None:
    """Tell somebody who answers a mail of long ago that nothing was recorded; never anybody else."""
    writer = desk.office.people.persons.get(answered.person)
    if writer is not None and len(mail.sender) == 1 and same_mailbox(mail.sender[0], answered.address):
        telling.tell(conn, [telling.helped(desk.office, conn, answered.id, writer, _TOO_LATE, desk.now)], desk.now)
