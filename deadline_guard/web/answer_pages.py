"""What the page of a link says: the code, what is due and when, what was answered, what can be; never the parties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.rules import Title
from deadline_guard.core.timeline import author
from deadline_guard.loop.links import Act, Became, LinkRefused, Opened, Spot
from deadline_guard.messages.listed import OBSERVE
from deadline_guard.messages.texts import Texts, mark, safe, texts
from deadline_guard.messages.words import channel_name
from deadline_guard.store.answer_links import Used
from deadline_guard.web.page import Button, Form, Link, Page, Tone

# The forms beside the two buttons, in the order of the message's own buttons, with the last part of their address.
FORMS: Final = {
    Act.DONE: ("done", mark("Done and recorded")),
    Act.HAND_OVER: ("hand-over", mark("Hand over")),
    Act.WRONG_DATE: ("wrong-date", mark("Wrong date")),
    Act.NOT_PURSUED: ("not-pursued", mark("Not pursued")),
    Act.NOT_APPLICABLE: ("not-applicable", mark("Does not apply here")),
    Act.CONFIRM: ("confirm", mark("Confirm")),
    Act.ACCEPT: ("accept", mark("Take it over")),
    Act.REFUSE: ("refuse", mark("Refuse to take it over")),
    Act.RESOLVE: ("resolve", mark("Settle the dispute")),
    Act.ACTED: ("acted", mark("Record what came of it")),
    Act.TAKE_OVER: ("take-over", mark("I take over")),
    Act.SNOOZE: ("snooze", mark("Remind me later")),
    Act.MUTE: ("mute", mark("Mute this")),
    Act.RETRACT: ("retract", mark("Take an answer back")),
}
_FIRST: Final = (Act.ACCEPT, Act.REFUSE, Act.CONFIRM, Act.RESOLVE, Act.ACTED)  # what only this reader is asked
ACT_OF: Final = {slug: act for act, (slug, _) in FORMS.items()}
# What the reader answered by this link, the weightiest first, and what follows from it.
ANSWERED: Final = {
    Act.HAND_OVER: mark("You offered to hand this over, {at}."),
    Act.WRONG_DATE: mark("You reported the date as wrong, {at}."),
    Act.TAKE_OVER: mark("You took this over, {at}."),
    Act.MUTE: mark("You muted this, {at}."),
    Act.SNOOZE: mark("You put this off, {at}."),
}
AFTER: Final = {
    Act.HAND_OVER: mark("It stays yours until the other person accepts."),
    Act.WRONG_DATE: mark("The date stands, and its warnings go on, until it is looked into."),
    Act.TAKE_OVER: mark("From now on you answer for it, and its warnings come to you."),
    Act.MUTE: mark("Critical and overdue are told all the same."),
    Act.SNOOZE: mark("The deadline stays open until the act is recorded."),
}


_MEND: Final = (
    "Open the link in the message itself, whole: copying often cuts it. Else answer by another way that it names.",
    "请直接从消息中重新打开完整的链接（复制时常被截断）；仍不能打开的，请改用消息写明的其他方式答复。",
)


@dataclass(frozen=True, slots=True)
class View:
    """What a page of one link needs besides the link: language, where it lies, the titles of rules and events."""

    t: Texts
    to: str
    titles: Mapping[str, Title]
    names: Mapping[str, str]

    def at(self, act: Act | None, place: int) -> str:
        """Return the address of the page for an answer, or of the link itself."""
        path = self.to if act is None else f"{self.to}/{FORMS[act][0]}"
        return f"{path}?n={place}" if place else path


def brand(t: Texts) -> str:
    """Return the name above every page."""
    return t.say("Deadline guard")


def lang(t: Texts) -> str:
    """Return the language tag of a page."""
    return "zh-Hans" if t.is_chinese else "en"


def one_page(view: View, link: Opened, spot: Spot, place: int) -> Page:
    """Return the page of one deadline; one of several (``place``) leads back to all of them."""
    t = view.t
    said, tone, lines = state(view, link, spot)
    can_see = spot.can(Act.SEEN, link.person.id) and not link.answered(Act.SEEN, spot.place)
    yes = t.say("Yes, I have seen it") if can_see else ""
    running = spot.became in (Became.OPEN, Became.MOVED)
    ordered = (*_FIRST, *(act for act in FORMS if act not in _FIRST))
    open_to = [act for act in ordered if spot.can(act, link.person.id)]
    links = tuple(
        Link(t.say(FORMS[act][1]), view.at(act, place)) for act in open_to if not link.answered(act, spot.place)
    )
    return Page(
        lang=lang(t), title=heading(view, spot), brand=brand(t), said=said, tone=tone, facts=facts(view, spot),
        lines=(*lines, *(put_off(view, link, spot) if running else ())), form=form(view, link, place, yes) if running else None, links_title=t.say("Other answers") if links else "", links=links,
        back=Link(t.say("Back to the list"), view.at(None, 0)) if place else None,
        footer=t.say("Warning {id}", id=f"W-{link.message}" if not place else f"W-{link.message}.{place}"),
    )  # fmt: skip


def form(view: View, link: Opened, place: int, yes: str) -> Form:
    """Return the question who reads, with ``yes`` where there is something to acknowledge."""
    t, name = view.t, safe(link.person.name)
    buttons = (Button(yes, Act.SEEN.value),) if yes else ()
    return Form(
        to=view.at(None, place),
        buttons=(*buttons, Button(t.say("That is not me"), Act.NOT_ME.value, plain=True)),
        question=t.say("Are you {name}?", name=name) if yes else t.say("Are you not {name}?", name=name),
        quiet=not yes,
    )


def heading(view: View, spot: Spot) -> str:
    """Return what is due, by the name that the law gives it."""
    return safe(view.t.title(view.titles.get(spot.notice.rule, {})) or spot.notice.rule)


def code(spot: Spot) -> str:
    """Return the matter's code; never who the parties are."""
    return safe(spot.clock.case.code) if spot.clock else ""


