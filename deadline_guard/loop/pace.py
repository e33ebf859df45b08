"""How many letters a chat robot takes within a minute: what goes beyond waits its turn, the worst level first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from deadline_guard.store.sending import Leased

MINUTE: Final = timedelta(minutes=1)
Limit = Callable[[str, str], tuple[str, int] | None]


class Pace:
    """Counts in memory what each robot was given; a daemon that starts anew begins at nothing, and the service says no."""

    def __init__(self) -> None:
        self._given: dict[str, deque[datetime]] = {}

    def beyond(self, leased: Iterable[Leased], limit: Limit, now: datetime) -> Mapping[int, datetime]:
        """Return the messages that must wait, and until when; the others count as given at ``now``.

        ``limit`` names the robot behind a channel and an address, and how many a minute it takes; None: any number.
        """
        waits: dict[int, datetime] = {}
        queued: dict[str, int] = {}
        for message in leased:
            found = limit(message.channel, message.address)
            if found is None:
                continue
            robot, most = found
            given = self._given.setdefault(robot, deque())
            while given and given[0] + MINUTE <= now:
                given.popleft()
            if len(given) < most:
                given.append(now)
                continue
            turn = queued.get(robot, 0)
            queued[robot] = turn + 1
            waits[message.id] = given[turn % most] + MINUTE * (1 + turn // most)
        return waits
