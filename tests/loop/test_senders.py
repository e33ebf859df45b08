"""Sender threads: no letter is lost, none is written long before it can go, what settled is handed over early."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from deadline_guard.channels import Letter, Outcome, Receipt
from deadline_guard.loop.senders import Posting, Senders

NOW = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)


class Held:
    """A channel that sends a letter whenever the test lets one go, or at once."""

    name = "held"

    def __init__(self, gate: threading.Semaphore | None, error: BaseException | None = None) -> None:
        self._gate, self._error = gate, error

    def send(self, letter: Letter) -> Receipt:
        if self._gate is not None:
            self._gate.acquire()
        if self._error is not None and letter.subject == "3":
            raise self._error
        return Receipt(letter.subject, "ok")

    def close(self) -> None:
        pass


def postings(count: int, asked: list[int]) -> Iterator[Posting]:
    for number in range(count):
        asked.append(number)
        yield Posting(
            number, "held", Letter(delivery_id=str(number), address="x", subject=str(number), text="text", sent_at=NOW)
        )


def test_every_letter_settles_once() -> None:
    senders = Senders(lambda name: Held(None), threads=4, per_host=4)
    settled = [s.posting.message_id for group in senders.send(postings(500, [])) for s in group]
    senders.close()
    assert sorted(settled) == list(range(500))


def test_while_enough_letters_wait_no_more_are_written_and_what_settled_is_handed_over() -> None:
    gate, asked, settled = threading.Semaphore(0), list[int](), 0
    senders = Senders(lambda name: Held(gate), threads=2, per_host=2)
    groups = senders.send(postings(200, asked))
    gate.release(20)
    for group in groups:
        settled += len(group)
        assert len(asked) - settled <= 8 * 2 + 2, "eight for each of two threads, and what they hold"
        gate.release(len(group))
    senders.close()
    assert settled == len(asked) == 200


def test_a_letter_of_its_own_needs_one_thread() -> None:
    built: list[str] = []

    def build(name: str) -> Held:
        built.append(name)
        return Held(None)

    senders = Senders(build, threads=8, per_host=8)
    for _ in range(5):
        assert [len(group) for group in senders.send(postings(1, []))] == [1]
    senders.close()
    assert built == ["held"]


def test_whatever_a_channel_raises_becomes_an_outcome_and_its_thread_goes_on() -> None:
    senders = Senders(lambda name: Held(None, SystemExit(1)), threads=1, per_host=1)
    settled = {s.posting.message_id: s for group in senders.send(postings(10, [])) for s in group}
    senders.close()
    assert settled.pop(3).outcome is Outcome.AMBIGUOUS
    assert {s.outcome for s in settled.values()} == {Outcome.SENT}
    assert len(settled) == 9
