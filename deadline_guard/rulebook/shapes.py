"""What rule files may say, field by field; the descriptions are what an editor shows beside the cursor."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

LEVELS = ("early", "near", "urgent", "critical", "overdue")
LevelWord = Literal["early", "near", "urgent", "critical", "overdue"]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_event(value: Any) -> Any:
    return {"event": value} if isinstance(value, str) else value


def _as_triggers(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _as_from(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


class _OrShort:
    """Tells editors that one word (or one mapping) may stand where a mapping (or a list) is described."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the long form's JSON Schema with the short forms beside it."""
        long = handler(schema)
        items = [long["items"]] if long.get("items", {}).get("type") != "string" and "items" in long else []
        return {"anyOf": [{"type": "string"}, *items, long]}


Names = Annotated[list[str], BeforeValidator(_listed), _OrShort()]
Scalar = str | int | float | bool
Threshold = Annotated[
    str,
    Field(
        description="Where the level begins: 5 working days before [at 09:00] · 7 days before · "
        "4 hours before · 2/3 of limit · 75 percent of limit · due · below 600",
        examples=["5 working days before", "1 day before at 09:00", "2/3 of limit", "due"],
    ),
]
Length = Annotated[
    str,
    Field(
        description="A length: 15 days, 2 working days, 6 months, 1 year, 48 hours",
        examples=["15 days", "6 months", "48 hours"],
    ),
]
Waiting = Annotated[
    str,
    Field(
        description="How long nobody answers before this happens: 30 minutes, 4 hours, 1 day, 4 working hours",
        examples=["4 hours", "1 day", "4 working hours", "1 working day"],
    ),
]
Day = Annotated[str, Field(description="A date: 2026-01-31", examples=["2026-01-31"])]
EventId = Annotated[str, Field(description="An event kind of events.yaml")]


class Shape(BaseModel):
    """A mapping in a rule file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class TitleShape(Shape):
    """A name in both languages."""

    zh: str | None = Field(None, description="The Chinese name")
    en: str | None = Field(None, description="The English name")

    def pair(self) -> dict[str, str]:
        """Return the languages that are there."""
        return {k: v for k, v in (("zh", self.zh), ("en", self.en)) if v}


class TriggerShape(Shape):
    """What opens a cycle of the rule: an event, or the end of another rule's deadline."""

    event: EventId | None = None
    of: str | None = Field(None, description="Look at linked cases of this relation, for example parent")
    where: dict[str, Scalar | list[Scalar | None] | dict[str, Scalar] | None] = Field(
        default_factory=dict, description="Only events whose data has these values; null: not recorded"
    )
    pick: Literal["each", "first", "last"] = Field(
        "each", description="each: every such event opens a cycle of its own"
    )
    rule: str | None = Field(None, description="Start from the rolled end of this rule's deadline")
    limit: Length | None = Field(None, description="In a list: this clock's own limit; the earliest date counts")
    after: Length | None = Field(
        None, description="The clock starts only so long (days to years) after the event; forward rules only"
    )


class VersionShape(Shape):
    """One text of the law behind the rule, and from when to when it was in force."""

    id: str | None = Field(None, description="A name for this text; else its first day")
    limit: Length | None = None
    since: Day | None = Field(None, description="First day on which this text applies; absent: always did")
    until: Day | None = Field(None, description="Last day on which this text applies; absent: still does")
    basis: str = Field("", description="The article, as a lawyer cites it")
    longstop: Length | None = Field(None, description="Nothing extends the limit beyond this length")
    roll: Literal["forward", "backward", "none", "forward_if_at_court_office"] | None = Field(
        None, description="What happens when the last day is no working day; absent: as the jurisdiction says"
    )
    month_policy: Literal["corresponding", "end_to_end", "minus_one"] | None = Field(
        None, description="Where months end; absent: as the jurisdiction says"
    )
    hour_policy: Literal["exact", "next_full_hour", "skip_rest_days"] | None = Field(
        None, description="From when hours run; absent: as the jurisdiction says"
    )
    first_day_counts: bool | None = Field(None, description="Whether the day of the event is counted")
    add_days_before_roll: int | None = Field(None, ge=0, description="Days added before a rest day is passed")
    add_days_after_roll: int | None = Field(None, ge=0, description="Days added after a rest day was passed")
    act: Literal["at_court_office"] | None = Field(None, description="The act needs an open court office")


class PairShape(Shape):
    """Days that do not count, from one event to another."""

    opens: EventId = Field(alias="from")
    closes: EventId = Field(alias="to")
    why: TitleShape = Field(
        default_factory=lambda: TitleShape(zh=None, en=None), description="The reason, shown beside the date"
    )
    at_most: Length | None = Field(None, description="At most this long, in days")


class ThresholdShape(Shape):
    """A level and where it begins."""

    level: Literal["early", "near", "urgent", "critical"] = Field(description="The level that begins here")
    when: Threshold


