"""The sentences of what is written correctly and yet cannot be meant."""

from __future__ import annotations

from typing import Final

_Pair = tuple[str, str]
_NONE: Final[_Pair] = ("", "")

Wording = tuple[_Pair, _Pair, _Pair]  # found, expected, hint

LINT: Final[dict[str, Wording]] = {}
PEOPLE: Final[dict[str, Wording]] = {
    "unknown_person": (
        ("{name} is not among the persons", "人员中没有 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_team": (
        ("{name} is not among the teams", "团队中没有 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "no_channel": (
        ("{name} can be told by no channel", "{name} 没有任何通知渠道"),
        ("channels: {{email: NAME@FIRM}}", "channels: {{email: 姓名@单位}}"),
        ("write active: false if the person has left", "若已离职请写 active: false"),
    ),
    "unknown_channel": (
        ("the channel {name} does not exist", "没有通知渠道 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "bad_address": (
        ("{value} is no mail address", "{value} 不是邮箱地址"),
        ("name@firm.example", "name@firm.example"),
        _NONE,
    ),
    "own_manager": (
        ("{name} is the manager of {name}", "{name} 的上级是自己"),
        ("another person, or nothing", "另一人,或不写"),
        _NONE,
    ),
    "own_deputy": (
        ("{name} stands in for {name}", "{name} 的代理人是自己"),
        ("another person, or nothing", "另一人,或不写"),
        _NONE,
    ),
    "deputy_circle": (
        ("the deputies go round: {path}", "代理人循环:{path}"),
        ("an end", "有终点"),
        ("when all are away {fallback} is told", "全部不在时将通知 {fallback}"),
    ),
    "fallback_inactive": (
        ("the last resort {name} is not active", "最后负责人 {name} 已停用"),
        ("somebody who works here", "在职人员"),
        _NONE,
    ),
}
