"""The daemon: wakes at the earliest instant at which anything is due, at most a heartbeat apart."""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from deadline_guard.app import App
from deadline_guard.clock import SteadyClock, SteppingClock, monotonic
from deadline_guard.errors import StoreError
from deadline_guard.loop.collector import spare_the_rulebook
from deadline_guard.loop.deliver import take_back
from deadline_guard.store import runs
from deadline_guard.systemd import notify

log = logging.getLogger(__name__)
_FLOOR = timedelta(milliseconds=20)
_LOOK = 1.0  # seconds between two looks for what other processes wrote
_AFTER_FAILURE = timedelta(seconds=5)


class Daemon:
    """Runs the loop of one office until it is told to stop; SIGTERM finishes the batch under way."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.woken = threading.Event()
        self._ticking = threading.Lock()
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self._ready = False
        self._ticked = monotonic()
        if not isinstance(app.clock, SteppingClock):
            with app.store.read() as conn:
                last = runs.last_run(conn)
            app.clock = SteadyClock(app.clock, last.now if last else None)

    def run(self) -> None:
        """Run until stopped, or until a virtual clock has reached its end."""
        with self.app.store.lock_daemon(f"process {os.getpid()}"):
            self._on_signals()
            self.app.start()
            take_back(self.app.office, self.app.clock.now())
            spare_the_rulebook()
            try:
                if isinstance(self.app.clock, SteppingClock):
                    self._step()
                else:
                    self._tick_by_scheduler()
            finally:
                notify("STOPPING=1")
                self.app.close()

    def stop(self, *_: object) -> None:
        """Finish what is under way, then come back from :meth:`run`."""
        self.stopping.set()
        self.woken.set()

    def _on_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return

        def reload(_signal: int, _frame: FrameType | None) -> None:
            self.app.reload_wanted = True
            self.woken.set()

        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGHUP, reload)

    def _step(self) -> None:
        """Run on a virtual clock: everything due, then jump to the next thing to do."""
        until = self.app.config.clock.until if self.app.config.clock else datetime.max.replace(tzinfo=UTC)
        while not self.stopping.is_set():
            now = self.app.clock.now()
            if now > until:
                return
            self.app.tick(now)
            self._alive()
            self.app.deliver(self.app.clock.now, self.stopping)
            self.app.edit(self.app.clock.now, self.stopping)
            following = self.app.next_at(now)
            if following is None or following > until:
                return
            self.app.clock.wait_until(max(following, now + timedelta(seconds=1)), self.woken)

    def _tick_by_scheduler(self) -> None:
        """Run on the machine's clock: the scheduler only wakes the tick, the database knows what is due."""
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        sender = threading.Thread(target=self._send, name="deliver", daemon=True)
        sender.start()
        self.app.read_replies()
        editor = threading.Thread(target=self._edit, name="edit", daemon=True)
        editor.start()
        self.app.listen()

        def tick() -> None:
            following = self._one_tick()
            if not self.stopping.is_set():
                scheduler.add_job(tick, DateTrigger(following, UTC), id="tick", replace_existing=True)

        scheduler.add_job(tick, id="tick")
        scheduler.start()
        while not self.stopping.is_set():
            self.woken.wait(_LOOK)  # other processes write too: an import, an answer from the command line
            self.woken.clear()
            if not self.stopping.is_set() and self._asked():
                scheduler.add_job(tick, id="tick", replace_existing=True)
        scheduler.shutdown(wait=True)
        sender.join()
        editor.join()

    def _asked(self) -> bool:
        """Return whether a tick is wanted before its time; not while one runs, nor just after one failed."""
        if self._ticking.locked() or self.app.clock.now() < self._not_before:
            return False
        if monotonic() - self._ticked > self.app.config.daemon.heartbeat.total_seconds() + _LOOK:
            return True  # the clock was set back, so that the scheduler waits for an instant that came before
        try:
            return self.app.reload_wanted or self.app.is_due()
        except StoreError:
            log.exception("the database cannot be read; trying again")
            return False

    def _alive(self) -> None:
        """Tell the supervisor that a tick has finished, which alone is a sign of life."""
        notify("WATCHDOG=1" if self._ready else "READY=1")
        self._ready = True

    def _one_tick(self) -> datetime:
        """Run one tick; a tick that fails is logged and tried again, and the watchdog sees that none finished."""
        now = self.app.clock.now()
        self._ticked = monotonic()
        heartbeat = now + self.app.config.daemon.heartbeat
        try:
            with self._ticking:
                following = self.app.tick(now) or heartbeat
        except Exception:
            log.exception("tick failed; trying again in %s", _AFTER_FAILURE)
            self._not_before = self.app.clock.now() + _AFTER_FAILURE
            return self._not_before
        self._alive()
        self.app.mail_ready.set()
        return min(max(following, self.app.clock.now() + _FLOOR), heartbeat)

    def _edit(self) -> None:
        """Change messages that were answered, as long as the daemon runs; no warning waits for that."""
        while not self.stopping.wait(1.0):
            try:
                self.app.edit(self.app.clock.now, self.stopping)
            except Exception:
                log.exception("answered messages could not be changed; trying again")
                self.stopping.wait(5.0)

    def _send(self) -> None:
        """Send whatever is ready, as long as the daemon runs."""
        while not self.stopping.is_set():
            self.app.mail_ready.wait(1.0)
            self.app.mail_ready.clear()
            try:
                self.app.deliver(self.app.clock.now, self.stopping)
            except Exception:
                log.exception("delivery failed; trying again")
                self.stopping.wait(5.0)
