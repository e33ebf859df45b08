"""Envelope and text in one breath, where the server offers it and has just taken a letter (RFC 3030, RFC 2920)."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from deadline_guard.channels import DeliveryError, Letter, Outcome
from deadline_guard.channels.email import Email

NOW = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)


def letter(number: int, **other: object) -> Letter:
    made = Letter(
        delivery_id=f"W-{number}",
        address="zhangsan@firm.example",
        subject=f"W-{number}",
        text="答辩状\n.\n",
        sent_at=NOW,
    )
    return dataclasses.replace(made, **other)  # type: ignore[arg-type]


@dataclass
class Server:
    """What a server heard, and how it answers to BDAT: by the usual words, other words, or by hanging up."""

    port: int
    answers: tuple[bytes, bytes, bytes] = (b"250 ok", b"250 ok", b"250 kept")
    offers: tuple[bytes, ...] = (b"PIPELINING", b"CHUNKING")
    verbs: list[bytes] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def pipelines(self) -> bool:
        return b"PIPELINING" in self.offers

    def talk(self, conn: socket.socket) -> None:
        self.connections += 1
        with conn, conn.makefile("rb") as lines:
            conn.settimeout(30)
            conn.sendall(b"220 here\r\n")
            while line := lines.readline():
                verb = line[:4].upper()
                self.verbs.append(verb)
                if verb == b"EHLO":
                    shown = [b"here", *self.offers]
                    conn.sendall(b"".join(b"250-" + w + b"\r\n" for w in shown[:-1]) + b"250 " + shown[-1] + b"\r\n")
                elif verb == b"BDAT":
                    size, _, last = line[5:].partition(b" ")
                    assert last == b"LAST\r\n"
                    text = lines.read(int(size))
                    for answer in self.answers:
                        if not answer:
                            return
                        conn.sendall(answer + b"\r\n")
                    if self.answers[-1].startswith(b"250"):
                        self.texts.append(text)
                elif verb == b"DATA":
                    conn.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n" if self.pipelines else b"354 go\r\n")
                    text = b""
                    while (line := lines.readline()) not in (b"", b".\r\n"):
                        text += line.removeprefix(b".") if line.startswith(b"..") else line
                    self.texts.append(text)
                    conn.sendall(b"250 kept\r\n")
                elif verb not in (b"MAIL", b"RCPT") or not self.pipelines:
                    conn.sendall(b"250 ok\r\n")


@contextmanager
def serving(**how: object) -> Iterator[tuple[Server, Email]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1], **how)  # type: ignore[arg-type]

        def accept() -> None:
            try:
                while True:
                    conn, _ = listening.accept()
                    threading.Thread(target=server.talk, args=(conn,), daemon=True).start()
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        sender = Email.from_settings({"host": "127.0.0.1", "port": server.port, "sender": "guard@firm.example"})
        yield server, sender
        sender.close()
        listening.shutdown(socket.SHUT_RDWR)


def test_the_second_of_a_burst_goes_in_one_breath_and_is_the_same_text() -> None:
    with serving() as (server, sender):
        for _ in range(3):
            receipt = sender.send(letter(1))
    assert server.verbs.count(b"DATA") == 1
    assert server.verbs.count(b"BDAT") == 2
    assert server.connections == 1
    assert len(set(server.texts)) == 1
    assert (receipt.remote_id, receipt.detail) == ("<W-1@firm.example>", "250 kept")


@pytest.mark.parametrize("offers", [(b"PIPELINING",), (b"CHUNKING",), ()], ids=["pipelining", "chunking", "neither"])
def test_a_server_that_does_not_offer_both_is_never_asked(offers: tuple[bytes, ...]) -> None:
    with serving(offers=(*offers, b"HELP")) as (server, sender):
        for number in range(2):
            sender.send(letter(number))
    assert b"BDAT" not in server.verbs
    assert len(server.texts) == 2


def test_a_letter_of_its_own_a_moment_later_goes_the_usual_way() -> None:
    with serving() as (server, sender):
        sender.send(letter(1))
        sender.send(letter(2, sent_at=NOW + timedelta(minutes=1)))
    assert b"BDAT" not in server.verbs


def test_a_letter_that_was_tried_before_goes_the_usual_way() -> None:
    with serving() as (server, sender):
        sender.send(letter(1))
        sender.send(letter(2, may_repeat=True))
    assert b"BDAT" not in server.verbs


@pytest.mark.parametrize(
    "answers",
    [
        (b"250 ok", b"250 ok", b"502 5.5.1 unknown command"),
        (b"250 ok", b"451 4.7.1 greylisted", b"503 5.5.1 no recipient"),
        (b"421 4.3.2 going down", b"", b""),
        (b"250 ok", b"250 ok", b"554 5.6.0 refused"),
    ],
    ids=["unknown", "recipient", "hangs up after a refusal", "text"],
)
def test_what_is_refused_in_one_breath_is_asked_again_the_usual_way(answers: tuple[bytes, bytes, bytes]) -> None:
    with serving(answers=answers) as (server, sender):
        sender.send(letter(1))
        assert sender.send(letter(2)).remote_id == "<W-2@firm.example>"
    assert server.connections == 2, "the server may take a text that it does not want for commands"
    assert server.verbs.count(b"BDAT") == 1
    assert [b"W-2" in text for text in server.texts] == [False, True]


@pytest.mark.parametrize("again", [True, False], ids=["recipient", "text"])
def test_only_a_refused_text_makes_it_the_last_in_one_breath(again: bool) -> None:
    refused = b"550 5.1.1 no such user" if again else b"250 ok"
    with serving(answers=(b"250 ok", refused, b"502 5.5.1 unknown command")) as (server, sender):
        for number in range(5):
            sender.send(letter(number))
    assert server.verbs.count(b"BDAT") == (4 if again else 1)
    assert len(server.texts) == 5


def test_silence_after_one_breath_is_ambiguous_and_everything_then_goes_the_usual_way() -> None:
    with serving(answers=(b"250 ok", b"", b"")) as (server, sender):
        sender.send(letter(1))
        with pytest.raises(DeliveryError, match="whether it took the mail is unknown") as lost:
            sender.send(letter(2))
        assert lost.value.outcome is Outcome.AMBIGUOUS
        sender.send(letter(2, may_repeat=True))
        sender.send(letter(3))
    assert server.verbs.count(b"BDAT") == 1
    assert [b"W-3" in text for text in server.texts] == [False, False, True]
