"""Compose: which messages carry a person's open notices, through which channels, and from when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deadline_guard.core.notices import MORNING_LIST, Message, Notice, NoticeKind
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Level, Profile

_MORNING = time(8, 30)
_EVERYTHING = ("email", "slack", "dingtalk", "feishu", "wecom", "slack_webhook", "console")
_BY_DEFAULT: Mapping[Level, tuple[str, ...]] = {
    Level.OK: ("email",),
    Level.EARLY: ("email",),
    Level.NEAR: ("email", "slack", "dingtalk", "feishu", "wecom"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How an office wants its messages.

    ``next_digest``: when the first digest after an instant leaves for somebody in a zone (None: at 08:30 there).
    More than ``at_once`` notices for one person at one moment become one
    message (0: never). ``caps``: messages an hour to one person by channel; what goes beyond becomes one message.
    """

    next_digest: Callable[[datetime, str], datetime] | None = None
    at_once: int = 0
    caps: Mapping[str, int] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)  # rule id → profile


@dataclass(frozen=True, slots=True)
class Composed:
    """What :func:`compose` decided: messages now, notices that wait (key → instant, reason), those nobody needs."""

    messages: tuple[Message, ...]
    held: Mapping[str, tuple[datetime, str]]
    needless: tuple[str, ...] = ()


def compose(
    person: Person,
    notices: Sequence[Notice],
    settings: Settings,
    now: datetime,
    *,
    downtime: bool = False,
    recent: Mapping[str, int] | None = None,
) -> tuple[Composed, datetime | None]:
    """Return the messages for one person's open notices and the instant at which held ones are due.

    One notice is one message on each channel of its level; many at once, or what goes beyond a channel's cap
    (``recent``: messages of the last hour by channel), and after downtime everything open, become one message, most
    urgent first. A notice that waits for the digest or for the end of quiet hours is held and says why. A morning's
    list that was missed gives way to what is said after downtime: that is the state now, in one message; a list for
    signature does not.
    """
    ready: list[Notice] = []
    held: dict[str, tuple[datetime, str]] = {}
    for notice in notices:
        until, why = _hold(notice, person, settings, now)
        if until is not None and until > now and not downtime:
            held[notice.key] = (until, why)
        else:
            ready.append(notice)
    lists = [n for n in ready if n.kind is NoticeKind.DIGEST]  # a list is one message already
    ready = [n for n in ready if n.kind is not NoticeKind.DIGEST]
    many = len(ready) > 1 and (downtime or 0 < settings.at_once < len(ready))
    messages = [] if many else [m for notice in ready for m in _single(person, notice, settings, now)]
    if many or (len(ready) > 1 and _beyond_cap(messages, settings, recent or {})):
        messages = _summary(person, ready, settings, now)
    needless = tuple(n.key for n in lists if downtime and ready and n.rule == MORNING_LIST)
    messages += [m for n in lists if n.key not in needless for m in _single(person, n, settings, now)]
    return Composed(tuple(messages), held, needless), min((at for at, _ in held.values()), default=None)


def thread(notice: Notice) -> str:
    """Return the conversation a notice belongs to: one a deadline, one a finding."""
    return f"{notice.subject}/{notice.rule}/{notice.cycle}"


def channels_for(person: Person, level: Level, profile: Profile | None) -> tuple[str, ...]:
    """Return the channels used together at a level, out of those the person has; never none if there is any.

    A level without channels of its own takes those of the next lower level that has some.
    """
    asked = _nearest(profile.channels, level) if profile and profile.channels else _nearest(_BY_DEFAULT, level)
    chosen = tuple(c for c in asked if c in person.channels)
    if chosen:
        return chosen
    spare = profile.fallback_channels if profile and profile.fallback_channels else _EVERYTHING
    return tuple(c for c in (*spare, *_EVERYTHING) if c in person.channels)[:1]


