"""A derivation as programs read it (stable JSON) and as people read it (explain, in both languages)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from deadline_guard.core.derivation import Counted, Reading, Step
from deadline_guard.core.text import Text, both

_STEPS = {
    "law": Text("Law", "适用规定"),
    "service": Text("Service", "送达"),
    "trigger": Text("Start", "起算"),
    "count": Text("Count", "计算"),
    "exclude": Text("Not counted", "不计入期间"),
    "add": Text("Add", "加计"),
    "roll": Text("Roll", "顺延"),
    "inaccessible": Text("Court out of reach", "法院无法接收"),
    "longstop": Text("Longstop", "最长期限"),
    "choose": Text("Choose", "取舍"),
}


def counted_json(counted: Counted) -> dict[str, Any]:
    """Return the answer of ``specs/compute.md`` section 1."""
    return {
        "due": counted.due.isoformat(),
        "due_at": None if counted.due_at is None else counted.due_at.isoformat(),
        "rolled": counted.rolled,
        "provisional": counted.provisional,
        "provisional_because": [str(why) for why in counted.provisional_because],
        "readings": [reading_json(reading) for reading in counted.readings],
        "basis": [step_json(step) for step in counted.basis],
    }


def reading_json(reading: Reading) -> dict[str, Any]:
    """Return another lawful reading: its date, the reason in both languages, the article."""
    why = both(reading.why)
    return {"due": reading.due.isoformat(), "why": why["en"], "why_zh": why["zh"], "cite": reading.cite}


def step_json(step: Step) -> dict[str, Any]:
    """Return ``{step, from, to, days, skipped, cite}`` and a sentence about it in both languages."""
    skipped = [{"day": s.day.isoformat(), "why": str(s.why), "why_zh": both(s.why)["zh"]} for s in step.skipped]
    note = both(step.note)
    return {
        "step": step.step,
        "from": step.from_.isoformat(),
        "to": step.to.isoformat(),
        "days": step.days,
        "skipped": skipped,
        "cite": step.cite,
        "note": note["en"],
        "note_zh": note["zh"],
    }


def explained(counted: Counted, locale: str) -> list[str]:
    """Return the derivation line by line in ``locale``, from which a lawyer can redo the date by hand."""
    lines = steps_explained(counted.basis, locale)
    zh = locale.startswith("zh")
    lines.append(f"{'届满日' if zh else 'Due'}: {_moment(counted.due)}")
    for why in counted.provisional_because:
        lines.append(f"{'暂定' if zh else 'Provisional'}: {both(why)['zh' if zh else 'en']}")
    for reading in counted.readings:
        why = both(reading.why)["zh" if zh else "en"]
        lines.append(
            f"{'另一种解释' if zh else 'Another reading'}: {_moment(reading.due)} - {why}{_cite(reading.cite)}"
        )
    return lines


def steps_explained(basis: Iterable[Step], locale: str) -> list[str]:
    """Return the steps alone, one a line."""
    return [_line(step, locale) for step in basis]


def _line(step: Step, locale: str) -> str:
    """Return one step as a sentence: what, from, to, why, skipped days, article."""
    zh = locale.startswith("zh")
    what = _STEPS.get(step.step, Text(step.step)).said(locale)
    note = both(step.note)["zh" if zh else "en"]
    moved = f" {_moment(step.from_)} → {_moment(step.to)}" if step.from_ != step.to else f" {_moment(step.to)}"
    cite = _cite(step.cite) if step.cite != str(step.note) else ""
    return f"{what}:{moved} {note}{_skipped(step, zh)}{cite}".rstrip()


def _skipped(step: Step, zh: bool) -> str:
    """Return the days passed over, runs of the same reason as one."""
    if not step.skipped:
        return ""
    runs: list[list[Any]] = []
    for one in step.skipped:
        why = both(one.why)["zh" if zh else "en"]
        if runs and runs[-1][2] == why and abs((one.day - runs[-1][1]).days) == 1:
            runs[-1][1] = one.day
        else:
            runs.append([one.day, one.day, why])
    return f" ({'跳过' if zh else 'skipping'} {'; '.join(_run(*run) for run in runs)})"


def _run(first: date, last: date, why: str) -> str:
    days = first.isoformat() if first == last else f"{first}…{last}"
    return f"{days} {why}"


def _moment(moment: date | datetime) -> str:
    return moment.isoformat(" ", "minutes") if isinstance(moment, datetime) else moment.isoformat()


def _cite(cite: str) -> str:
    return f" [{cite}]" if cite else ""
