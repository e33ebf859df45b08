"""A reply to a morning's list is for every row of the writer's own, and for nothing else on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from deadline_guard.core.rules import Level
from tests.loop.replies.desk import Post
from tests.scenarios.given import ruled
from tests.scenarios.world import Sent, World

OWN = "您也可以直接回复「收到」，对以上列出的您本人的各项一并有效。"


@pytest.fixture
def post() -> Iterator[Post]:
    """Given lists at 08:30; A and B of zhang's near from 03-10, C of the lead's own; four hours of silence."""
    world = World([ruled(tell={Level.NEAR: ("owner",)})])
    jobs = world.office.config.jobs.model_copy(update={"morning": "30 8 * * mon-fri"})
    world.office.config = world.office.config.model_copy(update={"jobs": jobs})
    for code, owner in (("A", "zhang"), ("B", "zhang"), ("C", "wang")):
        world.case(code, owner=owner)
        world.event(code, "complaint_received", "2026-03-02")
    yield Post(world)
    world.close()


def lists(sent: Sequence[Sent]) -> dict[str, Sent]:
    """Return the last list of each person."""
    return {s.person: s for s in sent if "/digest.morning/" in s.letter.metadata["thread"]}


def acknowledged(post: Post) -> list[tuple[str, str]]:
    """Return (case, person) of every acknowledgement."""
    with post.world.store.read() as conn:
        asked = "SELECT case_id, recorded_by FROM event WHERE kind = 'acknowledged' ORDER BY case_id"
        return [(row[0], row[1]) for row in conn.exec_driver_sql(asked).fetchall()]


def test_received_is_for_every_row_of_ones_own(post: Post) -> None:
    mailed = lists(post.world.run_until("2026-03-10 08:40"))["zhang"]
    assert OWN in mailed.letter.text
    assert OWN in (mailed.letter.html or "")
    assert post.reply(mailed, "收到") == "acknowledged"
    assert acknowledged(post) == [("A", "zhang"), ("B", "zhang")]
    assert post.reply(mailed, "好的") == "acknowledged", "said twice"


def test_what_a_list_shows_a_lead_of_others_is_not_acknowledged_by_it(post: Post) -> None:
    post.world.run_until("2026-03-10 13:00")  # nobody answered: zhang's are on the lead's list next morning
    mailed = lists(post.world.run_until("2026-03-11 08:40"))["wang"]
    assert " A · " in mailed.letter.text
    assert post.reply(mailed, "received") == "acknowledged"
    assert {case for case, _ in acknowledged(post)} == {"C"}


def test_a_list_without_a_row_of_ones_own_cannot_be_replied_to(post: Post) -> None:
    post.world.event("C", "defence_filed", "2026-03-09")
    post.world.run_until("2026-03-10 13:00")
    mailed = lists(post.world.run_until("2026-03-11 08:40"))["wang"]
    assert " A · " in mailed.letter.text
    assert mailed.letter.reply_token is None
    assert "直接回复" not in mailed.letter.text


def test_done_must_name_one_row_of_several(post: Post) -> None:
    mailed = lists(post.world.run_until("2026-03-10 08:40"))
    assert post.reply(mailed["zhang"], "done 2026-03-09") == "not recorded"
    assert post.kinds() == []
    assert post.reply(mailed["wang"], "done 2026-03-09") == "done", "the only row of one's own"
    assert post.kinds() == ["defence_filed"]


def test_a_row_that_ended_since_is_passed_over(post: Post) -> None:
    mailed = lists(post.world.run_until("2026-03-10 08:40"))["zhang"]
    post.world.event("A", "defence_filed", "2026-03-09")
    assert post.reply(mailed, "收到") == "acknowledged"
    assert acknowledged(post) == [("B", "zhang")]


def test_what_a_long_list_does_not_show_is_not_acknowledged_by_it(post: Post) -> None:
    for number in range(30):
        post.world.case(f"D{number:02}")
        post.world.event(f"D{number:02}", "complaint_received", "2026-03-02")
    mailed = lists(post.world.run_until("2026-03-10 08:40"))["zhang"]
    shown = {case for case in (f"D{n:02}" for n in range(30)) if f" {case} · " in mailed.letter.text}
    assert 0 < len(shown) < 30
    assert post.reply(mailed, "收到") == "acknowledged"
    assert {case for case, _ in acknowledged(post)} == shown | {"A", "B"}
