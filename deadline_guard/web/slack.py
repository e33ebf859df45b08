"""Presses that Slack brings over HTTP: genuine ones are answered, all others refused and written down."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deadline_guard.app import App, channel_sections
from deadline_guard.channels.slack_signature import genuine
from deadline_guard.clock import monotonic
from deadline_guard.loop.slack_answers import Reply, handle
from deadline_guard.store import ledger
from deadline_guard.store.columns import dump
from deadline_guard.web.limits import Refusals
from deadline_guard.web.read_body import TooLong, read_body

log = logging.getLogger(__name__)
PATH: Final = "/slack/interactions"
WITHIN: Final = 2.0  # seconds; Slack waits for three
MOST_BYTES: Final = 262_144
AT_ONCE: Final = 4


class Interactions:
    """The address that Slack posts presses to, where the app's signing secret is configured."""

    def __init__(self, app: App) -> None:
        self._app = app
        section = channel_sections(app.config).get("slack", {})
        self._secret = str(section.get("signing_secret") or "")
        self._refusals = Refusals()
        self._room = CapacityLimiter(AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the address; none without a signing secret."""
        return [Route(PATH, self._press, methods=["POST"])] if self._secret else []

    async def _press(self, request: Request) -> Response:
        """Check the signature over the body as it came, answer within Slack's time, do the rest afterwards."""
        try:
            body = await read_body(request, MOST_BYTES)
        except TooLong:
            return Response(status_code=413)
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        now = self._app.clock.now()
        if not genuine(self._secret, stamp, body, signature, now):
            address = request.client.host[:64] if request.client else ""
            await to_thread.run_sync(self._refuse, address, limiter=self._room)
            return Response(status_code=401)
        payload = _payload(body)
        if payload is None:
            return Response(status_code=400)
        work = asyncio.ensure_future(to_thread.run_sync(handle, self._app.office, payload, now, limiter=self._room))
        await asyncio.wait({work}, timeout=WITHIN)
        if not work.done():
            return Response(background=BackgroundTask(_afterwards, work))
        reply = work.result()
        after = BackgroundTask(reply.then)
        return JSONResponse(dict(reply.body), background=after) if reply.body else Response(background=after)

    def _refuse(self, address: str) -> None:
        """Write down a request that does not come from Slack; of a flood only the first ones."""
        if self._refusals.too_many(address, monotonic()):
            return
        log.warning("a request to %s was refused: not signed by Slack, from %s", PATH, address)
        payload = dump({"what": "slack", "why": "forged", "address": address})
        with self._app.store.write() as conn:
            ledger.append(conn, [ledger.Entry(ledger.SYSTEM, "refused", payload)], self._app.clock.now())


def _payload(body: bytes) -> Mapping[str, Any] | None:
    """Return what Slack sent as the field ``payload`` of a form, None for anything else."""
    try:
        found = json.loads(parse_qs(body.decode("utf-8"), max_num_fields=5)["payload"][0])
    except (ValueError, KeyError):
        return None
    return found if isinstance(found, dict) else None


async def _afterwards(work: asyncio.Future[Reply]) -> None:
    """Do what was too late for the answer."""
    try:
        reply = await work
    except Exception:
        log.exception("a press could not be answered")
        return
    await to_thread.run_sync(reply.late)
    await to_thread.run_sync(reply.then)
