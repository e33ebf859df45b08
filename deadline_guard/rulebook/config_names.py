"""Whom `config.yaml` names must be somebody in `people.yaml`: what is mailed to nobody would be silent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from deadline_guard.core.people import Directory
from deadline_guard.rulebook.problems import Problem, nearest, problem, shown
from deadline_guard.rulebook.source import Document

_LEADS: Final = "leads"


def unknown_names(document: Document, directory: Directory) -> list[Problem]:
    """Return a problem for everybody whom a read configuration names and who is nobody, or has left."""
    data = document.data if isinstance(document.data, dict) else {}
    found = list(_custodian(data, document, directory))
    listed = data.get("daily_list")
    signs = listed.get("to", _LEADS) if isinstance(listed, dict) else _LEADS
    if signs not in directory.roles:
        found += _person("unknown_signer", signs, ("daily_list", "to"), [_LEADS], document, directory)
    return found


def _custodian(data: dict[str, Any], document: Document, directory: Directory) -> Iterator[Problem]:
    custodian = data.get("custodian") or ""
    if custodian and "@" not in str(custodian):  # an address is nobody's of the firm
        yield from _person("unknown_custodian", custodian, ("custodian",), (), document, directory)


def _person(
    code: str, name: Any, path: tuple[str, ...], words: Collection[str], document: Document, directory: Directory
) -> Iterator[Problem]:
    if name in words:
        return
    active = [person.id for person in directory.persons.values() if person.active]
    if name in directory.persons and name not in active:
        yield problem("has_left", document.at(path), name=shown(name))
    elif name not in active:
        hint = nearest(str(name), [*active, *words])
        yield problem(code, document.at(path), name=shown(name), hint=hint)
