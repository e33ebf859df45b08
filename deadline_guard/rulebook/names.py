"""Every name that a file uses must be defined somewhere; an unknown one is an error with the nearest known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from deadline_guard.core.conditions import COMPARISONS
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.jurisdictions import JURISDICTIONS
from deadline_guard.core.text import Text
from deadline_guard.rulebook.problems import Problem, nearest, problem, shown
from deadline_guard.rulebook.registry import Entry, Registry
from deadline_guard.rulebook.shapes import CaseTypeShape, ProfileShape, RuleShape
from deadline_guard.rulebook.sheets import Sheets

ROLES = frozenset({"owner", "lead", "manager", "partner", "risk", "admin", "compliance"})
_ZONES = available_timezones()
_OF_JURISDICTIONS = {j.calendar for j in JURISDICTIONS.values()}


@dataclass(slots=True)
class Names:
    """What may be named, and the problems of what is named and unknown.

    ``persons`` are ids and further roles from ``people.yaml`` where it is known.
    """

    registry: Registry
    events: Collection[str]
    profiles: Collection[str]
    case_types: Collection[str]
    rules: Collection[str]
    roles: Collection[str]
    calendars: Callable[[], Collection[str]]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(
        cls, registry: Registry, sheets: Sheets, calendars: Callable[[], Collection[str]], persons: Collection[str]
    ) -> Names:
        """Collect the names of all files, also of those that have other mistakes."""
        return cls(
            registry,
            sheets.names("events"),
            sheets.names("profiles"),
            sheets.names("case_types"),
            sheets.names("rules"),
            ROLES | set(registry.roles) | set(persons),
            calendars,
        )

    def check(self) -> list[Problem]:
        """Return a problem for every unknown name."""
        for event in self.registry.events.values():
            if event.shape.pairs_with is not None:
                self._known("unknown_event", event.shape.pairs_with, self.events, event, "pairs_with")
        for name, profile in self.registry.profiles.items():
            self._profile(profile.shape, profile)
            self._circle(name, profile)
        for name, case_type in self.registry.case_types.items():
            self._case_type(name, case_type)
        for entry in self.registry.rules.values():
            self._rule(entry)
        return self.problems

    def _known(
        self,
        code: str,
        name: str,
        known: Collection[str],
        entry: Entry[Any],
        *path: str | int,
        key: bool = False,
        **args: object,
    ) -> None:
        """Say at ``path`` that a name is unknown; the place is looked up only then."""
        if name not in known:
            mark = entry.at(*path, key=key)
            self.problems.append(problem(code, mark, name=shown(name), hint=nearest(name, known), **args))

    def _all(
        self, code: str, names: Iterable[str], known: Collection[str], entry: Entry[Any], *path: str | int
    ) -> None:
        """Check a list of names; one written without brackets stands at the place of the list."""
        for i, name in enumerate(names):
            if name not in known:
                self._known(code, name, known, entry, *path, i)

    def _events(self, entry: Entry[Any], shape: Any, keys: Iterable[str], *path: str | int) -> None:
        for key in keys:
            self._all("unknown_event", getattr(shape, key), self.events, entry, *path, key)

    def _profile(self, shape: ProfileShape, entry: Entry[Any], *path: str | int) -> None:
        if shape.base is not None:
            inline = (*path, "from") if "from" in _mapping(entry, path) else path
            self._known("unknown_profile", shape.base, self.profiles, entry, *inline)
        for level, roles in (shape.tell or {}).items():
            self._all("unknown_role", roles, self.roles, entry, *path, "tell", level)
        for i, step in enumerate(shape.chain or ()):
            self._all("unknown_role", step.tell, self.roles, entry, *path, "chain", i, "tell")

    def _circle(self, name: str, entry: Entry[ProfileShape]) -> None:
        """Refuse a profile that comes from itself."""
        path = self.registry.above(name)
        if name in path:
            kind, said = Text("the profile", "profile "), " → ".join((name, *path))
            self.problems.append(problem("from_itself", entry.at("from"), kind=kind, name=name, path=said))

    def _case_type(self, name: str, entry: Entry[CaseTypeShape]) -> None:
        shape = entry.shape
        self._events(entry, shape, ("closed_by",))
        self._law(shape, entry)
        if shape.zone is not None:
            self._known("unknown_zone", shape.zone, _ZONES, entry, "zone")
        for i, stage in enumerate(shape.stages):
            self._events(entry, stage, ("enter_on", "leave_on"), "stages", i)
            if stage.owner is not None:
                self._known("unknown_role", stage.owner, self.roles, entry, "stages", i, "owner")
            if stage.phase is not None:
                path = ("stages", i, "phase")
                self._known("unknown_phase", stage.phase, shape.phases, entry, *path, case_type=name)

    def _law(self, shape: CaseTypeShape | RuleShape, entry: Entry[Any]) -> None:
        if shape.jurisdiction is not None:
            self._known("unknown_jurisdiction", shape.jurisdiction, JURISDICTIONS, entry, "jurisdiction")
        if shape.calendar is not None and shape.calendar not in _OF_JURISDICTIONS:
            self._known("unknown_calendar", shape.calendar, self.calendars(), entry, "calendar")

    def _rule(self, entry: Entry[RuleShape]) -> None:
        shape = entry.shape
        self._known("unknown_indicator", shape.indicator, INDICATORS, entry, "indicator")
        self._events(entry, shape, ("done_by", "cancelled_by", "extended_by", "restarted_by", "activity"))
        for key in ("excludes", "suspends"):
            for i, pair in enumerate(getattr(shape, key)):
                self._known("unknown_event", pair.opens, self.events, entry, key, i, "from")
                self._known("unknown_event", pair.closes, self.events, entry, key, i, "to")
        if shape.select_version_by not in ("trigger", "act"):
            known = {*self.events, "trigger", "act"}
            self._known("unknown_event", shape.select_version_by, known, entry, "select_version_by")
        self._known("unknown_role", shape.owner, self.roles, entry, "owner")
        self._profile(shape.profile, entry, "profile")
        self._law(shape, entry)
        self._triggers(entry)
        self._selection(entry)

    def _triggers(self, entry: Entry[RuleShape]) -> None:
        shape = entry.shape
        recorded: set[str] | None = set()
        for i, trigger in enumerate(shape.trigger or ()):
            one = ("trigger", i)
            if trigger.event:
                self._known("unknown_event", trigger.event, self.events, entry, *one, "event")
            if trigger.rule:
                self._known("unknown_rule", trigger.rule, self.rules, entry, *one, "rule")
            for name, wanted in trigger.where.items():
                self._comparisons(wanted, entry, *one, "where", name)
            fields = self._fields(trigger.event)
            recorded = None if fields is None or recorded is None else recorded | fields
            for name in trigger.where if fields else ():
                path = (*one, "where", name)
                self._known("unknown_field", name, fields or (), entry, *path, key=True, event=trigger.event)
        if shape.date_from is None or recorded is None:
            return
        names = ", ".join(t.event or "?" for t in shape.trigger or ())
        if not recorded:
            self.problems.append(problem("date_field_of_nothing", entry.at("date_from")))
        else:
            self._known("unknown_field", shape.date_from, recorded, entry, "date_from", event=names)

    def _fields(self, event: str | None) -> set[str] | None:
        """Return the data fields that an event records; None when it is unknown."""
        if event is None:
            return set()
        kind = self.registry.events.get(event)
        return set(kind.shape.data) if kind is not None else None

    def _selection(self, entry: Entry[RuleShape]) -> None:
        """Check what the rule applies to: a misspelt attribute would make it silent for ever."""
        shape = entry.shape
        for name, wanted in shape.when.items():
            self._condition(name, wanted, entry)
        for name, value in shape.applies_to.items():
            path: tuple[str | int, ...] = ("applies_to", name)
            if name == "case_type":
                self._all("unknown_case_type", _texts(value), self.case_types, entry, *path)
                continue
            if name not in self.registry.attributes:
                known = {*self.registry.attributes, "case_type"}
                self._known("unknown_attribute", name, known, entry, *path, key=True)
                continue
            self._values(name, value, entry, path)
        if shape.stage is not None:
            known_stages = self._stages(shape)
            if known_stages is not None:
                self._known("unknown_stage", shape.stage, known_stages, entry, "stage")

    def _condition(self, name: str, wanted: Any, entry: Entry[RuleShape]) -> None:
        """Check one attribute of ``when`` and, where it is compared for equality, the value."""
        if name not in self.registry.attributes:
            self._known("unknown_attribute", name, self.registry.attributes, entry, "when", name, key=True)
        elif not isinstance(wanted, dict):
            self._values(name, wanted, entry, ("when", name))
        else:
            self._comparisons(wanted, entry, "when", name)
            for op in ("eq", "not"):
                if op in wanted:
                    self._values(name, wanted[op], entry, ("when", name, op))

    def _comparisons(self, wanted: Any, entry: Entry[RuleShape], *path: str | int) -> None:
        """Check the words of a condition such as ``{gte: 50000}``."""
        for op in wanted if isinstance(wanted, dict) else ():
            self._known("unknown_comparison", op, COMPARISONS, entry, *path, op, key=True)

    def _values(self, attribute: str, value: Any, entry: Entry[RuleShape], path: tuple[str | int, ...]) -> None:
        """Check the values of an attribute; those of a closed list are text, so 7 would never equal "7"."""
        allowed = self.registry.allowed(attribute)
        if allowed is None:
            return
        for i, one in enumerate(value if isinstance(value, list) else [value]):
            if one is None:  # the attribute is not recorded
                continue
            if not isinstance(one, str):
                mark = entry.at(*path, i)
                wanted, hint = Text("text", "文本"), Text(f'write "{shown(one)}"', f'请写 "{shown(one)}"')
                self.problems.append(problem("wrong_type", mark, value=shown(one), wanted=wanted, hint=hint))
            else:
                self._known("unknown_attribute_value", one, allowed, entry, *path, i, attribute=attribute)

    def _stages(self, shape: RuleShape) -> set[str] | None:
        """Return the stages of the rule's case types; None when one of those is unknown."""
        wanted = shape.applies_to.get("case_type")
        names = _texts(wanted) if wanted is not None else list(self.registry.case_types)
        if any(name not in self.registry.case_types for name in names):
            return None
        return {stage.id for name in names for stage in self.registry.case_types[name].shape.stages}


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _mapping(entry: Entry[Any], path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """Return the mapping at ``path`` as written, or nothing where a single word stands."""
    here = entry.document.data
    for part in (*entry.path, *path):
        here = here[part]
    return here if isinstance(here, dict) else {}
