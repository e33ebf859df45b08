"""Sender threads: each keeps its own channel objects, and so its connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from deadline_guard.channels import Channel, DeliveryError, Finder, Letter, Outcome, Receipt

GROUP_SECONDS: Final = 0.02  # results that arrive within this time are committed together


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


class Senders:
    """A pool of sender threads; ``build`` makes a channel by name, once a thread."""

    def __init__(self, build: Callable[[str], Channel], threads: int, per_host: int) -> None:
        self._build = build
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._own = threading.local()
        self._all: list[Channel] = []
        self._guard = threading.Lock()
        self._rooms: dict[str, threading.BoundedSemaphore] = {}
        self._per_host = per_host

    def send(self, postings: Iterable[Posting]) -> Iterator[list[Settled]]:
        """Send in parallel, each as soon as it is there, and yield what settled, in groups."""
        pending: set[Future[Settled]] = {self._pool.submit(self._send_one, p) for p in postings}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            if pending:
                more, pending = wait(pending, timeout=GROUP_SECONDS)
                done |= more
            yield [future.result() for future in done]

    def close(self) -> None:
        """Finish what is under way and give the connections back."""
        self._pool.shutdown(wait=True)
        for channel in self._all:
            channel.close()
        self._all.clear()

    def _send_one(self, posting: Posting) -> Settled:
        """Send one letter; whatever is raised becomes an outcome, since a lost result is a lost warning."""
        with self._room(posting.channel):
            try:
                channel = self._channel(posting.channel)
                receipt = self._reconciled(channel, posting.letter) or channel.send(posting.letter)
            except DeliveryError as error:
                return Settled(posting, error.outcome, str(error), retry_after=error.retry_after)
            except Exception as error:
                words = f"{type(error).__name__}: {error}"
                return Settled(posting, Outcome.AMBIGUOUS, words[:500])
        return Settled(posting, Outcome.SENT, receipt.detail, remote_id=receipt.remote_id)

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
            return self._rooms.setdefault(name, threading.BoundedSemaphore(self._per_host))


def builder(sections: Mapping[str, object], kinds: Mapping[str, type[Channel]]) -> Callable[[str], Channel]:
    """Return the function that makes a channel by name from its section of the configuration."""

    def build(name: str) -> Channel:
        kind = kinds.get(name)
        if kind is None or (name not in sections and name != "console"):
            raise DeliveryError(f"channel {name} is not set up; add channels.{name} to config.yaml", Outcome.PERMANENT)
        return kind.from_settings(sections.get(name, {}))

    return build
