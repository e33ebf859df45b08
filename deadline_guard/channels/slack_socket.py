"""The line over which Slack tells what was pressed: Socket Mode, an outgoing connection, no port open to anybody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from deadline_guard.channels.base import DeliveryError, Outcome, settings_of
from deadline_guard.channels.slack_calls import SlackSettings, client

log = logging.getLogger(__name__)
_PING: Final = 3.0  # seconds between two looks whether the other side is still there
_AT_ONCE: Final = 4  # envelopes worked on at one time

Ack = Callable[[Mapping[str, Any]], None]
Hear = Callable[[Mapping[str, Any], Ack], None]


class SlackSocket:
    """One connection, renewed whenever Slack asks for it or it breaks; an envelope that nobody acks comes again."""

    def __init__(self, settings: SlackSettings, hear: Hear) -> None:
        """``hear`` gets each payload and the function that acks its envelope, on a thread of its own."""
        self._settings = settings
        self._hear = hear
        self._client: SocketModeClient | None = None

    @classmethod
    def from_settings(cls, settings: Any, hear: Hear) -> Self:
        """Build the line from the channel's section of the configuration."""
        return cls(settings_of(SlackSettings, settings, "slack"), hear)

    def open(self) -> None:
        """Connect; raises DeliveryError, permanent where Slack refuses the app's token."""
        self.close()
        made = SocketModeClient(
            app_token=self._settings.app_token or "",
            web_client=client(self._settings),
            auto_reconnect_enabled=False,  # whoever keeps this line sees that it broke; a renewal is made all the same
            ping_interval=_PING,
            concurrency=_AT_ONCE,
            proxy=self._settings.proxy,
        )
        made.socket_mode_request_listeners.append(self._listen)
        self._client = made
        try:
            made.connect()
        except SlackApiError as error:
            self.close()
            code = str(error.response.get("error") or error)[:200]
            raise DeliveryError(f"configuration: Slack refuses Socket Mode ({code})", Outcome.PERMANENT) from error
        except Exception as error:
            self.close()
            words = str(error) or type(error).__name__
            raise DeliveryError(f"Slack cannot be reached ({words[:200]})", Outcome.RETRY) from error

    def is_open(self) -> bool:
        """Return whether the connection stands now: the client itself waits for five failed looks to say that not."""
        line = self._client
        session = line.current_session if line is not None else None
        return session is not None and session.is_active() and session.consecutive_check_state_error_count == 0

    def close(self) -> None:
        """End the connection; what is being heard is finished first."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _listen(self, line: BaseSocketModeClient, request: SocketModeRequest) -> None:
        def ack(body: Mapping[str, Any]) -> None:
            line.send_socket_mode_response(SocketModeResponse(request.envelope_id, dict(body) or None))

        if request.type == "interactive":
            self._hear(request.payload, ack)
        else:
            ack({})
