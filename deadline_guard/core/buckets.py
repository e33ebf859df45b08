"""Classes of arrears: the bucket of a debt by its age in days, and when it enters the next."""

from __future__ import annotations

from collections.abc import Sequence

from deadline_guard.core.rules import Bucket, Level, Profile, WhenKind


def buckets_of(profile: Profile) -> tuple[Bucket, ...]:
    """Return the bucket table of a profile, youngest first; lines such as ``above 30`` are buckets without a name."""
    if profile.buckets:
        return profile.buckets
    lines = (
        Bucket(int(t.when.n // 1) + 1, t.level)
        for t in profile.thresholds
        if t.when.kind is WhenKind.VALUE and t.when.op == "above"
    )
    return tuple(sorted(lines, key=lambda b: (b.first, b.level)))


def bucket_of(days: int, table: Sequence[Bucket]) -> Bucket | None:
    """Return the bucket of so many days past due, or None where the table begins later."""
    return next((b for b in reversed(table) if b.first <= days), None)


def last_day(bucket: Bucket, table: Sequence[Bucket]) -> int | None:
    """Return the last day past due that belongs to a bucket; None: it has no end."""
    return next((b.first - 1 for b in table if b.first > bucket.first), None)


def rising_buckets(table: Sequence[Bucket]) -> tuple[tuple[int, Bucket, Level], ...]:
    """Return each bucket that warns with the day on which it begins and its level, which never falls with age."""
    found: list[tuple[int, Bucket, Level]] = []
    worst = Level.OK
    for bucket in table:
        worst = max(worst, bucket.level)
        if worst is not Level.OK:
            found.append((bucket.first, bucket, worst))
    return tuple(found)
