"""Importing what somebody marked in his queue: a contact for each card, in step with it (SCT-3, SCT-5).

Made as the user himself and without triggers. Never merged with anybody (SCT-4), however alike.
A few cards go in one transaction, each with its contact and its link, so that a job that dies and
is run again makes nothing twice. A card that cannot be imported says why and keeps its mark.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import case, update
from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import ContactFields
from crm_app.contacts.names import cleaned, folded
from crm_app.contacts.visibility import seen_contacts
from crm_app.core import db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.kinds import ContactKind
from crm_app.models import AddressBook, Contact, ExternalCard, User
from crm_app.providers.address_book_port import UNREADABLE, Card, from_json
from crm_app.sync.books import details, holding, links, queue, queue_rows
from crm_app.sync.books.queue_rows import Show
from crm_app.sync.rules import card_merge
from crm_app.sync.rules.card_merge import Details

SOURCE = "contact_sync"
# Cards of one transaction: nobody who writes waits longer for them than for a page that is saved.
FEW = 20


def import_some(user_id: int, *, make_companies: bool, now: datetime, most: int = FEW) -> bool:
    """Import up to ``most`` of the cards that are asked for; whether there may be more."""
    with db.unit_of_work() as session:
        user = session.get(User, user_id)
        if user is None:
            return False
        actor = replace(accounts.actor_of(user), silent=True)
        holding.hold(session, user_id)
        cards = _next(session, actor, most) if user.active else []
        for card in cards:
            _import(session, actor, card, make_companies=make_companies, now=now)
        if len(cards) < most:
            _end(session, actor)
        facts.record(session, facts.AddressBooksChanged(user_id))
        return len(cards) == most


def _next(session: Session, actor: Actor, most: int) -> list[ExternalCard]:
    """Companies come first, so that their people find them."""
    company = case((col(ExternalCard.mark) == ContactKind.COMPANY, 0), else_=1)
    query = select(ExternalCard).where(
        *queue_rows.queued(actor),
        *queue_rows.showing(Show.MARKED),
        col(ExternalCard.importing).is_(True),
    )
    return list(session.exec(query.order_by(company, col(ExternalCard.id)).limit(most)))


def _end(session: Session, actor: Actor) -> None:
    """What is asked for and cannot be imported any more is not asked for any more."""
    books = select(AddressBook.id).where(queue_rows.own_books(actor))
    session.execute(
        update(ExternalCard)
        .where(col(ExternalCard.address_book_id).in_(books), col(ExternalCard.importing).is_(True))
        .values(importing=False)
        .execution_options(synchronize_session="fetch")
    )


def _import(
    session: Session, actor: Actor, row: ExternalCard, *, make_companies: bool, now: datetime
) -> None:
    card, mark = from_json(row.fields), row.mark or ContactKind.CONTACT
    user_id = actor.require_user()
    try:
        if row.trouble == UNREADABLE:
            raise Invalid(UNREADABLE)
        with session.begin_nested():
            fields = fields_of(card, mark)
            fields["owner_id"] = user_id
            if mark is not ContactKind.COMPANY and card.organization:
                _place(session, actor, fields, card.organization, make_companies)
            contact = contacts.create(session, actor, source=SOURCE, **fields)
            book = session.get_one(AddressBook, row.address_book_id)
            links.start(session, contact, book, user_id=user_id, now=now, card=row)
    except Invalid as error:
        row.trouble = next(iter(error.fields.values()), error.user_message)
        row.importing = False
    else:
        queue.left_queue(row)
    session.add(row)
    session.flush()


def fields_of(card: Card, mark: ContactKind) -> ContactFields:
    """What a contact takes of a card that is ``mark``: names, and every line that a contact keeps."""
    kept = card_merge.merge(Details(), card_merge.details_of(card), None, None).ours
    fields = details.changes(Details(), kept)
    fields["kind"], fields["name"] = mark, card.name
    if mark is not ContactKind.COMPANY and (card.first_name or card.last_name):
        fields["first_name"], fields["last_name"] = card.first_name, card.last_name
    return fields


def _place(
    session: Session, actor: Actor, fields: ContactFields, name: str, make_companies: bool
) -> None:
    """Say where a person belongs: to the one company of that name, else in words."""
    known = _companies(session, actor, name)
    if len(known) == 1:
        fields["company_id"] = known[0].id
    elif not known and make_companies:
        made = contacts.create(
            session,
            actor,
            source=SOURCE,
            kind=ContactKind.COMPANY,
            name=name,
            owner_id=actor.user_id,
        )
        fields["company_id"] = made.id
    else:
        fields["custom"] = {details.ORGANIZATION: cleaned(name)}


def _companies(session: Session, actor: Actor, name: str) -> list[Contact]:
    """Companies of that name that he sees; two are as good as many."""
    return list(
        session.exec(
            select(Contact)
            .where(
                Contact.sort_key == folded(cleaned(name)),
                Contact.kind == ContactKind.COMPANY,
                col(Contact.deleted_at).is_(None),
                seen_contacts(actor),
            )
            .order_by(col(Contact.id))
            .limit(2)
        )
    )
