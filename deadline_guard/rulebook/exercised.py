"""What rule tests exercise: rules, versions of their texts, and thresholds; what they leave out by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deadline_guard.core.rules import Bucket, Rule, RuleVersion
from deadline_guard.rulebook.examples import Result


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many were exercised, and the names of the others."""

    done: int
    of: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exercised:
    """The three shares: a rule or version without a test is a failure, a threshold is told."""

    rules: Share
    versions: Share
    thresholds: Share

    @property
    def complete(self) -> bool:
        """Return whether every rule and every version has a test."""
        return not self.rules.missing and not self.versions.missing


def exercised(results: Iterable[Result], rules: Iterable[Rule]) -> Exercised:
    """Return what these results say about these rules; a test that failed exercises nothing.

    A version counts once a test expects a date that it gave; a threshold once a test expects its level (a
    bucket: its name) by a rule of that profile.
    """
    enabled = [rule for rule in rules if rule.enabled]
    tested: set[str] = set()
    dated: set[tuple[str, str]] = set()
    levels: set[tuple[str, str]] = set()
    for result in results:
        if not result.passed:
            continue
        tested.add(result.example.rule)
        for expected, one in zip(result.example.expect, result.found, strict=True):
            if not expected.keys().isdisjoint(("due", "due_at", "level", "state")):
                dated.add((one.rule.id, one.deadline.version))
            for key in ("level", "bucket"):
                if expected.get(key) is not None:
                    levels.add((one.rule.profile.id, expected[key]))
    levels |= {(r.profile.id, _name(b)) for r in enabled for b in r.profile.buckets for said in b.label.values()
               if (r.profile.id, said) in levels}  # fmt: skip
    wanted = sorted(
        {(r.profile.id, t.level.word) for r in enabled for t in r.profile.thresholds}
        | {(r.profile.id, _name(b)) for r in enabled for b in r.profile.buckets}
    )
    return Exercised(
        _share((r.id, r.id in tested) for r in enabled),
        _share((f"{r.id} {v.id}", (r.id, v.id) in dated) for r in enabled for v in _versions(r)),
        _share((f"{profile} {level}", (profile, level) in levels) for profile, level in wanted),
    )


def _name(bucket: Bucket) -> str:
    return bucket.label.get("en") or str(bucket.first)


def _versions(rule: Rule) -> tuple[RuleVersion, ...]:
    return rule.versions or (RuleVersion(""),)


def _share(found: Iterable[tuple[str, bool]]) -> Share:
    named = list(found)
    return Share(sum(done for _, done in named), len(named), tuple(name for name, done in named if not done))
