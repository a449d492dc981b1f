"""The list of contacts: search, filters, order, pages and counts (CON-3).

A page ends with a cursor: the sort value and id of its last row, so that the next page costs the
same wherever it begins and nothing is skipped or doubled when rows come and go meanwhile. Each
sort order has its index; the text is looked for in ``search_text``, which holds folded words.
"""

import base64
import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Unpack

from sqlalchemy import ColumnElement, func, true, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from crm_app.contacts.conditions import Unindexed, conditions, in_one_pass
from crm_app.contacts.filters import NOBODY, Filters
from crm_app.contacts.rows import rows_of
from crm_app.contacts.views import Page
from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.ids import LARGEST, is_id
from crm_app.models import Contact

__all__ = [
    "LONGEST_PAGE",
    "NOBODY",
    "Filters",
    "Sort",
    "count",
    "ids",
    "own_fields",
    "search",
    "search_and_count",
]

LONGEST_PAGE = 200


class Sort(StrEnum):
    """Orders of the list; a leading minus turns one round."""

    NAME = "name"
    NAME_DOWN = "-name"
    CREATED = "created"
    CREATED_DOWN = "-created"
    CHANGED = "changed"
    CHANGED_DOWN = "-changed"

    @property
    def down(self) -> bool:
        """Whether the largest comes first."""
        return self.value.startswith("-")

    @property
    def column(self) -> Mapped[Any]:
        """What is sorted by."""
        columns: dict[str, Mapped[Any]] = {
            "name": col(Contact.sort_key),
            "created": col(Contact.created_at),
            "changed": col(Contact.changed_at),
        }
        return columns[self.value.lstrip("-")]


def search(
    session: Session,
    actor: Actor,
    *,
    sort: Sort | str = Sort.NAME,
    after: str | None = None,
    limit: int = 50,
    **filters: Unpack[Filters],
) -> Page:
    """A page of the contacts that ``actor`` may see and that fit ``filters``.

    Invalid when ``after`` is no cursor of this order, or the order is none.
    """
    order = _order(sort)
    size = max(1, min(limit, LONGEST_PAGE))
    query = select(Contact).where(*conditions(actor, filters))
    if after is not None:
        query = query.where(_beyond(order, after))
    first: Any = Unindexed(order.column) if in_one_pass(filters) else order.column
    columns = (first, col(Contact.id))
    query = query.order_by(*(c.desc() if order.down else c.asc() for c in columns))
    found = session.exec(query.limit(size + 1)).all()
    shown = found[:size]
    return Page(
        rows=rows_of(session, shown),
        next=_cursor(order, shown[-1]) if len(found) > size else None,
    )


def count(session: Session, actor: Actor, **filters: Unpack[Filters]) -> int:
    """How many contacts ``search`` finds in all its pages."""
    query = select(func.count()).select_from(Contact).where(*conditions(actor, filters))
    return session.exec(query).one()


def search_and_count(
    session: Session,
    actor: Actor,
    *,
    sort: Sort | str = Sort.NAME,
    limit: int = 50,
    **filters: Unpack[Filters],
) -> tuple[Page, int]:
    """The first page, and how many there are in all."""
    page = search(session, actor, sort=sort, limit=limit, **filters)
    return page, len(page.rows) if page.next is None else count(session, actor, **filters)


def ids(
    session: Session,
    actor: Actor,
    *,
    after_id: int = 0,
    up_to_id: int = LARGEST,
    limit: int = LONGEST_PAGE,
    **filters: Unpack[Filters],
) -> list[int]:
    """The ids of those that fit, rising, beyond ``after_id`` up to ``up_to_id``: for work piece by
    piece."""
    query = (
        select(Contact.id)
        .where(*conditions(actor, filters))
        .where(col(Contact.id) > after_id, col(Contact.id) <= up_to_id)
        .order_by(col(Contact.id))
        .limit(limit)
    )
    return [contact_id or 0 for contact_id in session.exec(query)]


def own_fields(session: Session, actor: Actor) -> list[str]:
    """The names of the own fields that the contacts have which ``actor`` may see, in order."""
    columns = func.json_each if db.is_sqlite(session) else func.json_object_keys
    field = columns(col(Contact.custom)).table_valued("key", joins_implicitly=True)
    if not db.is_sqlite(session):
        field = field.render_derived(name="own")
    query = select(field.c.key).select_from(Contact).join(field, true()).distinct()
    names = session.exec(query.where(*conditions(actor, {})).limit(LONGEST_PAGE)).all()
    return sorted(names, key=str.casefold)


def _order(sort: Sort | str) -> Sort:
    try:
        return Sort(sort)
    except ValueError as error:
        raise Invalid(fields={"sort": N_("The list cannot be sorted by this.")}) from error


def _cursor(order: Sort, last: Contact) -> str:
    value = {
        Sort.NAME: last.sort_key,
        Sort.CREATED: last.created_at.isoformat(),
        Sort.CHANGED: last.changed_at.isoformat(),
    }[Sort(order.lstrip("-"))]
    packed = json.dumps([order.value, value, last.id], ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _beyond(order: Sort, after: str) -> ColumnElement[bool]:
    try:
        value, last_id = _unpacked(order, after)
    except (ValueError, TypeError) as error:
        raise Invalid(fields={"after": N_("This is not a place in the list.")}) from error
    here = tuple_(order.column, col(Contact.id))
    return here < (value, last_id) if order.down else here > (value, last_id)


def _unpacked(order: Sort, after: str) -> tuple[str | datetime, int]:
    # A cursor comes back from a browser or a program, so nothing about it can be relied on.
    padded = after + "=" * (-len(after) % 4)
    made_for, value, last_id = json.loads(base64.urlsafe_b64decode(padded))
    if made_for != order.value or not isinstance(value, str):
        raise ValueError(after)
    if type(last_id) is not int or not is_id(last_id):
        raise ValueError(after)
    if order.value.lstrip("-") == Sort.NAME:
        value.encode()
        if "\x00" in value:
            raise ValueError(after)
        return value, last_id
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(after)
    return at, last_id