def facts(view: View, spot: Spot) -> tuple[tuple[str, str], ...]:
    """Return the matter's code and the due date, with the old one where it moved."""
    t, now_due, moved = view.t, day(view.t, spot), spot.became is Became.MOVED
    found = [(t.say("Case"), code(spot)), (t.say("New date") if moved else t.say("Due"), now_due)]
    if moved and spot.notice.due_on is not None:
        found.append((t.say("Before"), t.day(spot.notice.due_on)))
    return tuple((label, text) for label, text in found if text)


def day(t: Texts, spot: Spot) -> str:
    """Return the due date as it is now, with whether it is provisional."""
    if spot.clock is None:
        return t.day(spot.notice.due_on) if spot.notice.due_on else ""
    deadline = spot.clock.found.deadline
    shown = t.day(deadline.due_on)
    return t.say("{date} – provisional", date=shown) if deadline.provisional or deadline.unconfirmed else shown


def state(view: View, link: Opened, spot: Spot) -> tuple[str, Tone, tuple[str, ...]]:
    """Return what was answered or happened since, its tone, and what follows from it."""
    t, zone = view.t, link.person.zone
    if not spot.yours:
        return t.say("This is no longer yours to answer."), "stop", ()
    if spot.became is Became.GONE or spot.clock is None:
        return t.say("The event or the rule behind it is gone."), "moved", (t.say("Nothing needs to be done."),)
    if spot.became is Became.ENDED:
        return _ended(t, spot.clock.found.deadline), "good", (t.say("Nothing is left to answer."),)
    if spot.became is Became.MOVED:
        later = t.say("The message with the new date carries its own link; an acknowledgement belongs there.")
        return t.say("The date has moved since this message was written."), "moved", (later,)
    if spot.offer is not None and spot.offer.to == link.person.id:
        by = safe(view.names.get(spot.offer.by, spot.offer.by))
        return t.say("{name} offers to hand this over to you.", name=by), "ask", _why(t, spot.offer.why)
    if spot.dispute is not None and spot.can(Act.RESOLVE, link.person.id):
        by = safe(view.names.get(author(spot.dispute), author(spot.dispute)))
        why = _why(t, str(spot.dispute.data.get("reason", "")))
        return t.say("{name} says that the date is wrong.", name=by), "ask", why
    if spot.waits_for:
        waits = t.say("An answer waits for a second person; until it is confirmed the deadline runs on.")
        return waits, "ask", ()
    taken_back = link.answered(Act.RETRACT, spot.place)
    if taken_back and not _since(link, spot, taken_back):
        again = t.say("It was decided again. A newer message, or the next morning list, takes a new answer.")
        return t.say("You took an answer back, {at}.", at=t.moment(taken_back.used_at, zone)), "good", (again,)
    still = (t.say("Acknowledged is not done: the deadline stays open until the act is recorded."),)
    for act in ANSWERED:
        used = link.answered(act, spot.place)
        if used:
            return t.say(ANSWERED[act], at=t.moment(used.used_at, zone)), "good", (t.say(AFTER[act]),)
    used = link.answered(Act.SEEN, spot.place)
    if used and spot.seen is not None:
        return t.say("You acknowledged this already, {at}.", at=t.moment(used.used_at, zone)), "good", still
    if spot.seen is not None:
        by = str(spot.seen.data.get("by", spot.seen.recorded_by))
        by = safe(view.names.get(by, by))
        way = channel_name(t, str(spot.seen.data.get("via", "")))
        at = t.moment(spot.seen.recorded_at, zone)
        return t.say("{name} acknowledged this, {at} ({channel}).", name=by, at=at, channel=way), "good", still
    if spot.part == OBSERVE:
        return t.say("Only to observe: the court or the other side moves"), "ask", ()
    return "", "ask", ()


