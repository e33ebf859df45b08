"""Everything written is in a chain, and every chain can be recomputed from what is stored."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from deadline_guard.core.people import Absence
from deadline_guard.store import Store, cases, events, ledger, messages, notices, people, queue, sending
from deadline_guard.store.columns import dump, micros
from deadline_guard.store.ledger import Entry
from deadline_guard.store.queue import CaseResult
from tests.store.making import HOUR, NOW, assessment, case, message, notice, scratch, served

EVENT_ROWS = (
    "SELECT case_id, entry, source, source_id, revision, kind, on_date, at, subject, data, retracted, origin, "
    "recorded_by, recorded_at FROM event WHERE case_id = ? AND entry = ? ORDER BY source, source_id, revision"
)


def broken(conn: Connection) -> list[str]:
    """Return the entries that do not follow from their predecessor and payload, computed apart from the store."""
    found: list[str] = []
    heads: dict[str, tuple[int, bytes]] = {}
    for chain, n, kind, at, prev, payload_digest, digest, payload_id in conn.exec_driver_sql(
        "SELECT chain, n, kind, at, prev, payload_digest, digest, payload_id FROM ledger ORDER BY chain, n"
    ):
        before, head = heads.get(chain, (0, b""))
        heads[chain] = (n, digest)
        if payload_id is None:
            rows = conn.exec_driver_sql(EVENT_ROWS, (chain.removeprefix("case:"), n)).all()
            text = dump([tuple(row) for row in rows])
        else:
            text = conn.exec_driver_sql("SELECT text FROM payload WHERE id = ?", (payload_id,)).scalar()
        whole = sha256(f"{chain}\n{n}\n{kind}\n{at}\n".encode() + head + sha256(text.encode()).digest()).digest()
        if (n, prev, digest, payload_digest) != (before + 1, head, whole, sha256(text.encode()).digest()):
            found.append(f"{chain} {n}")
    stored = {chain: (n, head) for chain, n, head in conn.exec_driver_sql("SELECT chain, n, head FROM ledger_chain")}
    return found + sorted(
        f"head of {chain}" for chain in heads.keys() | stored.keys() if heads.get(chain) != stored.get(chain)
    )


def live_a_little(conn: Connection) -> None:
    """Write something through every function that writes."""
    told = notice("c1")
    cases.put_cases(conn, [case("c1"), case("c2")], NOW)
    cases.link(conn, "c2", "c1", "parent", NOW)
    events.record_events(conn, [served("c1", "2"), served("c1", "1"), served("c2", "1", data='{"案":1}')], NOW)
    events.record_events(conn, [served("c1", "1", on="2026-02-05")], NOW + HOUR)
    events.retract(conn, [("c2", "csv", "1")], NOW + HOUR)
    people.assign(conn, "c1", "owner", "wang", NOW, "chen")
    people.record_absence(conn, Absence("zhang", NOW, NOW + HOUR), NOW, "zhang")
    people.cancel_absence(conn, 1, NOW, "zhang")
    people.put_revision(conn, "rulebook", "abc", "rules: []", NOW)
    rev = cases.load_cases(conn, ["c1"])["c1"].rev
    queue.store_result(conn, CaseResult("c1", rev, NOW, True, [assessment()], [told]), NOW)
    (stored,) = notices.insert(conn, [notice("system")], NOW)
    first, second = messages.insert(conn, [message("k", told), message("s", notice("system"), channel="slack")], NOW)
    sending.lease(conn, NOW, 1, "a", 60)
    sending.settle(conn, [sending.Outcome(first, 1, "sent")], NOW)
    messages.withdraw(conn, [second], "moved", NOW)
    notices.withdraw(conn, [stored.id], "done", NOW)


def test_every_write_is_chained_and_every_chain_holds(store: Store) -> None:
    with store.write() as conn:
        live_a_little(conn)
        assert broken(conn) == []
        kinds = conn.exec_driver_sql("SELECT chain, kind FROM ledger ORDER BY chain, n").all()
    by_chain: dict[str, list[str]] = {}
    for chain, kind in kinds:
        by_chain.setdefault(chain, []).append(kind)
    assert by_chain == {
        "case:c1": ["case", "events", "events", "assigned", "decided"],
        "case:c2": ["case", "link", "events", "events"],
        "channel:email": ["composed", "settled"],
        "channel:slack": ["composed", "withdrawn"],
        "system": ["absence", "absence cancelled", "rulebook revision", "decided", "withdrawn"],
    }


def test_a_changed_row_breaks_its_chain(store: Store) -> None:
    with store.write() as conn:
        live_a_little(conn)
        conn.exec_driver_sql("UPDATE event SET on_date = '2026-02-06' WHERE case_id = 'c1' AND revision = 2")
        conn.exec_driver_sql("UPDATE payload SET text = '{}' WHERE id = 1")
        assert broken(conn) == ["case:c1 1", "case:c1 3"]


def test_a_removed_entry_breaks_its_chain(store: Store) -> None:
    with store.write() as conn:
        live_a_little(conn)
        conn.exec_driver_sql("DELETE FROM ledger WHERE chain = 'case:c1' AND n = 2")
        conn.exec_driver_sql("DELETE FROM ledger WHERE chain = 'system' AND n = 5")
        assert broken(conn) == ["case:c1 3", "head of system"]


def test_writing_nothing_new_appends_nothing(store: Store) -> None:
    with store.write() as conn:
        live_a_little(conn)
        before = conn.exec_driver_sql("SELECT COUNT(*) FROM ledger").scalar()
        cases.put_case(conn, case("c2"), NOW)
        cases.link(conn, "c2", "c1", "parent", NOW)
        events.record_events(conn, [served("c1", "2")], NOW)
        people.put_revision(conn, "rulebook", "abc", "rules: []", NOW)
        people.assign(conn, "c1", "owner", "wang", NOW, "chen")
        notices.insert(conn, [notice("system")], NOW)
        rev = cases.load_cases(conn, ["c2"])["c2"].rev
        queue.store_result(conn, CaseResult("c2", rev, NOW, True), NOW)
        assert conn.exec_driver_sql("SELECT COUNT(*) FROM ledger").scalar() == before


@given(st.lists(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.text(max_size=5)), max_size=5), max_size=5))
def test_chains_hold_whatever_is_appended_together(batches: list[list[tuple[str, str]]]) -> None:
    with scratch() as conn:
        numbers: dict[str, list[int]] = {}
        for batch in batches:
            entries = [Entry(chain, "note", text) for chain, text in batch]
            for entry, n in zip(entries, ledger.append(conn, entries, NOW), strict=True):
                numbers.setdefault(entry.chain, []).append(n)
        assert broken(conn) == []
        assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_the_digest_covers_every_part() -> None:
    whole = ("case:c1", 1, b"p", "events", micros(NOW), b"d")
    others = ("case:c2", 2, b"q", "case", micros(NOW) + 1, b"e")
    digests = {ledger.digest_of(*whole)}
    for place, other in enumerate(others):
        digests.add(ledger.digest_of(*whole[:place], other, *whole[place + 1 :]))  # type: ignore[arg-type]
    assert len(digests) == 7


def test_subjects_have_their_chains() -> None:
    assert [ledger.of_subject(s) for s in ("c1", "system", "source:csv", "person:li")] == [
        "case:c1", "system", "system", "system",
    ]  # fmt: skip
