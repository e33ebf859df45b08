"""Every message is leased by one sender at a time, and no outcome is lost."""

from datetime import timedelta

import pytest

from deadline_guard.core.rules import Level
from deadline_guard.store import Store, cases, messages, notices, queue, sending
from deadline_guard.store.sending import Outcome
from tests.store.making import HOUR, NOW, case, message, notice, outbox, settle_all

MINUTE = timedelta(minutes=1)


def test_a_message_comes_back_as_it_was_made(store: Store) -> None:
    told = [notice("c1", n=1), notice("c1", n=2)]
    with store.write() as conn:
        ids = [s.id for s in notices.insert(conn, told, NOW)]
        (number,) = messages.insert(conn, [message("k", *told, level=Level.URGENT)], NOW)
        (leased,) = sending.lease(conn, NOW, 9, "a", 60)
    assert leased == sending.Leased(
        number, "k", "zhang", "email", "zhang@firm.example", told[0].kind, Level.URGENT, "c1/cn.civ.defence/csv:1",
        1, False, "waiting", ("slack",), tuple(ids),
    )  # fmt: skip


def test_the_same_message_again_is_made_once(store: Store) -> None:
    told = notice()
    with store.write() as conn:
        notices.insert(conn, [told], NOW)
        assert len(messages.insert(conn, [message("k", told), message("k", told)], NOW)) == 1
        assert messages.insert(conn, [message("k", told)], NOW) == []
        assert messages.counts(conn) == {"waiting": 1}


def test_notices_may_be_named_by_id(store: Store) -> None:
    told = notice()
    with store.write() as conn:
        (stored,) = notices.insert(conn, [told], NOW)
        messages.insert(conn, [(message("k"), [stored.id])], NOW)
        assert sending.lease(conn, NOW, 9, "a", 60)[0].notice_ids == (stored.id,)


def test_the_worst_level_goes_first_then_the_oldest(store: Store) -> None:
    with store.write() as conn:
        outbox(conn, "b", not_before=NOW)
        outbox(conn, "a", not_before=NOW - HOUR)
        outbox(conn, "later", not_before=NOW + HOUR)
        outbox(conn, "worst", level=Level.OVERDUE)
        assert [m.key for m in sending.lease(conn, NOW, 2, "a", 60)] == ["worst", "a"]
        assert [m.key for m in sending.lease(conn, NOW, 9, "b", 60)] == ["b"]
        assert sending.lease(conn, NOW, 9, "c", 30) == []
        assert messages.next_attempt(conn) == NOW + MINUTE  # when a lease ends, not when "later" may go


def test_sent_is_sent_and_its_notices_too(store: Store) -> None:
    with store.write() as conn:
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "a", 60)
        assert sending.settle(conn, [Outcome(number, 1, "sent", remote_id="<1@x>")], NOW) == []
        assert messages.counts(conn) == {"sent": 1}
        assert notices.by_ids(conn, [1])[1].state == "sent"
        assert conn.exec_driver_sql("SELECT remote_id, lease_by, next_attempt_at FROM message").one() == (
            "<1@x>", None, None,
        )  # fmt: skip
        assert conn.exec_driver_sql("SELECT n, outcome FROM attempt").all() == [(1, "sent")]
        assert messages.next_attempt(conn) is None
        assert messages.oldest_due(conn, NOW + HOUR) is None


def test_a_retry_comes_back_at_its_instant_under_the_same_id(store: Store) -> None:
    with store.write() as conn:
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "a", 60)
        again = Outcome(number, 1, "retry", "451 greylisted", next_attempt_at=NOW + 5 * MINUTE)
        sending.settle(conn, [again], NOW)
        assert sending.lease(conn, NOW + 4 * MINUTE, 9, "a", 60) == []
        (leased,) = sending.lease(conn, NOW + 5 * MINUTE, 9, "a", 60)
        assert (leased.id, leased.attempt, leased.was, leased.may_repeat) == (number, 2, "retry", False)


def test_an_ambiguous_try_is_marked_for_good(store: Store) -> None:
    with store.write() as conn:
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "a", 60)
        sending.settle(conn, [Outcome(number, 1, "ambiguous", "timeout", next_attempt_at=NOW)], NOW)
        (leased,) = sending.lease(conn, NOW, 9, "a", 60)
        assert (leased.attempt, leased.was, leased.may_repeat) == (2, "ambiguous", True)
        sending.settle(conn, [Outcome(number, 2, "retry", next_attempt_at=NOW)], NOW)
        (leased,) = sending.lease(conn, NOW, 9, "a", 60)
        assert (leased.attempt, leased.was, leased.may_repeat) == (3, "retry", True)


def test_a_sender_that_dies_leaves_an_ambiguous_try_and_the_message_comes_back_marked(store: Store) -> None:
    with store.write() as conn:
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "dead", 60)
        assert sending.lease(conn, NOW + MINUTE / 2, 9, "b", 60) == []
        (leased,) = sending.lease(conn, NOW + MINUTE, 9, "b", 60)
        assert (leased.id, leased.attempt, leased.was, leased.may_repeat) == (number, 2, "ambiguous", True)
        tries = conn.exec_driver_sql("SELECT n, started_by, outcome, detail FROM attempt ORDER BY n").all()
        assert tries == [(1, "dead", "ambiguous", "lease ended unsettled"), (2, "b", None, "")]


