"""Bringing entries of one address book in step, over the network, safe to repeat (SCT-5, SCT-7).

Creating is idempotent by key; changing and removing name the version that they replace, so what
somebody changed there meanwhile is never overwritten unseen: the entry is read, made one with its
contact, and written in the version that was read.
"""

import logging
import random
import time

from crm_app.core import clock, db
from crm_app.core.errors import (
    AddressRefused,
    LoginExpired,
    PreconditionFailed,
    RateLimited,
    RemoteUnavailable,
)
from crm_app.providers.address_book_port import (
    AddressBookProvider,
    BookClosed,
    BookGone,
    Wanted,
)
from crm_app.sync.books import notes, outbox
from crm_app.sync.books.outbox import Step
from crm_app.sync.reaching.lanes import BookLane, Superseded

log = logging.getLogger(__name__)
# These say something about the whole address book or account, so the rest need not be tried.
_FOR_ALL = (LoginExpired, RateLimited, RemoteUnavailable, BookGone, AddressRefused)
# An entry that somebody changes as fast as we read it waits for the next run.
_TRIES = 3


def push(lane: BookLane, provider: AddressBookProvider, ref: str, *, deadline: float) -> None:
    """Do what waits; after ``deadline`` (monotonic) nothing is begun.

    Raises what concerns all entries, after noting it at one. A book that may only be read is no
    reason not to read it.
    """
    with db.reading() as session:
        waiting = outbox.pending(session, lane.id, now=clock.now())
    for link_id in waiting:
        if time.monotonic() > deadline:
            return
        try:
            _in_step(lane, provider, ref, link_id)
        except BookClosed as error:
            with db.unit_of_work() as session:
                notes.closed(session, lane, error, now=clock.now())
            return


def _in_step(lane: BookLane, provider: AddressBookProvider, ref: str, link_id: int) -> None:
    step: Step | None = None
    for _ in range(_TRIES):
        with db.unit_of_work() as session:
            step = outbox.next_step(session, lane, link_id, now=clock.now())
        if step is None or not _carried_out(lane, provider, ref, step):
            return
    if step is not None and step.act != "look":
        _failed(lane, step, PreconditionFailed(detail="it changes too fast"))


def _carried_out(lane: BookLane, provider: AddressBookProvider, ref: str, step: Step) -> bool:
    """Do one step and note its end; whether there is more to do for this entry at once."""
    try:
        return _do(lane, provider, ref, step)
    except Superseded:
        raise
    except Exception as error:
        log.warning(
            "an entry could not be brought in step: %s", type(error).__name__, exc_info=True
        )
        _failed(lane, step, error)
        if isinstance(error, (*_FOR_ALL, BookClosed)):
            raise
        return False


def _failed(lane: BookLane, step: Step, error: Exception) -> None:
    with db.unit_of_work() as session:
        jitter = random.random()  # noqa: S311 - spreads retries, protects nothing
        notes.failed(session, lane, step, error, now=clock.now(), jitter=jitter)


def _do(lane: BookLane, provider: AddressBookProvider, ref: str, step: Step) -> bool:
    if step.act == "look":
        _look(lane, provider, ref, step, sure=True)
        return True
    if step.act == "remove":
        return _remove(lane, provider, ref, step)
    wanted = step.wanted or Wanted()
    try:
        if step.act == "create":
            entry = provider.create(ref, wanted, key=step.key, raw=step.raw)
        else:
            entry = provider.update(ref, step.href, step.etag, wanted)
    except PreconditionFailed:
        with db.unit_of_work() as session:
            notes.outdated(session, lane, step, now=clock.now())
        _look(lane, provider, ref, step, sure=False)
        return True
    with db.unit_of_work() as session:
        notes.written(session, lane, step, entry, now=clock.now(), stale=provider.stale_seconds)
    return True


def _look(
    lane: BookLane, provider: AddressBookProvider, ref: str, step: Step, *, sure: bool
) -> None:
    entry = provider.fetch(ref, step.href)
    with db.unit_of_work() as session:
        notes.found(
            session,
            lane,
            step.link_id,
            entry,
            now=clock.now(),
            stale=provider.stale_seconds,
            sure=sure,
        )


def _remove(lane: BookLane, provider: AddressBookProvider, ref: str, step: Step) -> bool:
    """Remove an entry after keeping all of it; whether to try again, as it changed meanwhile."""
    href = step.href
    if not href:
        # Nobody knows whether an attempt to make it arrived: making it finds out where.
        href = provider.create(ref, step.wanted or Wanted(), key=step.key, raw=step.raw).href
    entry = provider.fetch(ref, href)
    if entry is not None:
        with db.unit_of_work() as session:
            if not notes.leaving(session, lane, step, entry, now=clock.now()):
                return True
        try:
            provider.delete(ref, href, entry.etag)
        except PreconditionFailed:
            return True
    with db.unit_of_work() as session:
        notes.removed(session, lane, step, now=clock.now(), stale=provider.stale_seconds)
    return False
