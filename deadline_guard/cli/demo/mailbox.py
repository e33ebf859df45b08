"""The mail server of the demo: on loopback, keeps every mail as a file, delivers to nobody."""

from __future__ import annotations

import asyncio
import re
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP

from deadline_guard.channels import DeliveryError, Outcome


class Mailbox:
    """``with Mailbox(folder) as box``: ``box.port`` takes mail, ``box.kept`` lists the files in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: list[Path] = []
        self.port = 0
        self._guard = threading.Lock()
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="mailbox", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise DeliveryError("the demo's mail server did not start on 127.0.0.1 within 10 s", Outcome.PERMANENT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, hostname="127.0.0.1"), "127.0.0.1", 0
        )
        self.port = server.sockets[0].getsockname()[1]  # the system chose a free one
        self._ready.set()
        async with server:
            await self._stop.wait()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep one mail; named by its number and its reader."""
        with self._guard:
            reader = re.sub(r"[^\w.-]", "_", envelope.rcpt_tos[0].partition("@")[0])
            path = self.folder / f"{len(self.kept) + 1:04d}-{reader}.eml"
            path.write_bytes(envelope.original_content or envelope.content)
            self.kept.append(path)
        return "250 OK: kept"


def read(path: Path) -> EmailMessage:
    """Return a kept mail."""
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def plain(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body is not None else ""