class BucketShape(Shape):
    """A class of arrears: the days past due on which it begins, its name, the level of entering it."""

    first: int = Field(alias="from", ge=0, description="First day past due of this bucket; 0 is the due day itself")
    label: TitleShape = Field(description="Its name in both languages: M4, substandard")
    level: Literal["ok", "early", "near", "urgent", "critical"] = Field(
        "ok", description="The level of entering it; it may be that of the bucket before, entering is news all the same"
    )


class StepShape(Shape):
    """One rung: whom to tell after so much silence on the rung below."""

    after: Waiting
    tell: Names = Field(description="Roles (or persons) to tell")
    action: str | None = Field(None, description="What a person does on this rung: call, visit, report")


class RepeatShape(Shape):
    """The same level again to the same people while nobody answers."""

    every: Waiting
    at_most: int = Field(0, ge=0, description="How often at most; 0: no cap")


class ProfileShape(Shape):
    """When to warn, whom, how, and who comes next when nobody answers."""

    base: str | None = Field(None, alias="from", description="Take everything not said here from this profile")
    override: bool = Field(False, description="true: this replaces a profile of the same name read before")
    thresholds: list[ThresholdShape] | None = Field(None, description="Levels and where each begins")
    buckets: list[BucketShape] | None = Field(
        None, description="overdue_age: the table by which debts age, youngest first; in place of thresholds"
    )
    tell: dict[LevelWord, Names] | None = Field(None, description="Roles told at each level")
    chain: list[StepShape] | None = Field(None, description="Who is told next, and after how much silence")
    chain_from: LevelWord | None = Field(None, description="Silence below this level climbs nowhere (near)")
    repeat: dict[LevelWord, RepeatShape] | None = Field(None, description="Levels that are said again")
    ack_expires: Waiting | None = Field(None, description="How long an acknowledgement holds")
    channels: dict[LevelWord, Names] | None = Field(None, description="Channels used together at each level")
    fallback_channels: Names | None = Field(None, description="Channels used only when others fail")
    overdue: bool | None = Field(None, description="Raise overdue when the due instant passes")
    tell_moved: bool | None = Field(None, description="Say so when the date moves")
    tell_closed: bool | None = Field(None, description="Tell those who were warned that it is over")


OwnProfile = Annotated[ProfileShape, BeforeValidator(_as_from), _OrShort()]
_Trigger = Annotated[TriggerShape, BeforeValidator(_as_event)]
Triggers = Annotated[list[_Trigger], BeforeValidator(_as_triggers), _OrShort()]


class RuleShape(Shape):
    """One limit: what opens it, how it is counted, what ends it, who is told."""

    id: str = Field(description="A name that stays for ever, such as cn.civ.defence", pattern=r"^[\w.\-]+$")
    title: TitleShape = Field(description="What is due, in both languages")
    override: bool = Field(False, description="true: this replaces a rule of the same id read before")
    applies_to: dict[str, Scalar | list[Scalar | None] | None] = Field(
        default_factory=dict,
        description="Case attributes that the case must have: case_type, side, instance …; null: not recorded",
    )
    when: dict[str, Scalar | list[Scalar] | dict[str, Scalar]] = Field(
        default_factory=dict,
        description="The same with conditions: {us_party: {not: yes}} also fits cases that do not say",
    )
    acts: Literal["party", "opponent", "court", "other"] = Field(
        "party", description="Whose move it is; clocks of court and opponent are only watched"
    )
    kind: Literal["duty", "right"] = Field("duty", description='A right may be answered "not pursued"')
    nature: Literal["statutory", "court_set", "agreed", "internal"] = Field(
        "statutory", description="Where the limit comes from"
    )
    extendable: bool | None = Field(None, description="Whether it can be extended; absent: unknown")
    indicator: str = Field("deadline", description="What is measured: deadline, stage_time, idle_time, handling_time")
    trigger: Triggers | None = Field(None, description="What opens a cycle; in a list, whichever comes first")
    done_by: Names = Field(default_factory=list, description="Events that complete it")
    cancelled_by: Names = Field(default_factory=list, description="Events that cancel it")
    direction: Literal["forward", "backward"] = Field("forward", description="backward: counted back from a date")
    jurisdiction: str | None = Field(None, description="Whose counting law; absent: the case type's")
    calendar: str | None = Field(None, description="Which holidays; the court's seat on the case wins")
    select_version_by: str = Field("trigger", description="trigger, act, or an event kind whose date decides")
    versions: list[VersionShape] = Field(default_factory=list, description="The texts of the law, oldest first")
    limit: Length | None = Field(None, description="Short for a single version with this limit")
    basis: str | None = Field(None, description="With limit: the article")
    roll: Literal["forward", "backward", "none", "forward_if_at_court_office"] | None = Field(
        None, description="With limit: what happens when the last day is no working day"
    )
    excludes: list[PairShape] = Field(default_factory=list, description="Days that do not count")
    suspends: list[PairShape] = Field(default_factory=list, description="Between these events the clock stands still")
    extended_by: Names = Field(default_factory=list, description="Events whose data says by how much or until when")
    restarted_by: Names = Field(default_factory=list, description="Events after which the full period begins again")
    internal: str | None = Field(
        None,
        description="The firm's own limit beside the legal one: 17:00 one working day before",
        examples=["17:00 one working day before", "12:00 2 days before"],
    )
    owner: str = Field("owner", description="The role that answers for it")
    stage: str | None = Field(None, description="The stage that stage_time or idle_time watches")
    activity: Names = Field(default_factory=list, description="Events that count as activity; absent: any fact")
    profile: OwnProfile = Field(description="A profile's name, or a mapping {from: NAME, …} with changes")
    effort: str | int | float | None = Field(
        None, description="Hours of work that an open deadline stands for, in the workload of its owner: 6 hours"
    )
    params: dict[str, Any] = Field(default_factory=dict, description="What the indicator needs beside")
    remedy: TitleShape = Field(
        default_factory=lambda: TitleShape(zh=None, en=None), description="What can be done when it is missed"
    )
    note: TitleShape = Field(
        default_factory=lambda: TitleShape(zh=None, en=None), description="A remark for the lawyer"
    )
    confidence: Literal["H", "M", "L", ""] = Field(
        "", description="H read in the law itself, M in a second source, L general knowledge (switched off)"
    )
    source: str = Field("", description="Where this was read")
    enabled: bool | None = Field(None, description="false: kept but not used")
    date_from: str | None = Field(
        None,
        description="The field of the event's data that holds a date certain; with a limit: which counts where it is empty",
    )


