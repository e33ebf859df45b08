"""What a text is made from: everything one notice needs, gathered before a word is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from deadline_guard.core.deadlines import Alternative
from deadline_guard.core.derivation import Step
from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.rules import Acts, Level, Title
from deadline_guard.core.timeline import EMPTY


@dataclass(frozen=True, slots=True)
class Action:
    """Something the reader can do: a command (``deadline-guard ack W-1``), a link to a page, or a chat button.

    ``press`` is the button's action id (see press.py) and ``value`` what goes back with it.
    """

    label: str
    url: str = ""
    command: str = ""
    press: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """One line of what was tried or answered before.

    ``what``: told, accepted, failed, unknown (no answer came), acknowledged, done, not_pursued,
    not_applicable, confirmed, snoozed, muted, handed_over, hand_over_accepted, hand_over_refused, disputed,
    resolved, action_done, absent, overruled; ``detail`` in plain words.
    """

    at: datetime
    what: str
    person: str = ""
    channel: str = ""
    detail: str = ""
    back: date | None = None  # of an absence that an automatic reply told


@dataclass(frozen=True, slots=True)
class Next:
    """Who hears next if nobody answers, and when; ``role`` is the role as in the chain."""

    at: datetime
    name: str
    role: str = ""
    action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Everything the text of one notice needs, in no language yet.

    ``thread_id`` is the warning id that stands in the subject for the whole thread (the first one's).
    ``title`` (case title, parties) is None where the reader may not see it. ``zone`` is the case's.
    ``days_left`` and ``working_days_left`` run from today in that zone to ``due_on``, negative once past.
    ``via`` is the path of :func:`people.who`, whose ids ``names`` turns into names. ``reviewed`` is the
    pack's word ("none": no lawyer of this firm has checked it yet). ``finding`` names the kind of finding
    (see findings.py). ``data`` holds what its sentence needs, the other dates of a conflict (``other``),
    ``state`` and ``by_name`` of a closed deadline, the ``action`` that a chain step asks for.
    """

    warning_id: str
    code: str
    what: Title
    kind: NoticeKind
    reason: Reason
    level: Level
    zone: str
    thread_id: str = ""
    title: str | None = None
    detail: str = ""  # the court's own words for a date certain
    due_on: date | None = None
    due_at: datetime | None = None
    internal_at: datetime | None = None
    working_days_left: int | None = None
    days_left: int | None = None
    owner: str = ""
    reader_is_owner: bool = False
    deputy: str = ""
    via: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    step: int = 1
    steps: int = 1
    next: Next | None = None
    history: tuple[Past, ...] = ()
    silent_since: datetime | None = None
    acts: Acts = Acts.PARTY
    may_decline: bool = False  # a right: "not pursued" is an answer
    trigger: Title = field(default_factory=dict)  # the event that started the clock, its day, who recorded it
    trigger_on: date | None = None
    trigger_by: str = ""
    basis: tuple[Step, ...] = ()
    readings: tuple[Alternative, ...] = ()
    provisional: tuple[str, ...] = ()
    unconfirmed: bool = False
    disputed: Past | None = None  # who says that the date is wrong, and why, while nobody settled it
    flags: tuple[str, ...] = ()
    rule: str = ""
    version: str = ""
    citation: str = ""
    reviewed: str = "none"
    old_due_on: date | None = None
    moved_because: str = ""
    remedy: Title = field(default_factory=dict)
    finding: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    evaluated_at: datetime | None = None
    data_as_of: datetime | None = None


class Rendered(NamedTuple):
    """A text in the reader's language; ``html`` is empty but for mail, ``blocks`` but for Slack."""

    subject: str
    text: str
    html: str
    blocks: tuple[Mapping[str, Any], ...]
    sender_name: str
