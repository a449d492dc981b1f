"""Contacts and their entries in people's address books: beginning, asking for a run, and ending (SCT-5).

Only rows are written here; the run of each address book carries them out. What always holds: a
contact has at most one link that is alive in an address book, and an entry belongs to at most one.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal_column
from sqlmodel import Session, col, select

from crm_app.core import facts, jobs
from crm_app.core.columns import among
from crm_app.core.kinds import CardLinkState, LinkEnd, LinkOrigin
from crm_app.models import AddressBook, CardLink, Contact, ExternalCard
from crm_app.sync.books import entries, settling
from crm_app.sync.reaching import book_access
from crm_app.sync.rules.card_merge import Details

RUN = book_access.RUN
# A link in one of these keeps its contact and its entry in step, or is about to.
ON = (CardLinkState.WANTED, CardLinkState.IN_STEP)
# The conditions of the index by which a link is found from its entry. Spelled out, not bound: a
# database cannot tell that a parameter fulfils them, and would look at all links of the book instead.
_ALIVE_THERE = (
    col(CardLink.state) != literal_column("'ended'"),
    col(CardLink.href) != literal_column("''"),
)


def alive(session: Session, contact_id: int, user_id: int | None = None) -> list[CardLink]:
    """The links of a contact that are not ended, of one user or of all, in order of age."""
    query = (
        select(CardLink)
        .where(CardLink.contact_id == contact_id, CardLink.state != CardLinkState.ENDED)
        .order_by(col(CardLink.id))
    )
    if user_id is not None:
        query = query.where(CardLink.user_id == user_id)
    return list(session.exec(query))


def start(
    session: Session,
    contact: Contact,
    book: AddressBook,
    *,
    user_id: int,
    now: datetime,
    card: ExternalCard | None = None,
) -> CardLink:
    """Have a contact follow an address book, and the address book the contact.

    ``card``: the entry that is this contact already; both are made one at once, and what the entry
    lacks is written by the next run. Without a card an entry is made. A link that is alive in the
    book is given as it is, or kept when it was about to be removed.
    """
    link = _alive_in(session, contact.id or 0, book.id or 0)
    if link is not None:
        if link.state is CardLinkState.REMOVING:
            want(session, link, now=now)
            tell(session, link)
        return link
    link = CardLink(
        contact_id=contact.id or 0,
        address_book_id=book.id or 0,
        user_id=user_id,
        key=str(uuid.uuid4()),
        changed_at=now,
    )
    if card is None:
        link.removed = _kept_entry(session, contact.id or 0, book.id or 0)
        want(session, link, now=now)
    else:
        link.origin, link.href = LinkOrigin.OUTSIDE, card.href
        settling.settle(session, link, contact, entries.entry_of(card))
        bring_in_step(session, link, contact, now=now)
    tell(session, link)
    return link


def bring_in_step(session: Session, link: CardLink, contact: Contact, *, now: datetime) -> None:
    """Have written what is due at the entry, if anything is."""
    ours, _, wanted = settling.due(session, link, contact)
    if wanted is not None:
        want(session, link, now=now)
    else:
        rest(session, link, ours)


def rest(session: Session, link: CardLink, ours: Details) -> None:
    """Both sides are in step while the contact says ``ours``."""
    settling.rests(session, link, ours)
    link.state, link.attempts = CardLinkState.IN_STEP, 0
    link.next_attempt_at, link.last_error = None, ""
    session.add(link)
    session.flush()


def _alive_in(session: Session, contact_id: int, book_id: int) -> CardLink | None:
    return session.exec(
        select(CardLink).where(
            CardLink.contact_id == contact_id,
            CardLink.address_book_id == book_id,
            CardLink.state != CardLinkState.ENDED,
        )
    ).first()


def _kept_entry(session: Session, contact_id: int, book_id: int) -> str:
    """The entry that we removed from the book last, as it was; empty when nothing is kept."""
    found = session.exec(
        select(CardLink.removed)
        .where(
            CardLink.contact_id == contact_id,
            CardLink.address_book_id == book_id,
            CardLink.state == CardLinkState.ENDED,
            CardLink.removed != "",
        )
        .order_by(col(CardLink.id).desc())
        .limit(1)
    ).first()
    return found or ""


def want(session: Session, link: CardLink, *, now: datetime) -> None:
    """Have both sides brought in step by the next run."""
    link.state, link.changed_at = CardLinkState.WANTED, now
    _again(session, link)


def plan(session: Session, contact_id: int, *, now: datetime) -> None:
    """A contact changed: have its entries brought in step where they say something else by now.

    The entries of a contact that was deleted stay as they are; brought back, it goes on.
    """
    contact = locked_contact(session, contact_id)
    if contact is None or contact.deleted_at is not None:
        return
    for link in alive(session, contact_id):
        changed = link.state is CardLinkState.IN_STEP and settling.changed_here(
            session, link, contact
        )
        if changed or link.state is CardLinkState.WANTED:
            want(session, link, now=now)


def people_of(session: Session, company_id: int) -> list[int]:
    """The people of a company who are in anybody's address book: their entries name it."""
    query = (
        select(CardLink.contact_id)
        .join(Contact, col(Contact.id) == CardLink.contact_id)
        .where(Contact.company_id == company_id, col(CardLink.state).in_(ON))
        .distinct()
        .order_by(col(CardLink.contact_id))
    )
    return list(session.exec(query))


