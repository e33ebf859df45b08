"""DingTalk, Feishu and WeCom group robots on loopback: HTTP 200 whatever happens, the truth in the body."""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
from base64 import b64encode
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Body:
    """Answer this JSON (or text) with this status; nothing is posted unless ``keep``."""

    body: Any
    status: int = 200
    keep: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Hang:
    """Post, then answer so many seconds late."""

    seconds: float


class ChatFakes:
    """``with ChatFakes(secret=…, now=…) as chats``: addresses of the three robots, and what they took.

    Signatures are verified the way each service documents it, a timestamp must lie within an hour of ``now``.
    """

    def __init__(self, *, secret: str | None = None, now: datetime | None = None, keyword: str = "") -> None:
        self.secret, self.now, self.keyword = secret, now, keyword
        self.posts: dict[str, list[dict[str, Any]]] = {"dingtalk": [], "feishu": [], "wecom": []}
        self.requests = 0
        self.connections: set[str] = set()
        self._next: deque[Body | Hang | None] = deque()
        self._ready = threading.Event()

    def url(self, service: str) -> str:
        path = {
            "dingtalk": "/robot/send?access_token=t0k",
            "feishu": "/open-apis/bot/v2/hook/t0k",
            "wecom": "/cgi-bin/webhook/send?key=t0k",
        }[service]
        return f"http://127.0.0.1:{self.port}{path}"

    def next(self, *behaviours: Body | Hang | None) -> None:
        """Let the next requests meet these, one each; None: as usual."""
        self._next.extend(behaviours)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="chats", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise AssertionError("the chat fakes did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_post("/robot/send", self._dingtalk)
        app.router.add_post("/open-apis/bot/v2/hook/{key}", self._feishu)
        app.router.add_post("/cgi-bin/webhook/send", self._wecom)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port: int = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _dingtalk(self, request: web.Request) -> web.Response:
        payload = json.loads(await request.text())
        content = payload.get("text", {}).get("content", "")
        query = request.query
        if query.get("access_token") != "t0k":
            return await self._answer(request, "dingtalk", None, {"errcode": 300001, "errmsg": "token is not exist"})
        signed = self.secret is None
        if self.secret is not None and "timestamp" in query:
            stamp = query["timestamp"]
            digest = hmac.digest(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), "sha256")
            signed = query.get("sign") == b64encode(digest).decode() and self._recent(float(stamp) / 1000)
        if not signed:
            refused = {"errcode": 310000, "errmsg": "sign not match"}
            return await self._answer(request, "dingtalk", None, refused)
        if self.keyword not in content:
            refused = {"errcode": 310000, "errmsg": "keywords not in content"}
            return await self._answer(request, "dingtalk", None, refused)
        return await self._answer(request, "dingtalk", payload, {"errcode": 0, "errmsg": "ok"})

    async def _feishu(self, request: web.Request) -> web.Response:
        payload = json.loads(await request.text())
        if self.secret is not None:
            stamp = str(payload.get("timestamp"))
            digest = hmac.digest(f"{stamp}\n{self.secret}".encode(), b"", "sha256")
            if payload.get("sign") != b64encode(digest).decode() or not self._recent(float(stamp)):
                refused = {"code": 19021, "msg": "sign match fail or timestamp is not within one hour", "data": {}}
                return await self._answer(request, "feishu", None, refused)
        if self.keyword not in payload.get("content", {}).get("text", ""):
            return await self._answer(request, "feishu", None, {"code": 19024, "msg": "Key Words Not Found"})
        taken = {"code": 0, "msg": "success", "data": {}, "StatusCode": 0}
        return await self._answer(request, "feishu", payload, taken)

    async def _wecom(self, request: web.Request) -> web.Response:
        payload = json.loads(await request.text())
        if request.query.get("key") != "t0k":
            return await self._answer(request, "wecom", None, {"errcode": 93000, "errmsg": "invalid webhook url"})
        if len(payload["text"]["content"].encode()) > 2048:
            return await self._answer(request, "wecom", None, {"errcode": 40058, "errmsg": "text too long"})
        return await self._answer(request, "wecom", payload, {"errcode": 0, "errmsg": "ok"})

    def _recent(self, stamp: float) -> bool:
        return self.now is None or abs(self.now.timestamp() - stamp) <= 3600

    async def _answer(
        self, request: web.Request, service: str, payload: dict[str, Any] | None, body: dict[str, Any]
    ) -> web.Response:
        """Record what is taken and answer, unless something else was ordered for this request."""
        self.requests += 1
        if request.transport is not None:
            self.connections.add(str(request.transport.get_extra_info("peername")))
        met = self._next.popleft() if self._next else None
        if payload is not None and (not isinstance(met, Body) or met.keep):
            self.posts[service].append(payload)
        if isinstance(met, Hang):
            await asyncio.sleep(met.seconds)
        if isinstance(met, Body):
            text = met.body if isinstance(met.body, str) else json.dumps(met.body)
            return web.Response(status=met.status, text=text, headers=dict(met.headers))
        return web.json_response(body)
