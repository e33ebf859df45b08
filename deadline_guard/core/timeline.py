"""Cases, events and the fold that turns revisions into what is known at an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar


class _Nothing(Mapping[str, Any]):
    """The empty mapping as a default value: unlike MappingProxyType it is hashable on Python 3.11 too."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        return default  # the inherited one raises and catches a KeyError, at every look at every event

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"


EMPTY: Final[Mapping[str, Any]] = _Nothing()


class Origin(StrEnum):
    """Who wrote a revision: the source itself (an import) or a person's hand."""

    SOURCE = "source"
    HAND = "hand"


class Answer(StrEnum):
    """Event kinds that answer a notice; ``data`` names ``rule`` and ``cycle`` (absent: the whole case)."""

    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    NOT_PURSUED = "not_pursued"
    NOT_APPLICABLE = "not_applicable"
    CONFIRMED = "confirmed"
    SNOOZED = "snoozed"
    MUTED = "muted"
    HANDED_OVER = "handed_over"
    ACCEPTED = "hand_over_accepted"
    REFUSED = "hand_over_refused"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    ACTED = "action_done"


class Event(NamedTuple):
    """One revision of one fact on a case's timeline (a tuple: a tick makes them by the ten thousand).

    ``on`` is the civil date in the case's zone, ``at`` the aware instant where the hour is known.
    (``source``, ``source_id``) is the identity that survives correction and names a cycle; a retraction is a
    revision with ``retracted`` set. ``recorded_at`` is when we learnt of it.
    """

    kind: str
    on: date
    source: str
    source_id: str
    recorded_at: datetime
    at: datetime | None = None
    revision: int = 1
    recorded_by: str = ""
    origin: Origin = Origin.SOURCE
    subject: str | None = None
    data: Mapping[str, Any] = EMPTY
    retracted: bool = False
    conflicts: tuple[Event, ...] = ()

    @property
    def id(self) -> str:
        """Return the identity that survives correction: ``source:source_id``."""
        return f"{self.source}:{self.source_id}"

    @property
    def order(self) -> tuple[date, float, datetime, str]:
        """Return the key by which a timeline is sorted: date, hour where known, recording, identity."""
        return (self.on, self.at.timestamp() if self.at else 0.0, self.recorded_at, self.id)

    def content(self) -> tuple[object, ...]:
        """Return what makes two revisions the same (not who wrote them, nor when)."""
        if self.retracted:
            return ("retracted",)
        return (
            self.kind,
            self.on,
            self.at,
            self.subject,
            tuple(sorted((k, repr(v)) for k, v in self.data.items())),
        )


Raw = TypeVar("Raw")


def author(event: Event) -> str:
    """Return who said so: the person an answer names, else who recorded it."""
    return str(event.data.get("by") or event.recorded_by)


class _OnDemand(Mapping[str, tuple[Event, ...]]):
    """Events by kind, made from their stored form when a kind is first asked for."""

    __slots__ = ("_made", "_make", "_stored")

    def __init__(self, stored: Mapping[str, Sequence[Raw]], make: Callable[[Raw], Event]) -> None:
        self._stored: Mapping[str, Sequence[Any]] = stored
        self._make: Callable[[Any], Event] = make
        self._made: dict[str, tuple[Event, ...]] = {}

    def __getitem__(self, kind: str) -> tuple[Event, ...]:
        found = self._made.get(kind)
        if found is None:
            found = self._made[kind] = tuple(map(self._make, self._stored[kind]))
        return found

    def get(self, kind: str, default: Any = None) -> Any:
        found = self._made.get(kind)
        return found if found is not None else self[kind] if kind in self._stored else default

    def __contains__(self, kind: object) -> bool:
        return kind in self._stored

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


