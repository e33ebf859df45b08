"""MAIL, RCPT and DATA in one breath, where the server offers it (RFC 2920)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from deadline_guard.channels import DeliveryError, Letter, Outcome
from deadline_guard.channels.email import Email

LETTER = Letter(
    delivery_id="W-1",
    address="zhangsan@firm.example",
    subject="W-1",
    text="答辩状",
    sent_at=datetime(2026, 11, 26, 0, 30, tzinfo=UTC),
)


@contextmanager
def server(answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Give the port of a server that answers to MAIL and RCPT only after DATA came, and what it was sent then."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)

        def serve() -> None:
            conn, _ = listening.accept()
            with conn, conn.makefile("rb") as lines:
                conn.settimeout(30)
                conn.sendall(b"220 here\r\n")
                lines.readline()
                conn.sendall(b"250-here\r\n250 PIPELINING\r\n")
                while lines.readline() != b"DATA\r\n":
                    pass
                conn.sendall(answers)
                while (line := lines.readline()) not in (b"", b".\r\n"):
                    heard.append(line)
                    if line == b"RSET\r\n":
                        conn.sendall(b"250 ok\r\n")
                if line:
                    conn.sendall(b"250 kept\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join(30)


def test_the_text_follows_when_all_three_were_granted() -> None:
    with server(b"250 ok\r\n250 ok\r\n354 go\r\n") as (port, heard):
        sender = Email.from_settings({"host": "127.0.0.1", "port": port, "sender": "guard@firm.example"})
        assert sender.send(LETTER).remote_id == "<W-1@firm.example>"
        sender.close()
    assert b"Message-ID: <W-1@firm.example>\r\n" in heard


@pytest.mark.long
@pytest.mark.parametrize("last", [b"354 go", b"503 need RCPT"])
def test_no_text_follows_a_refused_address_even_when_the_server_waits_for_one(last: bytes) -> None:
    with server(b"250 ok\r\n550 5.1.1 no such user\r\n" + last + b"\r\n") as (port, heard):
        sender = Email.from_settings({"host": "127.0.0.1", "port": port, "sender": "guard@firm.example"})
        with pytest.raises(DeliveryError, match=r"550 5\.1\.1 no such user") as refused:
            sender.send(LETTER)
        sender.close()
    assert refused.value.outcome is Outcome.PERMANENT
    assert not [line for line in heard if line.startswith((b"Message-ID", b"From:"))]
