"""The one ASGI app: every page of an office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from deadline_guard.app import App
from deadline_guard.errors import StoreError
from deadline_guard.web.answer_pages import both, nothing_here
from deadline_guard.web.answering import Answering
from deadline_guard.web.page import STATIC
from deadline_guard.web.respond import Guarded, respond
from deadline_guard.web.slack import Interactions


def site(app: App) -> ASGIApp:
    """Return the pages of an office, as its configuration says under which address readers reach them."""
    web = app.config.web
    base = urlsplit(web.url).path.rstrip("/") if web else ""
    style = (STATIC / "style.css").read_bytes()

    def styled(request: Request) -> Response:
        return Response(style, media_type="text/css", headers={"cache-control": "public, max-age=3600"})

    def alive(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    routes = [Route("/static/style.css", styled), Route("/healthz", alive), *Answering(app, base).routes()]
    routes += Interactions(app).routes()
    return Guarded(Starlette(routes=routes, exception_handlers=_errors(base)))  # around its own error pages too


def _errors(base: str) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """Return the pages for what went wrong; none says more than it must."""

    def missing(request: Request, error: Exception) -> Response:
        return respond(nothing_here(), base)

    def method(request: Request, error: Exception) -> Response:
        page = respond(both(405, "This page cannot be used this way", "此页面不支持该操作"), base)
        if isinstance(error, HTTPException) and error.headers:
            page.headers.update(error.headers)
        return page

    def busy(request: Request, error: Exception) -> Response:
        said = both(
            503, "Nothing was recorded; please try again in a minute", "未作任何记录，请一分钟后重试", now=False
        )
        page = respond(said, base)
        page.headers["retry-after"] = "60"
        return page

    def broken(request: Request, error: Exception) -> Response:
        return respond(both(500, "Something went wrong; nothing was recorded", "系统出错，未作任何记录"), base)

    return {404: missing, 405: method, StoreError: busy, Exception: broken}
