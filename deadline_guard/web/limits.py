"""How much of what is refused is written down: a flood of bad links must not fill the ledger."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

ADDRESSES: Final = 10_000
WINDOW: Final = 600.0  # seconds
EACH: Final = 20  # refusals of one address in a window
ALL: Final = 500  # of all together


class Refusals:
    """Counts refusals by network address, in memory and bounded; a genuine link is never held back by it."""

    def __init__(self, each: int = EACH, all_together: int = ALL) -> None:
        self._each, self._all = each, all_together
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._total = (0.0, 0)
        self._guard = Lock()

    def too_many(self, address: str, now: float) -> bool:
        """Count one refusal at ``now`` (seconds that only grow); return whether it is one too many to write down."""
        with self._guard:
            mine = _counted(self._seen.get(address), now)
            self._seen[address] = mine
            self._seen.move_to_end(address)
            while len(self._seen) > ADDRESSES:
                self._seen.popitem(last=False)
            if mine[1] > self._each:
                return True
            self._total = _counted(self._total, now)
            return self._total[1] > self._all


def _counted(before: tuple[float, int] | None, now: float) -> tuple[float, int]:
    """Return the start and count of the window that ``now`` falls into, with one more."""
    if before is None or now - before[0] > WINDOW:
        return now, 1
    return before[0], before[1] + 1
