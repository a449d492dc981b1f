"""What people do with the queue: say what cards are, leave them out, join them with contacts (SCT-3, SCT-4).

Each acts on his own queue only. Nothing is imported before somebody asks for it, and only what is
marked then; ``importing`` carries it out. What a person says of a card outweighs every rule.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, select

from crm_app.contacts import queries as contacts
from crm_app.core import db, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, NotFound
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.core.kinds import ContactKind
from crm_app.models import AddressBook, CardLink, ExternalCard
from crm_app.providers.address_book_port import UNREADABLE
from crm_app.sync.books import holding, links, queries, queue_rows
from crm_app.sync.books.queue_rows import Show

IMPORT = "sync.import_cards"
_NOTHING_MARKED = N_("Say of at least one card what it is; only those are imported.")
_OTHER_ENTRY = N_("Another entry of this address book is this contact already.")
_FOLLOWED = N_("This card is followed by a contact already.")
_GONE = N_("This card is not in the address book any more.")


def mark(session: Session, actor: Actor, card_id: int, kind: ContactKind | None) -> None:
    """Say what a card is; None: nothing is said any more. NotFound, Conflict when it is followed."""
    queries.get_card(session, actor, card_id)
    found = [*queue_rows.queued(actor), col(ExternalCard.id) == card_id]
    if not _put(session, actor, found, **_said(kind)):
        raise Conflict(_FOLLOWED)
    if kind is None:
        _forget(session, [*found, *queue_rows.showing(Show.GONE)])


def mark_many(
    session: Session,
    actor: Actor,
    kind: ContactKind | None,
    *,
    card_ids: Collection[int] | None = None,
    account_id: int | None = None,
    text: str = "",
    show: Show = Show.WAITING,
) -> int:
    """Say the same of many: of ``card_ids``, or of all that a search of the queue finds; how many.

    Ids that are not in the own queue are left alone.
    """
    found = _found(session, actor, card_ids, account_id, text, show)
    done = _put(session, actor, found, **_said(kind))
    if kind is None and show is Show.GONE:
        _forget(session, found)
    return done


def ignore(session: Session, actor: Actor, card_ids: Collection[int]) -> int:
    """Leave cards out of the queue until somebody wants them back; how many."""
    found = _found(session, actor, card_ids, None, "", Show.WAITING)
    return _put(session, actor, found, ignored=True, mark=None, rule_id=None, importing=False)


def unignore(session: Session, actor: Actor, card_ids: Collection[int]) -> int:
    """Take cards back into the queue; how many."""
    found = _found(session, actor, card_ids, None, "", Show.IGNORED)
    return _put(session, actor, found, ignored=False, rule_id=None)


def dismiss_gone(session: Session, actor: Actor, card_ids: Collection[int] | None = None) -> int:
    """Forget cards that are gone in the cloud, all of them without ``card_ids``; how many."""
    found = _found(session, actor, card_ids, None, "", Show.GONE)
    holding.hold(session, actor.require_user())
    done = _forget(session, found)
    _tell(session, actor)
    return done


def link_to(
    session: Session, actor: Actor, card_id: int, contact_id: int, *, now: datetime
) -> CardLink:
    """The card is this contact: no second record is made, and from now on they are in step (SCT-4).

    Both keep what they say, each gets what only the other had. NotFound unless the card is his and
    he may see the contact; Conflict when either is taken or the card is gone.
    """
    card, book = queries.get_card(session, actor, card_id)
    contact = contacts.get_contact(session, actor, contact_id)
    holding.hold(session, actor.require_user())
    session.refresh(card)
    if card.is_group:
        raise NotFound
    if card.missing_since is not None:
        raise Conflict(_GONE)
    if card.trouble == UNREADABLE:
        raise Conflict(UNREADABLE)
    if is_followed(session, card):
        raise Conflict(_FOLLOWED)
    if any(link.address_book_id == book.id for link in links.alive(session, contact_id)):
        raise Conflict(_OTHER_ENTRY)
    link = links.start(session, contact, book, user_id=actor.require_user(), now=now, card=card)
    left_queue(card)
    session.add(card)
    _tell(session, actor)
    return link


def request_import(
    session: Session,
    actor: Actor,
    account_id: int | None = None,
    *,
    make_companies: bool = False,
) -> int:
    """Import what is marked, of one account or of all own ones; how many cards that are.

    ``make_companies``: a company that a person belongs to is made where there is none. It is carried
    out in the background. Conflict when nothing is marked.
    """
    found = _found(session, actor, None, account_id, "", Show.MARKED)
    asked = _put(session, actor, found, importing=True)
    if not asked:
        raise Conflict(_NOTHING_MARKED)
    jobs.enqueue(session, IMPORT, user_id=actor.require_user(), make_companies=make_companies)
    return asked


def stop_import(session: Session, actor: Actor, account_id: int | None = None) -> int:
    """Import no more of what was asked for; how many cards stay. They keep their marks."""
    if account_id is not None:
        queries.get_own_account(session, actor, account_id)
    books = select(AddressBook.id).where(queue_rows.own_books(actor))
    if account_id is not None:
        books = books.where(AddressBook.account_id == account_id)
    waiting = [
        col(ExternalCard.address_book_id).in_(books),
        col(ExternalCard.importing).is_(True),
    ]
    return _put(session, actor, waiting, importing=False)


def is_followed(session: Session, card: ExternalCard) -> bool:
    """Whether a contact follows the card."""
    return bool(links.at(session, card.address_book_id, [card.href]))


def left_queue(card: ExternalCard) -> None:
    """Nothing is asked about a card any more that a contact follows."""
    card.mark, card.rule_id, card.ignored = None, None, False
    card.importing, card.trouble = False, ""


def _said(kind: ContactKind | None) -> dict[str, Any]:
    values: dict[str, Any] = {"mark": kind, "rule_id": None, "ignored": False}
    return values if kind is not None else {**values, "importing": False}


def _found(
    session: Session,
    actor: Actor,
    card_ids: Collection[int] | None,
    account_id: int | None,
    text: str,
    show: Show,
) -> list[ColumnElement[bool]]:
    actor.require_user()
    if account_id is not None:
        queries.get_own_account(session, actor, account_id)
    found = [
        *queue_rows.queued(actor, account_id=account_id),
        *queue_rows.showing(show),
        *queue_rows.holding(text),
    ]
    if card_ids is not None:
        found.append(col(ExternalCard.id).in_([each for each in card_ids if is_id(each)]))
    return found


def _put(
    session: Session, actor: Actor, found: Collection[ColumnElement[bool]], **values: Any
) -> int:
    holding.hold(session, actor.require_user())
    result = session.execute(
        update(ExternalCard)
        .where(*found)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
    _tell(session, actor)
    return db.rows_changed(result)


def _forget(session: Session, found: Collection[ColumnElement[bool]]) -> int:
    """What is gone in the cloud waits here only as long as somebody wants it."""
    statement = delete(ExternalCard).where(*found)
    return db.rows_changed(
        session.execute(statement.execution_options(synchronize_session="fetch"))
    )


def _tell(session: Session, actor: Actor) -> None:
    facts.record(session, facts.AddressBooksChanged(actor.require_user()))
