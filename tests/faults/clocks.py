"""A machine's clock under the test's hand, and a daemon that lives by it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Flag

from deadline_guard.app import App
from deadline_guard.daemon import Daemon


class WallClock:
    """Runs, stands, jumps ahead or back as it is told."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    def wait_until(self, instant: datetime, woken: Flag) -> None:
        raise AssertionError("a daemon on the machine's clock is woken by its scheduler")


class Living:
    """A daemon on a :class:`WallClock`: looks every minute whether anything is due, as the real one does each second."""

    def __init__(self, config: Path, clock: WallClock) -> None:
        self.clock = clock
        self.app = App.open(config, clock=clock)
        self.app.start()
        self.daemon = Daemon(self.app)
        self.ticks = 0

    def run_until(self, instant: datetime, step: timedelta = timedelta(minutes=10)) -> None:
        """Let the clock run to ``instant``."""
        while self.clock.at < instant:
            self.look()
            self.clock.at = min(self.clock.at + step, instant)
        self.look()

    def look(self) -> None:
        """Do what one look of the daemon does: a tick when one is wanted, then send."""
        while self.daemon._asked():
            self.daemon._one_tick()
            self.ticks += 1
        self.app.deliver(self.app.clock.now, threading.Event())

    def close(self) -> None:
        self.app.close()
