"""`status` says whether the mailbox that people reply to can be read."""

from __future__ import annotations

from pathlib import Path

from deadline_guard.app import App
from deadline_guard.store import replies
from tests.scenarios import disk


def test_status_names_why_the_mailbox_cannot_be_read_and_since_when(tmp_path: Path) -> None:
    office = disk.make(tmp_path / "office", 9)
    assert "Replies by mail" not in office.type("status", "--locale", "en")
    (office.folder / "key").write_text("ab" * 32, encoding="utf-8")
    with office.config.open("a", encoding="utf-8") as config:
        config.write("answers: {key_file: key}\n")
        config.write("reply_mail: {host: imap.x, user: ack, password_env: X, address: ack@firm.example}\n")
    assert "ack at imap.x:993, INBOX" in office.type("status", "--locale", "en")
    app = App.open(office.config)
    with app.store.write() as conn:
        name = "ack at imap.x:993, INBOX"
        replies.put_trouble(conn, name, replies.Trouble(app.clock.now(), "imap.x refused the login"))
    app.close()
    said = office.type("status", "--locale", "zh_Hans")
    assert "起无法读取:imap.x refused the login" in said
