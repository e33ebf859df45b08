"""`dev.py test` leaves no file out when it runs both halves at once."""

from __future__ import annotations

from tests.in_halves import HERE, halves


def test_each_test_file_stands_in_one_half() -> None:
    of_halves = [
        path for half in halves() for place in half for path in ([place] if place.is_file() else place.rglob("*"))
    ]
    found = sorted(path for path in of_halves if path.name.startswith("test_") and path.suffix == ".py")
    assert found == sorted(HERE.rglob("test_*.py"))
