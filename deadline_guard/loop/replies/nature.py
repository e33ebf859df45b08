"""Who speaks in a mail: a person, a person's absence, a mail server, or some other machine."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from deadline_guard.loop.replies.incoming import Incoming

_AWAY: Final = re.compile(
    r"(re|aw|答复|回复)?[\s:]*[\[【(]?(automatic reply|auto(matic)?[- ]?(reply|response|responder)|autoreply|"
    r"out of (the )?office|ooo\b|自动回复|自動回覆|自动答复|自动应答|假期自动回复|休假自动回复|外出自动回复|不在办公室|"
    r"abwesenheitsnotiz|réponse automatique)",
    re.IGNORECASE,
)
_DAEMON: Final = re.compile(r"(mailer-daemon|postmaster|mail-daemon|mailerdaemon)(\+.*)?@", re.IGNORECASE)
_DELAYED: Final = re.compile(
    r"delayed|delay(ed)? notif|warning: could not send|will be retried|延迟|延遲|投递延误|尚未送达", re.IGNORECASE
)
_FAILED: Final = re.compile(
    r"undeliver|delivery status notification ?\(failure\)|delivery fail|failure notice|returned (mail|to sender)|"
    r"mail delivery failed|could not be delivered|退信|未送达|无法送达|投递失败|无法投递|发送失败",
    re.IGNORECASE,
)


class Nature(StrEnum):
    """Who speaks."""

    PERSON = "person"
    AWAY = "away"
    BOUNCE = "bounce"
    MACHINE = "machine"


def nature(mail: Incoming) -> Nature:
    """Return who speaks in a mail (RFC 3834, RFC 3464, and what servers do that follow neither).

    A report of delay, a read receipt, a mailing list's mail and a bulk mail are a machine's: they mean nothing.
    """
    if mail.content_type == "multipart/report":
        failed = mail.report_type in ("", "delivery-status") and mail.report is not None
        return Nature.BOUNCE if failed and mail.report and mail.report.action == "failed" else Nature.MACHINE
    if _from_a_server(mail):
        return Nature.MACHINE if _DELAYED.search(mail.subject) else Nature.BOUNCE
    precedence = mail.header("precedence").strip().lower()
    if "list-id" in mail.headers or "list-post" in mail.headers or precedence == "list":
        return Nature.MACHINE
    automatic = mail.header("auto-submitted").partition(";")[0].strip().lower()
    said = automatic.startswith("auto-replied") or precedence == "auto_reply"
    said = said or any(name in mail.headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply"))
    if said or _AWAY.match(mail.subject):
        return Nature.AWAY
    if automatic not in ("", "no") or precedence in ("bulk", "junk"):
        return Nature.MACHINE
    return Nature.PERSON


def _from_a_server(mail: Incoming) -> bool:
    """Return whether a mail server says that it could not deliver, without a report that programs can read."""
    if "x-failed-recipients" in mail.headers or any(_DAEMON.match(address) for address in mail.sender):
        return True
    returned = mail.header("return-path").strip()
    return returned == "<>" and _FAILED.search(mail.subject) is not None
