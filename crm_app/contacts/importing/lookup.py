"""Whom the rows of a file mean among the contacts that are here, looked up for many rows at once.

Only contacts count that the importer may see: what a file does must not tell him of others.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.contacts.importing.drafts import Draft
from crm_app.contacts.importing.meeting import Register, Standing, meant
from crm_app.contacts.names import folded
from crm_app.contacts.visibility import listed_contacts, may_change
from crm_app.contacts.whole import whole
from crm_app.core.access import Actor
from crm_app.core.columns import among
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, ContactEmail, ContactPhone


def register(
    session: Session, actor: Actor, drafts: Sequence[Draft], kind: ContactKind
) -> Register:
    """Who of those that ``actor`` may see is meant by what stands in ``drafts``; the rows that do not
    say what they are will be of ``kind``."""
    keys = [meant(draft, kind) for draft in drafts]
    firms = {key.company for key in keys if key.company}
    firms |= {folded(draft.company) for draft in drafts if draft.company}
    companies, employers = _companies(session, actor, firms)
    return Register(
        emails=_by_email(session, actor, {email for key in keys for email in key.emails}),
        numbers=_by_number(session, actor, {form for key in keys for form, _ in key.numbers}),
        companies=companies,
        employers=employers,
    )


def would_see(actor: Actor, owner_id: int | None) -> bool:
    """Whether ``actor`` sees and may change a new contact of that owner."""
    return actor.is_admin or owner_id in (None, actor.user_id)


def team(session: Session, actor: Actor) -> dict[str, int]:
    """The users by folded name and address; a name that two bear means neither."""
    found: dict[str, int] = {}
    users = accounts.list_users(session, actor)
    names = [folded(user.name) for user in users]
    for user, name in zip(users, names, strict=True):
        found[folded(user.email)] = user.id or 0
        if names.count(name) == 1:
            found[name] = user.id or 0
    return found


def standings(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Standing]:
    """The contacts with ``ids`` as they are now."""
    query = select(Contact).where(
        col(Contact.id).in_(list(ids)), col(Contact.deleted_at).is_(None), listed_contacts(actor)
    )
    return {
        each.contact.id or 0: Standing(
            id=each.contact.id or 0, fields=each.fields, may_change=may_change(actor, each.contact)
        )
        for each in whole(session, session.exec(query).all())
    }


def _here(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return col(Contact.deleted_at).is_(None), listed_contacts(actor)


# Newest first, so that in a dictionary the oldest stays (CON-2).
_OLDEST_LAST = (col(Contact.created_at).desc(), col(Contact.id).desc())


def _by_email(session: Session, actor: Actor, keys: set[str]) -> dict[str, int]:
    if not keys:
        return {}
    query = (
        select(ContactEmail.key, Contact.id)
        .join(Contact, col(Contact.id) == ContactEmail.contact_id)
        .where(among(ContactEmail.key, keys), *_here(actor))
        .order_by(*_OLDEST_LAST)
    )
    return {key: contact_id or 0 for key, contact_id in session.exec(query)}


def _by_number(session: Session, actor: Actor, forms: set[str]) -> dict[tuple[str, str], int]:
    if not forms:
        return {}
    query = (
        select(ContactPhone.e164, Contact.sort_key, Contact.id)
        .join(Contact, col(Contact.id) == ContactPhone.contact_id)
        .where(among(ContactPhone.e164, forms), *_here(actor))
        .order_by(*_OLDEST_LAST)
    )
    return {(form, name): contact_id or 0 for form, name, contact_id in session.exec(query)}


def _companies(
    session: Session, actor: Actor, names: set[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The oldest company of each name, and those whose name no other bears."""
    if not names:
        return {}, {}
    query = (
        select(Contact.sort_key, Contact.id)
        .where(Contact.kind == ContactKind.COMPANY, among(Contact.sort_key, names), *_here(actor))
        .order_by(*_OLDEST_LAST)
    )
    found = [(name, contact_id or 0) for name, contact_id in session.exec(query)]
    borne: dict[str, int] = {}
    for name, _ in found:
        borne[name] = borne.get(name, 0) + 1
    oldest: Mapping[str, int] = dict(found)
    return dict(oldest), {name: one for name, one in oldest.items() if borne[name] == 1}
