"""A raw SMTP sink in a process of its own: takes every mail after so many milliseconds, counts Message-IDs.

It offers PIPELINING and CHUNKING, as Postfix, Exim and Exchange do; who does not use them is answered command by
command.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from types import TracebackType
from typing import NamedTuple, Self

from deadline_guard.clock import SystemClock

clock = SystemClock()


class Arrival(NamedTuple):
    """One accepted mail: seconds since the epoch, and its Message-ID."""

    at: float
    message_id: str


class Sink:
    """``with Sink(0.02) as sink``: ``sink.port``; ``sink.counts()`` gives how often each Message-ID was accepted."""

    def __init__(self, latency: float) -> None:
        self.latency = latency

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self.latency)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        return self

    def counts(self) -> Counter[str]:
        """Return the Message-IDs accepted since the last call."""
        return Counter(one.message_id for one in self.arrivals())

    def arrivals(self) -> list[Arrival]:
        """Return every mail accepted since the last call, in order."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("arrivals\n")
        self._process.stdin.flush()
        return [Arrival(*one) for one in json.loads(self._process.stdout.readline())]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()


async def _serve(latency: float) -> None:
    accepted: list[Arrival] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb in (b"DATA", b"BDAT"):
                    if verb == b"DATA":
                        writer.write(b"354 go\r\n")
                        text = await reader.readuntil(b"\r\n.\r\n")
                    else:
                        text = await reader.readexactly(int(line.split()[1]))
                    head = text.lower().index(b"message-id:")
                    name = text[head + 11 : text.index(b"\r\n", head)].strip().decode()
                    if latency:
                        await asyncio.sleep(latency)
                    accepted.append(Arrival(clock.now().timestamp(), name))
                    writer.write(b"250 ok\r\n")
                elif verb == b"EHLO":
                    writer.write(b"250-sink\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 ok\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**22)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(accepted), flush=True)
        accepted.clear()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
