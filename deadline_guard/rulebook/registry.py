"""Who is who: every named thing of all files with its place; later files override only when they say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer
from deadline_guard.rulebook.problems import Mark, Problem, nearest, problem
from deadline_guard.rulebook.shapes import (
    AttributeShape,
    CaseTypesFile,
    CaseTypeShape,
    EventsFile,
    EventShape,
    PackFile,
    PackShape,
    ProfilesFile,
    ProfileShape,
    RuleShape,
    Shape,
    TitleShape,
)
from deadline_guard.rulebook.sheets import Sheet
from deadline_guard.rulebook.source import Document

S = TypeVar("S", bound=Shape, covariant=True)

_KIND = {
    "events": Text("the event", "事件"),
    "profiles": Text("the profile", "profile "),
    "case_types": Text("the case type", "案件类型"),
    "rules": Text("the rule", "规则"),
    "packs": Text("the pack", "规则包"),
}


@dataclass(frozen=True, slots=True)
class Entry(Generic[S]):
    """A checked piece of a file and where it stands."""

    shape: S
    document: Document
    path: tuple[str | int, ...]
    pack: str = ""

    def at(self, *more: str | int, key: bool = False) -> Mark:
        """Return the place of a part (or of its key)."""
        return self.document.at((*self.path, *more), key=key)

    @property
    def name_at(self) -> Mark:
        """Return the place of the name."""
        if isinstance(self.path[-1], int):
            return self.at("id")
        return self.document.at(self.path, key=True)


@dataclass(slots=True)
class Registry:
    """Everything that the files define, by name."""

    events: dict[str, Entry[EventShape]] = field(default_factory=dict)
    profiles: dict[str, Entry[ProfileShape]] = field(default_factory=dict)
    case_types: dict[str, Entry[CaseTypeShape]] = field(default_factory=dict)
    rules: dict[str, Entry[RuleShape]] = field(default_factory=dict)
    packs: dict[str, Entry[PackShape]] = field(default_factory=dict)
    attributes: dict[str, list[Entry[AttributeShape]]] = field(default_factory=dict)
    roles: dict[str, Entry[TitleShape]] = field(default_factory=dict)
    day_starts_at: list[tuple[str, Mark]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def above(self, profile: str) -> list[str]:
        """Return the profiles from which this one takes, up to the last one or the first that comes again."""
        path: list[str] = []
        here = self.profiles.get(profile)
        while here is not None and here.shape.base is not None:
            path.append(here.shape.base)
            if here.shape.base in (profile, *path[:-1]):
                break
            here = self.profiles.get(here.shape.base)
        return path

    def grounded(self, profile: str) -> bool:
        """Return whether what a profile takes from is all there: no unknown one, no circle."""
        path = [profile, *self.above(profile)]
        return len(set(path)) == len(path) and all(name in self.profiles for name in path)

    def allowed(self, attribute: str) -> set[str] | None:
        """Return the values an attribute may have; None: any."""
        given = [entry.shape.values for entry in self.attributes.get(attribute, ())]
        if not given or any(values is None for values in given):
            return None
        return {value for values in given for value in values or ()}


def gathered(sheets: Iterable[Sheet]) -> Registry:
    """Return what the sheets define, with a problem for every name that stands twice."""
    found = Registry()
    for sheet in sheets:
        if isinstance(sheet.shape, EventsFile):
            for name, event in sheet.shape.events.items():
                _add_event(found, name, Entry(event, sheet.document, ("events", name)))
        elif isinstance(sheet.shape, ProfilesFile):
            for name, profile in sheet.shape.profiles.items():
                _add(found, "profiles", found.profiles, name, Entry(profile, sheet.document, ("profiles", name)))
            if sheet.shape.day_starts_at is not None:
                found.day_starts_at.append((sheet.shape.day_starts_at, sheet.document.at(("day_starts_at",))))
        elif isinstance(sheet.shape, CaseTypesFile):
            _add_case_types(found, sheet.shape, sheet.document)
        elif isinstance(sheet.shape, PackFile):
            _add_pack(found, sheet.shape, sheet)
    return found


def _add_event(found: Registry, name: str, entry: Entry[EventShape]) -> None:
    if name in Answer._value2member_map_:
        found.problems.append(problem("reserved_event", entry.name_at, name=name))
    _add(found, "events", found.events, name, entry)


def _add_case_types(found: Registry, shape: CaseTypesFile, document: Document) -> None:
    for name, case_type in shape.case_types.items():
        _add(found, "case_types", found.case_types, name, Entry(case_type, document, ("case_types", name)))
    for name, attribute in shape.attributes.items():
        found.attributes.setdefault(name, []).append(Entry(attribute, document, ("attributes", name)))
    for name, title in shape.roles.items():
        found.roles[name] = Entry(title, document, ("roles", name))


def _add_pack(found: Registry, shape: PackFile, sheet: Sheet) -> None:
    """Take a file's rules; several files may belong to one pack."""
    found.packs.setdefault(shape.pack.id, Entry(shape.pack, sheet.document, ("pack",)))
    for index, rule in zip(sheet.rules, shape.rules, strict=True):
        entry = Entry(rule, sheet.document, ("rules", index), shape.pack.id)
        _add(found, "rules", found.rules, rule.id, entry)


O = TypeVar("O", EventShape, ProfileShape, CaseTypeShape, RuleShape)  # noqa: E741


def _add(found: Registry, kind: str, into: dict[str, Entry[O]], name: str, entry: Entry[O]) -> None:
    """Add a named entry; a second one of the same name must say ``override: true``."""
    before = into.get(name)
    override = entry.shape.override
    if before is not None and not override:
        mark = entry.name_at
        found.problems.append(problem("defined_twice", mark, kind=_KIND[kind], name=name, other=before.name_at))
        return
    if before is None and override:
        hint = nearest(name, into)
        mark = entry.at("override")
        found.problems.append(problem("nothing_to_override", mark, kind=_KIND[kind], name=name, hint=hint))
    into[name] = entry
