"""What is named once as a secret is in no text any more, whole, cut off, quoted or encoded; ordinary words stay."""

from __future__ import annotations

import logging
from base64 import b64encode

import pytest

from deadline_guard import discreet as module
from deadline_guard.discreet import BLACK, DiscreetFormatter, discreet, keep_secret


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_known", {})


@pytest.mark.parametrize(
    ("secret", "text", "left"),
    [
        ("xoxb-1234-abcdef", "Bearer xoxb-1234-abcdef refused", f"Bearer {BLACK} refused"),
        ("xoxb-1234-abcdef", "Bearer xoxb-1234-ab", f"Bearer {BLACK}"),  # a server's words are cut after 200 letters
        ("p@ss/wörd 2", "535 p%40ss%2Fw%C3%B6rd no", f"535 {BLACK} no"),
        ("hunter22", "login hunter22 failed", f"login {BLACK} failed"),
        ("hunter22", f"AUTH {b64encode(b'hunter22').decode()}", f"AUTH {BLACK}"),
        ("https://hooks.example/services/T01/B02/zYx", "POST /services/T01/B02/zYx 404", f"POST {BLACK} 404"),
        ("https://hooks.example/services/T01/B02/zYx", "our services at hooks.example", "our services at hooks.example"),
        ("https://o.example/robot/send?access_token=t0ktok", "access_token=t0ktok is wrong", f"access_token={BLACK} is wrong"),
        ("lit https://o.example/hook/abcdefgh1 SECsign", "abcdefgh1 and SECsign", f"{BLACK} and {BLACK}"),
        ("", "nothing", "nothing"),
        ("abc", "an abc stays", "an abc stays"),  # too short to be told from a word
    ],
)  # fmt: skip
def test_what_is_blacked_out(secret: str, text: str, left: str) -> None:
    keep_secret(secret)
    assert discreet(text) == left


def test_a_traceback_in_the_log_is_blacked_out() -> None:
    keep_secret("xoxb-1234-abcdef")
    try:
        raise ValueError("token xoxb-1234-abcdef")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed: %s", ("xoxb-1234-abcdef",), None)
        record.exc_info = (ValueError, error, error.__traceback__)
    line = DiscreetFormatter("%(message)s").format(record)
    assert "xoxb-1234" not in line
    assert "Traceback" in line
