"""One rule: from its checked shape to the core's value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final

from deadline_guard.core.capacity import hours_of
from deadline_guard.core.jurisdictions import overridden
from deadline_guard.core.period import Unit
from deadline_guard.core.policy import BadField, Policy
from deadline_guard.core.rules import Acts, Kind, Pair, Profile, Rule, RuleVersion, Trigger
from deadline_guard.core.timeline import EMPTY
from deadline_guard.rulebook import parameters, phrases
from deadline_guard.rulebook.building import Builder
from deadline_guard.rulebook.problems import shown
from deadline_guard.rulebook.registry import Entry
from deadline_guard.rulebook.shapes import PairShape, RuleShape, VersionShape

_POLICY: Final = (
    "roll",
    "month_policy",
    "hour_policy",
    "first_day_counts",
    "add_days_before_roll",
    "add_days_after_roll",
    "act",
)
_STARTS: Final = (Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.YEARS)
_GAUGES: Final = ("value", "event_count")
_NO_TRIGGER_NEEDED: Final = ("stage_time", "idle_time", "handling_time")
_NO_LIMIT_NEEDED: Final = ("stage_time", "instalments", *_GAUGES)


def rule(builder: Builder, entry: Entry[RuleShape]) -> Rule | None:
    """Return the rule, or None when its profile is unknown (said by the check of names)."""
    shape = entry.shape
    profile = _profile(builder, entry)
    opening = _opening(builder, entry)
    _check_opening(builder, entry)
    parameters.check(builder, entry)
    made = _versions(builder, entry)
    if profile is None:
        return None
    return Rule(
        id=shape.id,
        title=shape.title.pair(),
        indicator=shape.indicator,
        profile=profile,
        pack=entry.pack,
        applies_to={name: _listed(value) for name, value in shape.applies_to.items()},
        when={name: _wanted(value) for name, value in shape.when.items()} or EMPTY,
        acts=Acts(shape.acts),
        kind=Kind(shape.kind),
        trigger=opening[0],
        trigger_any=opening[1],
        versions=made,
        internal=_internal(builder, entry),
        effort=_effort(builder, entry),
        enabled=shape.confidence != "L" if shape.enabled is None else shape.enabled,
        revision=entry.document.digest,
        **_events(shape),
        **_words(shape),
        **_stops(builder, entry),
    )


def _effort(builder: Builder, entry: Entry[RuleShape]) -> Fraction | None:
    stated = entry.shape.effort
    found = None if stated is None else hours_of(stated)
    if stated is not None and found is None:
        builder.say("not_an_effort", entry.at("effort"), value=shown(stated))
    return found


def _profile(builder: Builder, entry: Entry[RuleShape]) -> Profile | None:
    """Return the named profile itself, or one of the rule's own where it changes something."""
    shape = entry.shape.profile
    if shape.base is not None and shape.model_fields_set == {"base"}:
        return builder.profile(shape.base)
    if shape.base is not None and builder.profile(shape.base) is None:
        return None
    return builder.profile_of(entry.shape.id, shape, entry, "profile")


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _opening(builder: Builder, entry: Entry[RuleShape]) -> tuple[Trigger, tuple[Trigger, ...]]:
    """Return the trigger and its alternatives.

    Of a list, whichever comes first opens the cycle; but where only later ones have a limit of their own (or
    ``choose`` compares them), the first leads and the others are further clocks of its cycle.
    """
    shapes = entry.shape.trigger or []
    made = tuple(_trigger(builder, entry, i) for i in range(len(shapes)))
    if len(made) <= 1:
        return (made[0] if made else Trigger()), ()
    compared = "choose" in entry.shape.params or any(t.limit is not None for t in made[1:])
    if compared and made[0].limit is None:
        return made[0], made[1:]
    return Trigger(), made


def _trigger(builder: Builder, entry: Entry[RuleShape], i: int) -> Trigger:
    shape = (entry.shape.trigger or [])[i]
    where = {name: _wanted(value) for name, value in shape.where.items()} or EMPTY
    limit = builder.length(shape.limit, entry, "trigger", i, "limit")
    after = builder.length(shape.after, entry, "trigger", i, "after")
    if after is not None and (after.unit not in _STARTS or entry.shape.direction == "backward" or not shape.event):
        reason = "days, weeks, months or years after an event, in a rule that counts forward"
        builder.say("not_a_length", entry.at("trigger", i, "after"), value=shown(shape.after), reason=reason)
        after = None
    return Trigger(shape.event or "", shape.of, where, shape.pick, shape.rule, limit, after)


