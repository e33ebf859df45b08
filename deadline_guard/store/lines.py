"""Rows within a payload, each on a line of its own: told apart without parsing, compared as bytes with the table.

SQLite's ``json_array`` and :func:`deadline_guard.store.columns.dump` write texts, whole numbers and NULL alike, and
no two different rows alike; JSON has no line break inside a text. So a line of a payload and the line that the
database makes of a row are equal exactly where every value is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from deadline_guard.store.columns import dump

_BETWEEN: Final = "\n,\n"
BETWEEN: Final = _BETWEEN.encode()


def lines(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return rows as one JSON list with each row on its own line."""
    found = _BETWEEN.join(map(dump, rows))
    return f"[\n{found}\n]" if found else "[]"


def lines_in(text: bytes) -> bytes:
    """Return the rows that :func:`lines` wrote at the end of a payload or amid it, with :data:`BETWEEN` between them.

    The payload holds no other line break; nothing where it lists no rows.
    """
    return text[text.find(b"\n") + 1 : max(text.rfind(b"\n"), 0)]


def joined(select: str) -> str:
    """Return the SQL for the lines of many rows as :func:`lines_in` gives them."""
    return f"CAST(group_concat({select}, '{_BETWEEN}') AS BLOB)"


def line(columns: str, *, careful: bool = False) -> str:
    """Return the SQL for a row as the line that a payload has of it.

    ``careful``: a BLOB among the columns, which the program never writes and of which JSON knows nothing, becomes
    what no row is, instead of an error.
    """
    if careful:
        names = columns.split(", ")
        columns = ", ".join(
            f"CASE typeof({one}) WHEN 'blob' THEN json_array(hex({one})) ELSE {one} END" for one in names
        )
    return f"json_array({columns})"
