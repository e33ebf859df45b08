"""The counting law of each jurisdiction as data: dated texts, defaults of every policy, citations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from deadline_guard.core.policy import Policy

JURISDICTIONS = ("cn-civil", "cn-criminal", "us-federal", "gb-eaw", "de", "eu", "eu-cj", "plain")


def policy_for(jurisdiction: str, as_of: date) -> Policy:
    """Return the text of the counting law that was in force on ``as_of`` (before all: the oldest known).

    Raises ValueError for an unknown jurisdiction.
    """
    raise NotImplementedError


def overridden(policy: Policy, given: Mapping[str, Any]) -> Policy:
    """Return ``policy`` with the given fields of ``specs/compute.md`` section 1 in place of the law's own.

    Raises ValueError, naming the field, for an unknown value or for values that contradict each other.
    """
    raise NotImplementedError
