"""Whether an HTTP request comes from Slack: its signature under the app's signing secret, and its age."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

TOLERANCE: Final = 300  # seconds, as Slack asks: an older request may be a replay


def genuine(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """Return whether ``signature`` (``v0=…``) is that of ``body`` at ``timestamp``, at most five minutes from ``now``.

    ``timestamp`` and ``signature`` are the headers ``X-Slack-Request-Timestamp`` and ``X-Slack-Signature`` as they
    came ('' where absent), ``body`` the request's bytes as they came. A request sent again within five minutes is
    genuine too: whoever handles it must know it again. Source: "Verifying requests from Slack", version v0.
    """
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        return False
    expected = "v0=" + hmac.digest(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, "sha256").hex()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
