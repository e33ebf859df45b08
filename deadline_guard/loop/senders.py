"""Sender threads: each keeps its own channel objects, and so its connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from deadline_guard.channels import Channel, DeliveryError, Finder, Letter, Outcome, Paced, Receipt
from deadline_guard.discreet import discreet
from deadline_guard.loop.pace import Pace

GROUP_SECONDS: Final = 0.02  # results that arrive within this time are committed together
_MANY: Final = 8  # so many letters a thread may wait to be sent before no more are written


@dataclass(frozen=True, slots=True)
class Posting:
    """One message on its way: which channel, which letter, and whether an earlier attempt may have arrived."""

    message_id: int
    channel: str
    letter: Letter


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one posting."""

    posting: Posting
    outcome: Outcome
    detail: str
    remote_id: str | None = None
    retry_after: float | None = None


class Tray:
    """Where sender threads lay down what settled; taken in groups, so that a group is one commit."""

    def __init__(self) -> None:
        self._settled: list[Settled] = []
        self._changed = threading.Condition()
        self._enough = 1

    def put(self, settled: Settled) -> None:
        """Lay down one result; whoever waits is woken for the first and for the last of a group only."""
        with self._changed:
            self._settled.append(settled)
            if len(self._settled) >= self._enough:
                self._changed.notify()

    def take(self, left: int) -> list[Settled]:
        """Wait for a result, and then for those that follow within a moment; ``left``: so many are enough."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._settled))
            self._enough = left
            self._changed.wait_for(lambda: len(self._settled) >= left, GROUP_SECONDS)
            self._enough = 1
            group, self._settled = self._settled, []
        return group


class Senders:
    """A pool of sender threads; ``build`` makes a channel by name, once a thread.

    The threads take from one queue. ThreadPoolExecutor would do, but its future, condition and semaphore for each
    task are a tenth of what a letter costs where the server answers at once.
    """

    def __init__(self, build: Callable[[str], Channel], threads: int, per_host: int) -> None:
        self._build = build
        self._most = threads
        self._threads: list[threading.Thread] = []
        self._waiting: SimpleQueue[tuple[Tray, Posting] | None] = SimpleQueue()
        self._own = threading.local()
        self._all: list[Channel] = []
        self._guard = threading.Lock()
        self._rooms: dict[str, threading.BoundedSemaphore] = {}
        self._per_host = per_host
        self.pace = Pace()
        self._paced: dict[str, Paced | None] = {}

    def limit(self, channel: str, address: str) -> tuple[str, int] | None:
        """Return the robot behind an address and how many letters a minute it takes; None: any number."""
        if channel not in self._paced:
            try:
                found: Channel | None = self._channel(channel)
            except Exception:  # a channel that cannot be built says so when it is to send
                found = None
            self._paced[channel] = found if isinstance(found, Paced) else None
        robots = self._paced[channel]
        return (f"{channel}/{robots.robot(address)}", robots.per_minute) if robots is not None else None

    def send(self, postings: Iterable[Posting]) -> Iterator[list[Settled]]:
        """Send in parallel, each as soon as it is there, and yield what settled, in groups.

        ``postings`` may write its letters as it is asked. It is not asked for more while enough of them wait: the
        processor is then the senders', and what they have settled is recorded before the next is written.
        """
        tray, left = Tray(), 0
        for posting in postings:
            self._waiting.put((tray, posting))
            left += 1
            if len(self._threads) < min(left, self._most):
                self._start()
            if self._waiting.qsize() < _MANY * self._most:
                continue
            while (over := self._waiting.qsize() - self._most) > 0:
                group = tray.take(over)
                left -= len(group)
                yield group
        while left:
            group = tray.take(left)
            left -= len(group)
            yield group

    def close(self) -> None:
        """Finish what is under way and give the connections back."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        for channel in self._all:
            channel.close()
        self._all.clear()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name=f"send_{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (found := self._waiting.get()) is not None:
            tray, posting = found
            try:
                settled = self._send_one(posting)
            except BaseException as error:  # who waits for it must hear of it, and the thread goes on
                settled = Settled(posting, Outcome.AMBIGUOUS, f"the sender thread failed: {type(error).__name__}")
            tray.put(settled)

    def _send_one(self, posting: Posting) -> Settled:
        """Send one letter; whatever is raised becomes an outcome, since a lost result is a lost warning."""
        with self._room(posting.channel):
            try:
                channel = self._channel(posting.channel)
                receipt = self._reconciled(channel, posting.letter) or channel.send(posting.letter)
            except DeliveryError as error:
                return Settled(posting, error.outcome, discreet(str(error)), retry_after=error.retry_after)
            except Exception as error:
                words = discreet(f"{type(error).__name__}: {error}")
                return Settled(posting, Outcome.AMBIGUOUS, words[:500])
        return Settled(posting, Outcome.SENT, discreet(receipt.detail), remote_id=receipt.remote_id)

    @staticmethod
    def _reconciled(channel: Channel, letter: Letter) -> Receipt | None:
        """Look for a letter whose earlier attempt was ambiguous, where the channel can look."""
        if letter.may_repeat and isinstance(channel, Finder):
            return channel.find(letter)
        return None

    def _channel(self, name: str) -> Channel:
        kept: dict[str, Channel] = self._own.__dict__.setdefault("channels", {})
        if name not in kept:
            channel = self._build(name)
            kept[name] = channel
            with self._guard:
                self._all.append(channel)
        return kept[name]

    def _room(self, name: str) -> threading.BoundedSemaphore:
        with self._guard:
            if name not in self._rooms:
                self._rooms[name] = threading.BoundedSemaphore(self._per_host)
            return self._rooms[name]


def builder(sections: Mapping[str, object], kinds: Mapping[str, type[Channel]]) -> Callable[[str], Channel]:
    """Return the function that makes a channel by name from its section of the configuration."""

    def build(name: str) -> Channel:
        kind = kinds.get(name)
        if kind is None or (name not in sections and name != "console"):
            raise DeliveryError(f"channel {name} is not set up; add channels.{name} to config.yaml", Outcome.PERMANENT)
        return kind.from_settings(sections.get(name, {}))

    return build
