"""One run for one address book: bring entries in step, read what is new, and do what came of it.

A run holds the book's lane from its first to its last step, so writing and reading never overtake
each other. The network is only used between transactions.
"""

import time
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from crm_app.core import clock, db, jobs
from crm_app.models import AddressBook
from crm_app.providers.address_book_port import AddressBookProvider, BookPage, RemoteCard
from crm_app.sync.books import errands, links, outbox, pages, pushing, sweeping
from crm_app.sync.books.errands import Errand
from crm_app.sync.reaching.book_access import opened_book
from crm_app.sync.reaching.lanes import BookLane
from crm_app.sync.runs import framing, reading
from crm_app.sync.runs.framing import Ended, Frame
from crm_app.sync.runs.reading import Pulled, Source

# A long listing lets others into the lane after so many seconds, and goes on in another run (SCT-2).
SLICE = 20.0
# After writing and reading once, what came of it is written; more than that is another run.
_ROUNDS = 2


def run(book_id: int, *, seconds: float = SLICE) -> Ended:
    """Bring an address book and the CRM in step. Safe to repeat; one at a time per book.

    What takes longer than ``seconds`` goes on in another run.
    """
    with db.unit_of_work() as session:
        errand = errands.begin(session, book_id, now=clock.now())
    if errand is None:
        return Ended.HELD
    frame: Frame[AddressBook, BookPage] = Frame(
        called=f"address book {book_id}",
        lane=errand.lane,
        apply_rest=_apply_rest,
        again=lambda session: jobs.enqueue(session, links.RUN, book_id=book_id),
        reachable=errand.reachable,
    )
    return framing.carry_out(frame, errand.cursor, _work(errand, seconds))


def _work(errand: Errand, seconds: float) -> Callable[[], Pulled[BookPage]]:
    def work() -> Pulled[BookPage]:
        if not errand.reachable:
            return Pulled(False, errand.cursor)
        return _in_step(errand, time.monotonic() + seconds)

    return work


def _in_step(errand: Errand, deadline: float) -> Pulled[BookPage]:
    """Write, read and write until nothing is left that this run can do, or it is only a slice."""
    lane, ref, cursor, waiting = errand.lane, errand.ref, errand.cursor, errand.writes
    calm = not (errand.writes or errand.sweeps)
    with opened_book(errand.login) as provider:
        for turn in range(_ROUNDS):
            if waiting:
                pushing.push(lane, provider, ref, deadline=deadline)
            if errand.reads:
                source = _source(lane, provider, ref)
                leave_rest = calm and turn == 0
                came = reading.read(source, cursor, deadline=deadline, leave_rest=leave_rest)
                if came.rest is not None or not came.end:
                    return came
                cursor = came.cursor
            waiting = _anything_pending(lane)
            if not waiting:
                break
        else:
            pushing.push(lane, provider, ref, deadline=deadline)
    return Pulled(time.monotonic() < deadline or not _anything_pending(lane), cursor)


def _anything_pending(lane: BookLane) -> bool:
    with db.reading() as session:
        return bool(outbox.pending(session, lane.id, now=clock.now()))


def _source(lane: BookLane, provider: AddressBookProvider, ref: str) -> Source[BookPage]:
    return Source(
        called=f"address book {lane.id}",
        list_from=lambda since: provider.pull(ref, since),
        begin=lambda: _begin_listing(lane, provider.relist_seconds),
        apply=lambda page: _apply(lane, page),
        set_aside=lambda entry: _set_aside(lane, entry),
    )


def _begin_listing(lane: BookLane, relist_seconds: int) -> None:
    with db.unit_of_work() as session:
        pages.begin_listing(session, lane, now=clock.now(), relist_seconds=relist_seconds)


def _apply(lane: BookLane, page: BookPage) -> None:
    """The page, and behind the last one what turns out to be missing."""
    with db.unit_of_work() as session:
        now = clock.now()
        book = pages.apply(session, lane, page, now=now)
        if page.complete:
            listed = book.events_seen if page.full else None
            sweeping.sweep(session, book, listed=listed, now=now)


def _apply_rest(session: Session, lane: BookLane, page: BookPage, now: datetime) -> AddressBook:
    return pages.apply(session, lane, page, now=now)


def _set_aside(lane: BookLane, entry: RemoteCard) -> None:
    with db.unit_of_work() as session:
        pages.set_aside(session, lane, entry, now=clock.now())
