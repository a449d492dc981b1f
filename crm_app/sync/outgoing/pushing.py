"""Writing our appointments to one external calendar, over the network, safe to repeat.

Creating is idempotent by UID; changing and removing name the version that they replace (If-Match),
so what somebody changed there meanwhile is never overwritten unseen: the write waits until the
next pull has brought it (SYN-9).
"""

import logging
import random

from crm_app.core import clock, db
from crm_app.core.errors import (
    AddressRefused,
    LoginExpired,
    PreconditionFailed,
    RateLimited,
    Rejected,
    RemoteUnavailable,
)
from crm_app.providers.calendar_port import AccessLost, CalendarGone, CalendarProvider, Stored
from crm_app.sync.outgoing import amending, outbox
from crm_app.sync.outgoing.amending import Amend
from crm_app.sync.outgoing.outbox import Step
from crm_app.sync.reaching.lanes import Lane

log = logging.getLogger(__name__)
# These say something about the whole calendar or account, so the rest need not be tried.
_FOR_ALL = (
    LoginExpired,
    RateLimited,
    RemoteUnavailable,
    CalendarGone,
    AccessLost,
    AddressRefused,
)
# Copies by id and the version of them that the service did not accept as the newest.
Refused = dict[int, str | None]


def push(
    lane: Lane, provider: CalendarProvider, ref: str, *, refused: Refused | None = None
) -> Refused:
    """Carry out what is pending; which copies are not in the version that we know.

    After a pull the answer is given back as ``refused``: where the pull knew of nothing newer, the
    version is not asked for again. Raises what concerns all copies, after noting it at one.
    """
    with db.reading() as session:
        waiting = outbox.pending(session, lane.id, now=clock.now())
    contradicted: Refused = {}
    for link_id in waiting:
        with db.unit_of_work() as session:
            step = outbox.next_step(session, lane, link_id, now=clock.now())
        if step is None:
            continue
        insist = step.href != "" and refused is not None and refused.get(link_id, ...) == step.etag
        if isinstance(step, Amend):
            known = _amend(lane, provider, ref, step, insist=insist)
        else:
            known = _carry_out(lane, provider, ref, step, insist=insist)
        if not known:
            contradicted[link_id] = step.etag
    return contradicted


def _carry_out(
    lane: Lane, provider: CalendarProvider, ref: str, step: Step, *, insist: bool
) -> bool:
    """Do one step and note its end; False when the service has another version than we know."""
    stored: Stored | None = None
    try:
        if step.act == "remove":
            _remove(provider, ref, step)
        else:
            stored = _write(provider, ref, step, insist=insist)
    except PreconditionFailed:
        if insist:
            # It was not changed, as the pull said: it is not there.
            with db.unit_of_work() as session:
                outbox.note_vanished(session, lane, step)
        return insist
    except Exception as error:
        log.warning("a copy could not be written: %s", type(error).__name__, exc_info=True)
        with db.unit_of_work() as session:
            outbox.note_failed(session, lane, step, error, jitter=random.random())  # noqa: S311 - jitter
        if isinstance(error, _FOR_ALL):
            raise
        return True
    with db.unit_of_work() as session:
        if stored is not None:
            outbox.note_written(session, lane, step, stored)
        else:
            outbox.note_removed(session, lane, step)
    return True


def _amend(lane: Lane, provider: CalendarProvider, ref: str, step: Amend, *, insist: bool) -> bool:
    """Change an event that was made outside, and note how that ended; False as for copies."""
    try:
        stored = provider.amend(
            ref,
            step.href,
            None if insist else step.etag,
            step.amendment,
            recurrence_id=step.recurrence_id or None,
        )
    except PreconditionFailed as error:
        if insist:
            with db.unit_of_work() as session:
                if not amending.note_vanished(session, lane, step):
                    outbox.note_failed(session, lane, step, error, jitter=random.random())  # noqa: S311 - jitter
        return insist
    except Exception as error:
        log.warning("an event could not be changed: %s", type(error).__name__, exc_info=True)
        refused = isinstance(error, Rejected) and not isinstance(error, CalendarGone)
        with db.unit_of_work() as session:
            if isinstance(error, Rejected) and refused:
                amending.note_refused(session, lane, step)
            else:
                outbox.note_failed(session, lane, step, error, jitter=random.random())  # noqa: S311 - jitter
        if isinstance(error, _FOR_ALL) and not refused:
            raise
        return True
    with db.unit_of_work() as session:
        amending.note_amended(session, lane, step, stored)
    return True


def _write(provider: CalendarProvider, ref: str, step: Step, *, insist: bool) -> Stored:
    if step.href:
        return provider.update(ref, step.href, None if insist else step.etag, step.event)
    stored = provider.create(ref, step.event)
    if stored.etag is not None:
        return stored
    # An earlier attempt may have left another text there; ours goes over it.
    return provider.update(ref, stored.href, None, step.event)


def _remove(provider: CalendarProvider, ref: str, step: Step) -> None:
    # Nobody knows whether an earlier attempt to create it arrived: creating it finds out where.
    href = step.href or provider.create(ref, step.event).href
    try:
        provider.delete(ref, href, step.etag)
    except PreconditionFailed:
        # It was cancelled here; what was changed there meanwhile does not bring it back.
        provider.delete(ref, href, None)
