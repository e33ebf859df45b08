"""An office in a folder for tests on real data: its files, the public import, the daemon on a virtual clock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from deadline_guard.app import App
from deadline_guard.cli import app as program

MAPPINGS = Path(__file__).parent / "mappings"


def make_office(
    folder: Path, *, rules: Mapping[str, str], people: Mapping[str, Any], zone: str, port: int, start: str, until: str,
    go_live: str | None = None,
) -> Path:  # fmt: skip
    """Write rules, people and configuration into ``folder``, make the database; return the configuration's path."""
    (folder / "rules").mkdir()
    for name, text in rules.items():
        (folder / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "people.yaml").write_text(yaml.safe_dump(dict(people), allow_unicode=True), encoding="utf-8")
    config = folder / "config.yaml"
    text = f"""
database: office.db
rules: [rules]
shipped_rules: false
people: people.yaml
zone: {zone}
locale: en
channels: {{email: {{host: 127.0.0.1, port: {port}, sender: guard@office.example}}, console: {{}}}}
jobs: {{audit: "off", sync: "off", morning: "off"}}
messages: {{at_once: 0}}
clock: {{start: "{start}", until: "{until}"}}
"""
    config.write_text(text + (f'go_live: "{go_live}"\n' if go_live else ""), encoding="utf-8")
    App.open(config, create=True).close()
    return config


def person(name: str, zone: str, channel: str = "email") -> dict[str, Any]:
    """Return a person reached by mail at their own name, or on another channel."""
    address = f"{name}@office.example" if channel == "email" else name
    return {"name": name, "locale": "en", "zone": zone, "channels": {channel: address}}


def import_file(config: Path, file: Path, mapping: str, *more: str) -> str:
    """Run the public import; return what it printed."""
    words = ["import", str(file), "-m", str(MAPPINGS / f"{mapping}.yaml"), "-c", str(config), "--yes", *more]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output
