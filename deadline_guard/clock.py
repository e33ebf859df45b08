"""The only reader of the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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


class SteadyClock:
    """A clock that stands still while another is set back a little, so that no decision is made before an older one.

    What was decided until ``reached`` stays decided; facts recorded meanwhile are known at once. A clock set back by
    more than ``longest`` was far ahead by mistake: its new time is taken.
    """

    def __init__(self, inner: Clock, reached: datetime | None = None, longest: timedelta = timedelta(hours=3)) -> None:
        self._inner, self._reached, self._longest = inner, reached, longest

    def now(self) -> datetime:
        found = self._inner.now()
        reached = self._reached
        if reached is not None and found < reached <= found + self._longest:
            return reached
        self._reached = found
        return found

    def wait_until(self, instant: datetime, woken: Flag) -> None:
        self._inner.wait_until(instant, woken)


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
