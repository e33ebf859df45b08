"""The errors a caller may catch; every message says what was found, what was expected, how to mend it."""


class DeadlineGuardError(Exception):
    """Something the user can mend; the command line prints the text alone and exits 1."""


class ConfigError(DeadlineGuardError):
    """`config.yaml`, a secret file or an environment variable cannot be used as it is."""


class RulebookError(DeadlineGuardError):
    """A rulebook was refused: every problem as `file:line:column`; the rules in force stay in force."""


class StoreError(DeadlineGuardError):
    """The database cannot be opened, is of another schema revision, or is held by another daemon."""


class StoreLockedError(StoreError):
    """Another process holds the database (a second daemon, a backup tool, a forgotten shell)."""


class StoreReadOnlyError(StoreError):
    """The database file or its folder cannot be written by this user."""


class StoreFullError(StoreError):
    """The disk is full; nothing of the transaction was written."""


class StoreDamagedError(StoreError):
    """The file is not a whole SQLite database."""


class SchemaError(StoreError):
    """The database is of an older or newer schema revision than this program."""


class IntakeError(DeadlineGuardError):
    """A source file or its mapping cannot be read at all (single bad rows are reported, not raised)."""


class NotFoundError(DeadlineGuardError):
    """A case, rule, person or warning id is unknown, or hidden from this viewer: the two look the same."""


class AnswerError(DeadlineGuardError):
    """An answer does not fit the state: "not pursued" for a duty, any answer to a closed deadline."""


class NotSupportedError(DeadlineGuardError):
    """The request is understood and valid, but this version cannot do it yet."""


class InputError(DeadlineGuardError):
    """One field of a request cannot be used: ``field`` names it, ``code`` is stable for programs."""

    def __init__(self, *, field: str, message: str, code: str = "bad_value") -> None:
        """Keep the three parts apart, for answers such as ``{"error": {"code", "field", "message"}}``."""
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message
        self.code = code


class NoOpenTimeError(InputError):
    """A calendar has no open time within a year of where it was asked, so nothing can be counted on it."""