class Timeline:
    """The effective events of a case in order, and by kind; immutable."""

    __slots__ = ("_events", "by_kind")

    def __init__(self, events: tuple[Event, ...] = ()) -> None:
        kinds: dict[str, list[Event]] = {}
        for event in events:
            kinds.setdefault(event.kind, []).append(event)
        self._events: tuple[Event, ...] | None = events
        self.by_kind: Mapping[str, tuple[Event, ...]] = {kind: tuple(found) for kind, found in kinds.items()}

    @classmethod
    def of(cls, events: Iterable[Event]) -> Timeline:
        """Return the timeline of events that are already effective (one per identity)."""
        return cls(tuple(sorted(events, key=_by_order)))

    @classmethod
    def on_demand(cls, stored: Mapping[str, Sequence[Raw]], make: Callable[[Raw], Event]) -> Timeline:
        """Return the timeline of effective events that ``make`` builds when their kind is asked for.

        ``stored`` holds them by kind, each kind in order: a rule looks at two or three kinds of a long docket.
        """
        made = cls()
        made._events = None
        made.by_kind = _OnDemand(stored, make)
        return made

    @property
    def events(self) -> tuple[Event, ...]:
        """Return every event in order."""
        if self._events is None:
            self._events = tuple(sorted((e for found in self.by_kind.values() for e in found), key=_by_order))
        return self._events

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and self.events == other.events

    def __hash__(self) -> int:
        return hash(tuple(e.id for e in self.events))

    def __repr__(self) -> str:
        return f"Timeline({self.events!r})"

    def kind(self, *kinds: str) -> tuple[Event, ...]:
        """Return the events of these kinds in order."""
        if len(kinds) == 1:
            found: tuple[Event, ...] = self.by_kind.get(kinds[0], ())
            return found
        return tuple(e for e in self.events if e.kind in kinds)

    def last(self, *kinds: str) -> Event | None:
        """Return the latest event of these kinds, or None."""
        found = self.kind(*kinds)
        return found[-1] if found else None


def _by_order(event: Event) -> tuple[date, float, datetime, str]:
    return event.order


def effective(revisions: Iterable[Event]) -> Event | None:
    """Fold the revisions of one identity into the event that counts, or None when it is retracted.

    A person's correction outlives re-imports of the row that it corrected. When the source's own row changes
    after the correction the two contradict each other: the earlier date works and the other stays visible in
    ``conflicts`` until a person settles it with another revision.
    """
    ordered = sorted(revisions, key=lambda e: e.revision)
    latest = ordered[-1]
    by_hand = [e for e in ordered if e.origin is Origin.HAND]
    if latest.origin is Origin.HAND or not by_hand:
        return None if latest.retracted else latest
    hand = by_hand[-1]
    if hand.content() == latest.content():
        return None if latest.retracted else latest
    rivals = sorted((e for e in (hand, latest) if not e.retracted), key=lambda e: (_date_that_works(e), e.revision))
    if not rivals:
        return None
    other = latest if rivals[0] is hand else hand
    return rivals[0]._replace(conflicts=(other,))


def _date_that_works(event: Event) -> str:
    """Return the date by which two rival revisions are compared: the date set, else the date of the event."""
    return str(event.data.get("due") or event.on.isoformat())


def timeline(revisions: Iterable[Event], known_at: datetime | None = None) -> Timeline:
    """Return what was known of a case at ``known_at`` (None: everything recorded)."""
    chains: dict[tuple[str, str], list[Event]] = {}
    for event in revisions:
        if known_at is None or event.recorded_at <= known_at:
            chains.setdefault((event.source, event.source_id), []).append(event)
    folded = (chain[0] if len(chain) == 1 and not chain[0].retracted else effective(chain) for chain in chains.values())
    return Timeline.of(e for e in folded if e is not None)


@dataclass(frozen=True, slots=True)
class Case:
    """A case with everything ``assess`` needs to know of it.

    ``attributes`` hold what rules select on (``instance``, ``side``, ``procedure``, ``court`` …), ``owners`` the
    assigned person per role, ``linked`` the timelines of linked cases by relation (``parent`` …).
    """

    id: str
    code: str
    case_type: str
    timeline: Timeline
    title: str = ""
    zone: str = "UTC"
    calendar: str | None = None
    jurisdiction: str | None = None
    attributes: Mapping[str, Any] = EMPTY
    owners: Mapping[str, str] = EMPTY
    team: str | None = None
    linked: Mapping[str, tuple[Timeline, ...]] = EMPTY
    opened_at: datetime | None = None
    closed_at: datetime | None = None
