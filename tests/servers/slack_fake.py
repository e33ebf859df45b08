"""Slack on loopback: the Web API subset that we use, Socket Mode, incoming webhooks, and faults on command.

What it answers follows Slack's published API: error codes, timestamps as ids, thread replies absent from
``conversations.history``, metadata only when asked for, limits of blocks.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.servers.slack_people import People, invalid_message

TOKEN = "xoxb-loopback"
APP_TOKEN = "xapp-loopback"


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429 with Retry-After."""

    retry_after: int = 3


@dataclass(frozen=True, slots=True)
class Html500:
    """An HTML page with status 500; ``keep``: the call was carried out all the same."""

    keep: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """A TCP reset; ``keep``: after the call was carried out, else before the body was read."""

    keep: bool


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer comes so many seconds late; the call is carried out at once."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Code:
    """``ok: false`` with this error code; ``keep``: the call was carried out all the same."""

    error: str
    keep: bool = False


Fault = RateLimited | Html500 | Reset | Slow | Code
Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(slots=True)
class Post:
    """One message in a channel."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    broadcast: bool = False
    edits: int = 0

    @property
    def delivery_id(self) -> str | None:
        found: str | None = (self.metadata or {}).get("event_payload", {}).get("delivery_id")
        return found


class SlackFake:
    """``with SlackFake() as fake``: ``fake.posts``; ``fake.next("chat.postMessage", Reset(keep=True))``."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.webhook_posts: list[dict[str, Any]] = []
        self.people = People()
        self.users = self.people.users
        self.channels: set[str] = set()
        self.archived: set[str] = set()
        self.acks: list[str] = []
        self.replies: dict[str, dict[str, Any]] = {}
        self.sockets = 0
        self.page = 200
        self._faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._clock = count(1)
        self._envelopes = count(1)
        self._websockets: set[web.WebSocketResponse] = set()
        self._changed = threading.Condition()
        self._ready = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def webhook_url(self, name: str = "T1/B1/x") -> str:
        return f"http://127.0.0.1:{self.port}/services/{name}"

    def person(self, email: str) -> str:
        """Make a person known by e-mail and return the user id."""
        return self.users.setdefault(email, f"U{len(self.users) + 1:08d}")

    def channel(self) -> str:
        """Make a channel that the app is a member of and return its id."""
        made = f"C{len(self.channels) + 1:08d}"
        self.channels.add(made)
        return made

    def next(self, method: str, *faults: Fault | None) -> None:
        """Let the next calls of ``method`` (or ``webhook``) meet these faults, one each; None: as usual."""
        self._faults[method].extend(faults)

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of ``method``."""
        return [arguments for name, arguments in self.requests if name == method]

    def wait_for(self, what: Callable[[Self], bool], timeout: float = 60.0) -> None:
        """Wait until ``what(fake)`` holds; raises AssertionError when it does not come about."""
        with self._changed:
            if not self._changed.wait_for(lambda: what(self), timeout):
                raise AssertionError("the Slack fake waited in vain")

    def interact(self, payload: dict[str, Any], *, times: int = 1, kind: str = "interactive") -> str:
        """Send an envelope to every open socket, ``times`` over, and return its id."""
        envelope = f"env-{next(self._envelopes)}"
        message: dict[str, Any] = {"type": kind, "envelope_id": envelope, "payload": payload}
        message["accepts_response_payload"] = True
        for _ in range(times):
            self._to_sockets(message)
        return envelope

    def disconnect(self) -> None:
        """Tell every socket to come again, as Slack does every few hours, and close it."""
        self._to_sockets({"type": "disconnect", "reason": "refresh_requested"}, close=True)

    def drop(self) -> None:
        """Break every connection without a word."""
        for ws in list(self._websockets):
            transport = ws._req.transport if ws._req is not None else None
            if transport is not None:
                self._loop.call_soon_threadsafe(transport.abort)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="slack", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise AssertionError("the Slack fake did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/services/{name:.*}", self._webhook)
        app.router.add_get("/link", self._link)
        app.router.add_post("/respond/{user}/{trigger}", self._respond)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = runner.addresses[0][1]
        self.people.base = f"http://127.0.0.1:{self.port}"
        self._ready.set()
        await self._stop.wait()
        for ws in list(self._websockets):
            await ws.close()
        await runner.cleanup()

    def _to_sockets(self, message: dict[str, Any], close: bool = False) -> None:
        async def send() -> None:
            for ws in list(self._websockets):
                await ws.send_str(json.dumps(message))
                if close:
                    await ws.close()

        asyncio.run_coroutine_threadsafe(send(), self._loop).result(5)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        return await self._met(method, request, lambda: self._answered(method, request))

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        return await self._met("webhook", request, lambda: self._posted(request))

    async def _met(
        self, method: str, request: web.Request, carry_out: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        """Let the call meet the next fault that was ordered for it."""
        fault = self._faults[method].popleft() if self._faults[method] else None
        match fault:
            case None:
                return await carry_out()
            case RateLimited(retry_after):
                await self._read(method, request)
                body = json.dumps({"ok": False, "error": "ratelimited"})
                headers = {"Retry-After": str(retry_after)}
                return web.Response(status=429, text=body, headers=headers, content_type="application/json")
            case Html500(keep):
                await (carry_out() if keep else self._read(method, request))
                return web.Response(status=500, text="<html><h1>Oops</h1></html>", content_type="text/html")
            case Reset(keep):
                if keep:
                    await carry_out()
                return _reset(request)
            case Slow(seconds):
                answer = await carry_out()
                await asyncio.sleep(seconds)
                return answer
            case Code(error, keep):
                await (carry_out() if keep else self._read(method, request))
                return web.json_response({"ok": False, "error": error})

    async def _read(self, method: str, request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            arguments = dict(json.loads(await request.text() or "{}"))
        else:
            arguments = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
        with self._changed:
            self.requests.append((method, arguments))
            self._changed.notify_all()
        return arguments

    async def _answered(self, method: str, request: web.Request) -> web.Response:
        arguments = await self._read(method, request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token")
        theirs: dict[str, Handler] = {
            "users.info": self.people.info, "views.open": self.people.open, "chat.postEphemeral": self.people.ephemeral,
        }  # fmt: skip
        handler: Handler | None = theirs.get(method) or getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            answer: dict[str, Any] = {"ok": False, "error": "unknown_method"}
        elif token != (APP_TOKEN if method == "apps.connections.open" else TOKEN):
            answer = {"ok": False, "error": "invalid_auth"}
        else:
            answer = await handler(arguments)
        with self._changed:
            self._changed.notify_all()
        return web.json_response(answer)

    async def _posted(self, request: web.Request) -> web.Response:
        payload = dict(await request.json())
        if not payload.get("text"):
            return web.Response(status=400, text="no_text")
        with self._changed:
            self.webhook_posts.append(payload)
            self._changed.notify_all()
        return web.Response(text="ok")

    async def _auth_test(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user_id": "U0BOT", "team": "Firm", "bot_id": "B0BOT"}

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        with self._changed:
            self.people.respond(request.match_info["user"], dict(await request.json()))
            self._changed.notify_all()
        return web.Response(text="ok")

    async def _users_lookupByEmail(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = self.users.get(str(arguments.get("email")))
        if found is None:
            return {"ok": False, "error": "users_not_found"}
        return {"ok": True, "user": {"id": found, "profile": {"email": arguments["email"]}}}

    async def _conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments.get("users") not in self.users.values():
            return {"ok": False, "error": "user_not_found"}
        return {"ok": True, "channel": {"id": self._direct(str(arguments["users"]))}}

    def _direct(self, user: str) -> str:
        made = "D" + user[1:]
        self.channels.add(made)
        return made

    async def _chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = str(arguments.get("channel", ""))
        if channel in self.users.values():
            channel = self._direct(channel)
        blocks, metadata = _json(arguments.get("blocks")) or [], _json(arguments.get("metadata"))
        if channel in self.archived:
            return {"ok": False, "error": "is_archived"}
        if channel not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        if (wrong := invalid_message(arguments, blocks, metadata)) is not None:
            return {"ok": False, "error": wrong}
        thread = arguments.get("thread_ts")
        if thread and all(p.ts != thread or p.channel != channel for p in self.posts):
            return {"ok": False, "error": "thread_not_found"}
        ts = f"{1_800_000_000 + next(self._clock)}.000100"
        broadcast = str(arguments.get("reply_broadcast", "")).lower() in ("true", "1")
        post = Post(channel, ts, str(arguments.get("text", "")), blocks, thread, metadata, broadcast)
        self.posts.append(post)
        return {"ok": True, "channel": channel, "ts": ts, "message": {"text": post.text, "ts": ts}}

    async def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        for post in self.posts:
            if (post.channel, post.ts) == (arguments.get("channel"), arguments.get("ts")):
                post.text, post.edits = str(arguments.get("text", "")), post.edits + 1
                post.blocks = _json(arguments.get("blocks")) or []
                return {"ok": True, "channel": post.channel, "ts": post.ts, "text": post.text}
        return {"ok": False, "error": "message_not_found"}

    async def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        mine = [p for p in self.posts if p.channel == arguments.get("channel")]
        return self._paged([p for p in mine if p.thread_ts is None or p.broadcast], arguments)

    async def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        mine = [p for p in self.posts if p.channel == arguments.get("channel")]
        thread = [p for p in mine if arguments.get("ts") in (p.ts, p.thread_ts)]
        return self._paged(thread, arguments) if thread else {"ok": False, "error": "thread_not_found"}

    def _paged(self, found: list[Post], arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        newest = sorted(found, key=lambda p: p.ts, reverse=True)
        newest = [p for p in newest if float(p.ts) > float(arguments.get("oldest") or 0)]
        start, size = int(arguments.get("cursor") or 0), min(int(arguments.get("limit") or 100), self.page)
        wanted = str(arguments.get("include_all_metadata", "")).lower() in ("true", "1")
        shown = [_message(p, wanted) for p in newest[start : start + size]]
        more = str(start + size) if start + size < len(newest) else ""
        page = {"next_cursor": more}
        return {"ok": True, "messages": shown, "has_more": bool(more), "response_metadata": page}

    async def _apps_connections_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/link?ticket={next(self._envelopes)}"}

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_str(json.dumps({"type": "hello", "num_connections": 1, "debug_info": {}}))
        with self._changed:
            self._websockets.add(ws)
            self.sockets += 1
            self._changed.notify_all()
        async for message in ws:
            if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                told = json.loads(message.data)
                with self._changed:
                    self.acks.append(str(told.get("envelope_id")))
                    self.replies[self.acks[-1]] = told.get("payload") or {}
                    self._changed.notify_all()
        self._websockets.discard(ws)
        with self._changed:
            self._changed.notify_all()
        return ws


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _message(post: Post, with_metadata: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": "message", "ts": post.ts, "text": post.text, "bot_id": "B0BOT"}
    if post.thread_ts:
        shown["thread_ts"] = post.thread_ts
    if post.broadcast:
        shown["subtype"] = "thread_broadcast"
    if with_metadata and post.metadata:
        shown["metadata"] = post.metadata
    return shown


def _reset(request: web.Request) -> web.Response:
    """Send a TCP reset instead of an answer."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
