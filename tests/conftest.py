"""What every test stands on: UTC, loopback only, the real case logs, and nothing left out without a word.

pydantic and sqlmodel are imported here, before any test freezes the clock: imported while time is frozen,
pydantic keeps the frozen classes for good.
"""

import os
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pydantic  # noqa: F401
import pytest
import sqlmodel  # noqa: F401
from hypothesis import HealthCheck, settings

os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()

# A busy machine must not fail a test: how long things take is measured under bench/.
settings.register_profile("untimed", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("DG_SHARED") or ROOT.parent / "shared" / "data")
EVERYTHING = bool(os.environ.get("DG_ALL") or os.environ.get("CI"))
COSTLY = ("debian", "browser", "long")

left_out: dict[str, list[str]] = defaultdict(list)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the real case logs; under CI and `test --all` its absence is a failure."""
    if not SHARED.is_dir():
        pytest.fail(f"the real case logs are missing: {SHARED} does not exist (DG_SHARED names another folder)")
    return SHARED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if EVERYTHING or SHARED.is_dir():
        return
    without = [item for item in items if "shared_data" in getattr(item, "fixturenames", ())]
    if without:
        items[:] = [item for item in items if item not in without]
        config.hook.pytest_deselected(items=without)


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        marked = [name for name in COSTLY if item.get_closest_marker(name)]
        if marked and any(f"not {name}" in item.config.getoption("markexpr") for name in marked):
            left_out[", ".join(marked)].append(item.nodeid)
        elif "shared_data" in getattr(item, "fixturenames", ()) and not SHARED.is_dir():
            left_out["the real case logs beside the project"].append(item.nodeid)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for need, names in sorted(left_out.items()):
        files = sorted({name.split("::")[0] for name in names})
        terminalreporter.write_line(f"left out, needs {need}: {len(names)} in {', '.join(files)}")


class NetworkForbidden(RuntimeError):
    """A test tried to leave the machine."""


def _is_loopback(address: object) -> bool:
    if not isinstance(address, tuple):  # a Unix socket's path
        return True
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Let sockets reach this machine only: a test that strays fails at once, not by time-out."""
    patch = pytest.MonkeyPatch()
    for verb in ("connect", "connect_ex"):
        patch.setattr(socket.socket, verb, _guarded(getattr(socket.socket, verb)))
    yield
    patch.undo()


def _guarded(real: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if not _is_loopback(address):
            raise NetworkForbidden(f"a test connected to {address!r}; use a server on 127.0.0.1")
        return real(self, address)

    return connect
