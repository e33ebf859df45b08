"""A real Chromium on loopback, driven over its own protocol: widths, pictures, keys; no package of its own needed."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import aiohttp

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic", "--remote-debugging-port=0",
    "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip
WAIT = 60.0


class Tab:
    """One tab; everything waits until it is done."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._loop, self._socket, self._n = loop, socket, 0
        self.requests: list[str] = []

    def call(self, method: str, **params: Any) -> Mapping[str, Any]:
        """Send one command; return its result."""
        return asyncio.run_coroutine_threadsafe(self._call(method, params), self._loop).result(WAIT)

    async def _call(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        self._n += 1
        await self._socket.send_json({"id": self._n, "method": method, "params": params})
        while True:
            told = json.loads((await self._socket.receive(WAIT)).data)
            if told.get("method") == "Network.requestWillBeSent":
                self.requests.append(str(told["params"]["request"]["url"]))
            if told.get("id") == self._n:
                assert "error" not in told, told
                found: Mapping[str, Any] = told["result"]
                return found

    def open(self, url: str, width: int, height: int = 800) -> None:
        """Show a page in a window of this size, in CSS pixels."""
        self.call("Network.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.requests.clear()
        self.call("Page.navigate", url=url)
        while self.ask("document.readyState") != "complete" or self.ask("location.href") == "about:blank":
            pass

    def ask(self, expression: str) -> Any:
        """Return the value of an expression inside the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def press(self, key: str) -> None:
        """Press and let go a key: Tab, Enter, Space."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        text = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "windowsVirtualKeyCode": codes[key], "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, file: Path) -> None:
        """Write what the whole page looks like as PNG."""
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(found["data"]))


@contextmanager
def chromium() -> Iterator[Tab]:
    """Give a tab of a Chromium of its own, ended afterwards."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "no Chromium; apt-get install chromium fonts-noto-cjk"
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="chromium", daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={home}", "about:blank"], stderr=subprocess.PIPE, text=True
        )
        try:
            assert process.stderr is not None
            found = next(filter(None, (re.search(r"ws://127\.0\.0\.1:(\d+)/", line) for line in process.stderr)))
            Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits for us to read
            session, socket = asyncio.run_coroutine_threadsafe(_attach(int(found[1])), loop).result(WAIT)
            yield Tab(loop, socket)
            asyncio.run_coroutine_threadsafe(session.close(), loop).result(WAIT)
        finally:
            process.terminate()
            process.wait(WAIT)
            loop.call_soon_threadsafe(loop.stop)


async def _attach(port: int) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
    session = aiohttp.ClientSession()
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        pages = [one for one in await answer.json() if one["type"] == "page"]
    return session, await session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0)
