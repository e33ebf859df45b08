"""Calls to Slack's Web API: one try each, and every failure sorted into what it means for the caller."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from deadline_guard.channels.base import DeliveryError, Outcome

_LATER: Final = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"})
_UNKNOWN: Final = frozenset({"internal_error", "fatal_error", "request_timeout"})
_ACCOUNT: Final = frozenset({
    "invalid_auth", "token_revoked", "token_expired", "not_authed", "account_inactive", "missing_scope",
    "no_permission", "ekm_access_denied", "team_access_not_granted", "not_allowed_token_type",
    "org_login_required",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """The firm's Slack app.

    ``token``: the bot token, with chat:write, users:read, users:read.email, im:write, im:history and
    channels:history (docs/slack-app.yaml).
    ``broadcast``: later messages of a thread are shown in the channel too. ``timeout`` in seconds.
    ``app_token`` and ``signing_secret`` serve the answers (Socket Mode, HTTP).
    """

    token: str
    base_url: str = "https://slack.com/api/"
    timeout: int = 15
    broadcast: bool = False
    ca_file: str | None = None
    proxy: str | None = None
    app_token: str | None = None
    signing_secret: str | None = None


def client(settings: SlackSettings) -> WebClient:
    """Return a client that never tries twice by itself: its own way would post again after a reset."""
    return WebClient(
        settings.token,
        base_url=settings.base_url,
        timeout=settings.timeout,
        ssl=ssl.create_default_context(cafile=settings.ca_file),
        proxy=settings.proxy,
        retry_handlers=[],
    )


def call(ask: Callable[[], SlackResponse]) -> SlackResponse:
    """Make one call; raises DeliveryError with its outcome otherwise."""
    try:
        return ask()
    except SlackApiError as error:
        raise _api_error(error) from error
    except URLError as error:
        raise _unsent(error) from error
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        raise DeliveryError(
            f"Slack gave no answer ({error or type(error).__name__}); it may have taken the message",
            Outcome.AMBIGUOUS,
        ) from error


def safely(ask: Callable[[], SlackResponse]) -> SlackResponse:
    """Make a call that changes nothing when it is made twice, so that no answer means: try again."""
    try:
        return call(ask)
    except DeliveryError as error:
        if error.outcome is Outcome.AMBIGUOUS:
            raise DeliveryError(str(error), Outcome.RETRY, error.retry_after) from error
        raise


def _api_error(error: SlackApiError) -> DeliveryError:
    """Sort what Slack said: not now, no answer that means anything, or no."""
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    code = str(response.get("error") or "") if hasattr(response, "get") else ""
    headers: Mapping[str, Any] = getattr(response, "headers", None) or {}
    if status == 429 or code in _LATER:
        return DeliveryError(f"Slack: {code or status}", Outcome.RETRY, _retry_after(headers))
    if status >= 500 or code in _UNKNOWN:
        return DeliveryError(f"Slack: {status} {code}"[:200] + "; it may have taken the message", Outcome.AMBIGUOUS)
    if code in _ACCOUNT:
        return DeliveryError(f"configuration: Slack refuses the app's token ({code})", Outcome.PERMANENT)
    return DeliveryError(f"Slack: {code or status}"[:200], Outcome.PERMANENT)


def _unsent(error: URLError) -> DeliveryError:
    """Tell a connection that never came about from a request that may have left."""
    cause = error.reason
    if isinstance(cause, ssl.SSLCertVerificationError):
        return DeliveryError(
            f"configuration: Slack's certificate does not verify ({cause.verify_message})", Outcome.PERMANENT
        )
    never_left = isinstance(cause, ConnectionRefusedError) or not isinstance(
        cause, ConnectionError | TimeoutError | ssl.SSLError
    )
    return DeliveryError(f"Slack cannot be reached ({cause})", Outcome.RETRY if never_left else Outcome.AMBIGUOUS)


def _retry_after(headers: Mapping[str, Any]) -> float | None:
    for key, value in headers.items():
        if key.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            try:
                return float(first)
            except (TypeError, ValueError):
                return None
    return None
