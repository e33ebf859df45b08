"""Letters by mail: one recipient each, over one kept SMTP connection."""

from __future__ import annotations

import logging
import re
import select
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from deadline_guard.channels.base import DeliveryError, Letter, Outcome, Receipt, settings_of
from deadline_guard.channels.mime import compose, filled, message_id
from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError

log = logging.getLogger(__name__)
# A server that lets a login send as itself only says so at MAIL, at RCPT or after the text.
_NOT_AS_THIS = re.compile(r"answered (553|5\d\d 5\.7\.\d+|5\d\d .* to MAIL FROM)")
_EXPECTED = ((250,), (250, 251), (354,))  # answers to MAIL, RCPT and DATA
_AT_ONCE = (("MAIL", (250,)), ("RCPT", (250, 251)), ("BDAT", (250,)))
_ADDRESS = re.compile(r"[^\s<>\"(),:;\\@\x00-\x1f]+@[^\s<>\"(),:;\\@\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """The firm's mail server.

    ``sender`` is the envelope and From address. ``reply_to`` may hold ``{token}``, replaced by the letter's
    token (``ack+{token}@firm.example``), and so may ``return_path``, the envelope address of a letter that has one,
    so that bounces say what they are about; a server that refuses it gets ``sender``. ``tls``: TLS from the
    first byte (port 465); ``starttls``: required, never merely tried. ``timeout`` is in seconds, for every wait
    on the socket. ``ca_file``: a private authority.
    """

    host: str
    sender: str
    port: int = 25
    starttls: bool = False
    tls: bool = False
    username: str | None = None
    password: str | None = None
    reply_to: str | None = None
    return_path: str | None = None
    timeout: float = 30.0
    ca_file: str | None = None
    list_id: str | None = None
    local_hostname: str | None = None


class Email:
    """SMTP with STARTTLS and login; the server's answer code decides what became of a letter."""

    name = "email"

    def __init__(self, settings: EmailSettings) -> None:
        if not _ADDRESS.fullmatch(settings.sender):
            raise ConfigError(
                Text(
                    f"channels.email.sender: found {settings.sender!r}, expected a bare mail address",
                    f"channels.email.sender:此处是 {settings.sender!r},应为单独的邮件地址",
                )
            )
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._plain = settings.return_path is None  # the server lets this login send as itself only
        self._took_at: datetime | None = None  # sent_at of the last letter that this connection took
        self._at_once_works = True

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(EmailSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        """Hand the letter over: 4xx is retry, 5xx permanent, silence after the text ambiguous."""
        s = self._settings
        if letter.reply_token is None or s.return_path is None or self._plain:
            return self._send(letter, s.sender)
        try:
            return self._send(letter, filled(s.return_path, letter.reply_token))
        except DeliveryError as error:
            if not _NOT_AS_THIS.search(str(error)):
                raise
            receipt = self._send(letter, s.sender)  # raises anew where the sender was not the reason
        self._plain = True
        log.warning("%s lets this login send as itself only: bounces go to %s", s.host, s.sender)
        return receipt

    def _send(self, letter: Letter, sender: str) -> Receipt:
        """Send one letter under an envelope sender."""
        address = _envelope(letter.address)
        s = self._settings
        content = compose(letter, sender=s.sender, reply_to=s.reply_to, list_id=s.list_id)
        fresh = self._smtp is None or _is_stale(self._smtp)
        smtp = self._connected(anew=fresh)
        if self._whole(smtp, letter) and (answer := self._at_once(smtp, sender, address, content)) is not None:
            return self._taken(letter, answer)
        fresh = fresh or self._smtp is None  # what was refused at once has cost the connection
        smtp = self._connected(anew=False)
        try:
            self._announce(smtp, sender, address)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            if fresh:
                raise DeliveryError(f"{s.host} hung up before the text ({error})", Outcome.RETRY) from error
            smtp = self._connected(anew=True)  # the kept connection had gone stale; nothing was sent yet
            self._announce_anew(smtp, sender, address)
        return self._hand_over(smtp, content, letter)

    def close(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
            self._smtp = None

    def _whole(self, smtp: smtplib.SMTP, letter: Letter) -> bool:
        """Say whether a letter may go in one breath: in a burst, on a connection that took the one before.

        A letter that was tried before never does: what is wrong with this way must not stop it twice.
        """
        offered = smtp.has_extn("chunking") and smtp.has_extn("pipelining") and self._at_once_works
        return offered and not letter.may_repeat and letter.sent_at == self._took_at

    def _at_once(self, smtp: smtplib.SMTP, sender: str, address: str, content: bytes) -> str | None:
        """Send envelope and text in one breath (RFC 3030, 2920): one round trip. Return the server's last answer.

        None: something was refused. The connection is dropped, for the server may take what it did not want for
        commands; the usual way asks again, and its answers count. A server that says nothing, or refuses the text
        of a letter whose sender and recipient it took, may not know what it offers: it is not asked so again.
        """
        self._took_at = None
        commands = f"MAIL FROM:<{sender}>\r\nRCPT TO:<{address}>\r\nBDAT {len(content)} LAST\r\n"
        try:
            smtp.send(commands.encode("ascii") + content)
            for command, expected in _AT_ONCE:
                code, answer = smtp.getreply()
                if code not in expected:
                    self._at_once_works = command != "BDAT" or code < 500
                    self._drop()
                    return None
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._at_once_works = False
            raise self._silent(error) from error
        return f"{code} {_words(answer)}"

    def _announce_anew(self, smtp: smtplib.SMTP, sender: str, address: str) -> None:
        try:
            self._announce(smtp, sender, address)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise DeliveryError(f"{self._settings.host} hung up before the text ({error})", Outcome.RETRY) from error

    def _announce(self, smtp: smtplib.SMTP, sender: str, address: str) -> None:
        """Say MAIL, RCPT and DATA, all at once where the server offers it (RFC 2920): one round trip, not three."""
        commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{address}>", "DATA")
        if not smtp.has_extn("pipelining"):
            for command, expected in zip(commands, _EXPECTED, strict=True):
                code, answer = smtp.docmd(command)
                if code not in expected:
                    raise self._refused(code, answer, command)
            return
        smtp.send("".join(f"{command}\r\n" for command in commands))
        for said, (command, expected) in enumerate(zip(commands, _EXPECTED, strict=True), 1):
            code, answer = smtp.getreply()
            if code not in expected:
                self._hear_out(smtp, len(commands) - said)
                raise self._refused(code, answer, command)

    def _hear_out(self, smtp: smtplib.SMTP, left: int) -> None:
        """Read the answers to what was said after a refused command; who waits for a text now gets none."""
        try:
            waits = 354 in [smtp.getreply()[0] for _ in range(left)]
        except (smtplib.SMTPException, OSError):
            waits = True
        if waits:
            self._drop()

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes, letter: Letter) -> Receipt:
        """Send the text; from here on a lost connection leaves open whether the server took it."""
        try:
            smtp.send(_stuffed(content))
            code, answer = smtp.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise self._silent(error) from error
        if code != 250:
            raise self._refused(code, answer, "the text")
        return self._taken(letter, f"{code} {_words(answer)}")

    def _taken(self, letter: Letter, answer: str) -> Receipt:
        self._took_at = letter.sent_at
        return Receipt(message_id(letter, self._settings.sender), answer)

    def _silent(self, error: OSError) -> DeliveryError:
        """Drop the connection and return the error of a text that was never answered."""
        self._drop()
        return DeliveryError(
            f"{self._settings.host} fell silent after the text ({error or type(error).__name__}); "
            "whether it took the mail is unknown",
            Outcome.AMBIGUOUS,
        )

    def _refused(self, code: int, answer: bytes, to: str) -> DeliveryError:
        """Turn an answer code into an error and leave the connection fit for the next letter, or drop it."""
        try:
            if code == 421 or self._smtp is None or self._smtp.rset()[0] != 250:
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()
        outcome = Outcome.PERMANENT if 500 <= code < 600 else Outcome.RETRY
        return DeliveryError(f"{self._settings.host} answered {code} {_words(answer)} to {to}", outcome)

    def _connected(self, *, anew: bool) -> smtplib.SMTP:
        if self._smtp is not None and not anew:
            return self._smtp
        self._drop()
        s = self._settings
        try:
            self._smtp = self._open()
        except smtplib.SMTPAuthenticationError as error:
            raise self._misconfigured(
                error.smtp_code, f"refused the login of {s.username!r} ({_words(error.smtp_error)})"
            ) from error
        except smtplib.SMTPResponseException as error:
            what = f"would not talk to us ({_words(error.smtp_error)})"
            raise self._misconfigured(error.smtp_code, what) from error
        except smtplib.SMTPNotSupportedError as error:
            raise self._misconfigured(500, str(error)) from error
        except UnicodeEncodeError:  # its text holds the password
            words = "cannot be given a user name or password outside ASCII; ask for another"
            raise self._misconfigured(500, words) from None
        except ssl.SSLCertVerificationError as error:
            raise self._misconfigured(
                500, f"shows a certificate that does not verify ({error.verify_message}); set ca_file"
            ) from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise DeliveryError(
                f"{s.host}:{s.port} cannot be reached ({error or type(error).__name__})", Outcome.RETRY
            ) from error
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        """Open a connection as far as being logged in."""
        s = self._settings
        tls = ssl.create_default_context(cafile=s.ca_file) if s.tls or s.starttls else None
        smtp: smtplib.SMTP
        if s.tls:
            smtp = smtplib.SMTP_SSL(s.host, s.port, s.local_hostname, timeout=s.timeout, context=tls)
        else:
            smtp = smtplib.SMTP(s.host, s.port, s.local_hostname, timeout=s.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if s.starttls:
                if not smtp.has_extn("starttls"):
                    raise smtplib.SMTPNotSupportedError("offers no STARTTLS, which the settings require")
                code, answer = smtp.starttls(context=tls)
                if code != 220:
                    raise smtplib.SMTPResponseException(code, answer)
                smtp.ehlo_or_helo_if_needed()
            if s.username:
                smtp.login(s.username, s.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _misconfigured(self, code: int, what: str) -> DeliveryError:
        """Return an error that concerns the whole channel: no other letter will fare better."""
        s = self._settings
        outcome = Outcome.PERMANENT if code >= 500 else Outcome.RETRY
        return DeliveryError(f"configuration: {s.host}:{s.port} {what}", outcome)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
        self._took_at = None


def _envelope(address: str) -> str:
    """Return an address fit for RCPT; raises a permanent error for anything that is none."""
    cleaned = address.strip()
    if not _ADDRESS.fullmatch(cleaned):
        raise DeliveryError(f"{address!r} is not a mail address; mend it in people.yaml", Outcome.PERMANENT)
    local, _, domain = cleaned.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise DeliveryError(
            f"{address!r}: only ASCII may stand before the @ of a mail address; mend it in people.yaml",
            Outcome.PERMANENT,
        ) from error


def _is_stale(smtp: smtplib.SMTP) -> bool:
    """Say whether the server spoke or hung up while the connection was idle."""
    sock = smtp.sock
    if sock is None:
        return True
    try:
        return bool(select.select([sock], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def _stuffed(content: bytes) -> bytes:
    """Double the dots at line starts and close the text (RFC 5321 section 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:300]
