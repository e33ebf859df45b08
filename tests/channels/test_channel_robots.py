"""DingTalk, Feishu and WeCom: a 200 is no success, signatures are each service's own, mentions reach a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deadline_guard.channels import CHANNELS, Channel, DeliveryError, Letter, Outcome
from deadline_guard.channels.wecom import cut
from deadline_guard.errors import ConfigError
from tests.servers.chat_fakes import Body, ChatFakes, Hang

NOW = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
SECRET = "SEC+/=秘密&x"
TEXT = "▲ 紧急 (2026)京01民初123号 提交答辩状\n12月3日（四）截止 W-10482"
LETTER = Letter(delivery_id="W-10482", address="", subject="", text=TEXT, sent_at=NOW)
SERVICES = ["dingtalk", "feishu", "wecom"]
SIGNED = ["dingtalk", "feishu"]
KEY = {"dingtalk": "errcode", "feishu": "code", "wecom": "errcode"}


def channel(chats: ChatFakes, service: str, **more: object) -> Channel:
    return CHANNELS[service].from_settings({"url": chats.url(service), "timeout": 0.5, **more})


def content(service: str, post: dict[str, object]) -> str:
    if service == "feishu":
        return post["content"]["text"]  # type: ignore[index, no-any-return]
    return post["text"]["content"]  # type: ignore[index, no-any-return]


def outcome(sender: Channel, letter: Letter = LETTER) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        sender.send(letter)
    return failed.value


@pytest.mark.parametrize("service", SERVICES)
def test_ten_texts_arrive_as_they_are_over_one_connection(service: str) -> None:
    with ChatFakes() as chats:
        sender = channel(chats, service)
        for _ in range(10):
            sender.send(LETTER)
        sender.close()
        assert [content(service, p) for p in chats.posts[service]] == [TEXT] * 10
        assert len(chats.connections) == 1


@pytest.mark.parametrize("service", SIGNED)
def test_a_signed_request_is_accepted_and_one_with_another_secret_is_not(service: str) -> None:
    with ChatFakes(secret=SECRET, now=NOW) as chats:
        channel(chats, service, secret=SECRET).send(LETTER)
        channel(chats, service, url=f"lit2 {chats.url(service)} {SECRET}").send(replace(LETTER, address="lit2"))
        assert len(chats.posts[service]) == 2
        for sender in (channel(chats, service, secret="other"), channel(chats, service)):
            error = outcome(sender)
            assert error.outcome is Outcome.PERMANENT
            assert "configuration" in str(error)
            assert SECRET not in str(error)
        late = outcome(channel(chats, service, secret=SECRET), replace(LETTER, sent_at=NOW - timedelta(hours=2)))
        assert late.outcome is Outcome.PERMANENT
        assert len(chats.posts[service]) == 2


@pytest.mark.parametrize("service", SIGNED)
def test_every_second_of_an_hour_signs_right(service: str) -> None:
    """A sign holds + and / now and then: encoded twice or not at all it is refused."""
    with ChatFakes(secret=SECRET, now=NOW) as chats:
        sender = channel(chats, service, secret=SECRET)
        for second in range(0, 3600, 36):
            sender.send(replace(LETTER, sent_at=NOW + timedelta(seconds=second)))
        assert len(chats.posts[service]) == 100


@pytest.mark.parametrize(
    ("service", "code", "expected", "wait"),
    [
        ("dingtalk", 130101, Outcome.RETRY, 600.0),
        ("dingtalk", -1, Outcome.RETRY, 30.0),
        ("dingtalk", 310000, Outcome.PERMANENT, None),
        ("dingtalk", 400101, Outcome.PERMANENT, None),
        ("feishu", 11232, Outcome.RETRY, 60.0),
        ("feishu", 9499, Outcome.RETRY, 60.0),
        ("feishu", 19024, Outcome.PERMANENT, None),
        ("feishu", 99999, Outcome.PERMANENT, None),
        ("wecom", 45009, Outcome.RETRY, 60.0),
        ("wecom", 93000, Outcome.PERMANENT, None),
        ("wecom", 40058, Outcome.PERMANENT, None),
    ],
)
def test_a_200_with_an_error_code_is_a_failure(service: str, code: int, expected: Outcome, wait: float | None) -> None:
    with ChatFakes() as chats:
        sender = channel(chats, service)
        chats.next(Body({KEY[service]: code, "errmsg": "no", "msg": "no"}))
        error = outcome(sender)
        assert (error.outcome, error.retry_after) == (expected, wait)
        assert str(code) in str(error)
        assert chats.posts[service] == []
        sender.send(LETTER)
        assert len(chats.posts[service]) == 1


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "body",
    ["<html>log in to the hotel's network</html>", "", "[]", '{"ok": true}', '{"errcode": true, "code": "0"}'],
)
def test_a_200_that_says_nothing_is_ambiguous(service: str, body: str) -> None:
    with ChatFakes() as chats:
        chats.next(Body(body))
        assert outcome(channel(chats, service)).outcome is Outcome.AMBIGUOUS


@pytest.mark.parametrize("service", SERVICES)
def test_http_failures_silence_and_absence(service: str) -> None:
    with ChatFakes() as chats:
        sender = channel(chats, service)
        chats.next(
            Body("slow down", 429, headers=(("Retry-After", "12"),)), Body("oops", 502), Body("no", 403), Hang(1.0)
        )
        slow, oops, no, silent = (outcome(sender) for _ in range(4))
        assert (slow.outcome, slow.retry_after) == (Outcome.RETRY, 12.0)
        assert oops.outcome is Outcome.RETRY
        assert no.outcome is Outcome.PERMANENT
        assert silent.outcome is Outcome.AMBIGUOUS
        gone = chats.url(service)
    assert outcome(CHANNELS[service].from_settings({"url": gone, "timeout": 0.5})).outcome is Outcome.RETRY


def test_a_person_is_mentioned_the_way_each_service_wants() -> None:
    with ChatFakes() as chats:
        named = {s: f"lit1 {chats.url(s)}\nlit2 {chats.url(s)}" for s in SERVICES}
        channel(chats, "dingtalk", url=named["dingtalk"]).send(replace(LETTER, address="lit2/13800000000"))
        channel(chats, "dingtalk").send(replace(LETTER, address="13800000000"))
        channel(chats, "dingtalk").send(replace(LETTER, address="all"))
        channel(chats, "feishu").send(replace(LETTER, address='ou_7d8a6e"><x'))
        channel(chats, "wecom").send(replace(LETTER, address="13800000000"))
        channel(chats, "wecom", url=named["wecom"]).send(replace(LETTER, address="lit1/zhangsan"))
    one, two, everybody = chats.posts["dingtalk"]
    assert one["at"] == two["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}
    assert content("dingtalk", one).endswith("@13800000000")
    assert everybody["at"] == {"atMobiles": [], "isAtAll": True}
    assert content("feishu", chats.posts["feishu"][0]).endswith('<at user_id="ou_7d8a6ex"></at>')
    assert chats.posts["wecom"][0]["text"]["mentioned_mobile_list"] == ["13800000000"]
    assert chats.posts["wecom"][1]["text"]["mentioned_list"] == ["zhangsan"]


def test_markup_from_a_case_name_mentions_nobody_in_feishu() -> None:
    with ChatFakes() as chats:
        channel(chats, "feishu").send(replace(LETTER, text='<at user_id="all">全体</at>'))
    assert "<at" not in content("feishu", chats.posts["feishu"][0])


@pytest.mark.parametrize("service", ["dingtalk", "feishu"])
def test_the_keyword_that_a_robot_demands_is_added_once(service: str) -> None:
    with ChatFakes(keyword="期限预警") as chats:
        assert outcome(channel(chats, service)).outcome is Outcome.PERMANENT
        channel(chats, service, keyword="期限预警").send(LETTER)
        channel(chats, service, keyword="期限预警").send(replace(LETTER, text="期限预警 " + TEXT))
        first, second = (content(service, p) for p in chats.posts[service])
    assert first == TEXT + "\n期限预警"
    assert second == "期限预警 " + TEXT


def test_wecom_s_2048_bytes_are_never_exceeded_nor_a_character_halved() -> None:
    with ChatFakes() as chats:
        channel(chats, "wecom").send(replace(LETTER, text="期" * 1000))
    sent = content("wecom", chats.posts["wecom"][0])
    assert len(sent.encode()) <= 2048
    assert sent == "期" * 681 + "…"
    assert cut("abc", 3) == "abc"


@pytest.mark.parametrize("service", SERVICES)
def test_an_unknown_robot_is_a_mistake_in_people_yaml_and_a_bad_address_one_in_the_configuration(
    service: str,
) -> None:
    with ChatFakes() as chats:
        error = outcome(channel(chats, service), replace(LETTER, address="lit9/138"))
    assert error.outcome is Outcome.PERMANENT
    assert "people.yaml" in str(error)
    with pytest.raises(ConfigError, match=f"channels.{service}.url"):
        CHANNELS[service].from_settings({"url": "\n"})
