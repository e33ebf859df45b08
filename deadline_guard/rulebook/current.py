"""The rulebook in force: a new one takes its place only when it is without error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.rulebook.load import load
from deadline_guard.rulebook.problems import Problem


@dataclass(slots=True)
class Current:
    """Holds the rulebook in force; readers take ``rulebook`` once a round and keep that value.

    ``problems`` are those of the last attempt, so that a refused edit is shown until it is mended.
    """

    rulebook: Rulebook
    problems: list[Problem] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(
        cls, folders: Sequence[Path], **known: Directory | Collection[str] | None
    ) -> tuple[Current | None, list[Problem]]:
        """Return the holder of a first rulebook, or None with the reasons."""
        found, problems = load(folders, **known)  # type: ignore[arg-type]
        return (None if found is None else cls(found, problems)), problems

    def reload(
        self,
        folders: Sequence[Path],
        *,
        directory: Directory | None = None,
        calendars: Collection[str] | None = None,
        before: Callable[[Rulebook], None] | None = None,
    ) -> list[Problem]:
        """Read the folders again and return what is wrong; on any error the rulebook in force stays.

        ``before`` is called with a good new rulebook before it comes into force; if it raises, nothing changes.
        """
        with self._lock:
            found, self.problems = load(folders, directory=directory, calendars=calendars)
            if found is not None:
                if before is not None:
                    before(found)
                self.rulebook = found
            return self.problems
