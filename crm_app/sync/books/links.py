"""Contacts and their entries in people's address books: beginning, asking for a run, and ending (SCT-5).

Only rows are written here; the run of each address book carries them out. What always holds: a
contact has at most one link that is alive in an address book, and an entry belongs to at most one.
"""

import uuid
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.core import facts, jobs
from crm_app.core.kinds import CardLinkState, LinkEnd, LinkOrigin
from crm_app.models import AddressBook, CardLink, Contact, ExternalCard
from crm_app.sync.reaching import book_access

RUN = book_access.RUN
# A link in one of these keeps its contact and its entry in step, or is about to.
ON = (CardLinkState.WANTED, CardLinkState.IN_STEP)


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

    ``card``: the entry that is this contact already; without one an entry is made. A link that is
    alive in the book is given as it is, or kept when it was about to be removed.
    """
    link = _alive_in(session, contact.id or 0, book.id or 0)
    if link is None:
        link = CardLink(
            contact_id=contact.id or 0,
            address_book_id=book.id or 0,
            user_id=user_id,
            key=str(uuid.uuid4()),
            removed=_kept_entry(session, contact.id or 0, book.id or 0),
            changed_at=now,
        )
        if card is not None:
            link.origin, link.removed = LinkOrigin.OUTSIDE, ""
            link.href, link.uid, link.etag = card.href, card.uid, card.etag
    elif link.state is not CardLinkState.REMOVING:
        return link
    want(session, link, now=now)
    _tell(session, link)
    return link


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
    """A contact changed: have its entries brought in step where they say something else by now."""
    for link in alive(session, contact_id):
        if link.state in ON:
            want(session, link, now=now)


def untick(session: Session, link: CardLink, *, now: datetime) -> None:
    """Have the entry removed from its address book; one that was never attempted just ends."""
    if link.state is CardLinkState.ENDED:
        return
    if not link.href and link.attempts == 0:
        end(session, link, LinkEnd.UNTICKED, now=now)
        return
    link.state, link.changed_at = CardLinkState.REMOVING, now
    _again(session, link)
    _tell(session, link)


def end(session: Session, link: CardLink, why: LinkEnd, *, now: datetime) -> None:
    """The contact follows the address book no longer; the entry is left as it is."""
    link.state, link.why_ended = CardLinkState.ENDED, why
    link.ended_at = link.changed_at = now
    link.next_attempt_at, link.verify_at, link.last_error = None, None, ""
    session.add(link)
    session.flush()
    _tell(session, link)


def _again(session: Session, link: CardLink) -> None:
    link.next_attempt_at, link.last_error = None, ""
    session.add(link)
    session.flush()
    jobs.enqueue(session, RUN, book_id=link.address_book_id)


def _tell(session: Session, link: CardLink) -> None:
    facts.record(session, facts.CardLinkChanged(link.contact_id, user_id=link.user_id))
