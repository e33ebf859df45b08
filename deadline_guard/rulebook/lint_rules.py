"""Checks of one rule: limits against warnings, texts of the law in order, whose move it is, citations, titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

from deadline_guard.core.period import Period, Unit
from deadline_guard.core.rules import Acts, Level, Rule, RuleVersion, WhenKind
from deadline_guard.rulebook.lint_profiles import days_before
from deadline_guard.rulebook.problems import Problem, problem
from deadline_guard.rulebook.registry import Entry
from deadline_guard.rulebook.shapes import RuleShape

_DAYS: Final = {
    Unit.HOURS: Fraction(1, 24),
    Unit.DAYS: Fraction(1),
    Unit.WORKING_DAYS: Fraction(7, 5),
    Unit.CLEAR_DAYS: Fraction(1),
    Unit.WEEKS: Fraction(7),
    Unit.HALF_MONTHS: Fraction(15),
    Unit.MONTHS: Fraction(30),
    Unit.YEARS: Fraction(365),
}
_GAUGES: Final = ("value", "event_count")
_WAITS: Final = {"minutes": Fraction(1, 1440), "hours": Fraction(1, 24), "days": Fraction(1)}

_Entry = Entry[RuleShape]
_Check = Callable[[Rule, _Entry], Iterator[Problem]]


def in_days(limit: Period) -> Fraction:
    """Return about how many calendar days a length has."""
    return Fraction(limit.n) * _DAYS[limit.unit]


def shortest(rule: Rule) -> tuple[Fraction, Period] | None:
    """Return the shortest limit of the rule in days, and as written."""
    given = (*(v.limit for v in rule.versions), rule.trigger.limit, *(t.limit for t in rule.trigger_any))
    limits = [(in_days(limit), limit) for limit in given if limit is not None]
    return min(limits, key=lambda pair: pair[0], default=None)


def thresholds_within_limit(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """A warning further ahead than the whole limit comes at once and the level means nothing.

    The early hint of a named profile is spared: profiles serve limits of several lengths.
    """
    least = shortest(rule)
    if least is None or rule.direction == "backward" or not least[0]:
        return
    own = rule.profile.id == rule.id
    for i, threshold in enumerate(rule.profile.thresholds):
        before = days_before(threshold.when)
        if before is None or before[0] <= least[0] or (threshold.level is Level.EARLY and not own):
            continue
        mark = entry.at("profile", "thresholds", i) if own else entry.at("profile")
        yield problem(
            "threshold_beyond_limit", mark, "warning", rule=rule.id, level=threshold.level.word, limit=least[1]
        )


def internal_within_limit(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """The firm's own limit must lie inside the legal one, and before its end."""
    least = shortest(rule)
    if rule.internal is None:
        return
    if rule.internal.at == time(23, 59):
        yield problem("almost_midnight", entry.at("internal"), "warning")
    if least is not None and rule.direction == "forward" and rule.internal.n >= max(least[0], Fraction(1)):
        yield problem("internal_before_start", entry.at("internal"), limit=least[1])


