"""Which packs a lawyer of the firm has checked: an adoption holds for the text that was checked, no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from deadline_guard.core.rules import Pack, Rulebook


def is_checked(pack: Pack) -> bool:
    """Return whether somebody stands for this pack."""
    return pack.reviewed not in ("", "none")


def pack_digest(rulebook: Rulebook, pack: str) -> str:
    """Return the hash over the files of a pack's rules: what a lawyer checks when adopting it."""
    parts = sorted({rule.revision for rule in rulebook.rules.values() if rule.pack == pack})
    return sha256("\n".join(parts).encode()).hexdigest()


def adopted(rulebook: Rulebook, adoptions: Mapping[str, tuple[str, str]]) -> Rulebook:
    """Return the rulebook with its adopted packs marked; ``adoptions`` are (digest, who and when) by pack.

    A pack that was changed after its adoption is unchecked again.
    """
    packs = dict(rulebook.packs)
    for name, (digest, said) in adoptions.items():
        if name in packs and pack_digest(rulebook, name) == digest:
            packs[name] = replace(packs[name], reviewed=said)
    return replace(rulebook, packs=packs)