def _nearest(table: Mapping[Level, tuple[str, ...]], level: Level) -> tuple[str, ...]:
    lower = [at for at in table if at <= level]
    return table[max(lower)] if lower else table[min(table)]


def _beyond_cap(messages: Sequence[Message], settings: Settings, recent: Mapping[str, int]) -> bool:
    """Return whether a channel would carry more to this person within the hour than the office wants."""
    planned: dict[str, int] = {}
    for message in messages:
        planned[message.channel] = planned.get(message.channel, 0) + 1
    return any(n + recent.get(channel, 0) > settings.caps.get(channel, n) for channel, n in planned.items())


def _hold(notice: Notice, person: Person, settings: Settings, now: datetime) -> tuple[datetime | None, str]:
    """Return until when a notice waits, and why; never past the step or the deadline that it would miss."""
    if notice.data.get("digest"):
        next_digest = settings.next_digest or _every_morning
        return next_digest(notice.decided_at, person.zone), "digest"
    if notice.hold_until is not None:
        return notice.hold_until, "held"
    if person.quiet is None or notice.level >= Level.CRITICAL or not _is_quiet(person, now):
        return None, ""
    until = next_local(now, person.quiet[1], person.zone)
    following = notice.data.get("next")
    limits = [notice.due_at, datetime.fromisoformat(str(following["at"])) if following else None]
    if any(limit is not None and until >= limit for limit in limits):
        return None, ""
    return until, "quiet hours"


def _is_quiet(person: Person, now: datetime) -> bool:
    """Return whether it is quiet where the person is (``from`` later than ``to`` spans midnight)."""
    if person.quiet is None:
        return False
    since, until = person.quiet
    local = now.astimezone(ZoneInfo(person.zone)).time()
    return since <= local < until if since <= until else local >= since or local < until


def _every_morning(after: datetime, zone: str) -> datetime:
    return next_local(after, _MORNING, zone)


def next_local(after: datetime, at: time, zone: str) -> datetime:
    """Return the first instant after ``after`` at which the clocks in ``zone`` show ``at``."""
    here = after.astimezone(ZoneInfo(zone))
    today = datetime.combine(here.date(), at, here.tzinfo)
    return today if today > here else datetime.combine(here.date() + timedelta(days=1), at, here.tzinfo)


def _single(person: Person, notice: Notice, settings: Settings, now: datetime) -> list[Message]:
    profile = settings.profiles.get(notice.rule)
    used = channels_for(person, notice.level, profile)
    return [
        Message(
            key=f"{notice.key}/{channel}",
            person=person.id,
            channel=channel,
            address=person.channels[channel],
            kind=notice.kind,
            notices=(notice.key,),
            level=notice.level,
            thread=thread(notice),
            not_before=now,
            fallback=_fallback(person, used, profile),
        )
        for channel in used
    ]


def _fallback(person: Person, used: tuple[str, ...], profile: Profile | None) -> tuple[str, ...]:
    """Return the channels to try when one fails for good: what is not used together already."""
    spare = profile.fallback_channels if profile and profile.fallback_channels else _EVERYTHING
    return tuple(dict.fromkeys(c for c in (*spare, *_EVERYTHING) if c in person.channels and c not in used))


def _summary(person: Person, notices: Sequence[Notice], settings: Settings, now: datetime) -> list[Message]:
    ordered = sorted((-n.level, n.due_at or now, n.key) for n in notices)
    level = max(n.level for n in notices)
    used = channels_for(person, level, None)
    stamp = now.isoformat()
    return [
        Message(
            key=f"summary/{person.id}/{stamp}/{channel}",
            person=person.id,
            channel=channel,
            address=person.channels[channel],
            kind=NoticeKind.SUMMARY,
            notices=tuple(key for _, _, key in ordered),
            level=level,
            thread=f"summary/{person.id}/{stamp}",
            not_before=now,
            fallback=_fallback(person, used, None),
        )
        for channel in used
    ]
