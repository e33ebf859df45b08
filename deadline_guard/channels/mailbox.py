"""A mailbox over IMAP: which mails came, by UID, and their texts; nothing in it is ever deleted."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, Self

Cause = Literal["unreachable", "login", "folder", "talk"]

LONGEST: Final = 1 << 20  # bytes of one mail; an answer stands at its beginning
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WE: Final = '("name" "deadline_guard" "vendor" "deadline_guard")'


class MailboxError(Exception):
    """A mailbox cannot be read: ``cause`` says whether network, login, folder or the conversation is to blame."""

    def __init__(self, message: str, cause: Cause) -> None:
        super().__init__(message)
        self.cause: Cause = cause


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """Where the mailbox is; ``timeout`` in seconds, for every wait on the socket."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    folder: str = "INBOX"
    tls: bool = True
    starttls: bool = False
    ca_file: str | None = None
    timeout: float = 30.0


class _Kept:
    """A connection that hands itself over before the server has said a word, so that it can be broken off."""

    def __init__(self, keep: Callable[[Any], None], *args: Any, **more: Any) -> None:
        self._keep = keep
        super().__init__(*args, **more)

    def open(self, *args: Any, **more: Any) -> None:
        super().open(*args, **more)  # type: ignore[misc]
        self._keep(self)


class _KeptPlain(_Kept, imaplib.IMAP4):
    pass


class _KeptTls(_Kept, imaplib.IMAP4_SSL):
    pass


class Mailbox:
    """``with Mailbox(settings) as box``: one connection with the folder selected; every failure is a MailboxError."""

    def __init__(self, settings: MailboxSettings) -> None:
        self.settings = settings
        self.uidvalidity = 0
        self._imap: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        s = self.settings
        with self._asking(f"{s.host}:{s.port} cannot be reached", "unreachable"):
            self._imap = self._connected()
        try:
            with self._asking(f"{s.host} refused the login of {s.user!r}", "login"):
                self._log_in(self._imap)
            with self._asking(f"{s.host} does not open {s.folder!r}", "folder"):
                self._select(self._imap)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._imap is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._imap.logout()
        self._close()

    def _close(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with suppress(OSError):
                imap.shutdown()

    def hang_up(self) -> None:
        """Break off at once, from whatever thread: a wait for the server ends with an error."""
        imap = self._imap
        if imap is not None:
            with suppress(OSError):  # the socket alone: whatever reads from it holds the lock of the rest
                imap.sock.shutdown(socket.SHUT_RDWR)

    def beyond(self, uid: int) -> list[int]:
        """Return the UIDs that came after ``uid``, in order."""
        return [n for n in self._search("UID", f"{uid + 1}:*") if n > uid]  # `n:*` always names the last mail

    def unseen(self) -> list[int]:
        """Return the UIDs of mails that nobody has read, in order."""
        return self._search("UNSEEN")

    def since(self, day: date) -> list[int]:
        """Return the UIDs of mails that came on ``day`` (by the server's clock) or later, in order."""
        return self._search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def text(self, uid: int) -> bytes | None:
        """Return a mail as it came, its first megabyte; None when it is gone. It is not marked as read."""
        answer = self._uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LONGEST}>)")
        parts = [part for part in answer if isinstance(part, tuple)]
        return bytes(parts[0][1]) if parts else None

    def mark_seen(self, uids: Iterable[int]) -> None:
        """Mark mails as read, so that whoever looks into the mailbox sees what was handled."""
        asked = ",".join(map(str, uids))
        if asked:
            self._uid("STORE", asked, "+FLAGS.SILENT", r"(\Seen)")

    def _connected(self) -> imaplib.IMAP4:
        s = self.settings
        tls = ssl.create_default_context(cafile=s.ca_file) if s.tls or s.starttls else None
        if s.tls:
            return _KeptTls(self._keep, s.host, s.port, ssl_context=tls, timeout=s.timeout)
        imap = _KeptPlain(self._keep, s.host, s.port, timeout=s.timeout)
        try:
            if s.starttls:
                imap.starttls(tls)
        except BaseException:
            with suppress(OSError):
                imap.shutdown()
            raise
        return imap

    def _keep(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap

    def _log_in(self, imap: imaplib.IMAP4) -> None:
        s = self.settings
        if "AUTH=PLAIN" in imap.capabilities:  # takes any password, LOGIN only ASCII
            imap.authenticate("PLAIN", lambda _: f"\0{s.user}\0{s.password}".encode())
        else:
            imap.login(s.user, s.password)
        _expect(imap.capability())
        if "ID" in imap.capability()[1][0].decode("ascii", "replace").upper().split():
            imap.xatom("ID", _WE)  # NetEase servers open no folder for a client that does not say its name

    def _select(self, imap: imaplib.IMAP4) -> None:
        folder = self.settings.folder.replace("\\", "\\\\").replace('"', '\\"')
        _expect(imap.select(f'"{folder}"'))
        self.uidvalidity = int(imap.response("UIDVALIDITY")[1][0] or 0)

    def _search(self, *words: str) -> list[int]:
        answer = self._uid("SEARCH", *words)
        return sorted({int(n) for line in answer if line for n in line.split()})

    def _uid(self, *words: str) -> list[Any]:
        if self._imap is None:
            raise MailboxError(f"{self.settings.host} is not connected", "talk")
        with self._asking(f"{self.settings.host} did not answer to {words[0]}", "talk"):
            return list(_expect(self._imap.uid(*words)))

    @contextmanager
    def _asking(self, words: str, cause: Cause) -> Iterator[None]:
        """Turn whatever goes wrong into a MailboxError; a lost connection is the network's fault, not the login's."""
        try:
            yield
        except UnicodeEncodeError:  # its text holds the password
            raise MailboxError(f"{words} (a user name or password outside ASCII; ask for another)", cause) from None
        except ssl.SSLCertVerificationError as error:
            raise MailboxError(f"{words} (its certificate does not verify: {error.verify_message})", cause) from error
        except (imaplib.IMAP4.abort, OSError) as error:
            raise MailboxError(f"{words} ({_said(error)})", "unreachable" if cause != "talk" else cause) from error
        except (imaplib.IMAP4.error, ValueError, IndexError) as error:
            raise MailboxError(f"{words} ({_said(error)})", cause) from error


def _expect(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    """Return the data of an answer that is OK; raises imaplib's error for NO and BAD."""
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(data[0] if data else status)
    return data


def _said(error: Exception) -> str:
    """Return an error's words on one line."""
    given = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
    if isinstance(error, socket.timeout):
        text = text or "timed out"
    return " ".join(text.split())[:300] or type(error).__name__
