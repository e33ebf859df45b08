"""What every channel is: it takes one letter to one address and says what became of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol, Self, TypeVar, runtime_checkable

from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_Settings = TypeVar("_Settings")


class Outcome(StrEnum):
    """What became of one attempt.

    ``ambiguous``: the request left and no answer came, so the letter may or may not have been delivered.
    """

    SENT = "sent"
    PERMANENT = "permanent"
    RETRY = "retry"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; ``content_type`` such as ``text/calendar; method=PUBLISH``."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One rendered message on its way to one address on one channel.

    ``delivery_id`` is stable for ever and visible (``W-10482``). ``thread_root`` and ``previous`` are what
    earlier receipts said (``remote_id``): Message-IDs by mail, ``channel:ts`` in Slack; None on the first.
    ``message_id`` is the Message-ID by mail (empty: made from ``delivery_id``). ``sent_at`` (aware) dates and
    signs the letter, since a channel never reads the clock. ``may_repeat``: an earlier attempt was ambiguous,
    so that this one may be its twin (the text says so too). ``sender_name`` holds sign and word of the level.
    """

    delivery_id: str
    address: str
    subject: str
    text: str
    sent_at: datetime
    html: str | None = None
    blocks: tuple[Mapping[str, Any], ...] | None = None
    attachments: tuple[Attachment, ...] = ()
    sender_name: str = ""
    recipient_name: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    thread_root: str | None = None
    previous: str | None = None
    message_id: str = ""
    reply_token: str | None = None
    may_repeat: bool = False
    metadata: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side's word that it took the letter: its id there, and what it answered."""

    remote_id: str | None
    detail: str


class DeliveryError(Exception):
    """A letter was not delivered, or nobody can say; ``retry_after`` in seconds where the server said so."""

    def __init__(self, message: str, outcome: Outcome, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.retry_after = retry_after


class Channel(Protocol):
    """One way to reach a person; an object belongs to one sender thread and keeps its connection."""

    name: str

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """Build the channel from its section of the configuration: a mapping or the settings class."""

    def send(self, letter: Letter) -> Receipt:
        """Deliver ``letter`` once; raises :class:`DeliveryError` with the outcome otherwise."""

    def close(self) -> None:
        """Give the connection back; the next ``send`` opens another."""


@runtime_checkable
class Finder(Protocol):
    """A channel that can look whether an ambiguous letter arrived."""

    def find(self, letter: Letter) -> Receipt | None:
        """Return the receipt of the letter with this delivery id, or None when it is not there."""


@runtime_checkable
class Editor(Protocol):
    """A channel whose messages can be changed after an answer."""

    def edit(self, remote_id: str, letter: Letter) -> Receipt:
        """Put ``letter`` in the place of the message ``remote_id``."""


@runtime_checkable
class Paced(Protocol):
    """A channel of robots, each of which takes so many letters a minute and shuts out whoever sends more."""

    per_minute: int

    def robot(self, address: str) -> str:
        """Return the name of the robot behind an address ('' for the one without a name)."""


def settings_of(kind: type[_Settings], given: object, where: str) -> _Settings:
    """Return ``given`` as the class ``kind``; raises ConfigError for unknown, missing or mistyped keys."""
    if isinstance(given, kind):
        return given
    if not isinstance(given, Mapping):
        raise ConfigError(
            Text(
                f"channels.{where}: found {given!r}, expected a mapping of settings",
                f"channels.{where}:此处是 {given!r},应为一组设置项",
            )
        )
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key, value in given.items():
        if key not in fields:
            raise _unknown(f"channels.{where}.{key}", get_close_matches(str(key), fields, 1), fields)
        _check_type(fields[key], value, f"channels.{where}.{key}")
    for name, f in fields.items():
        needed = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if needed and name not in given:
            raise ConfigError(
                Text(
                    f"channels.{where}.{name}: missing; the channel cannot work without it",
                    f"channels.{where}.{name}:缺少此项;没有它该渠道无法工作",
                )
            )
    return kind(**given)


def _unknown(where: str, near: Sequence[str], known: Iterable[str]) -> ConfigError:
    if near:
        return ConfigError(
            Text(f"{where}: unknown setting; did you mean {near[0]}?", f"{where}:没有此设置项;是否想写 {near[0]}?")
        )
    listed = ", ".join(known)
    return ConfigError(
        Text(f"{where}: unknown setting; expected one of {listed}", f"{where}:没有此设置项;可用的有 {listed}")
    )


def _check_type(known: dataclasses.Field[Any], value: object, where: str) -> None:
    """Compare a value with the words of its annotation (``str | None``, ``int``, ``float``, ``bool``)."""
    words = {w.strip() for w in str(known.type).split("|")}
    found = "None" if value is None else type(value).__name__
    checked = words <= {"str", "int", "float", "bool", "None"}
    if not checked or found in words or (found == "int" and "float" in words):
        return
    raise ConfigError(
        Text(
            f"{where}: found {value!r}, expected {' or '.join(sorted(words))}",
            f"{where}:此处是 {value!r},应为 {' 或 '.join(sorted(words))}",
        )
    )
