"""The only reader of the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event as Flag
from typing import Protocol


class Clock(Protocol):
    """What the shell asks the time of; everything below takes ``now`` as an argument."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def wait_until(self, instant: datetime, woken: Flag) -> None:
        """Come back at ``instant`` or as soon as ``woken`` is set."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, instant: datetime, woken: Flag) -> None:
        woken.wait(max(0.0, (instant - self.now()).total_seconds()))


@dataclass(slots=True)
class SteppingClock:
    """A virtual clock that jumps to the next instant at which there is something to do.

    The daemon stores ``current`` with every tick, so that a restart resumes at the tick after the last
    committed one. ``pace`` real seconds pass at each jump (0: as fast as the machine goes).
    """

    current: datetime
    pace: float = 0.0
    _hold: Flag = field(default_factory=Flag, repr=False)

    def now(self) -> datetime:
        return self.current

    def wait_until(self, instant: datetime, woken: Flag) -> None:
        if self.pace:
            self._hold.wait(self.pace)
        self.current = max(self.current, instant)


def monotonic() -> float:
    """Return real seconds that only grow, for measuring durations (never for deciding)."""
    return time.monotonic()
