"""Cases are stored once per change; what a person recorded outlives what a file says."""

import pytest

from deadline_guard.errors import NotFoundError
from deadline_guard.store import Store, cases, people, queue
from tests.store.making import HOUR, NOW, case, settle_all


def test_a_case_comes_back_as_it_was_put(store: Store) -> None:
    put = case(
        "案1", code="(2026)京0105民初1号", title="张三诉李四", zone="Asia/Shanghai", calendar="cn",
        jurisdiction="cn-civil", team="lit2", attributes={"instance": "first", "sides": ["a", "b"]},
        opened_at=NOW, closed_at=NOW + HOUR,
    )  # fmt: skip
    with store.write() as conn:
        assert cases.put_case(conn, put, NOW)
    with store.read() as conn:
        assert cases.load_case(conn, "案1") == put
        assert cases.load_case(conn, "(2026)京0105民初1号") == put


def test_a_case_by_a_code_that_two_have_is_not_guessed(store: Store) -> None:
    with store.write() as conn:
        cases.put_cases(conn, [case("a", code="same"), case("b", code="same")], NOW)
    with store.read() as conn:
        with pytest.raises(NotFoundError, match="2 cases have this code, name one by id: a, b"):
            cases.load_case(conn, "same")
        with pytest.raises(NotFoundError, match="no case nobody"):
            cases.load_case(conn, "nobody")


def test_a_new_case_is_decided_at_once_and_an_unchanged_one_is_left_alone(store: Store) -> None:
    with store.write() as conn:
        assert cases.put_cases(conn, [case("c1"), case("c2")], NOW).new == {"c1", "c2"}
        assert sorted(queue.stale(conn, 9)) == ["c1", "c2"]
        settle_all(conn)
        found = cases.put_cases(conn, [case("c1"), case("c2", title="other")], NOW + HOUR)
        assert (found.new, found.changed) == (set(), {"c2"})
        assert queue.stale(conn, 9) == ["c2"]
        assert cases.load_cases(conn, ["c2"])["c2"].case.title == "other"


def test_an_assignment_outlives_the_import(store: Store) -> None:
    with store.write() as conn:
        cases.put_case(conn, case("c1", owners={"owner": "zhang", "lead": "li"}), NOW)
        settle_all(conn)
        assert people.assign(conn, "c1", "owner", "wang", NOW, "chen")
        assert people.assign(conn, "c1", "lead", None, NOW, "chen")
        assert not people.assign(conn, "c1", "owner", "wang", NOW, "chen")
        assert queue.stale(conn, 9) == ["c1"]
        assert cases.load_cases(conn, ["c1"])["c1"].stale == queue.STALE_PEOPLE
        assert not cases.put_case(conn, case("c1", owners={"owner": "zhang", "lead": "li"}), NOW)
        assert cases.load_case(conn, "c1").owners == {"owner": "wang"}
        assert cases.put_case(conn, case("c1", owners={"owner": "zhang", "risk": "zhao"}), NOW)
        assert cases.load_case(conn, "c1").owners == {"owner": "wang", "risk": "zhao"}


def test_a_link_makes_the_seeing_case_stale_once(store: Store) -> None:
    with store.write() as conn:
        cases.put_cases(conn, [case("c1"), case("c2")], NOW)
        settle_all(conn)
        assert cases.link(conn, "c2", "c1", "parent", NOW)
        assert queue.stale(conn, 9) == ["c2"]
        settle_all(conn)
        assert not cases.link(conn, "c2", "c1", "parent", NOW)
        assert queue.stale(conn, 9) == []
        with pytest.raises(NotFoundError, match="nobody"):
            cases.link(conn, "c2", "nobody", "parent", NOW)


def test_people_cannot_be_put_on_a_case_that_is_not_there(store: Store) -> None:
    with store.write() as conn, pytest.raises(NotFoundError, match="nobody"):
        people.assign(conn, "nobody", "owner", "zhang", NOW, "chen")
