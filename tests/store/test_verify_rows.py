"""Every row of notices, messages and tries against the entry that lists it: altered, gone or never listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from deadline_guard.store import MEMORY, Store, messages, notices, sending
from deadline_guard.store.lines import BETWEEN, joined, line, lines, lines_in
from deadline_guard.store.sending import Outcome
from deadline_guard.store.verify import Verdict, verify
from tests.store.making import HOUR, NOW, message, notice, scratch

FIXED = {
    "notice": notices.FIXED.split(", "),
    "message": messages.FIXED.split(", "),
    "attempt": sending.TRIED.split(", "),
}
KEYS = {"notice": "id = 3", "message": "id = 3", "attempt": "message_id = 3 AND n = 1"}
NAMES = {"notice": "notice 3", "message": "message 3", "attempt": "attempt 3.1"}
LISTED = {"notice": "decided", "message": "composed", "attempt": "settled"}
ABSENT = {"notice": "99", "message": "99", "attempt": "99, 1"}
VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**63), 2**63 - 1) | st.none()


@pytest.fixture
def conn() -> Iterator[Connection]:
    """Give an office of six notices, each told by mail and in Slack, all tried; nothing keeps rows together."""
    store = Store.open(MEMORY)
    with store.write() as conn:
        told = [notice("system" if n % 2 else "c1", n=n) for n in range(1, 7)]
        notices.insert(conn, told, NOW)
        made = [message(f"{channel}/{n.n}", n, channel=channel) for n in told for channel in ("email", "slack")]
        messages.insert(conn, made, NOW)
        leased = sending.lease(conn, NOW, 12, "a", 60)
        for one in reversed(leased):
            sending.settle(conn, [Outcome(one.id, 1, "sent", "250 ok", f"<{one.id}>")], NOW + one.id * HOUR)
        conn.exec_driver_sql("COMMIT")
        conn.exec_driver_sql("PRAGMA foreign_keys = OFF")
        conn.exec_driver_sql("BEGIN")
        yield conn
    store.close()


def said(found: Verdict) -> list[tuple[str, str, str]]:
    """Return the faults: whose entry, what, which row."""
    return sorted((one.chain, one.what, one.detail) for one in found.kept)


def lister(conn: Connection, table: str) -> str:
    """Return the chain of the entry that lists the third row of a table."""
    number = {"notice": "[3,", "message": "[3,", "attempt": "[3,1,"}[table]
    rows = conn.exec_driver_sql(
        "SELECT chain, text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id WHERE kind = ?",
        (LISTED[table],),
    )
    (chain,) = [chain for chain, text in rows if f"\n{number}" in text]
    return str(chain)


def test_an_office_whose_entries_and_rows_come_in_other_orders_is_whole(conn: Connection) -> None:
    assert said(verify(conn)) == []


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, names in FIXED.items() for one in names])
def test_each_column_of_a_row_is_compared(conn: Connection, table: str, column: str) -> None:
    if column in KEYS[table].replace(" = ", " ").split():  # another key: one row is gone, another was never listed
        expected = sorted([
            (lister(conn, table), "no_row", NAMES[table]),
            (NAMES[table].replace("3", "77", 1) if column != "n" else "attempt 3.77", "no_entry", ""),
        ])  # fmt: skip
    else:
        expected = [(lister(conn, table), "row", NAMES[table])]
    changed = conn.exec_driver_sql(f"UPDATE {table} SET {column} = 77 WHERE {KEYS[table]}")
    assert changed.rowcount == 1
    found = verify(conn)
    assert said(found)[: len(expected)] == expected
    assert verify(conn, rows=False).is_whole


def test_a_notice_added_to_or_taken_from_a_message_is_told(conn: Connection) -> None:
    chain = lister(conn, "message")
    for change in ("INSERT INTO message_notice VALUES (3, 5)", "DELETE FROM message_notice WHERE message_id = 3"):
        conn.exec_driver_sql(change)
        assert said(verify(conn)) == [(chain, "row", "message 3")]


@pytest.mark.parametrize("table", list(FIXED))
def test_a_row_that_no_entry_lists_is_told(conn: Connection, table: str) -> None:
    names = [row[1] for row in conn.exec_driver_sql(f"PRAGMA table_info({table})")]
    new = [n for n in names if n not in ("id", "key", "message_id", "n" if table == "attempt" else "")]
    old = [n for n in names if n not in new]
    given = {"notice": "99, 'foreign'", "message": "99, 'foreign'", "attempt": "99, 1"}[table]
    conn.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(old + new)}) SELECT {given}, {', '.join(new)} FROM {table} "
        f"WHERE {KEYS[table]}"
    )
    name = f"{table} {ABSENT[table].replace(', ', '.')}"
    assert (name, "no_entry", "") in said(verify(conn))


@pytest.mark.parametrize("table", list(FIXED))
def test_a_row_that_an_entry_lists_and_that_is_gone_is_told(conn: Connection, table: str) -> None:
    chain = lister(conn, table)
    conn.exec_driver_sql(f"DELETE FROM {table} WHERE {KEYS[table]}")
    assert (chain, "no_row", NAMES[table]) in said(verify(conn))


@pytest.mark.parametrize("table", list(FIXED))
def test_a_value_that_is_no_text_any_more_is_told(conn: Connection, table: str) -> None:
    column = {"notice": "person", "message": "address", "attempt": "detail"}[table]
    chain = lister(conn, table)
    conn.exec_driver_sql(f"UPDATE {table} SET {column} = CAST({column} AS BLOB) WHERE {KEYS[table]}")
    assert said(verify(conn)) == [(chain, "row", NAMES[table])]
    conn.exec_driver_sql(f"UPDATE {table} SET {column} = CAST(x'ff' AS TEXT) WHERE {KEYS[table]}")
    assert said(verify(conn)) == [(chain, "row", NAMES[table])]


def test_of_a_try_that_was_settled_twice_the_later_outcome_counts(conn: Connection) -> None:
    first = conn.exec_driver_sql("SELECT outcome, detail, settled_at FROM attempt WHERE message_id = 3").one()
    sending.settle(conn, [Outcome(3, 1, "sent", "250 once more")], NOW + 99 * HOUR)
    conn.exec_driver_sql(
        "UPDATE message SET sent_at = (SELECT settled_at FROM attempt WHERE message_id = 3) WHERE id = 3"
    )
    assert said(verify(conn)) == []
    conn.exec_driver_sql(
        "UPDATE attempt SET outcome = ?, detail = ?, settled_at = ? WHERE message_id = 3", tuple(first)
    )
    conn.exec_driver_sql("UPDATE message SET sent_at = ? WHERE id = 3", (first[2],))
    found = verify(conn)
    assert [(one.what, one.detail) for one in found.kept] == [("row", "attempt 3.1")]
    assert found.first is not None
    assert found.first.at == NOW + 99 * HOUR


def test_a_try_that_ended_unsettled_needs_no_entry_and_any_other_does(conn: Connection) -> None:
    conn.exec_driver_sql("INSERT INTO attempt SELECT message_id, 2, started_at, started_by, settled_at, 'ambiguous', '' "
                         "FROM attempt WHERE message_id = 3")  # fmt: skip
    assert said(verify(conn)) == []
    conn.exec_driver_sql("UPDATE attempt SET outcome = 'retry' WHERE n = 2")
    assert said(verify(conn)) == [("attempt 3.2", "no_entry", "")]


@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_the_database_writes_a_row_as_its_line_in_a_payload(rows: list[tuple[Any, Any]]) -> None:
    payload = f'{{"before":["a"],"rows":{lines(rows)},"then":1}}'
    assert json.loads(payload)["rows"] == [list(row) for row in rows]
    with scratch() as conn, closing(conn.connection.cursor()) as cursor:
        cursor.execute("CREATE TEMP TABLE one (n INTEGER PRIMARY KEY, a, b)")
        cursor.executemany("INSERT INTO one (a, b) VALUES (?, ?)", rows)
        cursor.execute(f"SELECT {joined(line('a, b'))}, {joined(line('a, b', careful=True))} FROM one")
        found = cursor.fetchone()
        cursor.execute("DROP TABLE one")
    assert found == ((lines_in(payload.encode()),) * 2 if rows else (None, None))
    if rows:
        assert len(lines_in(payload.encode()).split(BETWEEN)) == len(rows)
    else:
        assert lines_in(payload.encode()) == b""
