"""The texts of rules, calendars and people that were in force, against the entries that recorded them."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from deadline_guard.store.statements import fetch
from deadline_guard.store.verify.faults import Faults
from deadline_guard.store.verify.payloads import Compared

_RECORDED: Final = "('rulebook', 'calendar', 'people')"


def compare_revisions(conn: Connection, compared: Compared, faults: Faults) -> None:
    """Compare each stored text; both come in the order of writing."""
    rows = {
        (digest, sha256(text).hexdigest()): number
        for number, digest, text in fetch(
            conn, f"SELECT id, hash, CAST(text AS BLOB) FROM revision WHERE kind IN {_RECORDED} ORDER BY id"
        )
    }
    said = {(str(digest), str(of_text)): payload for payload, (digest, of_text, *_) in compared.revisions}
    for key, payload in said.items():
        if key not in rows:
            faults.at_payload(payload, "revision", key[0][:12])
    for key, number in rows.items():
        if key not in said:
            faults.add(f"revision {number}", 0, None, "no_entry", key[0][:12])
