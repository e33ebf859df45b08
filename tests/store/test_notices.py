"""A notice is stored once by its key, and every later state is a state of that one row."""

from deadline_guard.store import Store, messages, notices, sending
from tests.store.making import HOUR, NOW, message, notice


def test_a_notice_comes_back_as_it_was_decided(store: Store) -> None:
    told = notice("system", rule="系统")
    with store.write() as conn:
        (stored,) = notices.insert(conn, [told], NOW)
        assert stored.notice == told
        assert notices.by_ids(conn, [stored.id]) == {stored.id: stored}
        assert notices.of_subjects(conn, ["system"]) == [stored]


def test_the_same_decision_again_is_stored_once(store: Store) -> None:
    with store.write() as conn:
        assert len(notices.insert(conn, [notice("system"), notice("system"), notice("system", n=2)], NOW)) == 2
        assert [s.notice.n for s in notices.insert(conn, [notice("system"), notice("system", n=3)], NOW)] == [3]
        assert len(notices.of_subjects(conn, ["system"])) == 3


def test_held_notices_wait_for_their_hour(store: Store) -> None:
    with store.write() as conn:
        notices.insert(
            conn, [notice("system", person="zhang"), notice("system", person="li", hold_until=NOW + HOUR)], NOW
        )
        assert notices.persons_waiting(conn, NOW) == ["zhang"]
        assert set(notices.open_notices(conn, NOW)) == {"zhang"}
        assert set(notices.open_notices(conn, NOW, include_held=True)) == {"zhang", "li"}
        assert notices.next_hold(conn) == NOW + HOUR
        assert set(notices.open_notices(conn, NOW + HOUR)) == {"zhang", "li"}
        assert set(notices.open_notices(conn, NOW + HOUR, ["li"])) == {"li"}
        (stored,) = notices.open_notices(conn, NOW)["zhang"]
        notices.hold(conn, [(stored.id, NOW + 3 * HOUR, "quiet hours")], NOW)
        assert notices.persons_waiting(conn, NOW) == []
        held = notices.by_ids(conn, [stored.id])[stored.id]
        assert (held.state, held.state_reason, held.hold_until) == ("held", "quiet hours", NOW + 3 * HOUR)


def test_a_hold_in_the_past_holds_nothing(store: Store) -> None:
    with store.write() as conn:
        (stored,) = notices.insert(conn, [notice("system", hold_until=NOW - HOUR)], NOW)
        assert stored.state == "open"
        assert notices.persons_waiting(conn, NOW) == ["zhang"]


def test_withdrawing_takes_back_what_nobody_saw_and_the_messages_made_only_of_it(store: Store) -> None:
    told = [notice("system", n=n) for n in range(4)]
    with store.write() as conn:
        ids = [s.id for s in notices.insert(conn, told, NOW)]
        alone, shared, sent = messages.insert(
            conn, [message("alone", told[0]), message("shared", told[1], told[2]), message("sent", told[3])], NOW
        )
        sending.lease(conn, NOW, 9, "a", 60, lambda found: {})
        sending.settle(conn, [sending.Outcome(sent, 1, "sent")], NOW)
        sending.release(conn, "a", NOW)
        notices.withdraw(conn, [ids[0], ids[1], ids[3]], "done", NOW)
        states = [notices.by_ids(conn, ids)[i].state for i in ids]
        assert states == ["withdrawn", "withdrawn", "composed", "sent"]
        assert messages.counts(conn) == {"withdrawn": 1, "waiting": 1, "sent": 1}
        assert [m.id for m in sending.lease(conn, NOW, 9, "b", 60)] == [shared]
    assert alone


def test_a_notice_under_way_or_of_unknown_outcome_counts_as_told(store: Store) -> None:
    told = notice("c")
    with store.write() as conn:
        notices.insert(conn, [told], NOW)

        def state() -> str:
            return notices.histories(conn, ["c"])["c"].told[told.rule, told.cycle][0].state

        found = [state()]
        (number,) = messages.insert(conn, [message("k", told)], NOW)
        found.append(state())
        sending.lease(conn, NOW, 1, "a", 60)
        found.append(state())
        sending.settle(conn, [sending.Outcome(number, 1, "ambiguous", next_attempt_at=NOW)], NOW)
        found.append(state())
        sending.lease(conn, NOW, 1, "a", 60)
        sending.settle(conn, [sending.Outcome(number, 2, "sent")], NOW)
        found.append(state())
    assert found == ["open", "composed", "sent", "sent", "sent"]


def test_the_history_of_an_unknown_case_is_empty(store: Store) -> None:
    with store.read() as conn:
        history = notices.histories(conn, ["c1", "c2"])
    assert {i: (dict(h.tracks), dict(h.told)) for i, h in history.items()} == {"c1": ({}, {}), "c2": ({}, {})}


def test_open_notices_are_found_by_their_index(store: Store) -> None:
    with store.read() as conn:
        plan = conn.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT DISTINCT person FROM notice WHERE state IN ('open', 'held') "
            "AND (hold_until IS NULL OR hold_until <= 5)"
        ).all()
    assert any("ix_notice_waiting" in row[3] for row in plan)
