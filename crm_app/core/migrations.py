"""Bring the database in use to the newest tables."""

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Engine

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
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