def _wanted(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _events(shape: RuleShape) -> Mapping[str, Any]:
    return {
        "done_by": tuple(shape.done_by),
        "cancelled_by": tuple(shape.cancelled_by),
        "extended_by": tuple(shape.extended_by),
        "restarted_by": tuple(shape.restarted_by),
        "activity": tuple(shape.activity),
    }


def _words(shape: RuleShape) -> Mapping[str, Any]:
    """Return the fields that need no reading."""
    same = ("direction", "jurisdiction", "calendar", "select_version_by", "owner", "stage", "extendable", "nature")
    return {
        **{name: getattr(shape, name) for name in (*same, "confidence", "source")},
        "date_field": shape.date_from,
        "params": shape.params or EMPTY,
        "remedy": shape.remedy.pair(),
        "note": shape.note.pair(),
    }


def _stops(builder: Builder, entry: Entry[RuleShape]) -> Mapping[str, Any]:
    def pairs(key: str, shapes: list[PairShape]) -> tuple[Pair, ...]:
        return tuple(
            Pair(one.opens, one.closes, one.why.pair(), _days(builder, one, entry, key, i))
            for i, one in enumerate(shapes)
        )

    return {"excludes": pairs("excludes", entry.shape.excludes), "suspends": pairs("suspends", entry.shape.suspends)}


def _days(builder: Builder, shape: PairShape, entry: Entry[RuleShape], key: str, i: int) -> int | None:
    """Return the longest stop in days; months of a stop are counted as 30 days each."""
    found = builder.length(shape.at_most, entry, key, i, "at_most")
    if found is None:
        return None
    per = {"days": 1, "weeks": 7, "months": 30}.get(found.unit.value)
    if per is None:
        builder.say(
            "not_a_length", entry.at(key, i, "at_most"), value=shown(shape.at_most), reason="days, weeks or months"
        )
        return None
    return int(found.n * per)


def _internal(builder: Builder, entry: Entry[RuleShape]) -> Any:
    text = entry.shape.internal
    return None if text is None else builder.phrase(phrases.internal, "not_internal", text, entry, "internal")


def _check_opening(builder: Builder, entry: Entry[RuleShape]) -> None:
    """Say what is wrong with what opens the rule and what it grants."""
    shape = entry.shape
    if shape.indicator == "stage_time" and shape.trigger:
        builder.say("unused_trigger", entry.at("trigger", key=True))
    if shape.indicator not in _NO_TRIGGER_NEEDED and not shape.trigger:
        builder.say("no_trigger", entry.name_at, rule=shape.id)
    for i, trigger in enumerate(shape.trigger or ()):
        if not trigger.event and not trigger.rule:
            builder.say("empty_trigger", entry.at("trigger", i))
    if shape.limit is not None and shape.versions:
        builder.say("limit_and_versions", entry.at("limit", key=True), rule=shape.id)
    own = bool(shape.trigger) and all(t.limit is not None for t in shape.trigger or ())
    granted = own or shape.limit is not None or shape.versions or shape.date_from is not None
    if not granted and shape.indicator not in _NO_LIMIT_NEEDED:
        builder.say("no_limit", entry.name_at, rule=shape.id)
    for i, version in enumerate(shape.versions):
        if version.limit is None and not (own or shape.date_from or shape.indicator in _NO_LIMIT_NEEDED):
            builder.say("version_without_limit", entry.at("versions", i))


def _versions(builder: Builder, entry: Entry[RuleShape]) -> tuple[RuleVersion, ...]:
    shape = entry.shape
    if shape.limit is not None:
        limit = builder.length(shape.limit, entry, "limit")
        policy = {"roll": shape.roll} if shape.roll else EMPTY
        return (RuleVersion("1", limit, basis=shape.basis or "", policy=policy),)
    return tuple(_version(builder, one, entry, i) for i, one in enumerate(shape.versions))


def _version(builder: Builder, shape: VersionShape, entry: Entry[RuleShape], i: int) -> RuleVersion:
    path = ("versions", i)
    policy = {name: value for name in _POLICY if (value := getattr(shape, name)) is not None}
    if len(policy) > 1:  # one field alone is checked by its shape
        try:
            overridden(Policy(), {name: value for name, value in policy.items() if name != "act"})
        except BadField as error:
            builder.say("policy_conflict", entry.at(*path, error.field), message=str(error))
    return RuleVersion(
        id=shape.id or shape.since or str(i + 1),
        limit=builder.length(shape.limit, entry, *path, "limit"),
        since=_date(builder, shape.since, entry, *path, "since"),
        until=_date(builder, shape.until, entry, *path, "until"),
        basis=shape.basis or entry.shape.basis or "",
        policy=policy or EMPTY,
        longstop=builder.length(shape.longstop, entry, *path, "longstop"),
    )


def _date(builder: Builder, text: str | None, entry: Entry[RuleShape], *path: str | int) -> date | None:
    return None if text is None else builder.phrase(phrases.civil_date, "not_a_date", text, entry, *path)
