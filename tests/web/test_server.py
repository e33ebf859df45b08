"""The web server beside the daemon: it stops with it, says when its port is taken, and never holds up a warning."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from deadline_guard.config import parse
from deadline_guard.paths import example_config
from tests.scenarios import disk
from tests.scenarios.disk import Office
from tests.servers.smtp_sink import SmtpSink
from tests.web.browse import Page, free_port
from tests.web.served import LINK


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def office(tmp_path: Path, sink: SmtpSink) -> Office:
    office = disk.make(tmp_path / "office", sink.port)
    (office.folder / "key").write_text("0f" * 32)
    settings = yaml.safe_load(office.config.read_text())
    port = free_port()
    settings |= {"answers": {"key_file": "key"}, "web": {"port": port, "url": f"http://127.0.0.1:{port}"}}
    office.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
    return office


def port_of(office: Office) -> int:
    return int(yaml.safe_load(office.config.read_text())["web"]["port"])


def warn(office: Office, code: str = "A") -> None:
    """Given a case whose owner is to be told at once."""
    office.type("case", "add", code, "--type", "civil", "--owner", "zhang", "--team", "lit")
    office.type("event", "add", code, "complaint_received", "--on", office.day(-10))


def test_sigterm_ends_the_pages_with_the_daemon_even_while_somebody_is_connected(office: Office) -> None:
    with office.daemon() as process, ExitStack() as open_:
        url = f"http://127.0.0.1:{port_of(office)}"
        assert Page.at(f"{url}/healthz").html == "ok\n"
        idle = open_.enter_context(socket.create_connection(("127.0.0.1", port_of(office)), 30))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")  # never finished
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert "Traceback" not in (office.folder / "daemon.log").read_text()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port_of(office)))


def test_a_port_in_use_is_said_before_anything_runs(office: Office) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port_of(office)))
        taken.listen()
        said = office.do("run", expect=1)
    assert f"web: 127.0.0.1:{port_of(office)} is in use by another program" in said
    assert "Traceback" not in said


def test_clients_that_never_finish_do_not_hold_up_a_warning(office: Office, sink: SmtpSink) -> None:
    with office.daemon(), ExitStack() as open_:
        for n in range(60):
            slow = open_.enter_context(socket.create_connection(("127.0.0.1", port_of(office)), 30))
            head = b"POST /a/aaaa HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            slow.sendall(head + b"Content-Length: 9000\r\n\r\nact=" if n % 2 else b"GET /a/aaaa HTTP/1.1\r\nHos")
        warn(office)
        mail = sink.wait_for(1, 60)[0]
        found = LINK.search(mail.part("text/plain"))
        assert found is not None
        assert Page.at(found[0]).press("是，我已知悉").status == 200


def test_status_says_whether_the_pages_answer(office: Office) -> None:
    assert "! nothing answers at" in office.type("status")
    with office.daemon():
        said = office.type("status")
    assert f"http://127.0.0.1:{port_of(office)} (answers at" in said
    assert "nothing answers" not in said


def test_without_a_web_section_nothing_listens_and_no_letter_carries_a_link(office: Office, sink: SmtpSink) -> None:
    settings = yaml.safe_load(office.config.read_text())
    port = settings.pop("web")["port"]
    office.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
    warn(office)
    with office.daemon():
        text = sink.wait_for(1, 60)[0].part("text/plain")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)
    assert "/a/" not in text
    assert "deadline-guard ack" in text


def test_the_example_configuration_shows_a_section_that_is_accepted() -> None:
    text = example_config().read_text(encoding="utf-8")
    section = text[text.index("#web:") :].split("\n\n")[0]
    given = yaml.safe_load("\n".join(line.removeprefix("#") for line in section.splitlines()))
    found, problems = parse(given, Path("."))
    assert problems == []
    assert found is not None and found.web is not None
    assert set(given["web"]) == set(type(found.web).model_fields)


@pytest.mark.parametrize("url", ["deadlines.firm.example", "https://", "https://x/?a=1", "ftp://x", "https://x y"])
def test_an_address_that_no_reader_could_open_is_refused(url: str) -> None:
    found, problems = parse({"web": {"url": url}}, Path("."))
    assert found is None
    assert [place for place, _ in problems] == [("web", "url")]
