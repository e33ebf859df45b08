"""The mailbox in the configuration: the example works once its marks are taken away, half a setting is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from deadline_guard.app import channel_sections, read_config
from deadline_guard.config import ReplyMail
from deadline_guard.errors import ConfigError
from deadline_guard.loop.replies.reading import Reading
from tests.loop.replies.desk import Post
from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World

EXAMPLE = Path(__file__).resolve().parents[3] / "config.example.yaml"


def example(folder: Path, was: str = "", becomes: str = "") -> Path:
    """Return the example with its reply mailbox switched on, the secrets it names, and something changed."""
    lines, on = [], False
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        on = line.startswith("#reply_mail:") or (on and line.startswith("#  "))
        lines.append(line[1:] if on else line)
    (folder / "config.yaml").write_text("\n".join(lines).replace(was or "\0", becomes), encoding="utf-8")
    (folder / "secrets").mkdir()
    for name in ("smtp", "imap"):
        (folder / "secrets" / name).write_text("geheim\n", encoding="utf-8")
    return folder / "config.yaml"


def test_the_example_names_every_setting_and_brings_replies_and_bounces_to_the_mailbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEADLINE_GUARD_SLACK_TOKEN", "xoxb-x")
    config = read_config(example(tmp_path))
    assert config.reply_mail is not None
    assert set(ReplyMail.model_fields) - config.reply_mail.model_fields_set == {"password_env"}
    email = channel_sections(config)["email"]
    assert email["reply_to"] == email["return_path"] == "ack+{token}@firm.example"


def test_replies_without_a_key_to_know_them_by_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"reply_mail: .*answers\.key_file"):
        read_config(example(tmp_path, "key_file: secrets/answers", "key_file: null"))


@pytest.mark.parametrize("address", ["ack", "ack+x@firm.example", "a-very-long-name@firm.example", "ack@"])
def test_an_address_that_leaves_no_room_for_a_token_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match=r"reply_mail\.address"):
        read_config(example(tmp_path, "address: ack@firm.example", f"address: {address}"))


def test_a_mailbox_without_a_password_is_refused() -> None:
    world = World([RULE])
    post = Post(world)
    with pytest.raises(ConfigError, match="password_file"):
        Reading.of(post.world.office, lambda: world.now)
    world.close()
