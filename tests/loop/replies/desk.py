"""A small firm whose people reply by mail: the reply arrives at the desk that records it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deadline_guard.config import ReplyMail
from deadline_guard.loop.replies.handling import Desk, handle
from deadline_guard.loop.replies.incoming import incoming
from deadline_guard.store import notices, replies
from deadline_guard.store.replies import Position
from tests.loop.replies.samples import mail
from tests.scenarios.world import Sent, World

MAIL = ReplyMail(host="127.0.0.1", user="ack", address="ack@firm.example", authserv_id="mx.firm.example")


@dataclass
class Post:
    """The mailbox of a world: ``reply`` answers a letter that was sent."""

    world: World
    uid: int = 0
    raw: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        office = self.world.office
        office.config = office.config.model_copy(update={"reply_mail": MAIL})
        office.answer_key = b"k" * 32

    def address(self, sent: Sent) -> str:
        """Return where a reply to this letter goes."""
        assert sent.letter.reply_token is not None, sent.letter.text
        return f"ack+{sent.letter.reply_token}@firm.example"

    def reply(self, sent: Sent, text: str, *, sender: str = "", **more: Any) -> str:
        """Answer a letter from its reader's own address; return what came of it."""
        number = len(self.raw) + 1
        given = {
            "sender": sender or f"{sent.person}@firm.example",
            "to": self.address(sent),
            "message_id": f"<{number}@x>",
        }
        return self.arrive(mail(text, **{**given, **more}))

    def arrive(self, raw: bytes) -> str:
        """Let a mail arrive and be read; return what came of it."""
        self.raw.append(raw)
        self.uid += 1
        return handle(Desk(self.world.office, MAIL, "box", Position(1, self.uid, self.world.now)), incoming(raw))

    def again(self) -> str:
        """Read the last mail once more, as after a crash."""
        return self.arrive(self.raw[-1])

    def mark(self) -> None:
        """Have every case decided again where an absence asks for it."""
        more = True
        while more:
            with self.world.store.write() as conn:
                more = replies.mark_some(conn)

    def kinds(self) -> list[str]:
        """Return the kinds of answers on case A, in order."""
        with self.world.store.read() as conn:
            rows = conn.exec_driver_sql(
                "SELECT kind FROM event WHERE kind IN ('acknowledged', 'done', 'defence_filed') ORDER BY recorded_at"
            ).fetchall()
        return [row[0] for row in rows]

    def refused(self) -> list[str]:
        """Return what the ledger says of refused mails."""
        with self.world.store.read() as conn:
            rows = conn.exec_driver_sql(
                "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id WHERE l.kind = 'refused' "
                "AND l.chain = 'system' ORDER BY l.n"
            ).fetchall()
        return [row[0] for row in rows]

    def findings(self) -> list[tuple[str, str]]:
        """Return (finding, person) of everything told about replies."""
        with self.world.store.read() as conn:
            found = notices.of_subjects(conn, ["system"])
        return [(s.notice.rule.removeprefix("finding."), s.notice.person) for s in found]
