"""Inserting a row whose key may be there already, alike on both databases."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from crm_app.core import db


def insert_new(session: Session, row: SQLModel, *, unique: str) -> bool:
    """Insert ``row`` unless its ``unique`` column is taken; whether it was inserted.

    ``row`` itself stays out of the session: read it again to use it.
    """
    table = type(row)
    values: dict[str, Any] = row.model_dump(exclude={"id"})
    insert = sqlite.insert(table) if db.is_sqlite(session) else postgresql.insert(table)
    made = session.execute(
        insert.values(**values)
        .on_conflict_do_nothing(index_elements=[unique])
        .returning(getattr(table, unique))
    )
    return made.first() is not None
