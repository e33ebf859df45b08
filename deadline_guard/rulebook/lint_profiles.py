"""Checks of one profile: its thresholds in order, somebody told at every level, a chain that leads somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass
from datetime import time
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from deadline_guard.core.rules import Level, Profile, When, WhenKind
from deadline_guard.rulebook.problems import Mark, Problem, problem
from deadline_guard.rulebook.registry import Entry

_ALMOST_MIDNIGHT: Final = time(23, 59)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a profile stands: its entry, the place of its name, and the path to it inside the entry."""

    entry: Entry[Any]
    name: Mark
    path: tuple[str | int, ...] = ()

    def at(self, *more: str | int, key: bool = False) -> Mark:
        """Return the place of a part of the profile (or, if it is inherited, of the profile)."""
        return self.entry.at(*self.path, *more, key=key)

    def wrote(self, key: str, made: Sized | None = None) -> bool:
        """Return whether the profile says this itself rather than taking it from another.

        ``made`` is what was built from it: where a part could not be read the places would not fit.
        """
        here: Any = self.entry.document.data
        for part in (*self.entry.path, *self.path):
            here = here[part]
        said = here.get(key) if isinstance(here, dict) else None
        return said is not None and (made is None or len(made) == len(said))


def days_before(when: When) -> tuple[Fraction, Fraction] | None:
    """Return the least and the most calendar days before the due date; None for shares and values."""
    if when.kind is WhenKind.DAYS:
        return when.n, when.n
    if when.kind is WhenKind.WORKING_DAYS:
        return when.n, when.n * 7 / 5 + 10  # weekends and one long holiday
    if when.kind is WhenKind.HOURS:
        return when.n / 24, when.n / 24
    return (Fraction(0), Fraction(0)) if when.kind is WhenKind.DUE else None


def thresholds_in_order(profile: Profile, spot: Spot) -> Iterator[Problem]:
    """A worse level must begin later; one that begins earlier hides the level below it."""
    if not spot.wrote("thresholds", profile.thresholds):
        return
    ordered = sorted(enumerate(profile.thresholds), key=lambda pair: pair[1].level)
    for (_, lower), (i, higher) in pairwise(ordered):
        mark = spot.at("thresholds", i)
        if lower.level == higher.level:
            yield problem("level_twice", mark, level=higher.level.word)
        elif _out_of_order(lower.when, higher.when):
            yield problem("thresholds_not_in_order", mark, lower=lower.level.word, higher=higher.level.word)


def _out_of_order(lower: When, higher: When) -> bool:
    if lower.kind is higher.kind is WhenKind.FRACTION:
        return lower.n > higher.n
    if lower.kind is higher.kind is WhenKind.VALUE:
        return lower.op == higher.op and (lower.n < higher.n if lower.op == "below" else lower.n > higher.n)
    if lower.kind is higher.kind:
        return lower.n < higher.n
    first, second = days_before(lower), days_before(higher)
    return first is not None and second is not None and first[1] < second[0]


def somebody_told(profile: Profile, spot: Spot) -> Iterator[Problem]:
    """Every level that can begin must tell somebody; overdue should tell more than the warnings did."""
    reached = {t.level for t in profile.thresholds} | ({Level.OVERDUE} if profile.overdue else set())
    reached |= {b.level for b in profile.buckets} - {Level.OK}
    for level in sorted(reached):
        if not any(roles for told, roles in profile.tell.items() if told <= level):
            mark = spot.at("tell", key=True) if spot.wrote("tell") else spot.name
            yield problem("nobody_told", mark, level=level.word, name=profile.id)
            return
    if profile.overdue and not profile.tell.get(Level.OVERDUE):
        mark = spot.at("tell", key=True) if spot.wrote("tell") else spot.name
        yield problem("overdue_without_tell", mark, "warning", name=profile.id)


def chain_leads_somewhere(profile: Profile, spot: Spot) -> Iterator[Problem]:
    """Silence of the owner is not answered by telling the owner."""
    if not spot.wrote("chain", profile.chain):
        return
    for i, step in enumerate(profile.chain):
        if set(step.tell) <= {"owner"}:
            yield problem("rung_tells_owner", spot.at("chain", i), step=i + 2)


def repeats_end(profile: Profile, spot: Spot) -> Iterator[Problem]:
    """A repeat without a cap goes on for ever when a person has left."""
    if not spot.wrote("repeat"):
        return
    for level, repeat in profile.repeat.items():
        if not repeat.at_most:
            yield problem("repeat_without_end", spot.at("repeat", level.word), "warning", level=level.word)


def midnight(profile: Profile, spot: Spot) -> Iterator[Problem]:
    """A warning at 23:59 reaches nobody; the end of the day is meant by "due"."""
    if not spot.wrote("thresholds", profile.thresholds):
        return
    for i, threshold in enumerate(profile.thresholds):
        if threshold.when.at == _ALMOST_MIDNIGHT:
            yield problem("almost_midnight", spot.at("thresholds", i, "when"), "warning")


def buckets_in_order(profile: Profile, spot: Spot) -> Iterator[Problem]:
    """Buckets follow each other by age; none is better than the one before, all have a name in both languages."""
    if not spot.wrote("buckets", profile.buckets):
        return
    if spot.wrote("thresholds"):
        yield problem("buckets_and_thresholds", spot.at("buckets", key=True))
    for i, bucket in enumerate(profile.buckets):
        for language in ("zh", "en"):
            if language not in bucket.label:
                yield problem(
                    "bucket_without_label", spot.at("buckets", i, "label"), first=bucket.first, language=language
                )
    for i, (younger, older) in enumerate(pairwise(profile.buckets), start=1):
        if older.first <= younger.first:
            mark = spot.at("buckets", i, "from")
            yield problem("buckets_not_in_order", mark, first=older.first, before=younger.first)
        elif older.level < younger.level:
            mark = spot.at("buckets", i)
            yield problem("bucket_better_with_age", mark, level=older.level.word, before=younger.level.word)


CHECKS: Final[tuple[Callable[[Profile, Spot], Iterator[Problem]], ...]] = (
    thresholds_in_order,
    buckets_in_order,
    somebody_told,
    chain_leads_somewhere,
    repeats_end,
    midnight,
)
