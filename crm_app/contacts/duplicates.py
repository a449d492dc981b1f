"""Contacts that may be one: the same e-mail address, the same number, or the same full name (CON-3).

Nothing is merged by itself (CON-2): these are suggestions for a person, who merges or says that they
are two. A name alone is a reason only where it has two words, and companies and people are never alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from crm_app.contacts import queries
from crm_app.contacts.rows import rows_of
from crm_app.contacts.views import ContactRow
from crm_app.contacts.visibility import listed_contacts
from crm_app.core import clock, db
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, ContactEmail, ContactPhone, DistinctPair

EMAIL, PHONE, NAME = "email", "phone", "name"
# A number or address of so many is a switchboard or a shared mailbox, not one person.
MOST_ALIKE = 10


@dataclass(frozen=True, slots=True)
class Alike:
    """Contacts that share something: ``reason`` is EMAIL, PHONE or NAME, ``shared`` what they share.

    The one that was made first comes first.
    """

    reason: str
    shared: str
    rows: tuple[ContactRow, ...]


def find(session: Session, actor: Actor, *, limit: int = 50) -> list[Alike]:
    """Groups of contacts that ``actor`` may see and that may be one; surest reasons first.

    Contacts that are in a group already are not shown again for a lesser reason.
    """
    apart = _apart(session)
    seen: set[frozenset[int]] = set()
    found: list[Alike] = []
    for reason, shared, ids in _groups(session, actor, limit):
        kept = _together(sorted(ids), apart)
        group = frozenset(kept)
        if len(group) < 2 or any(group <= before for before in seen):
            continue
        seen.add(group)
        found.append(Alike(reason, shared, _rows(session, kept)))
        if len(found) == limit:
            break
    return found


def alike(session: Session, actor: Actor, contact_id: int) -> list[ContactRow]:
    """The contacts that may be the same as this one, oldest first; for its card."""
    contact = queries.get_contact(session, actor, contact_id)
    emails = [line.key for line in queries.emails_of(session, contact)]
    phones = [line.e164 for line in queries.phones_of(session, contact) if line.e164]
    same: list[ColumnElement[bool]] = [
        col(Contact.id).in_(
            select(ContactEmail.contact_id).where(col(ContactEmail.key).in_(emails))
        ),
        col(Contact.id).in_(
            select(ContactPhone.contact_id).where(col(ContactPhone.e164).in_(phones))
        ),
    ]
    if " " in contact.sort_key:
        same.append(col(Contact.sort_key) == contact.sort_key)
    query = select(Contact.id).where(
        or_(*same),
        Contact.id != contact.id,
        (col(Contact.kind) == ContactKind.COMPANY) == (contact.kind is ContactKind.COMPANY),
        *_present(actor),
    )
    ids = [found or 0 for found in session.exec(query.order_by(col(Contact.id)).limit(MOST_ALIKE))]
    apart = _apart(session)
    return list(_rows(session, [i for i in ids if frozenset((i, contact.id or 0)) not in apart]))


def keep_apart(session: Session, actor: Actor, ids: Sequence[int]) -> None:
    """Remember that these are different people (or companies), and suggest them no more."""
    wanted = sorted({queries.get_contact(session, actor, each).id or 0 for each in ids})
    now = clock.now()
    lines = [
        {"first_id": one, "second_id": other, "by_user_id": actor.user_id, "at": now}
        for place, one in enumerate(wanted)
        for other in wanted[place + 1 :]
    ]
    if lines:
        dialect = sqlite if db.is_sqlite(session) else postgresql
        session.execute(dialect.insert(DistinctPair).values(lines).on_conflict_do_nothing())


def suggest_again(session: Session, actor: Actor, ids: Sequence[int]) -> None:
    """The undo of ``keep_apart``."""
    wanted = sorted({queries.get_contact(session, actor, each).id or 0 for each in ids})
    for row in session.exec(
        select(DistinctPair).where(
            col(DistinctPair.first_id).in_(wanted), col(DistinctPair.second_id).in_(wanted)
        )
    ):
        session.delete(row)


def _groups(session: Session, actor: Actor, limit: int) -> Iterator[tuple[str, str, set[int]]]:
    for reason, table, key in ((EMAIL, ContactEmail, "key"), (PHONE, ContactPhone, "e164")):
        for shared, ids in _sharing(session, actor, table, key, limit):
            yield reason, shared, ids
    for shared, ids in _namesakes(session, actor, limit):
        yield NAME, shared, ids


def _sharing(
    session: Session, actor: Actor, table: Any, key: str, limit: int
) -> Iterator[tuple[str, set[int]]]:
    # Keys that several contacts have are few: what may be seen is asked for these alone.
    others = aliased(table)
    mine, other = getattr(table, key), getattr(others, key)
    twice = (
        select(mine)
        .where(mine != "")
        .group_by(mine)
        .having(func.count(func.distinct(table.contact_id)).between(2, MOST_ALIKE))
    )
    rows = session.exec(
        select(other, Contact.id, Contact.kind)
        .join(Contact, col(Contact.id) == others.contact_id)
        .where(other.in_(twice), *_present(actor))
        .order_by(other, col(Contact.id))
    )
    yield from _grouped(rows, limit)


def _namesakes(session: Session, actor: Actor, limit: int) -> Iterator[tuple[str, set[int]]]:
    name = col(Contact.sort_key)
    twice = (
        select(name)
        .where(name.contains(" "), col(Contact.deleted_at).is_(None))
        .group_by(name)
        .having(func.count().between(2, MOST_ALIKE))
    )
    rows = session.exec(
        select(Contact.sort_key, Contact.id, Contact.kind)
        .where(name.in_(twice), *_present(actor))
        .order_by(name, col(Contact.id))
    )
    yield from _grouped(rows, limit)


def _grouped(rows: Any, limit: int) -> Iterator[tuple[str, set[int]]]:
    groups: dict[tuple[str, bool], set[int]] = {}
    for shared, contact_id, kind in rows:
        groups.setdefault((shared, kind == ContactKind.COMPANY), set()).add(contact_id)
    several = ((shared, ids) for (shared, _), ids in groups.items() if len(ids) > 1)
    # Some may turn out to be kept apart, so a few more than are shown.
    for _, group in zip(range(limit * 4), several, strict=False):
        yield group


def _present(actor: Actor) -> list[ColumnElement[bool]]:
    return [col(Contact.deleted_at).is_(None), listed_contacts(actor)]


def _apart(session: Session) -> set[frozenset[int]]:
    pairs = session.exec(select(DistinctPair.first_id, DistinctPair.second_id))
    return {frozenset(pair) for pair in pairs}


def _together(ids: Sequence[int], apart: set[frozenset[int]]) -> list[int]:
    """Those of ``ids`` that nobody said to be another than one of the others."""
    return [
        one
        for one in ids
        if any(other != one and frozenset((one, other)) not in apart for other in ids)
    ]


def _rows(session: Session, ids: Sequence[int]) -> tuple[ContactRow, ...]:
    query = select(Contact).where(col(Contact.id).in_(ids))
    return rows_of(
        session, session.exec(query.order_by(col(Contact.created_at), col(Contact.id))).all()
    )
