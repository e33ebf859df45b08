"""What is written correctly and yet cannot be meant."""

from __future__ import annotations

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.rulebook.problems import Problem
from deadline_guard.rulebook.registry import Registry


def rules(book: Rulebook, registry: Registry) -> list[Problem]:
    return []


def book(book: Rulebook, registry: Registry) -> list[Problem]:
    return []


def people(book: Rulebook, registry: Registry, directory: Directory) -> list[Problem]:
    return []
