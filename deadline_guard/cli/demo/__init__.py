"""`demo`: a sample firm is warned over some weeks of virtual time, by the real daemon, into a real mail server."""

from deadline_guard.cli.demo.command import register

__all__ = ["register"]
