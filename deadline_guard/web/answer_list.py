"""The page of a message about several deadlines: each with its state and a page of its own, one press for one's own."""

from __future__ import annotations

from collections.abc import Sequence

from deadline_guard.core.rules import Acts
from deadline_guard.loop.links import Act, Became, Opened, Spot
from deadline_guard.messages.listed import TITLES, UNWATCHED
from deadline_guard.messages.words import LEVELS, badge
from deadline_guard.web.answer_pages import View, brand, code, day, form, heading, lang, one_page, state
from deadline_guard.web.page import Link, Page, Part, Row


def overview(view: View, link: Opened, place: int) -> Page:
    """Return the page of a link: of its one deadline, of the one chosen, or of them all."""
    spots = link.chosen(place)
    if len(spots) > 1 or (place == 0 and link.unwatched):
        return list_page(view, link)
    return one_page(view, link, spots[0], link.place(place))


def list_page(view: View, link: Opened) -> Page:
    """Return the page of a message about several: a morning's list in its parts, one's own first."""
    t = view.t
    parts = [
        Part(rows, t.say(TITLES[part]) if part else "")
        for part in ("", *TITLES)
        if (rows := tuple(_row(view, link, s) for s in link.spots if s.part == part))
    ]
    if link.unwatched:
        rows = tuple(Row(title=one, text="") for one in link.unwatched)
        parts.append(Part(rows, t.say(TITLES[UNWATCHED])))
    return Page(
        lang=lang(t), title=_title(view, link), brand=brand(t), parts=tuple(parts),
        form=form(view, link, 0, _all_seen(view, link)), footer=t.say("Warning {id}", id=f"W-{link.message}"),
    )  # fmt: skip


def _title(view: View, link: Opened) -> str:
    t, own = view.t, sum(spot.own for spot in link.spots)
    if own:
        return t.many("{n} deadline of yours", "{n} deadlines of yours", own)
    others = len(link.spots) + len(link.unwatched)
    return t.many("{n} entry of your morning list", "{n} entries of your morning list", others)


def _all_seen(view: View, link: Opened) -> str:
    """Return the words of the button for all that is the reader's own; '' where nothing of it is left to be seen."""
    t, person = view.t, link.person.id
    own = [s for s in link.spots if s.own and s.can(Act.SEEN, person) and not link.answered(Act.SEEN, s.place)]
    if not [s for s in own if not (s.part and s.seen)]:
        return ""
    return t.say("Yes, I have seen all of these") if _all_own(link.spots) else t.say("Yes, I have seen all of mine")


def _all_own(spots: Sequence[Spot]) -> bool:
    return all(spot.own for spot in spots)


def _row(view: View, link: Opened, spot: Spot) -> Row:
    """Return one line: what is due; level, code, day and number; what became of it; the way to its own page."""
    t, clock = view.t, spot.clock
    running = clock is not None and spot.became in (Became.OPEN, Became.MOVED)
    shown = badge(t, LEVELS[clock.found.level]) if clock is not None and running else ""
    text = " · ".join(p for p in (shown, code(spot), day(t, spot), f"W-{link.message}.{spot.place}") if p)
    said = state(view, link, spot)[0]
    asked = running and clock is not None and clock.found.rule.acts in (Acts.PARTY, Acts.OTHER)
    said = said or (t.say("not acknowledged") if asked else "")
    return Row(heading(view, spot), text, said, Link(t.say("Answer"), view.at(None, spot.place)))
