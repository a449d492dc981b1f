"""What an address book no longer has, and the guard that keeps an empty one from emptying flags (SCT-8).

Cards are marked missing page by page and forgotten at the end of a run, all or none; too many of
them wait until somebody says yes. The contact of an entry that was deleted always stays (SCT-7). A
card that somebody marked and did not import is shown as gone until he has seen it (SCT-3).
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, update
from sqlmodel import Session, col, select

from crm_app.contacts import service as contacts
from crm_app.core.columns import among
from crm_app.core.i18n import N_
from crm_app.core.kinds import CardLinkState, LinkEnd
from crm_app.messaging import notifications
from crm_app.models import AddressBook, CardLink, Contact, ExternalCard, User
from crm_app.sync.books import links, settling
from crm_app.sync.runs import guard, telling

DELETED = N_(
    "The entry in {user}'s address book “{book}” was deleted there. The contact stays, and is no "
    "longer kept in step with it."
)
DELETED_UNWRITTEN = N_(
    "The entry in {user}'s address book “{book}” was deleted there before the latest change made here "
    "had reached it. The contact stays as it is here, and is no longer kept in step with it."
)
TOLD = N_(
    "{name} was deleted in your address book “{book}”. The contact stays here; “Sync mobile” is off."
)
_KIND = "sync_mobile"
_CHUNK = 500


def missing(session: Session, book: AddressBook, hrefs: Collection[str], *, now: datetime) -> None:
    """The service says that these entries are gone."""
    if not hrefs:
        return
    _spare_young(session, book, among(ExternalCard.href, hrefs), now=now)
    session.execute(
        update(ExternalCard)
        .where(
            col(ExternalCard.address_book_id) == book.id,
            among(ExternalCard.href, hrefs),
            col(ExternalCard.missing_since).is_(None),
            ~_looked_at_later(),
        )
        .values(missing_since=now)
        .execution_options(synchronize_session="fetch")
    )


def end_listing(session: Session, book: AddressBook, *, now: datetime) -> None:
    """What a whole listing did not bring is missing."""
    unseen = col(ExternalCard.generation) < book.generation
    _spare_young(session, book, unseen, now=now)
    session.execute(
        update(ExternalCard)
        .where(
            col(ExternalCard.address_book_id) == book.id,
            unseen,
            col(ExternalCard.missing_since).is_(None),
            ~_looked_at_later(),
        )
        .values(missing_since=now)
        .execution_options(synchronize_session="fetch")
    )


def _looked_at_later() -> ColumnElement[bool]:
    """The entry is asked for by itself, so a listing is not believed that it is gone."""
    return exists().where(
        col(CardLink.address_book_id) == ExternalCard.address_book_id,
        col(CardLink.href) == ExternalCard.href,
        col(CardLink.state).in_(links.ON),
        col(CardLink.verify_at).is_not(None),
    )


def _spare_young(
    session: Session, book: AddressBook, which: ColumnElement[bool], *, now: datetime
) -> None:
    """What was made a moment ago may not be shown yet: it is asked for by itself later."""
    young = session.exec(
        select(CardLink)
        .join(
            ExternalCard,
            and_(
                col(ExternalCard.address_book_id) == CardLink.address_book_id,
                col(ExternalCard.href) == CardLink.href,
            ),
        )
        .where(
            CardLink.address_book_id == book.id,
            col(CardLink.state).in_(links.ON),
            col(ExternalCard.missing_since).is_(None),
            which,
        )
    ).all()
    for link in young:
        until = settling.is_old(link, "", now=now)
        if until is not None:
            links.verify(session, link, until)
    session.flush()


def sweep(session: Session, book: AddressBook, *, listed: int | None, now: datetime) -> None:
    """Forget what is missing, or have it wait for a yes. ``listed``: see ``plan.may_delete``."""
    session.flush()
    gone = _count(session, book, _to_forget())
    known = gone + _count(session, book, col(ExternalCard.missing_since).is_(None)) if gone else 0
    if guard.lets_go(session, book, missing=gone, known=known, listed=listed):
        carry_out(session, book, now=now)


def any_missing() -> ColumnElement[bool]:
    """Whether a sweep would find anything, as part of a query about address books."""
    return exists().where(col(ExternalCard.address_book_id) == AddressBook.id, _to_forget())


def _to_forget() -> ColumnElement[bool]:
    """Missing, and not only shown as gone: marked, and in nobody's flag."""
    return and_(
        col(ExternalCard.missing_since).is_not(None),
        or_(col(ExternalCard.mark).is_(None), links.followed()),
    )


