"""What counting answers: the date and the steps from which a lawyer can redo it by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from deadline_guard.core.text import Text


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that a step passed over, and why."""

    day: date
    why: str | Text


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation.

    ``step`` is trigger, service, law, count, exclude, add, roll, inaccessible, longstop, choose; ``days`` the
    days it moved (None for hours); ``cite`` the article; ``note`` a sentence for the reader.
    """

    step: str
    from_: date | datetime
    to: date | datetime
    days: int | None = None
    skipped: tuple[Skipped, ...] = ()
    cite: str = ""
    note: str | Text = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Another lawful reading of the same period: later than the working date, with the reason."""

    due: date | datetime
    why: str | Text
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """The end of a period.

    ``due`` is the last civil day (an aware instant for periods in hours), ``due_at`` the instant at which it
    becomes overdue: the end of the due day in the zone (None where no zone is known). ``rolled``: a rest day
    moved it. ``provisional_because`` is empty for a firm date. ``readings`` never hold ``due`` itself.
    """

    due: date | datetime
    due_at: datetime | None
    rolled: bool = False
    provisional_because: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    basis: tuple[Step, ...] = ()

    @property
    def due_on(self) -> date:
        """Return the civil day of ``due`` (in its own zone)."""
        return self.due.date() if isinstance(self.due, datetime) else self.due

    @property
    def provisional(self) -> bool:
        """Return whether the date may still move when a calendar is announced."""
        return bool(self.provisional_because)
