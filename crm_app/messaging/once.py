"""Inserting a row whose key may be there already, alike on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from crm_app.core import db
from crm_app.core.columns import among


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
    session: Session,
    table: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: str,
    own: str,
) -> dict[str, int]:
    """Insert those of ``rows`` whose ``unique`` column is not taken, in two statements for many.

    Every row names the same columns; that called ``own`` is like in no other row, by which those of
    ours are known. What came in: the unique value -> its id.
    """
    made: Table = getattr(table, "__table__")  # noqa: B009 - SQLModel's types do not name it
    db.insert_many(session, made, rows, unless=unique)
    query = select(made.c[unique], made.c.id, made.c[own]).where(
        among(made.c[unique], [row[unique] for row in rows])
    )
    given = {row[own] for row in rows}
    return {row[0]: row[1] for row in session.execute(query) if row[2] in given}
