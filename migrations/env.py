"""Alembic's entry: runs the migrations on the connection that the program hands over.

A new revision: change the tables, `deadline-guard db upgrade` a scratch file `deadline_guard.dev.db`, then
`alembic -c migrations/alembic.ini revision --autogenerate --rev-id 0002 -m "Subject"`, read what it wrote, and
add the id to `deadline_guard/store/schema.py`.
"""

from alembic import context
from sqlalchemy import Connection

from deadline_guard.store.database import location
from deadline_guard.store.sqlite import open_engine
from deadline_guard.store.tables import METADATA


def run(connection: Connection) -> None:
    """Run the migrations inside the caller's transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,  # SQLite cannot alter a column in place
        compare_type=True,
        transactional_ddl=True,
    )
    context.run_migrations()


def main() -> None:
    """Use the connection of the caller, else open the developer's scratch file."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    with open_engine(location(context.config.get_main_option("sqlalchemy.url") or "")).begin() as connection:
        run(connection)


main()
