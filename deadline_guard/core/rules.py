"""Rules as values: what the rulebook compiles YAML into and the core reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Any, Final

from deadline_guard.core.period import Period
from deadline_guard.core.timeline import EMPTY

Title = Mapping[str, str]  # {"zh": …, "en": …}


class Level(IntEnum):
    """How bad it is: from time (or value) only, never from silence."""

    OK = 0
    EARLY = 1
    NEAR = 2
    URGENT = 3
    CRITICAL = 4
    OVERDUE = 5

    @property
    def word(self) -> str:
        """Return the word used in YAML and keys."""
        return _WORDS[self]


_WORDS: Final = tuple(level.name.lower() for level in Level)


class Acts(StrEnum):
    """Whose move it is. Clocks of court and opponent are watched, never escalated as our fault."""

    PARTY = "party"
    OPPONENT = "opponent"
    COURT = "court"
    OTHER = "other"


class Kind(StrEnum):
    """A right may be answered "not pursued"; a duty may not."""

    DUTY = "duty"
    RIGHT = "right"


class WhenKind(StrEnum):
    """How a threshold is measured."""

    FRACTION = "fraction"  # n = share of the limit used, 0..1
    DAYS = "days"  # n calendar days before the due date, at a local time
    WORKING_DAYS = "working_days"  # n working days before the due date, at a local time
    HOURS = "hours"  # n elapsed hours before the due instant
    DUE = "due"  # the due instant itself
    VALUE = "value"  # a gauge crosses n (op is below or above)


@dataclass(frozen=True, slots=True)
class When:
    """The place of a threshold. ``at`` is a local time of day in the case's zone (None: day_starts_at)."""

    kind: WhenKind
    n: Fraction = Fraction(0)
    at: time | None = None
    op: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One place at which a level begins."""

    level: Level
    when: When


@dataclass(frozen=True, slots=True)
class Bucket:
    """A class of arrears: from ``first`` days past due (0: the due day) until the next one begins.

    Entering it raises ``level`` (a level may repeat: entering the next bucket is news all the same).
    """

    first: int
    level: Level = Level.OK
    label: Title = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long silence lasts before a step: ``unit`` is minutes, hours, days (elapsed), working_hours or working_days."""

    n: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One rung: after ``after`` of silence on the rung below, ``tell`` these roles.

    ``action`` is a person's action (call, visit, report) rather than a message only.
    """

    after: Wait
    tell: tuple[str, ...]
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same level to the same people again while nobody answers (``at_most`` times; 0: no cap)."""

    every: Wait
    at_most: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """Named thresholds and chain, so that an office changes its habits in one place."""

    id: str
    thresholds: tuple[Threshold, ...] = ()
    tell: Mapping[Level, tuple[str, ...]] = field(default_factory=dict)
    chain: tuple[ChainStep, ...] = ()
    repeat: Mapping[Level, Repeat] = field(default_factory=dict)
    chain_from: Level = Level.NEAR  # silence below this level climbs nowhere
    ack_expires: Wait | None = None
    channels: Mapping[Level, tuple[str, ...]] = field(default_factory=dict)
    fallback_channels: tuple[str, ...] = ()
    overdue: bool = True  # raise `overdue` at the due instant
    buckets: tuple[Bucket, ...] = ()  # overdue_age: the table by which a debt ages, youngest first
    tell_moved: bool = True
    tell_closed: bool = True  # those warned hear that it is done


