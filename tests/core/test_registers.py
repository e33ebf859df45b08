"""A register of measures: every renewal a cycle of its own, the court's date before the longest one, one chain for all."""

from datetime import date

from deadline_guard.core.deadlines import Deadline
from deadline_guard.core.limits import deadlines
from deadline_guard.core.rules import Rule, Trigger
from deadline_guard.core.timeline import Event
from tests.core.building import CALENDARS, case, event, rule, rulebook, utc

TAKEN = event("taken", "2026-03-02", subject="account")
RENEWED = event("renewed", "2027-02-20", subject="account")


def freeze(**given: object) -> Rule:
    named = {"trigger": Trigger(), "trigger_any": (Trigger("taken"), Trigger("renewed")), "done_by": ("renewed",)}
    return rule("1 year", version={"policy": {"roll": "none"}}, **(named | {"params": {"opens": "each"}} | given))


def found(made: Rule, *events: Event, computed: dict[str, tuple[Deadline, ...]] | None = None) -> tuple[Deadline, ...]:
    return deadlines(made, case(*events), rulebook(made), CALENDARS, utc("2027-03-01T00:00"), computed or {})


def test_each_renewal_opens_a_cycle_of_its_own_and_ends_the_one_before() -> None:
    first, second = found(freeze(), TAKEN, RENEWED)
    assert (first.due_on, first.state.value) == (date(2027, 3, 2), "done")
    assert (second.due_on, second.state.value) == (date(2028, 2, 20), "open")


def test_a_renewal_of_another_asset_leaves_this_one_open() -> None:
    first, _ = found(freeze(), TAKEN, RENEWED._replace(subject="house"))
    assert first.state.value == "open"


def test_a_date_that_the_event_names_comes_before_the_longest_limit() -> None:
    made = freeze(date_field="until")
    stated = TAKEN._replace(data={"until": "2026-09-02"})
    assert [d.due_on for d in found(made, stated)] == [date(2026, 9, 2)]
    assert [d.due_on for d in found(made, TAKEN)] == [date(2027, 3, 2)]


def test_one_rule_may_start_from_the_ends_of_several() -> None:
    expiry = found(freeze(), TAKEN)
    other = found(freeze(id="other"), event("taken", "2026-04-01", subject="house"))
    ask = rule(
        "7 days", trigger=Trigger(), trigger_any=(Trigger(rule="r"), Trigger(rule="other")), direction="backward"
    )
    asked = found(ask, TAKEN, computed={"r": expiry, "other": other})
    assert [(d.subject, d.due_on) for d in asked] == [("account", date(2027, 2, 23)), ("house", date(2027, 3, 25))]


def test_a_condition_may_ask_for_what_is_not_recorded() -> None:
    made = freeze(trigger_any=(Trigger("taken", where={"asset": ("account", None)}),))
    assert len(found(made, TAKEN)) == 1
    assert found(made, TAKEN._replace(data={"asset": "house"})) == ()


def test_the_days_that_the_court_names_come_before_the_limit_of_the_law() -> None:
    made = freeze(params={"limit_from": "days"}, trigger=Trigger("taken"), trigger_any=())
    for days, due in (
        (20, date(2026, 3, 22)),
        ("20", date(2026, 3, 22)),
        ("soon", date(2027, 3, 2)),
        (-3, date(2027, 3, 2)),
    ):
        assert found(made, TAKEN._replace(data={"days": days}))[0].due_on == due
    assert found(made, TAKEN)[0].due_on == date(2027, 3, 2)