class PackShape(Shape):
    """Whose rules these are and the state of their legal review."""

    id: str = Field(description="A short name such as cn.civ", pattern=r"^[\w.\-]+$")
    title: TitleShape
    revised: str = Field("", description="The day of the last change")
    reviewed: str = Field("none", description="Who checked it, or none")


class PackFile(Shape):
    """A file of rules."""

    pack: PackShape
    rules: list[RuleShape] = Field(description="The rules of this file")


class EventShape(Shape):
    """A word of the vocabulary: something that happens on a date."""

    title: TitleShape
    override: bool = Field(False, description="true: this replaces an event of the same name read before")
    pairs_with: str | None = Field(None, description="The event that ends what this one begins")
    data: dict[str, Literal["date", "text", "number", "period", "yes_no", "instant", "list"]] = Field(
        default_factory=dict, description="What is recorded beside the date"
    )
    activity: bool = Field(True, description="false: does not count as somebody working on the case")


class EventsFile(Shape):
    """The vocabulary of events."""

    events: dict[str, EventShape]


class ProfilesFile(Shape):
    """Named habits of warning."""

    profiles: dict[str, ProfileShape] = Field(default_factory=dict)
    day_starts_at: str | None = Field(None, description="When thresholds of a whole day are told: 08:30")


class StageShape(Shape):
    """A named part of a case type and the role that answers for it."""

    id: str = Field(description="A name inside the case type, such as pleadings", pattern=r"^[\w.\-]+$")
    title: TitleShape
    enter_on: Names = Field(description="Events that begin the stage")
    leave_on: Names = Field(default_factory=list, description="Events that end it; the next stage's begin does too")
    owner: str | None = Field(None, description="The role that answers for this stage")
    target: Length | None = Field(None, description="How long the stage should take")
    phase: str | None = Field(None, description="The phase it belongs to, see phases")


class CaseTypeShape(Shape):
    """A kind of case: its law, its stages, what closes it."""

    title: TitleShape
    override: bool = Field(False, description="true: this replaces a case type of the same name read before")
    stages: list[StageShape] = Field(default_factory=list, description="The stages in order")
    closed_by: Names = Field(default_factory=list, description="Events that close a case of this type")
    calendar: str | None = Field(None, description="Which holidays; absent: the jurisdiction's")
    jurisdiction: str | None = Field(None, description="Whose counting law")
    zone: str | None = Field(None, description="The zone of its dates, such as Asia/Shanghai")
    phases: dict[str, TitleShape] = Field(default_factory=dict, description="Groups of stages for the board")


class AttributeShape(Shape):
    """A property of cases on which rules may select."""

    title: TitleShape
    values: list[str] | None = Field(None, description="The values it may have; absent: any")


class CaseTypesFile(Shape):
    """Kinds of cases, the properties rules select on, and the roles of an office."""

    case_types: dict[str, CaseTypeShape] = Field(default_factory=dict)
    attributes: dict[str, AttributeShape] = Field(
        default_factory=dict, description="Properties of cases that applies_to may name"
    )
    roles: dict[str, TitleShape] = Field(default_factory=dict, description="Roles that rules and stages may name")


FILES: dict[str, type[Shape]] = {
    "rules": PackFile,
    "pack": PackFile,
    "events": EventsFile,
    "profiles": ProfilesFile,
    "day_starts_at": ProfilesFile,
    "case_types": CaseTypesFile,
    "attributes": CaseTypesFile,
    "roles": CaseTypesFile,
}
