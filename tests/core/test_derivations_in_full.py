"""Whole derivations, word for word in both languages, as derivations.txt beside this file holds them.

A lawyer redoes a date by hand from these words, and programs read them: they change only on purpose. A block
begins with its question (``law | trigger | length | fields``); ``python -m tests.core.test_derivations_in_full``
prints all blocks anew, to be read and kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deadline_guard.core.counting import Reading, Span, Step
from deadline_guard.core.text import both
from tests.core.asking import ask, moment

FILE = Path(__file__).with_name("derivations.txt")


def blocks() -> Iterator[tuple[str, list[str]]]:
    """Yield each question with the lines that answer it."""
    for block in FILE.read_text(encoding="utf-8").strip().split("\n\n"):
        question, *lines = block.split("\n")
        yield question, lines


def told(question: str) -> list[str]:
    """Return the answer to a question, every word of it."""
    law, trigger, length, fields = (part.strip() for part in question.split(" | "))
    found = ask(law, trigger, length, **given(json.loads(fields)))
    return [
        f"due {found.due.isoformat()} at {found.due_at.isoformat() if found.due_at else 'no zone'}"
        + (" rolled" if found.rolled else ""),
        *(f"provisional {said(why)}" for why in found.provisional_because),
        *(line for step in found.basis for line in shown(step)),
        *(other(reading) for reading in found.readings),
    ]


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as :func:`ask` takes them: dates for a longstop, spans for excluded days."""
    if "not_after" in fields:
        fields["not_after"] = moment(fields["not_after"])
    spans = fields.get("excluded", ())
    fields["excluded"] = [Span(date.fromisoformat(a), date.fromisoformat(b), *words) for a, b, *words in spans]
    return fields


def said(text: str) -> str:
    """Return both languages of a sentence."""
    words = both(text)
    return f"{words['en']} / {words['zh']}"


def shown(step: Step) -> list[str]:
    """Return the lines of a step: from, to, days, note, article; a line for each day it passed over."""
    days = "" if step.days is None else f" ({step.days:+d})"
    head = f"{step.step} {step.from_.isoformat()} to {step.to.isoformat()}{days}: {said(step.note)} [{step.cite}]"
    return [head, *(f"  not {skipped.day}: {said(skipped.why)}" for skipped in step.skipped)]


def other(reading: Reading) -> str:
    return f"or {reading.due.isoformat()}: {said(reading.why)} [{reading.cite}]"


@pytest.mark.parametrize(("question", "lines"), list(blocks()))
def test_every_word_of_the_derivation(question: str, lines: list[str]) -> None:
    assert told(question) == lines


def test_no_question_is_asked_twice() -> None:
    asked = [question for question, _ in blocks()]
    assert len(asked) == len(set(asked)) > 30


if __name__ == "__main__":
    for one, _ in blocks():
        print("\n".join([one, *told(one)]), end="\n\n")
