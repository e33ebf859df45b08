"""Where the files that are not Python lie: packed inside an installed wheel, else in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _bundled(in_wheel: str, in_checkout: str) -> Path:
    packed = _PACKAGE / in_wheel
    if packed.exists():
        return packed
    found = _PACKAGE.parent / in_checkout
    if found.exists():
        return found
    raise FileNotFoundError(
        f"{in_checkout}: neither {packed} (an installed package) nor {found} (a checkout) exists; "
        "the installation is incomplete, install deadline-guard again"
    )


def rules_dir() -> Path:
    """Return the folder of the rule packs, calendars and `events.yaml` that ship with this version."""
    return _bundled("_rules", "rules")


def migrations_dir() -> Path:
    """Return the folder of the database migrations (Alembic's script location)."""
    return _bundled("_migrations", "migrations")


def example_config() -> Path:
    """Return `config.example.yaml`, every key commented."""
    return _bundled("_config.example.yaml", "config.example.yaml")