def test_a_result_that_comes_after_the_lease_ended_does_not_take_the_next_lease(store: Store) -> None:
    with store.write() as conn:
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "slow", 60)
        sending.lease(conn, NOW + MINUTE, 9, "b", 60)
        sending.settle(conn, [Outcome(number, 1, "retry", next_attempt_at=NOW)], NOW + MINUTE)
        assert messages.counts(conn) == {"leased": 1}
        sending.settle(conn, [Outcome(number, 1, "sent")], NOW + MINUTE)
        assert messages.counts(conn) == {"sent": 1}
        sending.settle(conn, [Outcome(number, 2, "retry", next_attempt_at=NOW)], NOW + MINUTE)
        assert messages.counts(conn) == {"sent": 1}


def test_giving_up_makes_the_case_stale_so_that_somebody_hears_of_it(store: Store) -> None:
    with store.write() as conn:
        cases.put_case(conn, case("c1"), NOW)
        settle_all(conn)
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "a", 60)
        assert sending.settle(conn, [Outcome(number, 1, "dead", "550 no such user")], NOW) == [number]
        assert messages.counts(conn) == {"dead": 1}
        found = cases.load_cases(conn, ["c1"])["c1"]
        assert (found.stale, found.stale_reason) == (queue.STALE_PEOPLE, "delivery failed")
        assert sending.lease(conn, NOW + HOUR, 9, "a", 60) == []


def test_a_success_makes_nothing_stale(store: Store) -> None:
    with store.write() as conn:
        cases.put_case(conn, case("c1"), NOW)
        settle_all(conn)
        (number,) = outbox(conn, "k")
        sending.lease(conn, NOW, 9, "a", 60)
        sending.settle(conn, [Outcome(number, 1, "sent")], NOW)
        assert queue.stale(conn, 9) == []


def test_what_is_no_longer_wanted_is_withdrawn_in_the_transaction_of_the_lease(store: Store) -> None:
    with store.write() as conn:
        kept, dropped = outbox(conn, "kept", "dropped")
        asked: list[int] = []

        def unwanted(found: list[sending.Leased]) -> dict[int, str]:
            asked.extend(m.id for m in found)
            return {dropped: "answered"}

        assert [m.id for m in sending.lease(conn, NOW, 9, "a", 60, unwanted)] == [kept]
        assert asked == [kept, dropped]
        assert messages.counts(conn) == {"leased": 1, "withdrawn": 1}
        assert conn.exec_driver_sql("SELECT state_reason FROM message WHERE id = 2").scalar() == "answered"
        assert conn.exec_driver_sql("SELECT message_id FROM attempt").all() == [(kept,)]


@pytest.mark.parametrize(("state", "taken"), [("waiting", True), ("retry", True), ("sent", False), ("dead", False)])
def test_only_what_has_not_gone_out_can_be_withdrawn(store: Store, state: str, taken: bool) -> None:
    with store.write() as conn:
        (number,) = outbox(conn, "k")
        if state != "waiting":
            sending.lease(conn, NOW, 9, "a", 60)
            sending.settle(conn, [Outcome(number, 1, state, next_attempt_at=NOW)], NOW)
        assert messages.withdraw(conn, [number], "moved", NOW) == ([number] if taken else [])
        assert messages.counts(conn) == {"withdrawn" if taken else state: 1}


def test_a_clean_stop_gives_back_what_was_not_tried(store: Store) -> None:
    with store.write() as conn:
        mine, theirs = outbox(conn, "mine", "theirs")
        sending.lease(conn, NOW, 1, "a", 60)
        sending.lease(conn, NOW, 1, "b", 60)
        assert sending.release(conn, "a", NOW) == 1
        (leased,) = sending.lease(conn, NOW, 9, "c", 60)
        assert (leased.id, leased.may_repeat, leased.was) == (mine, False, "waiting")
        assert theirs != mine


def test_the_oldest_due_message_is_what_a_watcher_measures(store: Store) -> None:
    with store.write() as conn:
        assert messages.oldest_due(conn, NOW) is None
        outbox(conn, "later", not_before=NOW + HOUR)
        assert messages.oldest_due(conn, NOW) is None
        outbox(conn, "k", not_before=NOW - 2 * HOUR)
        assert messages.oldest_due(conn, NOW) == NOW - 2 * HOUR


def test_the_first_message_of_a_conversation_stays_its_root(store: Store) -> None:
    with store.write() as conn:
        assert messages.thread_root(conn, "t", "email", "zhang") is None
        messages.put_thread_root(conn, "t", "email", "zhang", "<1@x>")
        messages.put_thread_root(conn, "t", "email", "zhang", "<2@x>")
        assert messages.thread_root(conn, "t", "email", "zhang") == "<1@x>"
        assert messages.thread_root(conn, "t", "email", "li") is None


def test_the_outbox_is_read_from_its_index_without_sorting(store: Store) -> None:
    with store.read() as conn:
        for statement, values in ((messages.NEXT_ON_LEVEL, (1,)), (sending.DUE_ON_LEVEL, (1, 5, 5))):
            (plan,) = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert "INDEX ix_message_unsent (level=?" in plan[3]


def test_what_a_dead_daemon_was_sending_goes_again_at_once_and_marked(store: Store) -> None:
    with store.write() as conn:
        mine, waiting = outbox(conn, "mine", "waiting")
        sending.lease(conn, NOW, 1, "dead", 60)
        assert sending.take_back(conn, NOW) == 1
        leased = sending.lease(conn, NOW, 9, "b", 60)
        assert {(m.id, m.attempt, m.was, m.may_repeat) for m in leased} == {
            (mine, 2, "ambiguous", True),
            (waiting, 1, "waiting", False),
        }
        assert conn.exec_driver_sql("SELECT outcome FROM attempt WHERE started_by = 'dead'").scalar() == "ambiguous"
