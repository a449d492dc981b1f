"""Everything in the database that refers to a contact, and giving it to another (decision 0009).

Which tables those are is read from the models, so that a table of tomorrow is moved too. Each column
that refers to a contact belongs to one of three groups: rows that are *moved* (all that happened with
the contact), rows that are *copied* as fields of the record, and rows that *stay* because they speak
of that very record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Table,
    UniqueConstraint,
    and_,
    exists,
    false,
    or_,
    select,
    tuple_,
    update,
)
from sqlmodel import Session, SQLModel

# The record's own fields: both keep theirs, and the kept one gets copies (``merge_fields``).
COPIED = frozenset({"contact_email", "contact_phone", "contact_address", "contact_tag"})
# What was done to one record: its merges, the row of a file that made it, what a bulk act changed.
STAYS = frozenset({"contact_merge", "import_row", "bulk_change", "distinct_pair"})
# Rows of a table by the values of their key, as JSON keeps them.
Moved = dict[str, list[list[Any]]]
# Whose an appointment is, and who takes part besides: both records may be in the same one. The kept one
# is then there once, and the row that would say it again is the other's as long as they are merged.
_LED, _PART, _GIVEN = "appointment.contact_id", "appointment_contact.contact_id", "given"
# SQLite takes so many values in one statement at most.
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to contacts."""

    table: Table
    column: Column[Any]

    @property
    def name(self) -> str:
        """ "table.column"."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """What tells its rows apart, besides the contact."""
        return tuple(each for each in self.table.primary_key if each is not self.column)


def references() -> list[Reference]:
    """All columns that refer to a contact, by foreign key or by their name."""
    return [
        Reference(table, column)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name == "contact_id"
        or any(key.target_fullname == "contact.id" for key in column.foreign_keys)
    ]


def moved_references() -> list[Reference]:
    """Those whose rows follow the contact into another record."""
    return [each for each in references() if each.table.name not in COPIED | STAYS]


def move(session: Session, *, from_id: int, to_id: int) -> Moved:
    """Give all rows of one contact to another; which rows those were.

    A row stays where the other has its like: a second one would break a rule of the database.
    """
    moved = {each.name: _give(session, each, from_id, to_id) for each in moved_references()}
    moved[_GIVEN] = _give(
        session, _taking_part(), to_id, from_id, only=moved.get(_LED, []), besides=False
    )
    return {name: rows for name, rows in moved.items() if rows}


def move_back(session: Session, moved: Moved, *, from_id: int, to_id: int) -> None:
    """Give back the rows that ``move`` gave, as far as they are still where it put them."""
    for each in moved_references():
        rows = moved.get(each.name, [])
        for start in range(0, len(rows), _AT_ONCE):
            _give(session, each, from_id, to_id, only=rows[start : start + _AT_ONCE])
    _give(session, _taking_part(), to_id, from_id, only=moved.get(_GIVEN, []), besides=False)


def _taking_part() -> Reference:
    return next(each for each in references() if each.name == _PART)


def _give(
    session: Session,
    reference: Reference,
    from_id: int,
    to_id: int,
    only: Sequence[Sequence[Any]] | None = None,
    *,
    besides: bool = True,
) -> list[list[Any]]:
    table, column = reference.table, reference.column
    which = and_(column == from_id, ~_has_like(reference, to_id), _not_itself(reference, to_id))
    if besides and reference.name == _PART:
        which = and_(which, ~_leads(reference, to_id))
    if only is not None:
        which = and_(which, _among(reference, only))
    found = [list(row) for row in session.execute(select(*reference.key).where(which))]
    for start in range(0, len(found), _AT_ONCE):
        rows = _among(reference, found[start : start + _AT_ONCE])
        session.execute(update(table).where(column == from_id, rows).values({column: to_id}))
    return found


def _among(reference: Reference, rows: Sequence[Sequence[Any]]) -> ColumnElement[bool]:
    key = reference.key
    if len(key) == 1:
        return key[0].in_([row[0] for row in rows])
    return tuple_(*key).in_([tuple(row) for row in rows])


def _not_itself(reference: Reference, to_id: int) -> ColumnElement[bool]:
    # A company is never its own.
    table = reference.table
    return table.c.id != to_id if table.name == "contact" else ~false()


def _leads(reference: Reference, contact_id: int) -> ColumnElement[bool]:
    """Whether the appointment that this row takes part in is the contact's own."""
    led = SQLModel.metadata.tables["appointment"]
    own = exists().where(
        led.c.id == reference.table.c.appointment_id, led.c.contact_id == contact_id
    )
    return own.correlate(reference.table)


def _has_like(reference: Reference, to_id: int) -> ColumnElement[bool]:
    """Whether the other contact has a row that only the contact tells apart from this one."""
    table, column = reference.table, reference.column
    likes: list[ColumnElement[bool]] = []
    for columns, where in _unique_keys(table):
        if column not in columns:
            continue
        other = table.alias()
        same = [other.c[each.name] == each for each in columns if each is not column]
        # Inside, the unqualified names of a partial index are those of ``other``.
        inner = exists().where(other.c[column.name] == to_id, *same, *where)
        likes.append(and_(inner.correlate(table), *where))
    return or_(false(), *likes)


def _unique_keys(table: Table) -> list[tuple[list[Column[Any]], list[Any]]]:
    keys: list[tuple[list[Column[Any]], list[Any]]] = [(list(table.primary_key), [])]
    keys += [(list(c.columns), []) for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [(_columns(index), _where(index)) for index in table.indexes if index.unique]
    return keys


def _columns(index: Index) -> list[Column[Any]]:
    return [column for column in index.columns if isinstance(column, Column)]


def _where(index: Index) -> list[Any]:
    condition = index.dialect_options["sqlite"].get("where")
    return [] if condition is None else [condition]
