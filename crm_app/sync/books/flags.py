"""Switching "Sync mobile" on and off for oneself (SCT-5).

The flag of a user and a contact is on while he has a link that is neither ended nor being removed.
It concerns his own address books only: whoever may see a contact may have it in his own, and nobody
switches it for anybody else.
"""

from datetime import datetime

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.contacts import queries as contacts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.kinds import CardLinkState
from crm_app.models import CardLink
from crm_app.sync.books import holding, links, queries


def tick(session: Session, actor: Actor, contact_id: int, *, now: datetime) -> list[CardLink]:
    """Have the contact in the own main address book; his links afterwards.

    What was about to be removed stays where it is. Already on: nothing happens. NotFound unless he
    may see the contact; Conflict while he has no address book to write to.
    """
    user_id = actor.require_user()
    contact = contacts.get_contact(session, actor, contact_id)
    holding.hold(session, user_id)
    alive = links.alive(session, contact_id, user_id)
    if any(link.state is not CardLinkState.REMOVING for link in alive):
        return alive
    if alive:
        for link in alive:
            links.want(session, link, now=now)
    else:
        book = queries.main_book(session, user_id)
        if book is None:
            raise Conflict(queries.NO_BOOK)
        links.start(session, contact, book, user_id=user_id, now=now)
    _note(session, actor, contact_id, "on")
    return links.alive(session, contact_id, user_id)


def untick(session: Session, actor: Actor, contact_id: int, *, now: datetime) -> int:
    """Have the own entries of the contact removed, and nobody else's; how many.

    Ask first: ``queries.flag`` has the question. The contact stays. NotFound unless he may see it.
    """
    user_id = actor.require_user()
    contacts.get_contact(session, actor, contact_id, deleted=None)
    holding.hold(session, user_id)
    alive = links.alive(session, contact_id, user_id)
    ticked = [link for link in alive if link.state is not CardLinkState.REMOVING]
    for link in ticked:
        links.untick(session, link, now=now)
    if ticked:
        _note(session, actor, contact_id, "off")
    return len(ticked)


def _note(session: Session, actor: Actor, contact_id: int, to: str) -> None:
    audit.record(
        session, actor, f"contact.sync_mobile_{to}", subject_kind="contact", subject_id=contact_id
    )
