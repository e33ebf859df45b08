"""The language of the terminal, for commands that open no office."""

from __future__ import annotations

import os


def spoken(locale: str | None = None) -> str:
    """Return ``locale`` where it is given, else Chinese where the environment asks for it, else English."""
    if locale:
        return "zh_Hans" if locale.lower().startswith("zh") else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh_Hans" if os.environ[name].lower().startswith("zh") else "en"
    return "en"
