"""Verification finds every change, deletion and reordering below a stored head or before the last seal.

A real office lives for two weeks; then each of 1,000 random tamperings is made with plain SQL, found, and undone.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Connection

from deadline_guard.loop.seals import seal
from deadline_guard.store import MEMORY, Store
from deadline_guard.store.ledger import digest_of
from deadline_guard.store.people import put_revision
from deadline_guard.store.seals import digest_of_heads, root_of
from deadline_guard.store.verify import Verdict, verify
from tests.loop.test_seals import sealed_nightly
from tests.must.test_owner_silent import RULE
from tests.scenarios.disk import ROOT
from tests.scenarios.world import World

SEED = 20_261_122
COUNT = 1_000
ENTRY = ("chain", "n", "kind", "at", "prev", "payload_digest", "digest", "payload_id")
# What never changes after it was written, by table.
COLUMNS = {
    "ledger": ENTRY,
    "payload": ("id", "text"),
    "ledger_chain": ("chain", "n", "head"),
    "seal": ("n", "at", "previous", "root", "chains", "entries", "heads"),
    "seal_head": ("chain", "n", "seal", "head"),
    "event": (
        "case_id", "source", "source_id", "revision", "kind", "on_date", "at", "subject", "data", "retracted",
        "origin", "recorded_at", "recorded_by", "entry",
    ),
    "notice": ("id", "key", "subject", "rule", "person", "reason", "decided_at", "via", "due_on", "due_at", "data"),
    "message": ("id", "key", "person", "channel", "address", "kind", "level", "thread", "fallback", "made_at"),
    "message_notice": ("message_id", "notice_id"),
    "attempt": ("message_id", "n", "settled_at", "outcome", "detail"),
}  # fmt: skip


@pytest.fixture(scope="module")
def image() -> bytes:
    """Return the database of an office after two weeks of work, as bytes; its last seal stands over all of it."""
    world = World([RULE])
    sealed_nightly(world)
    for number, owner in enumerate(("zhang", "li", "wang")):
        code = world.case(f"C{number}", owner)
        world.event(code, "complaint_received", f"2026-03-0{number + 1}")
    world.absent("li", "2026-03-05 00:00", "2026-03-09 00:00")
    world.run_until("2026-03-10 09:00")
    world.answer("C0", "acknowledged", "zhang", RULE.id)
    world.event("C1", "complaint_received", "2026-03-04", origin="hand", by="li")
    world.assign("C2", "owner", "zhang")
    world.run_until("2026-03-16 00:00")
    world.event("C1", "defence_filed", "2026-03-16")
    world.run_until("2026-03-17 08:00")
    seal(world.office, world.now)
    found = world.store.engine.raw_connection().driver_connection
    assert isinstance(found, sqlite3.Connection)
    found.commit()
    return bytes(found.serialize())


@pytest.fixture
def copy(image: bytes) -> Iterator[tuple[sqlite3.Connection, Connection]]:
    """Give a copy of the office: the bare connection for tampering, the store's for verifying."""
    store = Store.open(MEMORY)
    with store.engine.connect() as conn:
        bare = conn.connection.driver_connection
        assert isinstance(bare, sqlite3.Connection)
        bare.deserialize(image)
        bare.execute("PRAGMA foreign_keys = OFF")
        yield bare, conn
    store.close()


def rows(bare: sqlite3.Connection, statement: str, *params: Any) -> list[tuple[Any, ...]]:
    return bare.execute(statement, params).fetchall()


def one_row(rng: random.Random, bare: sqlite3.Connection, table: str, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    """Return a random row of a table."""
    found = rows(bare, f"SELECT {', '.join(names)} FROM {table}")
    return rng.choice(found) if found else None


def where(names: tuple[str, ...]) -> str:
    return " AND ".join(f"{name} IS ?" for name in names)


def other(rng: random.Random, value: Any) -> Any:
    """Return a value one byte (one bit of a number) away."""
    if value is None:
        return rng.choice([0, "x"])
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(40))
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    if not raw:
        return "x" if isinstance(value, str) else b"x"
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    try:
        return bytes(raw) if isinstance(value, bytes) else raw.decode()
    except UnicodeDecodeError:  # plain SQL can write that too
        return bytes(raw)