def _since(link: Opened, spot: Spot, used: Used) -> bool:
    """Return whether something was answered by this link after one use of it."""
    return any(one.used_at > used.used_at for act in (*FORMS, Act.SEEN) if (one := link.answered(act, spot.place)))


def put_off(view: View, link: Opened, spot: Spot) -> tuple[str, ...]:
    """Return until when nothing is repeated, or told, of a deadline that runs."""
    t, zone, found = view.t, link.person.zone, spot.further
    shown = [t.say("Nothing is repeated before {until}.", until=t.stamp(found.snoozed, zone))] if found.snoozed else []
    if found.muted:
        shown.append(t.say("Muted until {until}.", until=t.stamp(found.muted, zone)))
    return tuple(shown)


def _why(t: Texts, reason: str) -> tuple[str, ...]:
    return (t.say("Reason: {why}", why=safe(reason)),) if reason else ()


def _ended(t: Texts, deadline: Deadline) -> str:
    how = {
        State.DONE: t.say("This is recorded as done."),
        State.NOT_PURSUED: t.say("It was decided not to pursue this."),
        State.NOT_APPLICABLE: t.say("This does not apply here."),
        State.CANCELLED: t.say("This was cancelled."),
    }
    return how[deadline.state]


def refused(refusal: LinkRefused, locale: str) -> Page:
    """Return the page of a link that cannot be used; a forged one learns nothing, not even that there are links."""
    if refusal.person is None:
        return nothing_here()
    t = texts(refusal.person.locale or locale)
    said = {
        "expired": t.say("This link has expired."),
        "given_up": t.say("This link no longer works: somebody said that it is not theirs."),
        "outsider": t.say("This is no longer yours to answer."),
    }
    other = t.say("Use the link of a newer message, or answer by one of the other ways that your messages name.")
    status = 403 if refusal.why == "outsider" else 410
    page = Page(lang(t), t.say("This link cannot be used"), brand(t), status, said[refusal.why], "stop")
    return replace(page, lines=(other,))


def nothing_here() -> Page:
    """Return the page for every address that leads nowhere, in both languages."""
    return both(404, "There is nothing here", "此处没有内容")


def both(status: int, en: str, zh: str, *, now: bool = True) -> Page:
    """Return a page for somebody whose language is not known, with what to do; ``now`` False: the title says it."""
    page = Page("en", en, "Deadline guard · 期限预警", status, also=zh)
    return replace(page, lines=(_MEND[0],), also_line=_MEND[1]) if now else page
