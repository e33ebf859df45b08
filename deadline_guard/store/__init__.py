"""The database: tables, revisions of facts, queues, the chained record. Everything that writes takes a connection."""

from deadline_guard.store.database import MEMORY, Store

__all__ = ["MEMORY", "Store"]
