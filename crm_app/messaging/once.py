"""Inserting a row whose key may be there already, alike on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
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


def insert_all(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]], *, unique: str
) -> dict[str, int]:
    """Insert those of ``rows`` whose ``unique`` column is not taken, in one statement for many.

    Every row names the same columns. What came in: the unique value -> its id.
    """
    made: Table = getattr(table, "__table__")  # noqa: B009 - SQLModel's types do not name it
    insert = sqlite.insert(made) if db.is_sqlite(session) else postgresql.insert(made)
    statement = insert.on_conflict_do_nothing(index_elements=[unique])
    found = session.execute(statement.returning(made.c[unique], made.c.id), list(rows))
    return {str(row[0]): int(row[1]) for row in found}
