"""A mail as it came, reduced to what matters: who, to whom, which signs of a machine, which lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256
from typing import Any, Final

from deadline_guard.loop.replies.html_lines import html_lines

# Where delivery leaves the address with its token, the surest first.
_TO: Final = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "to", "cc")
# What Chinese mail programs call a subset of what they send.
_WIDER: Final = dict.fromkeys(
    ("gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936", "ms936", "chinese", "csgb2312", "x-mac-chinesesimp", "hz-gb-2312x"),
    "gb18030",
)  # fmt: skip
_LONGEST: Final = 200_000  # characters of text that are looked at


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: what the server says became of a mail (``action``), why, and where replies to it go."""

    action: str
    detail: str
    reply_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail. ``sender``: the addresses in From. ``headers``: every value by lower-case name, decoded."""

    digest: str
    message_id: str
    sender: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    headers: Mapping[str, tuple[str, ...]]
    lines: tuple[str, ...]
    content_type: str
    report_type: str
    report: Report | None

    def header(self, name: str) -> str:
        """Return the first value of a header, or ''."""
        return next(iter(self.headers.get(name, ())), "")


def incoming(raw: bytes) -> Incoming:
    """Return a mail's parts; nothing in it can raise: what cannot be read is left out."""
    mail = message_from_bytes(raw, policy=policy.default)
    headers = _headers(mail)
    sender = _sender(mail)
    lines = tuple(_lines(mail))
    message_id = " ".join("".join(headers.get("message-id", ())).split())
    identity = "\n".join((message_id, ",".join(sender), *headers.get("date", ()), *lines)).encode("utf-8", "replace")
    return Incoming(
        digest=sha256(identity).hexdigest(),
        message_id=message_id,
        sender=sender,
        recipients=tuple(dict.fromkeys(a for name in _TO for a in _addresses(headers.get(name, ())))),
        subject=" ".join("".join(headers.get("subject", ())[:1]).split()),
        headers=headers,
        lines=lines,
        content_type=mail.get_content_type(),
        report_type=str(mail.get_param("report-type") or "").lower(),
        report=_report(mail),
    )


def _headers(mail: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(key.lower() for key in mail.keys()):  # noqa: SIM118 - a Message is no mapping
        try:
            found[name] = [str(value) for value in mail.get_all(name, [])]
        except Exception:  # the standard library's header parser raises what it likes at malformed headers
            found[name] = [str(value) for key, value in mail._headers if key.lower() == name]  # type: ignore[attr-defined]
    return {name: tuple(values) for name, values in found.items()}


def _sender(mail: Message) -> tuple[str, ...]:
    """Return every address in every From, from the parsed header: a name that looks like an address is none."""
    try:
        values: list[Any] = mail.get_all("from", [])
        return tuple(str(one.addr_spec) for value in values for one in value.addresses)
    except Exception:  # see _headers; without a sender a mail is refused
        return ()


def _addresses(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(address for _, address in getaddresses(list(values)) if "@" in address)


def _lines(mail: Message) -> Iterator[str]:
    """Yield the lines of the text, from HTML where there is no plain one."""
    parts = list(_text_parts(mail))
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind:
                text = _decoded(part)[:_LONGEST]
                lines = text.splitlines() if kind == "text/plain" else html_lines(text)
                if any(line.strip() for line in lines):
                    yield from lines
                    return


def _text_parts(mail: Message) -> Iterator[Message]:
    """Yield the text parts of this mail itself, not those of a mail that it encloses nor of attachments."""
    if mail.get_content_maintype() == "message":
        return
    if mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _text_parts(part)
    elif mail.get_content_maintype() == "text" and "attachment" not in str(mail.get("content-disposition", "")).lower():
        yield mail


def _decoded(part: Message) -> str:
    payload: Any = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    named = (part.get_content_charset() or "").lower()
    for charset in (_WIDER.get(named, named) or "utf-8", "utf-8", "gb18030"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


def _report(mail: Message) -> Report | None:
    """Return what a delivery report (RFC 3464) says, with the reply addresses of the mail that it encloses."""
    if mail.get_content_type() != "multipart/report":
        return None
    action, detail, reply_to = "", "", []
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            fields = [block for block in part.get_payload() if isinstance(block, Message)]
            for block in fields:
                action = action or str(block.get("action", "")).strip().lower()
                detail = detail or str(block.get("diagnostic-code") or block.get("status") or "")
        elif kind == "text/rfc822-headers":
            reply_to += re.findall(r"(?im)^(?:reply-to|return-path):\s*<?([^<>\s]+@[^<>\s]+)", _decoded(part))
        elif part is not mail and part.get("x-deadline-guard-delivery"):
            reply_to += _addresses([str(v) for name in ("reply-to", "return-path") for v in part.get_all(name, [])])
    return Report(action, " ".join(detail.split())[:300], tuple(reply_to))
