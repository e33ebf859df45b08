"""A seal stands over every chain, and costs what was written since the one before."""

from datetime import timedelta

from deadline_guard.store import Store, ledger, seals
from deadline_guard.store.ledger import Entry
from tests.store.making import NOW


def append(store: Store, *chains: str) -> None:
    with store.write() as conn:
        ledger.append(conn, [Entry(chain, "note", "{}") for chain in chains], NOW)


def test_a_seal_holds_the_heads_that_moved(store: Store) -> None:
    append(store, "a", "a", "b")
    with store.write() as conn:
        first = seals.seal(conn, NOW)
    assert (first.n, first.chains, first.entries, first.heads) == (1, 2, 3, 2)
    append(store, "b")
    with store.write() as conn:
        second = seals.seal(conn, NOW + timedelta(days=1))
        rows = conn.exec_driver_sql("SELECT seal, chain, n FROM seal_head ORDER BY seal, chain").all()
    assert (second.n, second.chains, second.entries, second.heads) == (2, 3, 5, 2)  # b, and the entry of the first
    assert second.previous == first.root
    assert rows == [(1, "a", 2), (1, "b", 1), (2, "b", 2), (2, "system", 1)]


def test_every_part_of_a_seal_is_in_its_root(store: Store) -> None:
    whole = (1, 5, b"p", 2, 3, 1, b"h")
    others = (2, 6, b"q", 3, 4, 2, b"i")
    roots = {seals.root_of(*whole)}
    for place, other in enumerate(others):
        roots.add(seals.root_of(*whole[:place], other, *whole[place + 1 :]))  # type: ignore[arg-type]
    assert len(roots) == 8


def test_a_head_changes_the_root(store: Store) -> None:
    heads = [(b"a", 1, b"x"), (b"b", 2, b"y")]
    assert len({seals.digest_of_heads(h) for h in (heads, heads[:1], [(b"a", 1, b"z"), heads[1]])}) == 3


def test_the_first_seal_of_an_empty_office(store: Store) -> None:
    with store.write() as conn:
        found = seals.seal(conn, NOW)
        assert (found.chains, found.entries, found.heads, found.previous) == (0, 0, 0, b"")
        assert seals.latest(conn) == found
        assert seals.all_seals(conn) == [found]
