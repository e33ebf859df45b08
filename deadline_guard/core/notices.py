"""Notices and what earlier ones were: the decision to tell one person one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import EMPTY


class NoticeKind(StrEnum):
    """What a notice says."""

    LEVEL = "level"
    STEP = "step"
    REPEAT = "repeat"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    CONFLICT = "conflict"
    CONFIRM = "confirm"
    OBSERVE = "observe"
    HAND_OVER = "hand_over"
    DISPUTE = "dispute"
    ACTION = "action"
    FINDING = "finding"
    SUMMARY = "summary"
    DIGEST = "digest"


class Reason(StrEnum):
    """Why a notice was decided."""

    FIRST = "first"
    LEVEL_RAISED = "level_raised"
    BUCKET_ENTERED = "bucket_entered"
    REPEAT = "repeat"
    UNANSWERED = "unanswered"
    MOVED_EARLIER = "moved_earlier"
    MOVED_LATER = "moved_later"
    OWNER_CHANGED = "owner_changed"
    ACK_EXPIRED = "ack_expired"
    SNOOZE_ENDED = "snooze_ended"
    MUTE_ENDED = "mute_ended"
    DONE = "done"
    NOT_PURSUED = "not_pursued"
    RULE_GONE = "rule_gone"
    CONFLICT = "conflict"
    FINDING = "finding"
    DIGEST = "digest"
    TO_OBSERVE = "to_observe"  # the date of a court's or opponent's clock comes near
    OPENS = "opens"  # it has passed: what it opens is ours
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TAKEN_OVER = "taken_over"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    UNCONFIRMED = "unconfirmed"  # nobody else has checked the date that starts the clock
    SECOND_PERSON = "second_person"  # an answer holds only if somebody else confirms it
    NO_RESULT = "no_result"  # somebody was asked to act and has not said what came of it


class Notice(NamedTuple):
    """The decision to tell one person one thing, with its reason.

    ``subject`` is a case id, ``source:<name>``, ``person:<id>`` or ``system``. ``key`` is unique for ever, so a
    re-run of the sweep is harmless. ``via`` is the path of :func:`people.who`. ``data`` is a JSON snapshot for
    the text (old due date, next step and its person, history …); times inside are ISO strings.
    """

    subject: str
    rule: str
    cycle: str
    due_rev: int
    kind: NoticeKind
    level: Level
    step: int
    n: int
    person: str
    reason: Reason
    decided_at: datetime
    via: tuple[str, ...] = ()
    hold_until: datetime | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    data: Mapping[str, Any] = EMPTY

    @property
    def key(self) -> str:
        """Return subject/rule/cycle/due_rev/kind/level/step/n/person."""
        return (
            f"{self.subject}/{self.rule}/{self.cycle}/{self.due_rev}/{self.kind}"
            f"/{self.level.word}/{self.step}/{self.n}/{self.person}"
        )


BEFORE_GO_LIVE: Final = "decided before go_live"
ANSWERED_MEANWHILE: Final = "answered meanwhile"
MORNING_LIST: Final = "digest.morning"  # the rule of a morning's list
IN_THE_SUMMARY: Final = "the summary after downtime says how things stand"


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier notice as history: ``state`` is open, held, composed, sent or withdrawn, ``why`` its reason.

    ``sent`` includes what is under way (leased) or ambiguous: the person may have it.
    """

    rule: str
    cycle: str
    due_rev: int
    kind: NoticeKind
    level: Level
    step: int
    n: int
    person: str
    decided_at: datetime
    due_at: datetime | None
    state: str
    reason: str = ""
    why: str = ""

    @property
    def stands(self) -> bool:
        """Return whether it counts as told: not taken back, or left unsent because the office was not live yet."""
        return self.state != "withdrawn" or self.why == BEFORE_GO_LIVE


class Track(NamedTuple):
    """The stored state of one cycle: which date, how far, how bad.

    ``due_rev`` counts changes of the date and began at ``since``; ``level`` and ``step`` are what was last decided
    (not what was sent); ``state`` is a :class:`deadline_guard.core.deadlines.State` word or ``gone``.
    """

    rule: str
    cycle: str
    due_rev: int
    due_at: datetime | None
    level: Level
    step: int
    state: str = "open"
    owner: str = ""
    since: datetime | None = None
    told_since: datetime | None = None  # reopened then: what was told before does not count


@dataclass(frozen=True, slots=True)
class History:
    """What was decided before on one subject."""

    tracks: Mapping[tuple[str, str], Track] = field(default_factory=dict)
    told: Mapping[tuple[str, str], tuple[Told, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: one person, one channel, 1..n notices.

    ``thread`` is the conversation (one a deadline); ``fallback`` holds the channels to try when this one fails
    for good; ``delivery_id`` is stable for ever and visible (``W-…`` is printed from it).
    """

    key: str
    person: str
    channel: str
    address: str
    kind: NoticeKind
    notices: tuple[str, ...]
    level: Level
    thread: str
    not_before: datetime
    fallback: tuple[str, ...] = ()
