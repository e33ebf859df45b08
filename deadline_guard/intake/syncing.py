"""The sources that are read again and again: each file whole, or, with a word to the admin, not at all."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.core.text import Text, words_of
from deadline_guard.errors import DeadlineGuardError
from deadline_guard.intake.importing import Import, open_table
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.store import Store, sources

log = logging.getLogger(__name__)


class Watched(NamedTuple):
    """One file that a source delivers; ``every``: how often it is expected (None: nobody waits for it)."""

    name: str
    file: Path
    mapping: Path
    snapshot: bool = False
    every: timedelta | None = None


def vocabulary(book: Rulebook, people: Directory) -> Vocabulary:
    """Return the words that rows may use: kinds of events, case types, persons by id and by a name of their own."""
    ids: dict[str, list[str]] = {}
    for person in people.persons.values():
        ids.setdefault(person.name, []).append(person.id)
    alone = {name: found[0] for name, found in ids.items() if len(found) == 1}
    return Vocabulary(book.events.keys(), book.case_types.keys(), people.persons.keys(), alone)


def expect(store: Store, watched: Iterable[Watched], now: datetime) -> None:
    """Say how often each source is expected; one never seen is waited for from ``now`` on."""
    with store.write() as conn:
        known = {source.name for source in sources.sources(conn) if source.last_seen_at is not None}
        for one in watched:
            sources.expect(conn, one.name, one.every)
            if one.every is not None and one.name not in known:
                sources.seen(conn, one.name, now)


def sync(store: Store, watched: Iterable[Watched], words: Vocabulary, now: datetime) -> dict[str, Text]:
    """Read every source again; return what could not be read, as name → error. The others are not held up."""
    failed: dict[str, Text] = {}
    for one in watched:
        try:
            mapping = read_mapping(one.mapping)
            table = open_table(one.file, mapping)
            found = Import(store, table, mapping, words, snapshot=one.snapshot).record(now, Rejects(table.header))
        except (DeadlineGuardError, OSError) as error:
            log.error("source %s: %s", one.name, error)
            failed[one.name] = words_of(error)
            continue
        log.info(
            "source %s: %s new, %s revised, %s rows rejected", one.name, found.new, found.revised, found.rejects.rows
        )
        with store.write() as conn:
            sources.seen(conn, one.name, now)
    return failed
