"""Every test of the store runs on a database in memory and on a file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deadline_guard.store import MEMORY, Store


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new, empty database."""
    opened = Store.open(MEMORY if request.param == "memory" else tmp_path / "office.db", create=True)
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """The instant at which the tests play."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