def locked_contact(session: Session, contact_id: int) -> Contact | None:
    """The contact as it is now, locked until the transaction ends; deleted ones too.

    Whoever locks more takes the lane of an address book first, then the contact, then its links.
    """
    return session.exec(
        select(Contact)
        .where(Contact.id == contact_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def locked(session: Session, link_id: int) -> CardLink | None:
    """The link as it is now, locked until the transaction ends."""
    return session.exec(
        select(CardLink)
        .where(CardLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def at(session: Session, book_id: int, hrefs: Collection[str]) -> dict[str, CardLink]:
    """The links that are alive at these entries of a book."""
    if not hrefs:
        return {}
    found = session.exec(
        select(CardLink).where(
            CardLink.address_book_id == book_id, among(CardLink.href, hrefs), *_ALIVE_THERE
        )
    )
    return {link.href: link for link in found}


def followed() -> ColumnElement[bool]:
    """Whether a contact follows a card, as part of a query about cards."""
    return exists().where(
        col(CardLink.address_book_id) == ExternalCard.address_book_id,
        col(CardLink.href) == ExternalCard.href,
        *_ALIVE_THERE,
    )


def untick(session: Session, link: CardLink, *, now: datetime) -> None:
    """Have the entry removed from its address book; one that was never attempted just ends."""
    if link.state is CardLinkState.ENDED:
        return
    if not link.href and not link.unanswered:
        end(session, link, LinkEnd.UNTICKED, now=now)
        return
    link.state, link.changed_at = CardLinkState.REMOVING, now
    _again(session, link)
    tell(session, link)


def end(session: Session, link: CardLink, why: LinkEnd, *, now: datetime) -> None:
    """The contact follows the address book no longer; the entry is left as it is."""
    link.state, link.why_ended = CardLinkState.ENDED, why
    link.ended_at = link.changed_at = now
    link.next_attempt_at, link.verify_at, link.last_error = None, None, ""
    session.add(link)
    session.flush()
    tell(session, link)


def _again(session: Session, link: CardLink) -> None:
    link.next_attempt_at, link.last_error = None, ""
    session.add(link)
    session.flush()
    jobs.enqueue(session, RUN, book_id=link.address_book_id)


def again(session: Session, link: CardLink, *, now: datetime) -> None:
    """A link that had ended while its entry stayed goes on."""
    link.why_ended, link.ended_at = None, None
    want(session, link, now=now)
    tell(session, link)


def anew(session: Session, link: CardLink, *, now: datetime) -> None:
    """The entry was removed, and ticked again meanwhile: another is made, with all that this one held."""
    contact = session.get_one(Contact, link.contact_id)
    book = session.get_one(AddressBook, link.address_book_id)
    end(session, link, LinkEnd.UNTICKED, now=now)
    start(session, contact, book, user_id=link.user_id, now=now)


def verify(session: Session, link: CardLink, at: datetime) -> None:
    """Have the entry asked for by itself once the service shows nothing old of it any more."""
    link.verify_at = at
    session.add(link)
    session.flush()
    jobs.enqueue(session, RUN, run_at=at, book_id=link.address_book_id)


def tell(session: Session, link: CardLink) -> None:
    """Have open tabs look at the flag again."""
    facts.record(session, facts.CardLinkChanged(link.contact_id, user_id=link.user_id))