def change_a_byte(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Change one byte of one value."""
    table = rng.choice(list(COLUMNS))
    names = COLUMNS[table]
    row = one_row(rng, bare, table, names)
    if row is None:
        return ""
    place = rng.randrange(len(names))
    value = other(rng, row[place])
    if isinstance(row[place], str) and isinstance(value, bytes):
        change = f"UPDATE {table} SET {names[place]} = CAST(? AS TEXT) WHERE {where(names)}"
    else:
        change = f"UPDATE {table} SET {names[place]} = ? WHERE {where(names)}"
    changed = bare.execute(change, (value, *row)).rowcount
    return f"{table}.{names[place]} {row[place]!r} -> {value!r}" if changed else ""


def delete_rows(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Delete a row, or an entry with its payload, or the end of a chain below its stored head."""
    kind = rng.choice(["row", "row", "entry", "tail"])
    if kind == "row":
        table = rng.choice(list(COLUMNS))
        row = one_row(rng, bare, table, COLUMNS[table])
        if row is None:
            return ""
        bare.execute(f"DELETE FROM {table} WHERE {where(COLUMNS[table])}", row)
        return f"{table} {row}"
    chain, n, payload = rng.choice(rows(bare, "SELECT chain, n, payload_id FROM ledger"))
    if kind == "entry":
        bare.execute("DELETE FROM ledger WHERE chain = ? AND n = ?", (chain, n))
        bare.execute("DELETE FROM payload WHERE id = ?", (payload,))
    else:
        bare.execute(
            "DELETE FROM payload WHERE id IN (SELECT payload_id FROM ledger WHERE chain = ? AND n >= ?)", (chain, n)
        )
        bare.execute("DELETE FROM ledger WHERE chain = ? AND n >= ?", (chain, n))
    return f"{kind} {chain} {n}"


def cut_before_the_seal(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Cut a chain and set its head back to fit: only the seal knows better."""
    chain, n = rng.choice(rows(bare, "SELECT chain, n FROM seal_head"))
    cut = rng.randint(1, n)
    bare.execute(
        "DELETE FROM payload WHERE id IN (SELECT payload_id FROM ledger WHERE chain = ? AND n >= ?)", (chain, cut)
    )
    bare.execute("DELETE FROM ledger WHERE chain = ? AND n >= ?", (chain, cut))
    left = rows(bare, "SELECT digest FROM ledger WHERE chain = ? AND n = ?", chain, cut - 1)
    if left:
        bare.execute("UPDATE ledger_chain SET n = ?, head = ? WHERE chain = ?", (cut - 1, left[0][0], chain))
    else:
        bare.execute("DELETE FROM ledger_chain WHERE chain = ?", (chain,))
    return f"cut {chain} from {cut}"


def swap_entries(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Let two entries of one chain change places, or two payloads, or two instants."""
    chains = [c for c, n in rows(bare, "SELECT chain, n FROM ledger_chain") if n > 1]
    chain = rng.choice(chains)
    first, second = rng.sample(rows(bare, "SELECT n FROM ledger WHERE chain = ?", chain), 2)
    what = rng.choice(["n", "payload_id", "at", "digest", "prev"])
    if what == "n":
        for since, to in ((first[0], -1), (second[0], first[0]), (-1, second[0])):
            bare.execute("UPDATE ledger SET n = ? WHERE chain = ? AND n = ?", (to, chain, since))
        return f"swap {chain} {first} {second}"
    get = f"SELECT {what} FROM ledger WHERE chain = ? AND n = ?"
    (a,), (b,) = rows(bare, get, chain, first[0])[0], rows(bare, get, chain, second[0])[0]
    for value, (n,) in ((b, first), (a, second)):
        bare.execute(f"UPDATE ledger SET {what} = ? WHERE chain = ? AND n = ?", (value, chain, n))
    return f"swap {what} of {chain} {first} {second}" if a != b else ""


def swap_events(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Let two events change their entries."""
    names = ("case_id", "source", "source_id", "revision")
    found = rows(bare, f"SELECT {', '.join(names)}, entry FROM event")
    first, second = rng.sample(found, 2)
    if first[4] == second[4]:
        return ""
    for row, entry in ((first, second[4]), (second, first[4])):
        bare.execute(f"UPDATE event SET entry = ? WHERE {where(names)}", (entry, *row[:4]))
    return f"events {first} {second}"


def rewrite_forward(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Alter a payload before the last seal and compute the whole chain anew, head and all: a skilled hand."""
    chain, last = rng.choice(rows(bare, "SELECT chain, n FROM seal_head"))
    kept = rows(bare, "SELECT n FROM ledger WHERE chain = ? AND n <= ? AND payload_id NOT NULL", chain, last)
    if not kept:
        return ""
    at = rng.choice(kept)[0]
    prev = (rows(bare, "SELECT digest FROM ledger WHERE chain = ? AND n = ?", chain, at - 1) or [(b"",)])[0][0]
    for n, kind, when, of_payload, payload in rows(
        bare,
        "SELECT n, kind, at, payload_digest, payload_id FROM ledger WHERE chain = ? AND n >= ? ORDER BY n",
        chain,
        at,
    ):
        found = of_payload
        if n == at:
            text = f'{{"written":"by another hand","n":{n}}}'
            bare.execute("UPDATE payload SET text = ? WHERE id = ?", (text, payload))
            found = sha256(text.encode()).digest()
        digest = digest_of(chain, n, prev, kind, when, found)
        bare.execute(
            "UPDATE ledger SET prev = ?, payload_digest = ?, digest = ? WHERE chain = ? AND n = ?",
            (prev, found, digest, chain, n),
        )
        prev = digest
    bare.execute("UPDATE ledger_chain SET head = ? WHERE chain = ?", (prev, chain))
    return f"rewrite {chain} from {at}"


def rewrite_alone(rng: random.Random, bare: sqlite3.Connection) -> str:
    """Alter a payload and its entry so that the two fit, and leave what follows: the next entry knows better."""
    chain, n, kind, at, prev, payload = rng.choice(rows(
        bare,
        "SELECT l.chain, l.n, kind, at, prev, payload_id FROM ledger AS l JOIN ledger_chain AS c USING (chain) "
        "WHERE l.n < c.n AND payload_id NOT NULL AND kind IN ('case', 'absence')",
    ))  # fmt: skip
    text = f'{{"written":"by another hand","n":{n}}}'
    found = sha256(text.encode()).digest()
    bare.execute("UPDATE payload SET text = ? WHERE id = ?", (text, payload))
    bare.execute(
        "UPDATE ledger SET payload_digest = ?, digest = ? WHERE chain = ? AND n = ?",
        (found, digest_of(chain, n, prev, kind, at, found), chain, n),
    )
    return f"alone {chain} {n}"


BESIDE = ("notice", "message", "attempt")
TAMPERINGS: tuple[Callable[[random.Random, sqlite3.Connection], str], ...] = (
    change_a_byte, change_a_byte, change_a_byte, delete_rows, delete_rows, cut_before_the_seal, swap_entries,
    swap_entries, swap_events, rewrite_forward, rewrite_alone,
)  # fmt: skip


def tampered(
    rng: random.Random, bare: sqlite3.Connection, conn: Connection, tamper: Callable[..., str]
) -> tuple[str, Verdict | None]:
    """Return what was done and what verification says of it (where no table beside the ledger was touched, that of
    the ledger alone); the database is as before afterwards.
    """
    bare.execute("SAVEPOINT tampering")
    try:
        try:
            done = tamper(rng, bare)
        except sqlite3.IntegrityError:  # the tables themselves would not have it
            done = ""
        return done, verify(conn, rows=done.startswith(BESIDE)) if done else None
    finally:
        bare.execute("ROLLBACK TO tampering")
        bare.execute("RELEASE tampering")


def test_the_office_itself_is_whole(copy: tuple[sqlite3.Connection, Connection]) -> None:
    bare, conn = copy
    found = verify(conn)
    assert (found.faults, found.kept) == (0, ())
    assert found.entries > 60
    assert found.seals > 10
    assert all(rows(bare, f"SELECT COUNT(*) FROM {table}")[0][0] for table in COLUMNS)


def test_each_of_1_000_random_tamperings_is_found(copy: tuple[sqlite3.Connection, Connection]) -> None:
    bare, conn = copy
    rng = random.Random(SEED)
    found: Counter[str] = Counter()
    missed: list[str] = []
    while sum(found.values()) < COUNT:
        tamper = TAMPERINGS[sum(found.values()) % len(TAMPERINGS)]
        done, verdict = tampered(rng, bare, conn, tamper)
        if verdict is None:
            continue
        found[tamper.__name__] += 1
        if verdict.is_whole:
            missed.append(done)
    assert missed == []
    assert len(found) == len(set(TAMPERINGS))
    assert verify(conn).is_whole  # every tampering was undone


def test_the_first_altered_entry_is_named(copy: tuple[sqlite3.Connection, Connection]) -> None:
    bare, conn = copy
    for chain, n, at, payload in rows(bare, "SELECT chain, n, at, payload_id FROM ledger WHERE payload_id NOT NULL"):
        bare.execute("SAVEPOINT tampering")
        bare.execute("UPDATE payload SET text = text || ' ' WHERE id = ?", (payload,))
        first = verify(conn).first
        bare.execute("ROLLBACK TO tampering")
        assert first is not None
        assert first.at is not None
        assert (first.chain, first.n, first.what) == (chain, n, "payload")
        assert round(first.at.timestamp() * 1_000_000) == at


def test_the_oldest_of_several_is_named_and_all_are_counted(copy: tuple[sqlite3.Connection, Connection]) -> None:
    bare, conn = copy
    payloads = rows(bare, "SELECT payload_id, chain, n FROM ledger WHERE payload_id NOT NULL ORDER BY at DESC LIMIT 9")
    for payload, *_ in payloads:
        bare.execute("UPDATE payload SET text = text || ' ' WHERE id = ?", (payload,))
    found = verify(conn)
    assert found.faults == 9
    oldest = rows(
        bare, "SELECT MIN(at) FROM ledger WHERE payload_id IN (SELECT value FROM json_each(?))",
        str([payload for payload, *_ in payloads]),
    )[0][0]  # fmt: skip
    assert found.first is not None
    assert found.first.at is not None
    assert round(found.first.at.timestamp() * 1_000_000) == oldest


def test_a_root_kept_elsewhere_finds_what_was_cut_off_with_its_seal(
    copy: tuple[sqlite3.Connection, Connection],
) -> None:
    bare, conn = copy
    (root,) = rows(bare, "SELECT root FROM seal ORDER BY n DESC LIMIT 1")[0]
    assert verify(conn, root.hex()).is_whole
    assert verify(conn, root.hex()[:16].upper()).is_whole
    assert not verify(conn, "0" * 64).is_whole
    assert not verify(conn, root.hex()[:8]).is_whole  # too short to name one
    # The last seal goes, with the entry that recorded it and everything since: what is left fits together.
    n = rows(bare, "SELECT MAX(n) FROM seal")[0][0]
    bare.execute("DELETE FROM seal WHERE n = ?", (n,))
    bare.execute("DELETE FROM seal_head WHERE seal = ?", (n,))
    (last,) = rows(bare, "SELECT MAX(n) FROM ledger WHERE chain = 'system'")[0]
    bare.execute(
        "DELETE FROM payload WHERE id = (SELECT payload_id FROM ledger WHERE chain='system' AND n = ?)", (last,)
    )
    bare.execute("DELETE FROM ledger WHERE chain = 'system' AND n = ?", (last,))
    bare.execute(
        "UPDATE ledger_chain SET n = ?, head = (SELECT digest FROM ledger WHERE chain = 'system' AND n = ?) "
        "WHERE chain = 'system'",
        (last - 1, last - 1),
    )
    assert verify(conn).is_whole  # docs/proof.md says so: this is what the custodian's copy is for
    assert not verify(conn, root.hex()).is_whole


def test_a_seal_made_anew_does_not_fit_the_entry_that_recorded_it(
    copy: tuple[sqlite3.Connection, Connection],
) -> None:
    bare, conn = copy
    n, at, previous, chains, entries, heads = rows(
        bare, "SELECT n, at, previous, chains, entries, heads FROM seal ORDER BY n DESC LIMIT 1"
    )[0]
    under = rows(bare, "SELECT CAST(chain AS BLOB), n, head FROM seal_head WHERE seal = ? ORDER BY chain", n)
    root = root_of(n, at - 1, previous, chains, entries, heads, digest_of_heads(under))
    bare.execute("UPDATE seal SET at = ?, root = ? WHERE n = ?", (at - 1, root, n))
    first = verify(conn).first
    assert first is not None
    assert (first.what, first.detail) == ("seal", str(n))


def test_an_altered_notice_is_named_though_a_foreign_row_stands_before_it(
    copy: tuple[sqlite3.Connection, Connection],
) -> None:
    bare, conn = copy
    bare.execute("CREATE TEMP TABLE one AS SELECT * FROM notice WHERE id = 1")
    bare.execute("UPDATE one SET id = -1, key = 'foreign'")
    bare.execute("INSERT INTO notice SELECT * FROM one")
    assert [(f.what, f.chain) for f in verify(conn).kept] == [("no_entry", "notice -1")]
    bare.execute("UPDATE notice SET person = 'somebody' WHERE id = 3")
    assert {(f.what, f.detail) for f in verify(conn).kept} == {("no_entry", ""), ("row", "notice 3")}


def test_a_message_that_claims_to_be_sent_needs_a_try_that_was(copy: tuple[sqlite3.Connection, Connection]) -> None:
    bare, conn = copy
    bare.execute("UPDATE message SET sent_at = sent_at + 1 WHERE id = 1")
    found = verify(conn)
    assert [(fault.what, fault.detail) for fault in found.kept] == [("row", "message 1")]


def test_the_text_of_a_rulebook_that_was_in_force_is_verified(copy: tuple[sqlite3.Connection, Connection]) -> None:
    bare, conn = copy
    put_revision(conn, "rulebook", "abc", "rules: []", datetime(2026, 3, 17, tzinfo=UTC))
    assert verify(conn).is_whole
    bare.execute("UPDATE revision SET text = 'rules: [x]'")
    assert {fault.what for fault in verify(conn).kept} == {"revision", "no_entry"}


def test_what_cannot_be_found_is_written_down() -> None:
    said = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
    assert "after the last seal" in said
    assert "custodian" in said
