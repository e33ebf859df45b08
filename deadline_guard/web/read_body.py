"""Bodies of requests, never longer than they may be."""

from __future__ import annotations

from starlette.requests import Request


class TooLong(Exception):
    """A body has more bytes than it may have."""


async def read_body(request: Request, most: int) -> bytes:
    """Return the body of a request; raises TooLong as soon as it has more than ``most`` bytes."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > most:
            raise TooLong
    return bytes(read)
