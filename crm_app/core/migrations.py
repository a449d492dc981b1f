"""Bring the database in use to the newest tables.

SQLite changes a column by making the table anew and dropping the old one, which would delete what
refers to it; so foreign keys are off meanwhile, and are checked before the commit.
"""

from pathlib import Path
from typing import Any

from alembic.config import Config
from sqlalchemy import Connection, Engine

from alembic import command
from crm_app.core import db

_ROOT = Path(__file__).resolve().parents[2]


def upgrade(engine: Engine | None = None) -> None:
    """Run all pending migrations in one transaction."""
    config = Config(str(_ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(_ROOT / "alembic"))
    chosen = engine or db.engine()
    with chosen.execution_options(crm_writes=True).connect() as connection:
        if connection.dialect.name == "postgresql":
            # Two processes that start together: the second waits and finds nothing to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7023114)")
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            # Only heeded outside a transaction, so before SQLAlchemy begins one.
            _pragma(connection, "foreign_keys=OFF")
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if on_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration would leave rows that refer to nothing")
            connection.commit()
        finally:
            if on_sqlite:
                connection.rollback()
                _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, statement: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA {statement}")
