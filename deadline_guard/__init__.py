"""Knows every date a law firm must not miss, says how it knows, and warns the right person in time."""

__version__ = "0.1.0"