def _count(session: Session, book: AddressBook, which: ColumnElement[bool]) -> int:
    query = select(func.count(col(ExternalCard.id)))
    return session.exec(query.where(ExternalCard.address_book_id == book.id, which)).one()


def carry_out(session: Session, book: AddressBook, *, now: datetime) -> int:
    """Forget all that is missing, and end the links to it; how many. The contacts stay."""
    hrefs = session.exec(
        select(ExternalCard.href).where(ExternalCard.address_book_id == book.id, _to_forget())
    ).all()
    for start in range(0, len(hrefs), _CHUNK):
        chunk = hrefs[start : start + _CHUNK]
        followed = links.at(session, book.id or 0, chunk).values()
        for link in sorted(followed, key=lambda link: link.contact_id):
            contact = links.locked_contact(session, link.contact_id)
            if contact is not None:
                deleted_outside(session, book, link, contact, now=now)
        session.execute(
            delete(ExternalCard).where(
                col(ExternalCard.address_book_id) == book.id, among(ExternalCard.href, chunk)
            )
        )
    book.deletions_waiting = 0
    session.add(book)
    if hrefs:
        telling.tell_of(session, book, state="swept")
    return len(hrefs)


def vanished(
    session: Session, book: AddressBook, link: CardLink, contact: Contact, *, now: datetime
) -> None:
    """An entry was asked for by itself and is not there."""
    known = session.execute(
        update(ExternalCard)
        .where(col(ExternalCard.address_book_id) == book.id, col(ExternalCard.href) == link.href)
        .values(missing_since=now)
        .execution_options(synchronize_session="fetch")
        .returning(col(ExternalCard.id))
    ).first()
    if known is None or link.state is CardLinkState.REMOVING:
        deleted_outside(session, book, link, contact, now=now)
        forget(session, book, link.href)
        return
    link.state = CardLinkState.IN_STEP
    session.add(link)
    sweep(session, book, listed=None, now=now)


def forget(session: Session, book: AddressBook, href: str) -> None:
    """Delete what was read at ``href``."""
    session.execute(
        delete(ExternalCard).where(
            col(ExternalCard.address_book_id) == book.id, col(ExternalCard.href) == href
        )
    )


def deleted_outside(
    session: Session, book: AddressBook, link: CardLink, contact: Contact, *, now: datetime
) -> None:
    """End a link whose entry is gone; the timeline and the user's bell say so. What was about to be
    removed anyway just ends."""
    if link.state is CardLinkState.REMOVING:
        links.end(session, link, LinkEnd.UNTICKED, now=now)
        return
    unwritten = link.ours is not None and settling.due(session, link, contact)[2] is not None
    links.end(session, link, LinkEnd.DELETED_OUTSIDE, now=now)
    user = session.get_one(User, link.user_id)
    contacts.note(
        session,
        settling.ACTOR,
        contact,
        _KIND,
        DELETED_UNWRITTEN if unwritten else DELETED,
        {"user": user.name, "book": book.name},
    )
    notifications.notify(
        session,
        user_id=link.user_id,
        key=f"card_link:{link.id}:deleted",
        message=TOLD,
        params={"name": contact.name, "book": book.name},
        path=f"/contacts/{contact.id}",
        kind=_KIND,
    )
