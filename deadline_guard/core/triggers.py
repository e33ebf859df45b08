"""Which events open a cycle of a rule: in the case, in a linked case, or at another rule's end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from deadline_guard.core.conditions import matches
from deadline_guard.core.day_arithmetic import corresponding, shifted
from deadline_guard.core.derivation import Step
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.rules import Rule, Trigger
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Case, Event, Timeline, author


class Chained(Protocol):
    """What a chained rule reads of the deadline from whose end it runs."""

    @property
    def cycle(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def due_on(self) -> date: ...
    @property
    def trigger_on(self) -> date: ...
    @property
    def known_at(self) -> datetime: ...
    @property
    def unconfirmed(self) -> bool: ...
    @property
    def state(self) -> str: ...
    @property
    def provisional(self) -> tuple[str, ...]: ...
    @property
    def basis(self) -> tuple[Step, ...]: ...


class Cycle(NamedTuple):
    """One run of a rule's clock, named by what opened it (a tuple: one is made for every look at every rule).

    ``on`` / ``at`` is where counting starts, ``since`` / ``since_at`` from when acts end it (None: always).
    ``event`` is None where another rule's end opened it; ``held`` says that this end is itself held; ``limit``
    stands in for that of the rule's version; ``provisional`` and ``basis`` are what the beginning itself rests on.
    """

    id: str
    subject: str | None
    on: date
    known_at: datetime
    at: datetime | None = None
    since: date | None = None
    since_at: datetime | None = None
    event: Event | None = None
    unconfirmed: bool = False
    held: bool = False
    limit: Period | None = None
    provisional: tuple[str, ...] = ()
    basis: tuple[Step, ...] = ()


def cycles(rule: Rule, case: Case, computed: Mapping[str, Sequence[Chained]]) -> list[Cycle]:
    """Return the cycles that the rule's trigger opens on the case, in order of the timeline.

    ``computed`` holds the deadlines of the rules this one may be chained to. Of several triggers the first event
    opens the cycle of its subject, by ``opens: each`` every one its own (a freeze and each renewal of it); where
    they are clocks with limits of their own, that of ``trigger``.
    """
    trigger = rule.trigger
    above = [t.rule for t in (trigger, *rule.trigger_any) if t.rule is not None]
    if above:
        return [_chained(end) for name in above for end in computed.get(name, ()) if end.state not in _NO_END]
    if rule.params.get("opens") == "each":
        found: Sequence[Event] = sorted(
            (e for t in (trigger, *rule.trigger_any) for e in picked(t, case)), key=by_content
        )
    elif trigger.event and (not rule.trigger_any or several_clocks(rule)):
        found = picked(trigger, case)
    else:
        found = _first_of((trigger, *rule.trigger_any), case)
    if rule.direction == "backward":
        return _backward(found, case)
    if trigger.event:
        return [_opened(event, trigger, case) for event in found]
    kinds = {t.event: t for t in rule.trigger_any}
    return [_opened(event, kinds[event.kind], case) for event in found]


def several_clocks(rule: Rule) -> bool:
    """Return whether the rule's triggers are clocks that run side by side, of which one date counts."""
    return "choose" in rule.params or any(t.limit is not None for t in rule.trigger_any)


def side_by_side(rule: Rule, case: Case, cycle: Cycle) -> list[Cycle]:
    """Return the further clocks of a cycle: of each trigger the first event since it began, else the last."""
    found = []
    for trigger in rule.trigger_any:
        events = [e for e in picked(trigger, case) if e.subject == cycle.subject]
        event = next((e for e in events if e.on >= cycle.on), events[-1] if events else None)
        if event is not None:
            unconfirmed = cycle.unconfirmed or _unconfirmed(event, case)
            on, at, basis = _start(event, trigger)
            found.append(
                cycle._replace(on=on, at=at, event=event, limit=trigger.limit, unconfirmed=unconfirmed, basis=basis)
            )
    return found


