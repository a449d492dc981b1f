"""Run the migrations on the database in use (``crm_app.core.db``), or on a given connection."""

from sqlalchemy import Connection
from sqlmodel import SQLModel

import crm_app.models  # noqa: F401 - registers the tables
from alembic import context
from crm_app.core import db


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with db.engine().connect() as own:
        migrate(own)
        own.commit()
