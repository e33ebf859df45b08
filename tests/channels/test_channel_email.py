"""Mail over a real SMTP server: what arrives, and what every failure is called."""

from __future__ import annotations

import random
import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.channels import Attachment, DeliveryError, Letter, Outcome
from deadline_guard.channels.email import Email, EmailSettings
from deadline_guard.channels.mime import compose
from tests.servers.smtp_sink import CA_FILE, Drop, Refuse, Silent, SilentPort, Slow, SmtpSink

SENT = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
LETTER = Letter(
    delivery_id="W-10482",
    address="zhangsan@firm.example",
    subject="[期限] (2026)京01民初123号 · 提交答辩状 · W-10482",
    text="■ 临近：还剩 5 个工作日\n.一行以点开头\n.\n结束\n",
    html="<p>■ 临近</p>",
    sender_name="期限预警 ■临近",
    recipient_name="张三",
    sent_at=SENT,
)


def channel(sink: SmtpSink, **more: object) -> Email:
    settings = {"host": "127.0.0.1", "port": sink.port, "sender": "deadlines@firm.example", "timeout": 2.0}
    return Email.from_settings({**settings, **more})


def outcome(sender: Email, letter: Letter = LETTER) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        sender.send(letter)
    return failed.value


def test_a_letter_arrives_with_its_chinese_text_and_headers_intact() -> None:
    with SmtpSink() as sink:
        sender = channel(sink, reply_to="ack+{token}@firm.example", list_id="deadlines.firm.example")
        receipt = sender.send(replace(LETTER, reply_token="t0k"))
        sender.close()
    (mail,) = sink.mails
    got = mail.message
    assert receipt.remote_id == "<W-10482@firm.example>" == got["Message-ID"]
    assert got["Subject"] == LETTER.subject
    assert got["From"].addresses[0].display_name == "期限预警 ■临近"
    assert got["From"].addresses[0].addr_spec == "deadlines@firm.example"
    assert got["To"].addresses[0].display_name == "张三"
    assert got["Date"].datetime == SENT
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["X-Auto-Response-Suppress"] == "AutoReply"  # it can be replied to: whoever is away may say so
    assert got["List-Id"] == "<deadlines.firm.example>"
    assert got["Reply-To"] == "ack+t0k@firm.example"
    assert got["In-Reply-To"] is None
    assert mail.part("text/plain").replace("\r\n", "\n") == LETTER.text
    assert mail.part("text/html") == LETTER.html
    assert mail.recipients == ("zhangsan@firm.example",)
    assert not got.defects
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998


def test_a_letter_without_a_token_asks_for_no_reply_where_replies_need_one() -> None:
    with SmtpSink() as sink:
        channel(sink, reply_to="ack+{token}@firm.example").send(LETTER)
        channel(sink, reply_to="office@firm.example").send(LETTER)
    assert [m.message["Reply-To"] for m in sink.mails] == [None, "office@firm.example"]
    assert sink.mails[0].message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_later_letters_of_a_thread_name_the_root_and_the_one_before() -> None:
    with SmtpSink() as sink:
        sender = channel(sink)
        root = sender.send(LETTER).remote_id
        second = sender.send(replace(LETTER, delivery_id="W-2", thread_root=root, previous=root)).remote_id
        sender.send(replace(LETTER, delivery_id="W-3", thread_root=root, previous=second))
    _, two, three = (mail.message for mail in sink.mails)
    assert two["In-Reply-To"] == root
    assert two["References"] == root
    assert three["In-Reply-To"] == second
    assert three["References"].split() == [root, second]
    assert two["Subject"] == three["Subject"]


def test_a_repeat_has_the_same_message_id_and_says_that_it_may_be_one() -> None:
    with SmtpSink() as sink:
        sender = channel(sink)
        sender.send(LETTER)
        sender.send(replace(LETTER, may_repeat=True))
    first, again = (mail.message for mail in sink.mails)
    assert first["Message-ID"] == again["Message-ID"]
    assert first["X-Deadline-Guard-Repeat"] is None
    assert again["X-Deadline-Guard-Repeat"] == "may be a repeat"


def test_ten_letters_go_over_one_connection() -> None:
    with SmtpSink() as sink:
        sender = channel(sink)
        for n in range(10):
            sender.send(replace(LETTER, delivery_id=f"W-{n}"))
    assert len(sink.mails) == 10
    assert sink.connections == 1


