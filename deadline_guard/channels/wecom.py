"""Letters in WeCom (企业微信): a group robot that mentions a person by mobile number or user id."""

from __future__ import annotations

from collections.abc import Mapping
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

_LATER: Final[Mapping[int, float]] = {-1: 30.0, 45009: 60.0, 45033: 60.0}
_OURS: Final[Mapping[int, str]] = {93000: "the robot's key is wrong or the robot was removed"}
_BYTES: Final = 2048


class WeCom:
    """Writes text of at most 2048 bytes into a group; delivered only when the body says ``errcode`` 0."""

    name = "wecom"
    per_minute = 20  # for each robot

    def __init__(self, settings: RobotSettings) -> None:
        self._settings = settings
        self._robots = robots(settings.url, None, self.name)
        self._poster = Poster(settings.timeout, settings.ca_file)

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        return cls(settings_of(RobotSettings, settings, cls.name))

    def send(self, letter: Letter) -> Receipt:
        name, whom = addressed(letter.address, self._robots)
        robot = chosen(self._robots, name, self.name)
        text: dict[str, Any] = {"content": cut(with_keyword(letter.text.rstrip(), self._settings.keyword), _BYTES)}
        if whom:
            by_number = whom.lstrip("+").isdigit()
            text["mentioned_mobile_list" if by_number else "mentioned_list"] = ["@all" if whom == "all" else whom]
        answer = self._poster.post(robot.url, {"msgtype": "text", "text": text})
        failed = verdict(self.name, answer, "errcode", later=_LATER, misconfigured=_OURS)
        if failed is not None:
            raise failed
        return Receipt(None, "errcode 0")

    def robot(self, address: str) -> str:
        return addressed(address, self._robots)[0]

    def close(self) -> None:
        self._poster.close()


def cut(text: str, most: int) -> str:
    """Return ``text`` in at most so many bytes of UTF-8, never half a character."""
    content = text.encode("utf-8", "replace")
    if len(content) <= most:
        return text
    return content[: most - 3].decode("utf-8", "ignore") + "…"
