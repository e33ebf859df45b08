"""The derivation of a date, one sentence a step, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final

from deadline_guard.core.derivation import Skipped, Step
from deadline_guard.core.text import Text
from deadline_guard.messages.texts import Texts, mark, safe, texts

_STEPS: Final[Mapping[str, str]] = {
    "trigger": mark("Trigger: {end}"),
    "service": mark("Service takes effect: {start} → {end}"),
    "law": mark("Law in force on {end}"),
    "count": mark("Counted from {start} to {end}"),
    "exclude": mark("Days that do not count: {start} → {end}"),
    "add": mark("Added: {start} → {end}"),
    "roll": mark("Rolled: {start} → {end}"),
    "inaccessible": mark("Court not accessible: {start} → {end}"),
    "longstop": mark("Latest possible day: {end}"),
    "choose": mark("Chosen: {end}"),
}


def sentences(steps: Sequence[Step], locale: str) -> tuple[str, ...]:
    """Return how a date was found, from which a lawyer can redo it by hand; one sentence a step."""
    t = texts(locale)
    return tuple(_sentence(t, step) for step in steps)


def said(t: Texts, text: str) -> str:
    """Return a text of the core in this language."""
    return safe(text.said(t.locale) if isinstance(text, Text) else text)


def _sentence(t: Texts, step: Step) -> str:
    note = said(t, step.note)
    if step.step == "law" and note:
        return t.say("Counting law: {text}", text=note)
    parts = [_moved(t, step)]
    if note and note not in parts[0]:
        parts.append(note)
    if step.skipped:
        parts.append(t.say("passed over: {days}", days=_passed(t, step.skipped)))
    whole = ("；" if t.is_chinese else "; ").join(p for p in parts if p)
    return t.say("{sentence} ({article})", sentence=whole, article=safe(step.cite)) if step.cite else whole


def _moved(t: Texts, step: Step) -> str:
    """Return what the step did to the date, without the note."""
    start, end = _when(t, step.from_), _when(t, step.to)
    if step.step == "roll" and step.from_ == step.to:
        return t.say("Not rolled: {end}", end=end)
    return t.say(_STEPS[step.step], start=start, end=end) if step.step in _STEPS else f"{start} → {end}"


def _when(t: Texts, value: date | datetime) -> str:
    if isinstance(value, datetime):
        return f"{t.day(value.date())} {value:%H:%M}"
    return t.day(value)


def _passed(t: Texts, skipped: Sequence[Skipped]) -> str:
    """Return the days passed over; neighbouring days with one reason are one span."""
    spans: list[str] = []
    numbered = enumerate(skipped)
    for (_, why), found in groupby(numbered, key=lambda n: (n[1].day.toordinal() - n[0], said(t, n[1].why))):
        days = [s.day for _, s in found]
        span = f"{days[0]:%m-%d}" if len(days) == 1 else f"{days[0]:%m-%d}–{days[-1]:%m-%d}"
        spans.append(t.say("{days} ({why})", days=span, why=why))
    return t.join(spans)
