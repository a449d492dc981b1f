"""The stored layouts of the contact's card: reading and saving them (CON-4).

Everybody's cards are drawn by them, administrators change them. A kind without a row has the card as
it comes; so has one whose row holds nothing. The revision keeps two administrators from overwriting
each other unseen.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from crm_app.accounts import audit
from crm_app.contacts import layouts
from crm_app.contacts.layouts import Layout
from crm_app.core import clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.models import CardLayout, Contact


def stored(session: Session, kind: ContactKind) -> tuple[Layout, int]:
    """The layout as it was saved and its revision; an empty one with 0 where none was."""
    row = session.get(CardLayout, kind)
    return (layouts.parse(row.layout), row.revision) if row else (Layout(), 0)


def save(
    session: Session, actor: Actor, kind: ContactKind, data: Mapping[str, Any], *, revision: int
) -> int:
    """Keep a layout and give its new revision; {} is the card as it comes.

    ``revision`` is the one that was read; Conflict when somebody else saved meanwhile.
    """
    actor.require_admin()
    laid = layouts.parse(data)
    row = session.get(CardLayout, kind, with_for_update=True, populate_existing=True)
    if (row.revision if row else 0) != revision:
        raise Conflict(N_("Somebody else changed this layout meanwhile."))
    row = row or CardLayout(kind=kind, changed_at=clock.now())
    row.layout = layouts.as_json(laid) if laid != Layout() else {}
    row.revision, row.changed_at, row.changed_by = revision + 1, clock.now(), actor.user_id
    session.add(row)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise Conflict(N_("Somebody else changed this layout meanwhile.")) from error
    facts.record(session, facts.LayoutChanged(kind=kind.value))
    audit.record(session, actor, "layout.changed", subject_kind="card_layout", kind=kind.value)
    return revision + 1


def own_fields(session: Session, actor: Actor) -> dict[ContactKind, Counter[str]]:
    """The names of all own fields that contacts have, with how many have them, by kind."""
    actor.require_admin()
    name = _names(session)
    query = (
        select(col(Contact.kind), name.c.key, func.count())
        .select_from(Contact)
        .join(name, true())
        .where(col(Contact.deleted_at).is_(None))
        .group_by(col(Contact.kind), name.c.key)
    )
    found: dict[ContactKind, Counter[str]] = {kind: Counter() for kind in ContactKind}
    for kind, key, count in session.execute(query):
        found[kind][key] = count
    return found


def _names(session: Session) -> Any:
    if db.is_sqlite(session):
        return func.json_each(col(Contact.custom)).table_valued("key", joins_implicitly=True)
    keys = func.json_object_keys(col(Contact.custom)).table_valued("key", joins_implicitly=True)
    return keys.render_derived(name="own")