def test_a_connection_that_went_stale_is_replaced_without_a_failed_attempt() -> None:
    with SmtpSink() as sink:
        sender = channel(sink)
        sender.send(LETTER)
        sink.hang_up()
        sender.send(replace(LETTER, delivery_id="W-2"))
        names = [m.message["Message-ID"] for m in sink.mails]
        assert names == ["<W-10482@firm.example>", "<W-2@firm.example>"]
        assert sink.connections == 2


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Refuse(550, "5.1.1 no such user", "rcpt"), Outcome.PERMANENT),
        (Refuse(552, "5.2.2 mailbox full", "rcpt"), Outcome.PERMANENT),
        (Refuse(554, "5.7.1 spam", "text"), Outcome.PERMANENT),
        (Refuse(553, "5.1.8 sender refused", "mail"), Outcome.PERMANENT),
        (Refuse(450, "4.2.0 greylisted", "rcpt"), Outcome.RETRY),
        (Refuse(452, "4.3.1 disk full", "text"), Outcome.RETRY),
        (Refuse(421, "4.3.2 going down", "mail"), Outcome.RETRY),
        (Drop("mail"), Outcome.RETRY),
        (Drop("rcpt"), Outcome.RETRY),
        (Drop("text", keep=True), Outcome.AMBIGUOUS),
        (Drop("text", keep=False), Outcome.AMBIGUOUS),
        (Silent(keep=True), Outcome.AMBIGUOUS),
    ],
    ids=repr,
)
@pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
def test_every_failure_is_called_by_its_name_and_the_next_letter_goes_out(
    behaviour: Refuse | Drop | Silent, expected: Outcome, pipelining: bool
) -> None:
    with SmtpSink(pipelining=pipelining) as sink:
        sender = channel(sink, timeout=0.3)
        sink.next(behaviour)
        error = outcome(sender)
        assert error.outcome is expected
        if isinstance(behaviour, Refuse):
            assert f"{behaviour.code} {behaviour.words}" in str(error)
        sender.send(replace(LETTER, delivery_id="W-2"))
        assert sink.mails[-1].message["Message-ID"] == "<W-2@firm.example>"


@pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
def test_one_refused_address_does_not_touch_the_other(pipelining: bool) -> None:
    with SmtpSink(pipelining=pipelining) as sink:
        sink.by_recipient["gone@firm.example"] = Refuse(550, "5.1.1 gone")
        sender = channel(sink)
        assert outcome(sender, replace(LETTER, address="gone@firm.example")).outcome is Outcome.PERMANENT
        sender.send(LETTER)
        assert [m.recipients for m in sink.mails] == [("zhangsan@firm.example",)]
        assert sink.connections == 1


def test_a_slow_server_is_waited_for() -> None:
    with SmtpSink() as sink:
        sink.next(Slow(0.3))
        channel(sink, timeout=5.0).send(LETTER)
        assert len(sink.mails) == 1


def test_nobody_listening_or_nobody_answering_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = Email(EmailSettings(host="127.0.0.1", port=port, sender="d@firm.example", timeout=0.3))
    assert outcome(gone).outcome is Outcome.RETRY
    with SilentPort() as silent:
        port = silent.number
        mute = Email(EmailSettings(host="127.0.0.1", port=port, sender="d@firm.example", timeout=0.3))
        assert outcome(mute).outcome is Outcome.RETRY


def test_starttls_and_login_are_used_when_asked_for() -> None:
    with SmtpSink(require_starttls=True, users={"dg": "geheim"}) as sink:
        login = {"username": "dg", "password": "geheim"}
        channel(sink, host="localhost", starttls=True, ca_file=CA_FILE, **login).send(LETTER)
    assert sink.mails[0].tls
    assert sink.mails[0].user == "dg"


def test_tls_from_the_first_byte() -> None:
    with SmtpSink(tls=True) as sink:
        channel(sink, host="localhost", tls=True, ca_file=CA_FILE).send(LETTER)
    assert len(sink.mails) == 1


def test_a_password_outside_ascii_is_a_matter_of_configuration_and_is_not_shown() -> None:
    with SmtpSink(starttls=True, users={"dg": "geheim"}) as sink:
        login = {"username": "dg", "password": "密码geheim"}
        with pytest.raises(DeliveryError, match="outside ASCII") as refused:
            channel(sink, host="localhost", starttls=True, ca_file=CA_FILE, **login).send(LETTER)
    assert refused.value.outcome is Outcome.PERMANENT
    assert "geheim" not in str(refused.value)


def test_a_refused_login_is_a_matter_of_configuration() -> None:
    with SmtpSink(users={"dg": "geheim"}) as sink:
        error = outcome(channel(sink, username="dg", password="falsch"))
    assert error.outcome is Outcome.PERMANENT
    assert "configuration" in str(error)
    assert "'dg'" in str(error)
    assert "falsch" not in str(error)


def test_a_certificate_that_does_not_verify_is_a_matter_of_configuration() -> None:
    with SmtpSink(starttls=True) as sink:
        error = outcome(channel(sink, host="localhost", starttls=True))
    assert error.outcome is Outcome.PERMANENT
    assert "ca_file" in str(error)
    assert sink.mails == []


def test_a_letter_never_goes_out_in_the_clear_when_starttls_is_required() -> None:
    with SmtpSink() as sink:
        error = outcome(channel(sink, starttls=True))
    assert error.outcome is Outcome.PERMANENT
    assert "STARTTLS" in str(error)
    assert sink.mails == []


