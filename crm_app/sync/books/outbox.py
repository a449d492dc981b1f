"""What is to be done at an address book next, and noting how it ended.

An attempt is noted before it goes out, so that afterwards nobody takes a lost answer for a write
that never was. The network lies between ``next_step`` and the notes; nothing here touches it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from crm_app.core.i18n import N_
from crm_app.core.kinds import CardLinkState
from crm_app.models import AddressBook, CardLink, Contact
from crm_app.providers.address_book_port import Wanted
from crm_app.sync.books import entries, links, settling
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import BookLane
from crm_app.sync.rules import card_merge
from crm_app.sync.rules.card_merge import Details

READ_ONLY = N_("This address book is read-only, so what changes here does not reach it.")
_PENDING = (CardLinkState.WANTED, CardLinkState.REMOVING)
# So many writes without an answer are remembered; they differ only if the contact changed.
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do for a link.

    ``create`` and ``update`` write what is ``wanted``; ``ours`` and ``then`` are both sides as they
    are to be afterwards. ``look`` asks for the entry alone. ``remove`` without an ``href`` means that
    nobody knows whether it was ever made. ``raw``: a former entry whose other fields come back.
    """

    link_id: int
    act: Literal["create", "update", "look", "remove"]
    href: str = ""
    etag: str | None = None
    key: str = ""
    wanted: Wanted | None = None
    raw: str = ""
    ours: Details | None = None
    then: Details | None = None


def pending(session: Session, book_id: int, *, now: datetime) -> list[int]:
    """The links for which there is something to do now; removals first, then in order of age."""
    query = (
        select(CardLink.id, CardLink.state)
        .join(Contact, col(Contact.id) == CardLink.contact_id)
        .where(CardLink.address_book_id == book_id, *waiting(now))
        .order_by(col(CardLink.changed_at), col(CardLink.id))
    )
    rows = session.exec(query).all()
    return [
        link_id or 0
        for link_id, _ in sorted(rows, key=lambda row: row[1] is not CardLinkState.REMOVING)
    ]


def any_pending(*, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether there are any, as part of a query about address books."""
    return exists().where(
        col(CardLink.address_book_id) == AddressBook.id,
        col(Contact.id) == CardLink.contact_id,
        *waiting(now),
    )


def waiting(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    """What holds of a link and its contact while there is something to do for them now."""
    retried = col(CardLink.next_attempt_at)
    return (
        or_(
            and_(
                col(CardLink.state).in_(_PENDING),
                or_(retried.is_(None), retried <= now),
            ),
            and_(col(CardLink.verify_at) <= now, col(CardLink.state).in_(links.ON)),
        ),
        # The entries of a contact that was deleted stay as they are.
        col(Contact.deleted_at).is_(None),
    )


def next_step(session: Session, lane: BookLane, link_id: int, *, now: datetime) -> Step | None:
    """What to do for a link; None when nothing is (left) to do. Takes over what is new there first,
    and notes the attempt."""
    book = lanes.keep(session, lane, now=now)
    link, contact = both(session, link_id)
    if link is None or contact is None or contact.deleted_at is not None:
        return None
    if link.state is CardLinkState.REMOVING:
        return _removal(session, link)
    if link.state is CardLinkState.ENDED:
        return None
    if link.href and link.verify_at is not None and link.verify_at <= now:
        return Step(link_id, "look", link.href, link.etag)
    if link.state is not CardLinkState.WANTED:
        return None
    if not settling.may_see(session, link, contact):
        # Nobody is told what changes in a contact that he may not see any more. It stays due, and
        # is looked at with the contact's next change.
        link.state, link.last_error = CardLinkState.IN_STEP, ""
        session.add(link)
        return None
    if link.href:
        row = entries.rows_of(session, link.address_book_id, [link.href]).get(link.href)
        if row is None:
            return Step(link_id, "look", link.href, link.etag)
        if row.missing_since is not None:
            # It waits for a yes, or comes back.
            link.state = CardLinkState.IN_STEP
            session.add(link)
            return None
        if row.content_hash != link.content_hash:
            settling.settle(session, link, contact, entries.entry_of(row))
    return _writing(session, book, link, contact)


def both(session: Session, link_id: int) -> tuple[CardLink | None, Contact | None]:
    """A link and its contact, locked in the order that everybody keeps."""
    contact_id = session.exec(select(CardLink.contact_id).where(CardLink.id == link_id)).first()
    contact = links.locked_contact(session, contact_id) if contact_id is not None else None
    return links.locked(session, link_id), contact


def _removal(session: Session, link: CardLink) -> Step:
    link.attempts += 1
    session.add(link)
    first = card_merge.from_json(link.unanswered[0]["theirs"]) if link.unanswered else Details()
    return Step(
        link.id or 0,
        "remove",
        link.href,
        link.etag,
        link.key,
        wanted=card_merge.wanted(None, first),
        raw=link.removed,
    )


def _writing(session: Session, book: AddressBook, link: CardLink, contact: Contact) -> Step | None:
    ours, then, wanted = settling.due(session, link, contact)
    if wanted is None:
        links.rest(session, link, ours)
        return None
    if not book.writable:
        link.state, link.last_error = CardLinkState.IN_STEP, READ_ONLY
        session.add(link)
        return None
    link.attempts += 1
    _remember(link, {"ours": card_merge.as_json(ours), "theirs": card_merge.as_json(then)})
    session.add(link)
    return Step(
        link.id or 0,
        "update" if link.href else "create",
        link.href,
        link.etag,
        link.key,
        wanted,
        "" if link.href else link.removed,
        ours,
        then,
    )


def _remember(link: CardLink, attempt: dict[str, Any]) -> None:
    """Assigned anew: a change inside a JSON value is not noticed."""
    if not link.unanswered or link.unanswered[-1] != attempt:
        link.unanswered = [*link.unanswered, attempt][-_REMEMBERED:]
