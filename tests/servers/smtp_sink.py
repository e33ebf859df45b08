"""A real SMTP server on loopback that keeps every mail and fails on command."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TLS = Path(__file__).parent / "tls"
CA_FILE = str(TLS / "cert.pem")


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted mail as it came over the wire."""

    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    user: str | None = None
    tls: bool = False

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]

    def part(self, content_type: str) -> str:
        """Return the text of the first part of this type."""
        for found in self.message.walk():
            if found.get_content_type() == content_type:
                return str(found.get_content())
        raise AssertionError(f"no {content_type} part in {self.message.as_string()[:400]}")


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer ``code`` to ``mail``, ``rcpt`` or ``text``."""

    code: int = 550
    words: str = "5.1.1 no such user"
    at: str = "rcpt"


@dataclass(frozen=True, slots=True)
class Slow:
    """Accept after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Silent:
    """Take the text and never answer; ``keep``: the mail was taken all the same."""

    keep: bool = True


@dataclass(frozen=True, slots=True)
class Drop:
    """Hang up ``at`` mail, rcpt or text; ``keep``: the mail was taken all the same."""

    at: str = "text"
    keep: bool = True


Behaviour = Refuse | Slow | Silent | Drop


class SmtpSink:
    """``with SmtpSink() as sink``: ``sink.mails`` holds what was accepted, ``sink.next(…)`` spoils the next.

    ``latency``: seconds before each acceptance. ``by_recipient``: a behaviour for good, such as a full
    mailbox. ``users``: login required. ``starttls`` offers it; ``require_starttls`` refuses to go on without.
    ``pipelining``: commands may be sent without waiting for the answer to the one before (RFC 2920).
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        starttls: bool = False,
        require_starttls: bool = False,
        tls: bool = False,
        users: Mapping[str, str] | None = None,
        pipelining: bool = False,
        port: int = 0,
    ) -> None:
        self.host, self.port = "127.0.0.1", port
        self.mails: list[Mail] = []
        self.by_recipient: dict[str, Behaviour] = {}
        self.connections = 0
        self.attempts = 0
        self.latency = latency
        self.pipelining = pipelining
        self._users = users
        self._tls, self._starttls, self._require = tls, starttls or require_starttls, require_starttls
        self._queue: deque[Behaviour | None] = deque()
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._open: set[SMTP] = set()

    def next(self, *behaviours: Behaviour | None) -> None:
        """Let the next mails meet these behaviours, one each (None: accept)."""
        self._queue.extend(behaviours)

    def wait_for(self, count: int, timeout: float = 60.0) -> list[Mail]:
        """Return the mails as soon as there are ``count``; raises AssertionError when they do not come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.mails) >= count, timeout):
                raise AssertionError(f"expected {count} mails within {timeout} s, got {len(self.mails)}")
            return list(self.mails)

    def hang_up(self) -> None:
        """Close every open connection, as a server does that restarts."""
        done = threading.Event()

        def close() -> None:
            for smtp in list(self._open):
                if smtp.transport is not None:
                    smtp.transport.close()
            done.set()

        self._loop.call_soon_threadsafe(close)
        done.wait(5)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise AssertionError("the SMTP sink did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        context = _server_context() if self._tls or self._starttls else None
        server = await self._loop.create_server(
            lambda: self._protocol(context), self.host, self.port, ssl=context if self._tls else None
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for smtp in list(self._open):
            if smtp.transport is not None:
                smtp.transport.abort()

    def _protocol(self, context: ssl.SSLContext | None) -> SMTP:
        self.connections += 1
        return _Server(
            _Handler(self),
            owner=self,
            loop=self._loop,
            hostname="sink.example",
            data_size_limit=None,
            tls_context=context if self._starttls else None,
            require_starttls=self._require,
            authenticator=self._authenticate if self._users is not None else None,
            auth_required=self._users is not None,
            auth_require_tls=False,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        known = self._users or {}
        right = isinstance(data, LoginPassword) and known.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=right, handled=False, auth_data=data if right else None)

    def keep(self, mail: Mail) -> None:
        """Record an accepted mail."""
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()

    def draw(self) -> Behaviour | None:
        """Take the next behaviour from the queue."""
        self.attempts += 1
        return self._queue.popleft() if self._queue else None


class _Server(SMTP):
    def __init__(self, handler: Any, *, owner: SmtpSink, **settings: Any) -> None:
        super().__init__(handler, **settings)
        self._owner = owner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._owner._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._owner._open.discard(self)
        super().connection_lost(error)


class _Handler:
    """What aiosmtpd asks at MAIL, RCPT and DATA."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink
        self._met: Behaviour | None = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]] if self._sink.pipelining else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._met = self._sink.draw()
        if (early := self._early("mail", server)) is not None:
            return early
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._met = self._sink.by_recipient.get(address, self._met)
        if (early := self._early("rcpt", server)) is not None:
            return early
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        met = self._met
        if isinstance(met, Refuse) and met.at == "text":
            return f"{met.code} {met.words}"
        wait = met.seconds if isinstance(met, Slow) else self._sink.latency
        if wait:
            await asyncio.sleep(wait)
        if not isinstance(met, Silent | Drop) or met.keep:
            user = session.auth_data.login.decode() if session.auth_data else None
            raw, tls = envelope.original_content or b"", session.ssl is not None
            self._sink.keep(Mail(raw, envelope.mail_from or "", tuple(envelope.rcpt_tos), user, tls))
        if isinstance(met, Silent):
            await asyncio.sleep(3600)
        if isinstance(met, Drop) and server.transport is not None:
            server.transport.abort()
        return "250 OK: kept"

    def _early(self, at: str, server: SMTP) -> str | None:
        met = self._met
        if isinstance(met, Refuse) and met.at == at:
            return f"{met.code} {met.words}"
        if isinstance(met, Drop) and met.at == at and server.transport is not None:
            server.transport.abort()
            return "421 gone"
        return None


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    return context


class SilentPort:
    """A server that accepts connections and never says a word; ``with SilentPort() as port: port.number``."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
