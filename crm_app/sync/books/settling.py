"""Making one of a contact and its entry: what is new there comes in, and what is due there is known (SCT-7).

Nothing here touches the network. Each call leaves a base behind from which the next goes on, so what
came in once never comes in again, and what is still to be written stays due until it was.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from crm_app.accounts import queries as accounts
from crm_app.contacts import service as contacts
from crm_app.contacts.making import region_for
from crm_app.contacts.visibility import may_change, seen_contacts
from crm_app.core.access import system
from crm_app.core.errors import Invalid
from crm_app.models import CardLink, Contact, User
from crm_app.providers.address_book_port import RemoteCard, Wanted
from crm_app.sync.books import details
from crm_app.sync.rules import card_attempts, card_merge
from crm_app.sync.rules.card_merge import Details

log = logging.getLogger(__name__)
ACTOR = system("contact_sync")


def settle(session: Session, link: CardLink, contact: Contact, entry: RemoteCard) -> None:
    """Take over what the entry says anew, where the link's user may change the contact.

    An entry that cannot be read says nothing. The caller has locked contact and link.
    """
    link.etag, link.content_hash, link.uid = entry.etag, entry.content_hash, entry.uid
    session.add(link)
    if entry.trouble:
        return
    found = card_merge.details_of(entry.card)
    before = _base(link, found)
    ours = details.of_contact(session, contact)
    region = region_for(session, contact.time_zone)
    takes_in = _may_take_in(session, link, contact)
    if takes_in:
        wanted = card_merge.merge(ours, found, *before, region=region).ours
        ours, takes_in = _take_over(session, contact, ours, wanted)
    if before[0] is not None and before[1] is not None:
        advanced = card_merge.merge(before[0], found, *before, take_in=takes_in, region=region).ours
    else:
        # Nothing was agreed on yet but what both say already.
        advanced = replace(card_attempts.shared(found, ours), names=ours.names)
    link.ours, link.theirs = card_merge.as_json(advanced), card_merge.as_json(found)
    link.unanswered = []
    session.flush()


def _base(link: CardLink, found: Details) -> tuple[Details | None, Details | None]:
    """Both sides as they were last in step: an attempt that was never answered may have been that."""
    ours, theirs = stored(link)
    for attempt in reversed(link.unanswered):
        sent = card_merge.from_json(attempt["theirs"])
        # An entry that we made cannot be there without the attempt.
        if (theirs is None and link.ours is None) or card_attempts.arrived(
            theirs or Details(), sent, found
        ):
            return card_merge.from_json(attempt["ours"]), card_attempts.shared(sent, found)
    return ours, theirs


def stored(link: CardLink) -> tuple[Details | None, Details | None]:
    """Both sides as they were when they were last in step."""
    ours = card_merge.from_json(link.ours) if link.ours is not None else None
    theirs = card_merge.from_json(link.theirs) if link.theirs is not None else None
    return ours, theirs


def _may_take_in(session: Session, link: CardLink, contact: Contact) -> bool:
    user = session.get_one(User, link.user_id)
    return may_change(accounts.actor_of(user), contact)


def may_see(session: Session, link: CardLink, contact: Contact) -> bool:
    """Whether the link's user may see the contact still: it may have got another owner since."""
    user = session.get_one(User, link.user_id)
    seen = seen_contacts(accounts.actor_of(user))
    return (
        session.exec(select(Contact.id).where(Contact.id == contact.id, seen)).first() is not None
    )


def _take_over(
    session: Session, contact: Contact, ours: Details, wanted: Details
) -> tuple[Details, bool]:
    """The contact's details afterwards, and whether it could be changed."""
    fields = details.changes(ours, wanted)
    if not fields:
        return ours, True
    try:
        contacts.update(session, ACTOR, contact, **fields)
    except Invalid as error:
        log.warning("an entry of contact %s is not taken over: %s", contact.id, error.fields)
        return ours, False
    session.flush()
    return details.of_contact(session, contact), True


def due(
    session: Session, link: CardLink, contact: Contact
) -> tuple[Details, Details, Wanted | None]:
    """What the contact says, what its entry is to say, and what of that is to be written; None when
    that is nothing."""
    ours = details.of_contact(session, contact)
    base, theirs = stored(link)
    if base is None or theirs is None:
        return ours, ours, card_merge.wanted(None, ours)
    region = region_for(session, contact.time_zone)
    then = card_merge.merge(ours, theirs, base, theirs, take_in=False, region=region).theirs
    return ours, then, card_merge.wanted(theirs, then)


def rests(session: Session, link: CardLink, ours: Details) -> None:
    """Note that nothing is due while the contact says ``ours``."""
    link.ours = card_merge.as_json(ours)
    session.add(link)


def changed_here(session: Session, link: CardLink, contact: Contact) -> bool:
    """Whether the contact says something that its entry was never told."""
    return link.ours is None or card_merge.from_json(link.ours) != details.of_contact(
        session, contact
    )


def is_old(link: CardLink, content_hash: str, *, now: datetime) -> datetime | None:
    """Until when an entry with this content may be one that we wrote over already; None: it is not."""
    ends = [
        datetime.fromisoformat(each["until"])
        for each in link.replaced
        if each["hash"] == content_hash and content_hash != link.content_hash
    ]
    return max((end for end in ends if end > now), default=None)


def replaced(link: CardLink, content_hash: str, *, now: datetime, stale: int) -> None:
    """Note that what had this content was written over (empty: that there was nothing), which the
    service may show for ``stale`` seconds more."""
    kept = [each for each in link.replaced if datetime.fromisoformat(each["until"]) > now]
    if stale > 0:
        until = now + timedelta(seconds=stale)
        kept.append({"hash": content_hash, "until": until.isoformat()})
    link.replaced = kept