@dataclass(frozen=True, slots=True)
class Trigger:
    """Which event opens a cycle. ``of`` names a link (``parent``); ``where`` matches event data.

    ``pick``: ``each`` event opens a cycle of its own, or only the ``first`` / ``last``.
    ``rule`` chains this rule to the rolled end of another rule's deadline. ``limit`` stands in for the version's:
    several triggers with limits of their own are so many clocks, of which the earliest date counts. ``after``: the
    clock starts only so long after the event, by plain counting, without a roll (ZPO 517; CJRP 50).
    """

    event: str = ""
    of: str | None = None
    where: Mapping[str, Any] = EMPTY
    pick: str = "each"
    rule: str | None = None
    limit: Period | None = None
    after: Period | None = None


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """The legal validity of a rule's text from ``since`` to ``until`` (both inclusive, None: open).

    ``policy`` overrides the counting law of the jurisdiction (field names of ``specs/compute.md`` section 1).
    ``any_of`` / ``all_of`` hold further limits combined as earliest-of / latest-of.
    """

    id: str
    limit: Period | None = None
    since: date | None = None
    until: date | None = None
    basis: str = ""
    policy: Mapping[str, Any] = EMPTY
    longstop: Period | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two event kinds between which the clock stands still (or days do not count), and why."""

    opens: str
    closes: str
    why: Title = field(default_factory=dict)
    until_days: int | None = None


@dataclass(frozen=True, slots=True)
class Internal:
    """The firm's own limit beside the legal one: ``days`` (working or calendar) before, at a local time."""

    n: int
    working: bool
    at: time


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit: what opens it, how it is counted, what ends it, who is told."""

    id: str
    title: Title
    indicator: str
    profile: Profile
    pack: str = ""
    applies_to: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    when: Mapping[str, Any] = EMPTY
    acts: Acts = Acts.PARTY
    kind: Kind = Kind.DUTY
    trigger: Trigger = Trigger()
    trigger_any: tuple[Trigger, ...] = ()  # earliest-of several clocks, each with its own limit
    done_by: tuple[str, ...] = ()
    cancelled_by: tuple[str, ...] = ()
    date_field: str | None = None  # the event's data names the date: a date certain, never rolled
    direction: str = "forward"
    jurisdiction: str | None = None
    calendar: str | None = None
    select_version_by: str = "trigger"
    versions: tuple[RuleVersion, ...] = ()
    excludes: tuple[Pair, ...] = ()
    suspends: tuple[Pair, ...] = ()
    extended_by: tuple[str, ...] = ()
    restarted_by: tuple[str, ...] = ()
    internal: Internal | None = None
    owner: str = "owner"
    stage: str | None = None
    activity: tuple[str, ...] = ()  # idle_time: event kinds that count as activity (empty: any fact)
    extendable: bool | None = None
    nature: str = "statutory"  # statutory | court_set | agreed | internal
    effort: Fraction | None = None  # hours of work that an open deadline of this rule stands for
    params: Mapping[str, Any] = EMPTY
    remedy: Title = field(default_factory=dict)
    note: Title = field(default_factory=dict)
    confidence: str = ""
    source: str = ""
    enabled: bool = True
    revision: str = ""  # hash of the file it came from


@dataclass(frozen=True, slots=True)
class Stage:
    """A named part of a case type; ``owner`` is the responsible role."""

    id: str
    title: Title
    enter_on: tuple[str, ...]
    leave_on: tuple[str, ...] = ()
    owner: str = "owner"
    target: Period | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class CaseType:
    """A kind of case with its stages in order; ``closed_by`` are the event kinds that close it."""

    id: str
    title: Title
    stages: tuple[Stage, ...] = ()
    closed_by: tuple[str, ...] = ()
    calendar: str | None = None
    jurisdiction: str | None = None
    zone: str | None = None
    phases: Mapping[str, Title] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventKind:
    """A word of the vocabulary (``events.yaml``)."""

    id: str
    title: Title
    pairs_with: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    activity: bool = True


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of rules and the state of its legal review."""

    id: str
    title: Title
    revised: str = ""
    reviewed: str = "none"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that admins write about rules, checked and compiled; ``revision`` is its content hash."""

    rules: Mapping[str, Rule]
    case_types: Mapping[str, CaseType]
    events: Mapping[str, EventKind]
    profiles: Mapping[str, Profile]
    packs: Mapping[str, Pack] = field(default_factory=dict)
    revision: str = ""
    day_starts_at: time = time(8, 30)
    by_type: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)  # enabled rules per case type id
    candidates: Mapping[str, Mapping[str, tuple[Rule, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the enabled rules by case type, and inside it by the event kind that can open a cycle.

        A case is assessed against the rules whose opening event it has, not against the whole book; ``""`` holds
        the rules that no single event kind opens (linked triggers, chained rules, whole-case clocks).
        """
        by_type: dict[str, tuple[Rule, ...]] = {}
        candidates: dict[str, dict[str, tuple[Rule, ...]]] = {}
        for type_id, case_type in self.case_types.items():
            rules = tuple(
                r for r in self.rules.values() if r.enabled and type_id in r.applies_to.get("case_type", (type_id,))
            )
            kinds: dict[str, list[Rule]] = {}
            for rule in rules:
                for kind in _opening_kinds(rule, case_type):
                    kinds.setdefault(kind, []).append(rule)
            by_type[type_id] = rules
            candidates[type_id] = {kind: tuple(found) for kind, found in kinds.items()}
        object.__setattr__(self, "by_type", by_type)
        object.__setattr__(self, "candidates", candidates)


def _opening_kinds(rule: Rule, case_type: CaseType) -> set[str]:
    """Return the event kinds that can open a cycle of the rule; ``""`` where no single kind does."""
    triggers = (rule.trigger, *rule.trigger_any)
    kinds = {t.event for t in triggers if t.event and not t.of and not t.rule}
    if any(t.of or t.rule for t in triggers) or not kinds:
        stage = next((s for s in case_type.stages if s.id == rule.stage), None)
        kinds |= set(stage.enter_on) if stage and not kinds else {""}
    return kinds
