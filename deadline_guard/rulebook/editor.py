"""JSON Schemas of the rule files, so that an editor completes, explains and underlines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deadline_guard.rulebook.people import PeopleFile
from deadline_guard.rulebook.shapes import CaseTypesFile, EventsFile, PackFile, ProfilesFile, Shape

SCHEMAS: Final[Mapping[str, type[Shape]]] = {
    "rules.schema.json": PackFile,
    "events.schema.json": EventsFile,
    "profiles.schema.json": ProfilesFile,
    "case_types.schema.json": CaseTypesFile,
    "people.schema.json": PeopleFile,
}


def schema(model: type[Shape]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}


def write_schemas(folder: Path) -> list[Path]:
    """Write one schema a kind of file and return the paths; the folder is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, model in SCHEMAS.items():
        path = folder / name
        path.write_text(json.dumps(schema(model), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written.append(path)
    return written
