"""What becomes of the entries of contacts that were made one, or two again (CON-3)."""

from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.core.kinds import CardLinkState, LinkEnd
from crm_app.models import CardLink
from crm_app.sync.books import links


def contacts_merged(session: Session, kept_id: int, gone_id: int, *, now: datetime) -> None:
    """The record that is kept takes over the entries of the other.

    Where it has one in the same address book, the other's stays there and is followed no longer:
    nobody's entry is removed because two records here became one.
    """
    for contact_id in sorted((kept_id, gone_id)):
        links.locked_contact(session, contact_id)
    has = {link.address_book_id for link in links.alive(session, kept_id)}
    for link in links.alive(session, gone_id):
        if link.address_book_id in has:
            links.end(session, link, LinkEnd.MERGED, now=now)
        else:
            link.contact_id = kept_id
            session.add(link)
            session.flush()
            links.tell(session, link)
    links.plan(session, kept_id, now=now)


def merging_undone(session: Session, kept_id: int, gone_id: int, *, now: datetime) -> None:
    """The record that is back follows its own entries again, where nobody else does by now."""
    for contact_id in sorted((kept_id, gone_id)):
        links.locked_contact(session, contact_id)
    has = {link.address_book_id for link in links.alive(session, gone_id)}
    ended = session.exec(
        select(CardLink)
        .where(
            CardLink.contact_id == gone_id,
            CardLink.state == CardLinkState.ENDED,
            CardLink.why_ended == LinkEnd.MERGED,
            CardLink.href != "",
        )
        .order_by(col(CardLink.id).desc())
    ).all()
    for link in ended:
        taken = links.at(session, link.address_book_id, [link.href])
        if link.address_book_id not in has and not taken:
            has.add(link.address_book_id)
            links.again(session, link, now=now)
    for contact_id in (kept_id, gone_id):
        links.plan(session, contact_id, now=now)
