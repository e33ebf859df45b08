"""The Slack fake speaks Socket Mode well enough for Slack's own client: hello, envelope, ack, reconnect."""

from __future__ import annotations

import threading

from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.servers.slack_fake import APP_TOKEN, TOKEN, SlackFake


def test_an_envelope_sent_twice_is_received_twice_and_acknowledged_and_a_disconnect_is_survived() -> None:
    with SlackFake() as fake:
        heard: list[str] = []
        changed = threading.Event()

        def listen(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
            heard.append(request.payload["actions"][0]["value"])
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
            changed.set()

        client = SocketModeClient(
            app_token=APP_TOKEN,
            web_client=WebClient(token=TOKEN, base_url=fake.base_url, retry_handlers=[]),
            ping_interval=1,
        )
        client.socket_mode_request_listeners.append(listen)
        client.connect()
        try:
            fake.wait_for(lambda f: f.sockets == 1)
            envelope = fake.interact({"type": "block_actions", "actions": [{"value": "ack W-1"}]}, times=2)
            fake.wait_for(lambda f: f.acks.count(envelope) == 2)
            assert heard == ["ack W-1", "ack W-1"]
            fake.disconnect()
            fake.wait_for(lambda f: f.sockets == 2, timeout=20)
            again = fake.interact({"type": "block_actions", "actions": [{"value": "done W-1"}]})
            fake.wait_for(lambda f: again in f.acks)
            assert heard[-1] == "done W-1"
        finally:
            client.close()
