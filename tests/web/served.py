"""A firm on a virtual clock whose pages are really served on loopback, so that links in its letters can be pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from deadline_guard.app import App
from deadline_guard.config import Web
from deadline_guard.core.rules import Rule
from deadline_guard.store.columns import load
from deadline_guard.store.statements import fetch
from deadline_guard.web.server import Server
from tests.scenarios.world import Sent, World
from tests.web.browse import Page, free_port

KEY = bytes(range(32))
LINK = re.compile(r"https?://\S+/a/[a-z2-7]+")


@dataclass
class Firm:
    """The world with its pages; ``url`` is where they are."""

    world: World
    url: str

    def page(self, sent: Sent) -> Page:
        """Open the link of a letter."""
        return Page.at(link_in(sent))

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        with self.world.store.read() as conn:
            return int(fetch(conn, f"SELECT COUNT(*) FROM {table}")[0][0])

    def ledger(self, kind: str) -> list[Mapping[str, Any]]:
        """Return what the ledger holds of a kind, oldest first."""
        with self.world.store.read() as conn:
            rows = fetch(
                conn, "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id WHERE l.kind = ? "
                "ORDER BY p.id", (kind,),
            )  # fmt: skip
            return [load(row[0]) for row in rows]

    def answers(self, case: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return what was answered on a case: kind and data of every event that names who said it."""
        with self.world.store.read() as conn:
            rows = fetch(
                conn, "SELECT kind, data FROM event WHERE case_id = ? AND data LIKE '%\"via\"%' ORDER BY recorded_at",
                (case,),
            )  # fmt: skip
            return [(kind, load(data)) for kind, data in rows]


def link_in(sent: Sent) -> str:
    """Return the link in the plain text of a letter."""
    found = LINK.search(sent.letter.text)
    assert found is not None, sent.letter.text
    return found[0]


@contextmanager
def served(
    rules: Sequence[Rule], path: str = "", channels: Mapping[str, Mapping[str, str]] | None = None, **given: Any
) -> Iterator[Firm]:
    """Give a world whose letters carry links to its pages; ``path`` is where a proxy would put them."""
    world = World(rules, **given)
    port = free_port()
    web = Web(port=port, url=f"http://127.0.0.1:{port}{path}")
    world.office.answer_key = KEY
    world.office.config = world.office.config.model_copy(update={"web": web, "channels": channels or {}})

    class Clock:
        def now(self) -> datetime:
            return world.now

    app = SimpleNamespace(config=world.office.config, office=world.office, store=world.store, clock=Clock())
    server = Server(cast(App, app), web)
    server.start()
    try:
        yield Firm(world, web.url)
    finally:
        server.stop()
        world.close()