def _first_of(triggers: Iterable[Trigger], case: Case) -> Sequence[Event]:
    return _pick([e for t in triggers if t.event for e in picked(t, case)], "first")


_NO_END = ("cancelled", "not_applicable")


def picked(trigger: Trigger, case: Case) -> Sequence[Event]:
    """Return the events that fit one trigger: of the case, or of the cases linked by ``trigger.of``."""
    found: Sequence[Event]
    if trigger.of is None:
        found = case.timeline.by_kind.get(trigger.event, ())
    else:
        lines: Iterable[Timeline] = case.linked.get(trigger.of, ())
        found = [e for line in lines for e in line.by_kind.get(trigger.event, ())]
    if trigger.where:
        found = [e for e in found if matches(trigger.where, e.data)]
    return found if trigger.pick == "each" else _pick(found, trigger.pick)


def _pick(found: Sequence[Event], pick: str) -> Sequence[Event]:
    """Keep the first or last event of each subject: another subject is another clock."""
    kept: dict[str | None, Event] = {}
    for event in sorted(found, key=by_content):
        if pick == "last" or event.subject not in kept:
            kept[event.subject] = event
    return list(kept.values())


def by_content(event: Event) -> tuple[date, float, str]:
    """Return the key that orders events by what they say: day, hour where known, identity; not by recording."""
    return (event.on, event.at.timestamp() if event.at else 0.0, event.id)


def _opened(event: Event, trigger: Trigger, case: Case) -> Cycle:
    unconfirmed = _unconfirmed(event, case)
    on, at, basis = _start(event, trigger)
    return Cycle(
        event.id,
        event.subject,
        on,
        event.recorded_at,
        at,
        event.on,
        event.at,
        event,
        unconfirmed,
        limit=trigger.limit,
        basis=basis,
    )


def _unconfirmed(event: Event, case: Case) -> bool:
    """Return whether an event was recorded as unconfirmed and nobody else has confirmed it since."""
    if event.data.get("unconfirmed") is not True:
        return False
    said = case.timeline.by_kind.get(Answer.CONFIRMED.value, ())
    others = (e for e in said if e.data.get("event") == event.id and e.recorded_at >= event.recorded_at)
    return all(author(e) in ("", author(event)) for e in others)


def _start(event: Event, trigger: Trigger) -> tuple[date, datetime | None, tuple[Step, ...]]:
    """Return where counting starts: with the event, or ``trigger.after`` it (whole days, no roll)."""
    after = trigger.after
    if after is None:
        return event.on, event.at, ()
    n = int(after.n)
    if after.unit in (Unit.DAYS, Unit.WEEKS):
        day = shifted(event.on, n * (7 if after.unit is Unit.WEEKS else 1))
    else:
        day = corresponding(event.on, n * (12 if after.unit is Unit.YEARS else 1))
    note = Text(f"the clock starts {after.text('en')} after the event", f"自事件后{after.text('zh')}起算")
    return day, None, (Step("trigger", event.on, day, (day - event.on).days, (), "", note),)


def _backward(found: Sequence[Event], case: Case) -> list[Cycle]:
    """Open cycles that end before their trigger: what was done since the event before counts for this one."""
    opened: list[Cycle] = []
    before: dict[str | None, Event] = {}
    for event in sorted(found, key=by_content):
        previous = before.get(event.subject)
        since, since_at = (previous.on, previous.at) if previous else (None, None)
        unconfirmed = _unconfirmed(event, case)
        opened.append(
            Cycle(
                event.id,
                event.subject,
                event.on,
                event.recorded_at,
                event.at,
                since,
                since_at,
                event,
                unconfirmed,
            )
        )
        before[event.subject] = event
    return opened


def _chained(end: Chained) -> Cycle:
    """Open a cycle at the (rolled) end of another rule's deadline."""
    return Cycle(
        end.cycle,
        end.subject,
        end.due_on,
        end.known_at,
        since=end.trigger_on,
        unconfirmed=end.unconfirmed,
        held=end.state == "held",
        provisional=end.provisional,
        basis=end.basis,
    )
