"""Letters on the terminal: for trying out, and for a firm's first day."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Self, TextIO

from deadline_guard.channels.base import DeliveryError, Letter, Outcome, Receipt, settings_of


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Where letters are written: ``stdout`` or ``stderr``."""

    stream: str = "stdout"


class Console:
    """Writes each letter in one piece, so that several senders do not mix their lines."""

    name = "console"

    def __init__(self, settings: ConsoleSettings | None = None, stream: TextIO | None = None) -> None:
        chosen = (settings or ConsoleSettings()).stream
        self._stream = stream or (sys.stderr if chosen == "stderr" else sys.stdout)

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(ConsoleSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        head = f"── {letter.sender_name} → {letter.recipient_name or letter.address} · {letter.subject}"
        encoding = self._stream.encoding or "utf-8"
        whole = f"{head}\n{letter.text.rstrip()}\n\n".encode(encoding, "replace").decode(encoding)
        try:
            self._stream.write(whole)
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"the terminal takes no more text ({error})", Outcome.PERMANENT) from error
        return Receipt(letter.delivery_id, "printed")

    def close(self) -> None:
        """Leave the terminal open: it is not ours."""
