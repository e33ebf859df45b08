"""Texts from notices: what a person reads, in their own language."""

from deadline_guard.messages.item import Action, Item, Next, Past, Rendered
from deadline_guard.messages.render import render

__all__ = ["Action", "Item", "Next", "Past", "Rendered", "render"]
