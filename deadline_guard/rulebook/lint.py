"""What is written correctly and yet cannot be meant: one function a check, all run over the whole rulebook."""

from __future__ import annotations

from collections.abc import Iterator

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.rulebook import lint_book, lint_people, lint_profiles, lint_rules
from deadline_guard.rulebook.problems import Problem
from deadline_guard.rulebook.registry import Registry


def rules(book: Rulebook, registry: Registry) -> list[Problem]:
    """Check every profile and every rule by itself."""
    return [*_profiles(book, registry), *_rules(book, registry)]


def _profiles(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    for name, profile in book.profiles.items():
        if not registry.grounded(name):
            continue
        spot = lint_profiles.Spot(registry.profiles[name], registry.profiles[name].name_at)
        for check in lint_profiles.CHECKS:
            yield from check(profile, spot)
    for rule in book.rules.values():
        entry = registry.rules[rule.id]
        if rule.profile.id == rule.id:  # the rule's own, changed from a named one
            spot = lint_profiles.Spot(entry, entry.at("profile"), ("profile",))
            for check in lint_profiles.CHECKS:
                yield from check(rule.profile, spot)


def _rules(book: Rulebook, registry: Registry) -> Iterator[Problem]:
    for rule in book.rules.values():
        entry = registry.rules[rule.id]
        for check in lint_rules.CHECKS:
            yield from check(rule, entry)


def book(book: Rulebook, registry: Registry) -> list[Problem]:
    """Check what only the whole rulebook shows."""
    return [problem for check in lint_book.CHECKS for problem in check(book, registry)]


def people(book: Rulebook, registry: Registry, directory: Directory) -> list[Problem]:
    """Check the rules against the people who are told."""
    return [problem for check in lint_people.CHECKS for problem in check(book, registry, directory)]
