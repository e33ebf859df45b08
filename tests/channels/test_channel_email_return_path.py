"""The envelope address: bounces come back with the token, where the server lets a login send under it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deadline_guard.channels import DeliveryError
from tests.channels.test_channel_email import LETTER, channel
from tests.servers.smtp_sink import Refuse, SmtpSink

TOKENED = "ack+{token}@firm.example"
LETTERS = [replace(LETTER, delivery_id=f"W-{n}", reply_token=f"t{n}") for n in (1, 2)]


def test_a_letter_that_can_be_replied_to_leaves_under_its_own_token() -> None:
    with SmtpSink() as sink:
        sender = channel(sink, return_path=TOKENED)
        for letter in (*LETTERS, LETTER):
            sender.send(letter)
    assert [m.sender for m in sink.mails] == ["ack+t1@firm.example", "ack+t2@firm.example", "deadlines@firm.example"]


@pytest.mark.parametrize(
    "refusal",
    [
        Refuse(501, "Mail from address must be same as authorization user", at="mail"),
        Refuse(553, "5.7.1 Sender address rejected: not owned by user guard", at="rcpt"),
        Refuse(550, "5.7.60 Client does not have permissions to send as this sender", at="text"),
    ],
    ids=lambda r: r.at,
)
def test_a_server_that_lets_a_login_send_as_itself_only_gets_its_own_address_from_then_on(refusal: Refuse) -> None:
    with SmtpSink() as sink:
        sink.next(refusal)
        sender = channel(sink, return_path=TOKENED)
        for letter in LETTERS:
            sender.send(letter)
    assert [m.sender for m in sink.mails] == ["deadlines@firm.example"] * 2
    assert sink.attempts == 3, "the refused address was tried once"


def test_a_recipient_refused_for_good_is_refused_once() -> None:
    with SmtpSink() as sink:
        sink.next(Refuse())
        with pytest.raises(DeliveryError, match=r"5\.1\.1"):
            channel(sink, return_path=TOKENED).send(LETTERS[0])
    assert sink.attempts == 1
