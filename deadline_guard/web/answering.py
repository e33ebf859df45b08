"""The pages of the links in messages: GET shows and never writes; only a POST, pressed by a person, answers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deadline_guard.app import App
from deadline_guard.clock import monotonic
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.link_answers import Pressed, press, refuse
from deadline_guard.loop.links import Act, LinkRefused, Opened, Spot, open_link
from deadline_guard.messages.texts import texts
from deadline_guard.web.answer_forms import Asked, Typed, form_page, read_form, said
from deadline_guard.web.answer_list import overview
from deadline_guard.web.answer_pages import ACT_OF, FORMS, View, both, nothing_here, refused
from deadline_guard.web.limits import Refusals
from deadline_guard.web.page import Page
from deadline_guard.web.read_body import TooLong, read_body
from deadline_guard.web.respond import respond

log = logging.getLogger(__name__)
MOST_BYTES: Final = 16_384
AT_ONCE: Final = 4  # answers worked on at one time: the daemon's own threads come first


class Answering:
    """The pages of one office's links; ``base`` is the path under which readers reach the site."""

    def __init__(self, app: App, base: str) -> None:
        self._app = app
        self._base = base
        self._refusals = Refusals()
        self._room = CapacityLimiter(AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the addresses of these pages."""
        methods = ["GET", "POST"]
        return [
            Route("/a/{token}", self._link, methods=methods),
            Route("/a/{token}/{act}", self._link, methods=methods),
        ]

    async def _link(self, request: Request) -> Response:
        token = str(request.path_params["token"])
        slug = str(request.path_params.get("act", ""))
        if slug and slug not in ACT_OF:
            return respond(nothing_here(), self._base)
        act = ACT_OF.get(slug)
        place = _number(request.query_params.get("n", ""))
        if request.method != "POST":
            page = await to_thread.run_sync(self._show, token, act, place, limiter=self._room)
            return respond(page, self._base)
        values = await _body(request)
        if isinstance(values, Page):
            return respond(values, self._base)
        address = request.client.host[:64] if request.client else ""
        return await to_thread.run_sync(self._press, token, act, place, values, address, limiter=self._room)

    def _show(self, token: str, act: Act | None, place: int | None) -> Page:
        """Return the page of a link, or of one form of it; nothing is written, whatever is asked."""
        office, now = self._app.office, self._app.clock.now()
        if place is None:
            return nothing_here()
        try:
            with self._app.store.read() as conn:
                link = open_link(office, conn, token, now, place)
                return self._page(conn, token, link, act, place)
        except LinkRefused as refusal:
            return refused(refusal, office.config.locale)

    def _page(self, conn: Connection, token: str, link: Opened, act: Act | None, place: int) -> Page:
        spots = link.chosen(place)
        if not spots:
            return nothing_here()
        view = self._view(token, link)
        spot = spots[0]
        if act is None or len(spots) > 1 or not spot.can(act, link.person.id) or link.answered(act, spot.place):
            return overview(view, link, place)
        return form_page(self._asked(conn, view, spot), link, spot, act)

    def _press(
        self, token: str, act: Act | None, place: int | None, values: Mapping[str, str], address: str
    ) -> Response:
        """Answer, and lead back to the link's page, which says what is recorded."""
        wanted = act or _button(values.get("act", ""))
        if wanted is None or place is None:
            return respond(nothing_here(), self._base)
        try:
            outcome = self._answer(token, Pressed(wanted, address, place), values)
        except LinkRefused as refusal:
            self._write_down(refusal, wanted, address)
            return respond(self._refused(token, refusal, place), self._base)
        if isinstance(outcome, Page):
            return respond(outcome, self._base)
        view = f"{self._base}/a/{token}" + (f"?n={place}" if place else "")
        return RedirectResponse(view, 303)

    def _answer(self, token: str, pressed: Pressed, values: Mapping[str, str]) -> Page | None:
        """Record the answer in one transaction; return a page where something typed has to be mended."""
        office, now = self._app.office, self._app.clock.now()
        if pressed.act not in FORMS:
            with self._app.store.write() as conn:
                press(office, conn, token, pressed, now)
            return None
        with self._app.store.read() as conn:
            link = open_link(office, conn, token, now, pressed.place)
            spots = link.chosen(pressed.place)
            if len(spots) != 1:
                raise LinkRefused("forged")
            if link.answered(pressed.act, pressed.place):
                raise LinkRefused("used", link.person, link.message, spots[0].notice.subject)
            asked = self._asked(conn, self._view(token, link), spots[0])
        typed = read_form(asked, link, spots[0], pressed, values)
        if not typed.errors:
            try:
                with self._app.store.write() as conn:
                    press(office, conn, token, typed.pressed, now)
            except (AnswerError, NotFoundError) as error:
                typed = Typed(typed.pressed, values, error=said(asked.view.t, error))
            else:
                return None
        return form_page(asked, link, spots[0], pressed.act, typed)

    def _refused(self, token: str, refusal: LinkRefused, place: int) -> Page:
        """Return what a refused press sees: for an answer given before, the page that says so."""
        office, now = self._app.office, self._app.clock.now()
        if refusal.why not in ("used", "moved", "ended"):
            return refused(refusal, office.config.locale)
        with self._app.store.read() as conn:
            link = open_link(office, conn, token, now, place)
            return replace(overview(self._view(token, link), link, place), status=409)

    def _write_down(self, refusal: LinkRefused, act: Act, address: str) -> None:
        """Put a refusal into the ledger and the log; beyond a bound only the first of a flood are kept."""
        if self._refusals.too_many(address, monotonic()):
            return
        about = f"W-{refusal.message}" if refusal.message is not None else "no message"
        log.warning("a link was refused: %s, %s, %s, from %s", refusal.why, about, act.value, address)
        with self._app.store.write() as conn:
            refuse(conn, refusal, act.value, address, self._app.clock.now())

    def _view(self, token: str, link: Opened) -> View:
        office = self._app.office
        titles = {rule.id: rule.title for rule in office.rulebook.rules.values() if rule.id in _rules(link)}
        titles |= {kind: one.title for kind, one in office.rulebook.events.items()}
        names = {person.id: person.name for person in office.people.persons.values()}
        t = texts(link.person.locale or office.config.locale)
        return View(t, f"{self._base}/a/{token}", titles, names)

    def _asked(self, conn: Connection, view: View, spot: Spot) -> Asked:
        office = self._app.office
        zone = spot.clock.case.zone if spot.clock else office.config.zone
        today = self._app.clock.now().astimezone(ZoneInfo(zone)).date()
        return Asked(today, office.directory(conn), view)


def _rules(link: Opened) -> set[str]:
    return {spot.notice.rule for spot in link.spots}


def _number(text: str) -> int | None:
    """Return the place in a message, 0 for none given, None for what is no number."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _button(value: str) -> Act | None:
    return Act(value) if value in (Act.SEEN, Act.NOT_ME) else None


async def _body(request: Request) -> dict[str, str] | Page:
    """Return the fields of a form, or the page that says why they are not read."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return both(403, "This press came from another site", "此操作来自其他网站")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return both(415, "Only the page's own form can answer", "只能通过本页面的表单答复")
    try:
        read = await read_body(request, MOST_BYTES)
        pairs = parse_qsl(read.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except TooLong:
        return both(413, "This is too long; go back and shorten it", "内容过长，请返回后删减", now=False)
    except (ClientDisconnect, ValueError):
        return both(400, "This form cannot be read", "无法读取表单内容")
    return dict(pairs)
