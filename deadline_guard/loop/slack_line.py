"""Hears what is pressed in Slack, beside the tick and the senders: acks at once, answers, says when it is deaf."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any, Final, Protocol

from deadline_guard.channels import DeliveryError, Outcome
from deadline_guard.channels.slack_socket import Ack
from deadline_guard.clock import monotonic
from deadline_guard.loop.findings import SYSTEM, finding
from deadline_guard.loop.office import Office
from deadline_guard.loop.slack_answers import Reply, handle
from deadline_guard.store import notices

log = logging.getLogger(__name__)
DEAF: Final = "finding.slack_deaf"
ANSWER_WITHIN: Final = 2.0  # seconds; Slack waits three for the reply to a form
_LOOK: Final = 1.0  # seconds between two looks at the connection
_LOST: Final = "the connection was lost"
_RENEWAL: Final = 3.0  # seconds; Slack renews connections every few hours; the client does that by itself
_DEAF_AFTER: Final = 120.0  # seconds
_PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds between two tries to connect


class Line(Protocol):
    """The connection itself: :class:`deadline_guard.channels.slack_socket.SlackSocket`."""

    def open(self) -> None: ...

    def is_open(self) -> bool: ...

    def close(self) -> None: ...


class SlackLine:
    """Keeps one connection on its own thread; presses are handled two at a time on threads of their own."""

    def __init__(
        self,
        office: Office,
        now: Callable[[], datetime],
        make: Callable[[Callable[[Mapping[str, Any], Ack], None]], Line],
        deaf_after: float = _DEAF_AFTER,
    ) -> None:
        self._office, self._now, self._deaf_after = office, now, deaf_after
        self._line = make(self.hear)
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="pressed")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="slack", daemon=True)

    def start(self) -> None:
        """Begin to listen; a connection that cannot be made is tried again, and is a finding."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the presses under way and end the connection."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(30)
        self._line.close()
        self._pool.shutdown(wait=True)

    def hear(self, payload: Mapping[str, Any], ack: Ack) -> None:
        """Ack an envelope and do what it says; only the reply to a form waits for that, at most two seconds."""
        if payload.get("type") != "view_submission":
            ack({})
            self._pool.submit(self._answer, payload)
            return
        answer = self._pool.submit(handle, self._office, payload, self._now())
        wait([answer], ANSWER_WITHIN)
        in_time = answer.done()
        try:
            if not in_time:
                ack({})  # Slack closes the form; what was wrong with it is told apart
            reply = answer.result()
        except Exception:
            log.exception("a form could not be answered")
            reply = Reply()
        if in_time:
            ack(reply.body)
        else:
            reply.late()
        reply.then()

    def _answer(self, payload: Mapping[str, Any]) -> None:
        try:
            reply: Reply = handle(self._office, payload, self._now())
            reply.then()
        except Exception:
            log.exception("a press could not be answered")

    def _keep(self) -> None:
        """Connect, and connect again whenever the connection is lost for good."""
        since, lost, trouble, failed, pause = self._now(), monotonic(), "", 0, 0.0
        while not self._stopping.wait(pause):
            pause = _LOOK
            if self._line.is_open():
                since, lost, trouble, failed = self._now(), monotonic(), _LOST, 0
                continue
            if trouble == _LOST and monotonic() - lost < _RENEWAL:
                continue
            failure = self._open()
            if failure is None:
                continue
            trouble, pause = str(failure), _PAUSES[min(failed, len(_PAUSES) - 1)]
            failed += 1
            if failure.outcome is Outcome.PERMANENT or monotonic() - lost >= self._deaf_after:
                self._report(since, trouble)

    def _open(self) -> DeliveryError | None:
        """Try to connect; return what went wrong."""
        try:
            self._line.open()
        except DeliveryError as error:
            log.warning("Slack's answers cannot be heard: %s", error)
            return error
        return None

    def _report(self, since: datetime, last: str) -> None:
        """Tell the admin, once a day, that nobody hears what is pressed."""
        now = self._now()
        try:
            with self._office.store.write() as conn:
                told = finding(
                    SYSTEM, DEAF, now.date().isoformat(), self._office.directory(conn), now,
                    channel="slack", since=since.isoformat(), error=last[:300],
                )  # fmt: skip
                notices.insert(conn, [told], now)
        except Exception:
            log.exception("that Slack is deaf could not be recorded")
