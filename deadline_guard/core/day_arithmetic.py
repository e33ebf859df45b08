"""Where a period of days, weeks, months or years ends, before anything rolls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, date, timedelta
from fractions import Fraction

from deadline_guard.core.calendar import Calendar, OutOfRange
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.policy import Direction, MonthPolicy, Policy, Roll, Span

HALF_MONTH = 15  # CRIMINT21 202; BGB 189 I


def shifted(day: date, days: int) -> date:
    """Return ``day`` moved by ``days``; raises OutOfRange instead of OverflowError."""
    try:
        return day + timedelta(days)
    except OverflowError:
        raise OutOfRange(f"{days} days from {day} leave the years that can be counted") from None


def last_of_month(year: int, month: int) -> int:
    """Return the number of the last day of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def corresponding(day: date, months: int, policy: MonthPolicy = MonthPolicy.CORRESPONDING) -> date:
    """Return the day ``months`` later (earlier if negative) by the corresponding-day rule.

    The month's last day stands in for a day that the month lacks (CIV 202, BGB 188 III, Reg. 1182/71
    Art. 3(2)(c)). ``end_to_end``: the last day of a month leads to the last day (CRIMINT21 202).
    ``minus_one``: the day before the corresponding one, or the month's last where that one lacks too
    (BGB 188 II second case, III); counted back, the day after.
    """
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    if not MINYEAR < year < MAXYEAR:
        raise OutOfRange(f"{months} months from {day} leave the years that can be counted")
    last = last_of_month(year, month)
    if policy is MonthPolicy.END_TO_END and day.day == last_of_month(day.year, day.month):
        return date(year, month, last)
    if policy is MonthPolicy.MINUS_ONE and months < 0:
        return date(year, month, min(day.day, last)) + timedelta(1)
    if policy is MonthPolicy.MINUS_ONE and months > 0:
        if day.day == 1:
            return date(year, month, 1) - timedelta(1)
        return date(year, month, min(day.day - 1, last))
    return date(year, month, min(day.day, last))


def skips_rest_days(period: Period, policy: Policy) -> bool:
    """Return whether rest days inside the period are left out (CPR 2.8(4); FRCP 6 before 2009)."""
    if period.unit is Unit.WORKING_DAYS:
        return True
    return period.unit in (Unit.DAYS, Unit.CLEAR_DAYS) and 0 < period.n <= policy.skip_rest_days_up_to


def is_clear(period: Period, policy: Policy, direction: Direction) -> bool:
    """Return whether both ends stay out of the count (CPR 2.8(2) makes any number of days clear days).

    Forward, ``days`` then end on the last day to act, which excluding the first day already gives.
    """
    if not period.n:
        return False
    if period.unit is Unit.CLEAR_DAYS:
        return True
    return period.unit is Unit.DAYS and policy.days_are_clear and direction is Direction.BACKWARD


def end_of(trigger: date, period: Period, policy: Policy, calendar: Calendar, direction: Direction) -> date:
    """Return the last day that the period reaches by counting alone; for clear days the day beyond it.

    ``calendar`` is the one for ``direction`` (see :meth:`Calendar.backward`). No hours here.
    """
    sign = 1 if direction is Direction.FORWARD else -1
    unit, n = period.unit, period.n
    if not n:
        if unit is not Unit.WORKING_DAYS:
            return trigger
        return calendar.next_open(trigger) if direction is Direction.FORWARD else calendar.previous_open(trigger)
    early = -sign if policy.first_day_counts else 0  # the trigger's day is day one: everything ends a day sooner
    if skips_rest_days(period, policy):
        found = calendar.add_working_days(shifted(trigger, early), sign * int(n))
        return shifted(found, sign) if is_clear(period, policy, direction) else found
    if unit in (Unit.DAYS, Unit.CLEAR_DAYS):
        beyond = sign if is_clear(period, policy, direction) else 0
        return shifted(trigger, sign * int(n) + beyond + early)
    return _end_of_long(trigger, period, policy, sign)


def _end_of_long(trigger: date, period: Period, policy: Policy, sign: int) -> date:
    """Return the end of weeks, half months, months and years."""
    unit = period.unit
    minus_one = policy.first_day_counts or policy.month_policy is MonthPolicy.MINUS_ONE
    if unit in (Unit.WEEKS, Unit.HALF_MONTHS):
        days = int(period.n) * (7 if unit is Unit.WEEKS else HALF_MONTH)
        return shifted(trigger, sign * (days - minus_one))
    months = Fraction(period.n) * (12 if unit is Unit.YEARS else 1)
    whole, half = divmod(months, 1)
    how = policy.month_policy
    if half:  # the 15 days are counted last (BGB 189 II)
        plain = MonthPolicy.CORRESPONDING if how is MonthPolicy.MINUS_ONE else how
        return shifted(corresponding(trigger, sign * whole, plain), sign * (HALF_MONTH - minus_one))
    if minus_one and how is not MonthPolicy.END_TO_END:
        return corresponding(trigger, sign * whole, MonthPolicy.MINUS_ONE)
    return shifted(corresponding(trigger, sign * whole, how), -sign if minus_one else 0)


def rolled_to(day: date, roll: Roll, calendar: Calendar) -> date:
    """Return ``day`` moved off a rest day; ``forward_if_at_court_office`` must be settled before."""
    if roll is Roll.FORWARD:
        return calendar.add_working_days(day, 0)
    return calendar.previous_open(day) if roll is Roll.BACKWARD else day


def between(a: date, b: date) -> Sequence[date]:
    """Return the days after ``a`` up to and including ``b``, in the order from ``a`` to ``b``."""
    sign = 1 if b >= a else -1
    return [date.fromordinal(o) for o in range(a.toordinal() + sign, b.toordinal() + sign, sign)]


def excluded_days(spans: Sequence[Span], first: date, last: date) -> dict[date, Span]:
    """Return the days of the spans from ``first`` to ``last``, both included, each with its span."""
    found: dict[date, Span] = {}
    for span in spans:
        low, high = max(span.since, first), min(span.until, last)
        for ordinal in range(low.toordinal(), high.toordinal() + 1):
            found.setdefault(date.fromordinal(ordinal), span)
    return found
