"""Noting what an address book answered: written, found, gone, removed, refused.

Each note asks for the lane again, so a run that was overtaken notes nothing: its writes count as
unanswered, and are recognised by what is found there later.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from crm_app.core.errors import LoginExpired, RateLimited, Rejected
from crm_app.core.kinds import CardLinkState, LinkEnd
from crm_app.models import CardLink
from crm_app.providers.address_book_port import RemoteCard
from crm_app.sync.books import entries, links, outbox, settling, sweeping
from crm_app.sync.books.outbox import Step
from crm_app.sync.outgoing.outbox import in_words
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import BookLane
from crm_app.sync.rules import card_attempts, card_merge
from crm_app.sync.rules.card_merge import Details
from crm_app.sync.rules.windows import next_attempt

# These say that nothing was written.
_REFUSALS = (Rejected, RateLimited, LoginExpired)
# A book that nobody may write to is tried again at this pace.
_CLOSED_RETRY = timedelta(hours=1)


def written(
    session: Session, lane: BookLane, step: Step, entry: RemoteCard, *, now: datetime, stale: int
) -> None:
    """The entry stands as ``entry`` says; what changed here meanwhile is written next."""
    book = lanes.keep(session, lane, now=now)
    link, contact = outbox.both(session, step.link_id)
    if link is None or contact is None:
        # Purged meanwhile; what was written stays in its owner's book.
        return
    settling.replaced(link, link.content_hash, now=now, stale=stale)
    link.href, link.uid, link.etag = entry.href, entry.uid, entry.etag
    link.content_hash = entry.content_hash
    if step.act == "create" and len(link.unanswered) > 1:
        # Which of the attempts made it is read off the entry, and what was added since comes in.
        link.content_hash = ""
        _adopt(link, entry)
    else:
        link.ours = card_merge.as_json(step.ours or Details())
        link.theirs = card_merge.as_json(card_merge.details_of(entry.card))
        link.unanswered = []
    entries.put(session, book, entry, now=now)
    link.attempts, link.next_attempt_at, link.last_error = 0, None, ""
    link.changed_at = now
    session.add(link)
    session.flush()
    if link.state is CardLinkState.WANTED and link.content_hash and contact.deleted_at is None:
        links.bring_in_step(session, link, contact, now=now)
    links.tell(session, link)


def _adopt(link: CardLink, entry: RemoteCard) -> None:
    """Take an entry that an unanswered attempt made as the base."""
    found = card_merge.details_of(entry.card)
    sent = [
        (card_merge.from_json(each["ours"]), card_merge.from_json(each["theirs"]))
        for each in reversed(link.unanswered)
    ]
    ours, then = next(
        (pair for pair in sent if card_attempts.arrived(Details(), pair[1], found)),
        sent[-1] if sent else (Details(), Details()),
    )
    link.ours = card_merge.as_json(ours)
    link.theirs = card_merge.as_json(card_attempts.shared(then, found))
    link.unanswered = []


def turned_up(session: Session, link: CardLink, entry: RemoteCard, *, now: datetime) -> None:
    """A listing brought an entry that was made with the key of a link without one."""
    link.href, link.uid, link.etag, link.content_hash = entry.href, entry.uid, entry.etag, ""
    _adopt(link, entry)
    link.next_attempt_at, link.changed_at = None, now
    session.add(link)
    session.flush()


def found(
    session: Session,
    lane: BookLane,
    link_id: int,
    entry: RemoteCard | None,
    *,
    now: datetime,
    stale: int,
    sure: bool,
) -> None:
    """What is there now, asked of the entry itself. ``sure``: after the time in which the service may
    show old ones."""
    book = lanes.keep(session, lane, now=now)
    link, contact = outbox.both(session, link_id)
    if link is None or contact is None or link.state is CardLinkState.ENDED:
        return
    old = settling.is_old(link, entry.content_hash if entry else "", now=now)
    if old is not None and not sure:
        links.verify(session, link, old)
        link.next_attempt_at = old
    elif entry is None:
        link.verify_at = None
        sweeping.vanished(session, book, link, contact, now=now)
    else:
        link.verify_at, link.etag = None, entry.etag
        entries.put(session, book, entry, now=now)
        if entry.content_hash != link.content_hash:
            settling.replaced(link, link.content_hash, now=now, stale=stale)
            if link.state in links.ON:
                link.state, link.next_attempt_at = CardLinkState.WANTED, None
    session.add(link)


def leaving(
    session: Session, lane: BookLane, step: Step, entry: RemoteCard, *, now: datetime
) -> bool:
    """Keep an entry that is about to be removed, and take over what is new in it; False when it is to
    stay after all."""
    lanes.keep(session, lane, now=now)
    link, contact = outbox.both(session, step.link_id)
    if link is None or contact is None or link.state is not CardLinkState.REMOVING:
        return False
    if entry.content_hash != link.content_hash and not settling.is_old(
        link, entry.content_hash, now=now
    ):
        if link.theirs is None:
            _adopt(link, entry)
        settling.settle(session, link, contact, entry)
    link.href, link.etag, link.removed = entry.href, entry.etag, entry.raw
    session.add(link)
    return True


def removed(session: Session, lane: BookLane, step: Step, *, now: datetime, stale: int) -> None:
    """The entry is gone, and so is what was read of it. Ticked again meanwhile it is made anew."""
    book = lanes.keep(session, lane, now=now)
    link, contact = outbox.both(session, step.link_id)
    if link is None or contact is None:
        return
    sweeping.forget(session, book, link.href)
    settling.replaced(link, link.content_hash, now=now, stale=stale)
    if link.state is CardLinkState.REMOVING:
        links.end(session, link, LinkEnd.UNTICKED, now=now)
    elif link.state is CardLinkState.WANTED:
        links.anew(session, link, now=now)


def failed(
    session: Session, lane: BookLane, step: Step, error: Exception, *, now: datetime, jitter: float
) -> None:
    """It could not be done; it is tried again later."""
    lanes.keep(session, lane, now=now)
    link = links.locked(session, step.link_id)
    if link is None:
        return
    if isinstance(error, _REFUSALS):
        _forget_attempt(link)
    retry_after = error.retry_after if isinstance(error, RateLimited) else None
    link.last_error = in_words(error)
    link.next_attempt_at = next_attempt(now, link.attempts, retry_after=retry_after, jitter=jitter)
    session.add(link)
    links.tell(session, link)


def outdated(session: Session, lane: BookLane, step: Step, *, now: datetime) -> None:
    """Nothing was written: the service has another version than we knew."""
    lanes.keep(session, lane, now=now)
    link = links.locked(session, step.link_id)
    if link is not None:
        _forget_attempt(link)
        session.add(link)


def _forget_attempt(link: CardLink) -> None:
    link.unanswered = link.unanswered[:-1]


def closed(session: Session, lane: BookLane, error: Exception, *, now: datetime) -> None:
    """Nobody may write to the book: nothing of what waits is tried for a while."""
    book = lanes.keep(session, lane, now=now)
    waiting = outbox.pending(session, book.id or 0, now=now)
    session.execute(
        update(CardLink)
        .where(col(CardLink.id).in_(waiting))
        .values(next_attempt_at=now + _CLOSED_RETRY, last_error=in_words(error))
    )


__all__ = [
    "closed",
    "failed",
    "found",
    "leaving",
    "outdated",
    "removed",
    "turned_up",
    "written",
]
