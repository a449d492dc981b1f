"""Applying a page of an address book's listing: cards, what follows them, and the cursor in one
transaction (SCT-2).

A run that dies leaves whole pages behind and the cursor that goes on after them. What the service
no longer has is only marked here; ``sweeping`` decides at the end of the run. What an entry says
anew for its contact is settled after the page, by ``outbox``: here it only becomes due.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from crm_app.core.columns import among
from crm_app.core.kinds import CardLinkState, LinkEnd
from crm_app.models import AddressBook, CardLink, ExternalCard
from crm_app.providers.address_book_port import UNREADABLE, BookPage, Card, RemoteCard
from crm_app.sync.books import entries, links, notes, settling, sweeping
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import BookLane
from crm_app.sync.runs import telling

# So long after its removal an entry may still be shown by a service that is slow to know.
_SHOWN_AFTER_REMOVAL = timedelta(hours=1)


def begin_listing(session: Session, lane: BookLane, *, now: datetime, relist_seconds: int) -> None:
    """A full listing starts from nothing; what it does not bring by its end is missing."""
    book = lanes.keep(session, lane, now=now)
    book.generation += 1
    book.cursor, book.events_seen = None, 0
    again = timedelta(seconds=relist_seconds)
    book.relist_at = now + again if relist_seconds > 0 else None
    session.add(book)


def apply(session: Session, lane: BookLane, page: BookPage, *, now: datetime) -> AddressBook:
    """Make the rows what ``page`` says and save its cursor; Superseded when the lane was lost."""
    book = lanes.keep(session, lane, now=now)
    # Said first, so that it is written together with the lease.
    book.cursor = page.cursor
    book.events_seen += len(page.changed) if page.full else 0
    if page.changed or page.removed:
        _take_over(session, book, page, now=now)
    if page.full and page.complete:
        sweeping.end_listing(session, book, now=now)
    if not book.complete or page.full or page.changed or page.removed:
        telling.tell_of(session, book, state="progress")
    if page.complete:
        book.complete = True
    session.add(book)
    return book


@dataclass(slots=True)
class _Sorted:
    """The entries of a page by what is to be done with them."""

    new: list[RemoteCard] = field(default_factory=list)
    changed: list[tuple[ExternalCard, RemoteCard]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def _take_over(session: Session, book: AddressBook, page: BookPage, *, now: datetime) -> None:
    brought = {entry.href: entry for entry in page.changed}
    _rename(session, book, brought.values(), now=now)
    rows = entries.rows_of(session, book.id or 0, brought)
    followed = links.at(session, book.id or 0, brought)
    sorted_out = _Sorted()
    for entry in brought.values():
        _sort(session, sorted_out, entry, rows.get(entry.href), followed.get(entry.href), now)
    new = _not_just_removed(session, book, sorted_out.new, now=now)
    rules = entries.rules_of(session, book)
    entries.add(session, book, new, rules, now=now)
    entries.renew(session, book, sorted_out.changed, rules, now=now)
    _turn_up(session, book, new, now=now)
    if page.full and sorted_out.same:
        _seen(session, book, sorted_out.same)
    sweeping.missing(session, book, [h for h in page.removed if h not in brought], now=now)


def _sort(
    session: Session,
    into: _Sorted,
    entry: RemoteCard,
    row: ExternalCard | None,
    link: CardLink | None,
    now: datetime,
) -> None:
    old = settling.is_old(link, entry.content_hash, now=now) if link is not None else None
    if row is None:
        into.new.append(entry)
    elif link is not None and old is not None:
        # As it was before we wrote: perhaps the service is only slow, and is asked once more later.
        links.verify(session, link, old)
        into.same.append(entry.href)
        return
    elif _differs(row, entry):
        into.changed.append((row, entry))
    else:
        into.same.append(entry.href)
    if link is not None:
        _follow(session, link, entry, came_back=row is not None and row.missing_since is not None)


def _differs(row: ExternalCard, entry: RemoteCard) -> bool:
    return (
        row.content_hash != entry.content_hash
        or row.etag != entry.etag
        or row.missing_since is not None
        or row.trouble != entry.trouble
    )


def _follow(session: Session, link: CardLink, entry: RemoteCard, *, came_back: bool) -> None:
    """What the entry says anew is due; one that only bears another version is not."""
    if link.content_hash == entry.content_hash:
        link.etag = entry.etag
    if (link.content_hash != entry.content_hash or came_back) and link.state in links.ON:
        link.state, link.next_attempt_at = CardLinkState.WANTED, None
    session.add(link)


def _rename(
    session: Session, book: AddressBook, brought: Collection[RemoteCard], *, now: datetime
) -> None:
    """Entries that have another href by now keep their rows and links (Google renames some)."""
    former = {old: entry.href for entry in brought for old in entry.former}
    if not former:
        return
    rows = entries.rows_of(session, book.id or 0, [*former, *former.values()])
    followed = links.at(session, book.id or 0, [*former, *former.values()])
    for old, href in former.items():
        row, link = rows.get(old), followed.get(old)
        if row is not None and href not in rows:
            row.href = href
            rows[href] = row
            session.add(row)
        elif row is not None:
            session.delete(row)
        if link is not None and href not in followed:
            link.href = href
            followed[href] = link
            session.add(link)
        elif link is not None:
            # Two entries became one, and its contact follows it already.
            links.end(session, link, LinkEnd.MERGED, now=now)
    session.flush()


def _not_just_removed(
    session: Session, book: AddressBook, new: Sequence[RemoteCard], *, now: datetime
) -> list[RemoteCard]:
    """Without those that we removed a moment ago, as a slow service shows them once more."""
    removed = session.exec(
        select(CardLink.href, CardLink.replaced).where(
            CardLink.address_book_id == book.id,
            CardLink.state == CardLinkState.ENDED,
            col(CardLink.ended_at) > now - _SHOWN_AFTER_REMOVAL,
            CardLink.removed != "",
        )
    ).all()
    shown = {
        (href, each["hash"])
        for href, replaced in removed
        for each in replaced
        if datetime.fromisoformat(each["until"]) > now
    }
    return [entry for entry in new if (entry.href, entry.content_hash) not in shown]


def _turn_up(
    session: Session, book: AddressBook, new: Sequence[RemoteCard], *, now: datetime
) -> None:
    """Entries that were made by a write whose answer was lost belong to its link."""
    made = {entry.key: entry for entry in new if entry.key}
    if not made:
        return
    waiting = session.exec(
        select(CardLink).where(
            CardLink.address_book_id == book.id,
            among(CardLink.key, made),
            CardLink.href == "",
            col(CardLink.state).in_([CardLinkState.WANTED, CardLinkState.REMOVING]),
        )
    ).all()
    for link in waiting:
        notes.turned_up(session, link, made[link.key], now=now)


def _seen(session: Session, book: AddressBook, hrefs: Collection[str]) -> None:
    session.execute(
        update(ExternalCard)
        .where(col(ExternalCard.address_book_id) == book.id, among(ExternalCard.href, hrefs))
        .values(generation=book.generation)
        .execution_options(synchronize_session=False)
    )


def set_aside(session: Session, lane: BookLane, entry: RemoteCard, *, now: datetime) -> None:
    """Keep no more than the name of an entry that cannot be stored; it is counted as trouble."""
    book = lanes.keep(session, lane, now=now)
    if len(entry.href) > entries.LONGEST_HREF or "\0" in entry.href:
        return
    if entries.rows_of(session, book.id or 0, [entry.href]):
        _seen(session, book, [entry.href])
        return
    bare = replace(
        entry, card=Card(name=entry.href[-60:]), uid="", etag=None, raw="", trouble=UNREADABLE
    )
    entries.add(session, book, [bare], (), now=now)
