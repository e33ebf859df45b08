"""Letters in Feishu (飞书, Lark): a custom group robot that mentions a person by open id."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self

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

_LATER: Final[Mapping[int, float]] = {9499: 60.0, 11232: 60.0, 11247: 60.0}
_OURS: Final[Mapping[int, str]] = {
    19001: "the robot's address is wrong",
    19021: "the signing secret does not fit, or this machine's clock is more than an hour off",
    19022: "this machine's address is not allowed",
    19024: "the robot demands a keyword: set keyword",
}


class Feishu:
    """Writes text into a group; delivered only when the body says ``code`` 0."""

    name = "feishu"
    per_minute = 20  # for each robot

    def __init__(self, settings: RobotSettings) -> None:
        self._settings = settings
        self._robots = robots(settings.url, settings.secret, self.name)
        self._poster = Poster(settings.timeout, settings.ca_file)

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(RobotSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        name, open_id = addressed(letter.address, self._robots)
        robot = chosen(self._robots, name, self.name)
        text = with_keyword(letter.text.rstrip(), self._settings.keyword)
        text = text.replace("<", "‹").replace(">", "›")  # only our own <at> is markup
        if open_id:
            text += f'\n<at user_id="{_id(open_id)}"></at>'
        payload: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if robot.secret:
            payload |= signature(robot.secret, letter.sent_at)
        answer = self._poster.post(robot.url, payload)
        failed = verdict(self.name, answer, "code", later=_LATER, misconfigured=_OURS)
        if failed is not None:
            raise failed
        return Receipt(None, "code 0")

    def robot(self, address: str) -> str:
        return addressed(address, self._robots)[0]

    def close(self) -> None:
        self._poster.close()


def signature(secret: str, at: datetime) -> dict[str, str]:
    """Return seconds and HMAC-SHA256 of nothing under the key "seconds\\nsecret": not DingTalk's way round."""
    timestamp = str(round(at.timestamp()))
    digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": timestamp, "sign": b64encode(digest).decode()}


def _id(open_id: str) -> str:
    return "".join(c for c in open_id if c.isalnum() or c in "_-")
