"""Letters in DingTalk (钉钉): a custom group robot that mentions a person by mobile number."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import quote_plus

from deadline_guard.channels.base import Letter, Receipt, settings_of
from deadline_guard.channels.post import (
    Poster,
    RobotSettings,
    addressed,
    chosen,
    robots,
    verdict,
    with_keyword,
)

# Seconds to wait: past 20 messages a minute a robot is shut out for ten minutes.
_LATER: Final[Mapping[int, float]] = {-1: 30.0, 130101: 600.0, 90030: 600.0, 410100: 600.0}
_OURS: Final[Mapping[int, str]] = {
    310000: "the signing secret, the keyword or the allowed addresses of the robot do not fit",
    300001: "the access token is wrong",
    40035: "a parameter is missing from the address",
}


class DingTalk:
    """Says @mobile in a group; delivered only when the body says ``errcode`` 0."""

    name = "dingtalk"
    per_minute = 20  # for each robot

    def __init__(self, settings: RobotSettings) -> None:
        self._settings = settings
        self._robots = robots(settings.url, settings.secret, self.name)
        self._poster = Poster(settings.timeout, settings.ca_file)

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(RobotSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        name, mobile = addressed(letter.address, self._robots)
        robot = chosen(self._robots, name, self.name)
        content = with_keyword(letter.text.rstrip(), self._settings.keyword)
        everybody = mobile == "all"
        if mobile and not everybody:
            content += f"\n@{mobile}"
        mentioned = {"atMobiles": [mobile] if mobile and not everybody else [], "isAtAll": everybody}
        payload = {"msgtype": "text", "text": {"content": content}, "at": mentioned}
        url = signed(robot.url, robot.secret, letter.sent_at) if robot.secret else robot.url
        answer = self._poster.post(url, payload)
        failed = verdict(self.name, answer, "errcode", later=_LATER, misconfigured=_OURS)
        if failed is not None:
            raise failed
        return Receipt(None, "errcode 0")

    def robot(self, address: str) -> str:
        return addressed(address, self._robots)[0]

    def close(self) -> None:
        self._poster.close()


def signed(url: str, secret: str, at: datetime) -> str:
    """Return the address with milliseconds and HMAC-SHA256(secret, "milliseconds\\nsecret"), encoded once."""
    timestamp = str(round(at.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}timestamp={timestamp}&sign={quote_plus(b64encode(digest))}"
