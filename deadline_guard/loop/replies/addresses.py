"""Tokens in addresses, whether two addresses are one mailbox, and what the firm's own server says of a sender."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deadline_guard.loop.replies.incoming import Incoming


def tokens(addresses: Iterable[str], own: str) -> list[str]:
    """Return the tokens in addresses such as ``ack+TOKEN@firm.example``, each once; ``own`` is the bare address."""
    local, _, domain = own.casefold().rpartition("@")
    found = []
    for address in addresses:
        name, _, place = address.strip().casefold().rpartition("@")
        word, plus, token = name.partition("+")
        if (word, place) == (local, domain) and plus and token:
            found.append(token)
    return list(dict.fromkeys(found))


def same_mailbox(one: str, other: str) -> bool:
    """Return whether two addresses reach one mailbox: case and what stands behind a plus do not matter."""
    return _mailbox(one) == _mailbox(other) != ""


def _mailbox(address: str) -> str:
    local, at, domain = address.strip().casefold().rpartition("@")
    if not at:
        return ""
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return ""
    return f"{local.partition('+')[0]}@{domain}"


def failed_check(mail: Incoming, server: str) -> str:
    """Return the check of the sender that failed by an ``Authentication-Results`` (RFC 8601), '' for none.

    ``server`` names whose results count; without it anybody's do: one that is made up can only say worse of its
    own mail. DMARC decides where it was checked; else a failed SPF or DKIM without the other having passed.
    """
    for value in mail.headers.get("authentication-results", ()):
        name, _, results = re.sub(r"\([^()]*\)", " ", value).partition(";")
        if server and name.split()[:1] != [server]:
            continue
        said: dict[str, set[str]] = {}
        for method, result in re.findall(r"(?:^|;)\s*(\w+)\s*=\s*(\w+)", results):
            said.setdefault(method.lower(), set()).add(result.lower())
        if "dmarc" in said and said["dmarc"] != {"none"}:
            if "fail" in said["dmarc"]:
                return "dmarc"
            continue
        for method, other in (("spf", "dkim"), ("dkim", "spf")):
            results_of = said.get(method, set())
            if "fail" in results_of and "pass" not in results_of and "pass" not in said.get(other, set()):
                return method
    return ""