@pytest.mark.parametrize(
    "address",
    ["", "zhangsan", "a b@c.example", "a@b\r\nRCPT TO:<x@y.example>", "张三@firm.example", "<a@b.example>"],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(address: str) -> None:
    with SmtpSink() as sink:
        error = outcome(channel(sink), replace(LETTER, address=address))
    assert error.outcome is Outcome.PERMANENT
    assert "people.yaml" in str(error)
    assert sink.attempts == 0


def test_a_domain_in_chinese_is_sent_as_its_ascii_form() -> None:
    with SmtpSink() as sink:
        channel(sink).send(replace(LETTER, address="zhang@律所.example"))
    assert sink.mails[0].recipients[0].startswith("zhang@xn--")


def test_a_line_end_in_a_case_title_cannot_become_a_header() -> None:
    nasty = "答辩状\r\nBcc: thief@example.org\n\n<script>"
    with SmtpSink() as sink:
        sender = channel(sink)
        headers = {"X-Case": nasty, "Bad Name": "x"}
        sender.send(replace(LETTER, subject=nasty, sender_name=nasty, headers=headers))
        sender.send(replace(LETTER, subject="孤立\ud83d代理", text="\ud800"))
    first, second = (mail.message for mail in sink.mails)
    assert first["Bcc"] is None
    assert first["Subject"] == "答辩状 Bcc: thief@example.org <script>"
    assert first["Bad Name"] is None
    assert second["Subject"].startswith("孤立")


def test_an_attachment_keeps_its_name_type_and_bytes() -> None:
    kind = 'text/calendar; method=PUBLISH; charset="utf-8"'
    calendar = Attachment("截止.ics", kind, b"BEGIN:VCALENDAR\r\n")
    with SmtpSink() as sink:
        channel(sink).send(replace(LETTER, attachments=(calendar,)))
    (found,) = sink.mails[0].message.iter_attachments()
    assert found.get_filename() == "截止.ics"
    assert found.get_content_type() == "text/calendar"
    assert found.get_payload(decode=True) == calendar.content
    assert sink.mails[0].part("text/plain").replace("\r\n", "\n") == LETTER.text


ALPHABET = "期限答辩状提交华山公司诉泰山 　·—()（）《》▲■abcXYZ 0123456789 '\"<>&,;:@=?_é😀"


def test_three_thousand_chinese_subjects_come_back_as_they_were() -> None:
    draw = random.Random(20261121)
    changed = []
    for n in range(3000):
        words = "".join(draw.choice(ALPHABET) for _ in range(draw.randint(1, 120)))
        subject = " ".join(words.split())
        raw = compose(replace(LETTER, subject=subject, sender_name=subject), sender="d@firm.example")
        shown, name = _parsed(raw)["Subject"], _display_name(raw)
        if shown != subject or name != subject:
            changed.append((n, subject, shown, name))
    assert changed == []


@given(subject=st.text(max_size=200), text=st.text(max_size=400), name=st.text(max_size=60))
def test_no_text_at_all_breaks_a_mail_or_adds_a_header(subject: str, text: str, name: str) -> None:
    raw = compose(replace(LETTER, subject=subject, text=text, sender_name=name), sender="d@firm.example")
    got = _parsed(raw)
    assert got.keys() == _parsed(compose(LETTER, sender="d@firm.example")).keys()
    assert [p.get_content_type() for p in got.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    shown = got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    wanted = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    assert shown.replace("\r\n", "\n") == wanted


def test_a_hundred_of_them_survive_the_wire() -> None:
    draw = random.Random(7)
    subjects = [" ".join("".join(draw.choices(ALPHABET, k=80)).split()) for _ in range(100)]
    with SmtpSink() as sink:
        sender = channel(sink)
        for n, subject in enumerate(subjects):
            sender.send(replace(LETTER, delivery_id=f"W-{n}", subject=subject, text=subject))
    assert [m.message["Subject"] for m in sink.mails] == subjects
    assert [m.part("text/plain") for m in sink.mails] == subjects


def test_the_template_says_what_the_standard_library_would() -> None:
    ours = _parsed(compose(LETTER, sender="d@firm.example"))
    theirs = EmailMessage()
    theirs["Subject"] = LETTER.subject
    theirs.set_content(LETTER.text, cte="base64")
    theirs.add_alternative(LETTER.html or "", subtype="html", cte="base64")
    assert [p.get_content_type() for p in ours.walk()] == [p.get_content_type() for p in theirs.walk()]
    for mine, reference in zip(ours.iter_parts(), theirs.iter_parts(), strict=True):
        assert mine.get_content().replace("\r\n", "\n").strip() == reference.get_content().strip()
        assert mine.get_content_charset() == reference.get_content_charset() == "utf-8"


def _display_name(raw: bytes) -> str:
    """Read the sender's name as RFC 2047 says (Python 3.11's own parser adds spaces to long names)."""
    header = message_from_bytes(raw)["From"]
    encoded = header.startswith("=?")
    return str(make_header(decode_header(header.rpartition("<")[0]))) if encoded else parseaddr(header)[0]


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]