def chain_within_limit(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """The last rung must be reached before the limit is over."""
    least = shortest(rule)
    if least is None or not rule.profile.chain or rule.direction == "backward":
        return
    waits = sum((step.after.n * _WAITS[step.after.unit] for step in rule.profile.chain), Fraction(0))
    if waits > least[0]:
        hours = float(waits * 24)
        yield problem(
            "chain_longer_than_limit", entry.at("profile"), "warning", rule=rule.id, hours=f"{hours:g}", limit=least[1]
        )


def lines_fit_the_indicator(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """A number crosses a line only where the indicator measures a number, and a gauge needs such a line."""
    values = [t.when.kind is WhenKind.VALUE for t in rule.profile.thresholds]
    own = entry.shape.profile.thresholds is not None and len(entry.shape.profile.thresholds) == len(values)
    if rule.indicator in _GAUGES and not any(values):
        yield problem("gauge_without_line", entry.at("profile"), rule=rule.id, indicator=rule.indicator)
    if rule.indicator not in (*_GAUGES, "overdue_age") and any(values):
        i = values.index(True)
        mark = entry.at("profile", "thresholds", i, "when") if own else entry.at("profile")
        yield problem("value_on_clock", mark, indicator=rule.indicator)
    if rule.indicator != "overdue_age" and rule.profile.buckets:
        said = entry.shape.profile.buckets is not None
        mark = entry.at("profile", "buckets", key=True) if said else entry.at("profile")
        yield problem("buckets_on_clock", mark, indicator=rule.indicator)
    if rule.indicator == "overdue_age" and not rule.profile.buckets and not any(values):
        yield problem("gauge_without_line", entry.at("profile"), rule=rule.id, indicator=rule.indicator)


def others_are_only_watched(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """Clocks of court and opponent are never escalated as our fault."""
    if rule.acts in (Acts.COURT, Acts.OPPONENT) and rule.profile.chain:
        yield problem("chain_on_watched", entry.at("profile"), rule=rule.id, acts=rule.acts.value)


def cited(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """A statutory limit names its article."""
    if rule.nature != "statutory" or rule.indicator != "deadline":
        return
    for i, version in enumerate(rule.versions):
        if not version.basis:
            mark = entry.at("versions", i) if entry.shape.versions else entry.at("limit")
            yield problem("no_citation", mark, "warning", rule=rule.id)


def versions_in_order(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """Texts of the law follow each other: none ends before it begins, none overlaps, the last one has no end."""
    if any(
        (shape.since and not made.since) or (shape.until and not made.until)
        for shape, made in zip(entry.shape.versions, rule.versions, strict=False)
    ):
        return  # a date that cannot be read was said; the order is unknown
    for i, version in enumerate(rule.versions):
        if version.since and version.until and version.until < version.since:
            yield problem("ends_before_it_begins", entry.at("versions", i, "until"))
            return
    ordered = sorted(enumerate(rule.versions), key=lambda pair: _begin(pair[1]))
    for (_, older), (i, newer) in pairwise(ordered):
        if older.until is None or _begin(newer) <= older.until:
            yield problem("versions_overlap", entry.at("versions", i), older=older.id, newer=newer.id)
        elif _begin(newer) > older.until + timedelta(days=1):
            yield problem("versions_gap", entry.at("versions", i), "warning", older=older.until, newer=_begin(newer))
    if ordered and ordered[-1][1].until is not None:
        i, last = ordered[-1]
        yield problem("no_text_in_force", entry.at("versions", i, "until"), "warning", until=last.until)


def _begin(version: RuleVersion) -> date:
    return version.since or date.min


def completed_by_something(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """Our own act should be recognised when it is recorded, not only when somebody says so."""
    ours = rule.acts is Acts.PARTY and rule.indicator == "deadline" and rule.date_field is None
    if ours and not rule.done_by:
        yield problem("nothing_completes", entry.name_at, "warning", rule=rule.id)


def titled(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """Chinese and English readers are equal."""
    for language in ("zh", "en"):
        if language not in rule.title:
            yield problem("title_missing", entry.at("title"), "warning", name=rule.id, language=language)


def applies_to_something(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """An empty list of values matches no case."""
    for name, allowed in rule.applies_to.items():
        if not allowed:
            yield problem("applies_to_nothing", entry.at("applies_to", name), rule=rule.id, name=name)
    for name, wanted in rule.when.items():
        if wanted in ((), {}):
            yield problem("applies_to_nothing", entry.at("when", name), rule=rule.id, name=name)


def doubtful_is_off(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """What nobody has read in a source should not send warnings by default."""
    if rule.confidence == "L" and rule.enabled:
        yield problem("doubtful_but_enabled", entry.at("enabled"), "warning", rule=rule.id)


def opens_itself(rule: Rule, entry: _Entry) -> Iterator[Problem]:
    """An event that both opens and cancels would end every cycle of its kind at once."""
    for i, kind in enumerate(rule.cancelled_by):
        if kind == rule.trigger.event and not rule.trigger.of:
            yield problem("cancelled_by_its_trigger", entry.at("cancelled_by", i), event=kind)


CHECKS: Final[tuple[_Check, ...]] = (
    thresholds_within_limit,
    internal_within_limit,
    chain_within_limit,
    lines_fit_the_indicator,
    others_are_only_watched,
    cited,
    versions_in_order,
    completed_by_something,
    titled,
    applies_to_something,
    doubtful_is_off,
    opens_itself,
)
