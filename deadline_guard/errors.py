"""The errors a caller may catch; every message says what was found, what was expected, how to mend it."""


class DeadlineGuardError(Exception):
    """Something the user can mend; the command line prints the text alone and exits 1."""


class ConfigError(DeadlineGuardError):
    """`config.yaml`, a secret file or an environment variable cannot be used as it is."""


class RulebookError(DeadlineGuardError):
    """A rulebook was refused: every problem as `file:line:column`; the rules in force stay in force."""


class StoreError(DeadlineGuardError):
    """The database cannot be opened, is of another schema revision, or is held by another daemon."""


class IntakeError(DeadlineGuardError):
    """A source file or its mapping cannot be read at all (single bad rows are reported, not raised)."""


class NotFoundError(DeadlineGuardError):
    """A case, rule, person or warning id is unknown, or hidden from this viewer: the two look the same."""


class AnswerError(DeadlineGuardError):
    """An answer does not fit the state: "not pursued" for a duty, any answer to a closed deadline."""


class NotSupportedError(DeadlineGuardError):
    """The request is understood and valid, but this version cannot do it yet."""
