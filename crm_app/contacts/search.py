"""The list of contacts: search, filters, order, pages and counts (CON-3).

A page ends with a cursor: the sort value and id of its last row, so that the next page costs the
same wherever it begins and nothing is skipped or doubled when rows come and go meanwhile. Each
sort order has its index; the text is looked for in ``search_text``, which holds folded words.
"""

import base64
import json
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, false, func, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from crm_app.contacts.names import cleaned, folded
from crm_app.contacts.rows import rows_of
from crm_app.contacts.search_words import words_of
from crm_app.contacts.views import Page
from crm_app.contacts.visibility import seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, ContactTag, Tag

# As ``owner_id``: the contacts that nobody owns.
NOBODY = 0
LONGEST_PAGE = 200


class Filters(TypedDict, total=False):
    """What narrows the list. ``text``: every word occurs in a name, address, number or the company;
    ``owner_id`` ``NOBODY``: without an owner; ``deleted``: only those that can be brought back."""

    text: str
    kind: ContactKind | None
    owner_id: int | None
    tag: str
    deleted: bool


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
    query = select(Contact).where(*_conditions(actor, filters))
    if after is not None:
        query = query.where(_beyond(order, after))
    columns = (order.column, col(Contact.id))
    query = query.order_by(*(c.desc() if order.down else c.asc() for c in columns))
    found = session.exec(query.limit(size + 1)).all()
    shown = found[:size]
    return Page(
        rows=rows_of(session, shown),
        next=_cursor(order, shown[-1]) if len(found) > size else None,
    )


def count(session: Session, actor: Actor, **filters: Unpack[Filters]) -> int:
    """How many contacts ``search`` finds in all its pages."""
    conditions = _conditions(actor, filters)
    return session.exec(select(func.count()).select_from(Contact).where(*conditions)).one()


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    gone = col(Contact.deleted_at)
    deleted = filters.get("deleted", False)
    conditions = [gone.is_not(None) if deleted else gone.is_(None), seen_contacts(actor)]
    conditions += [
        col(Contact.search_text).contains(word, autoescape=True)
        for word in words_of(filters.get("text", ""))
    ]
    kind, owner_id = filters.get("kind"), filters.get("owner_id")
    if kind is not None:
        conditions.append(col(Contact.kind) == kind)
    if owner_id is not None:
        owner = col(Contact.owner_id)
        conditions.append(owner.is_(None) if owner_id == NOBODY else _is(owner, owner_id))
    if tag := filters.get("tag", ""):
        bearers = (
            select(ContactTag.contact_id)
            .join(Tag, col(Tag.id) == ContactTag.tag_id)
            .where(Tag.key == folded(cleaned(tag)))
        )
        conditions.append(col(Contact.id).in_(bearers))
    return conditions


def _is(column: ColumnElement[Any] | Mapped[Any], number: int) -> ColumnElement[bool]:
    return column == number if is_id(number) else false()


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
