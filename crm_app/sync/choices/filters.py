"""Whose addresses never become contacts by sync: filters for everybody and for one user (SYN-7).

Administrators manage those for everybody; a user's own are his and the administrators'. The user's
addresses and aliases, colleagues and rooms need no filter: they are never guests. A new filter also
takes away who waits for a decision and is covered by it; removing one brings nothing back.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.models import GuestFilter, User
from crm_app.sync.choices import review_queue
from crm_app.sync.rules.guests import Filters, key_of
from crm_app.sync.rules.patterns import FREE_MAIL, pattern_of

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A filter as pages show it; ``everybody``: it counts for the whole workspace."""

    id: int
    pattern: str
    own: bool
    everybody: bool
    created_at: datetime


def filters_of(session: Session, actor: Actor, *, user_id: int | None = None) -> list[FilterRow]:
    """The filters of ``user_id``, then those for everybody; without one only the latter."""
    actor.require_user()
    if user_id is not None:
        accounts.get_user_to_manage(session, actor, user_id)
    rows = [*_rows(session, user_id), *_rows(session, None)] if user_id else _rows(session, None)
    return [
        FilterRow(row.id or 0, row.pattern, row.own, row.user_id is None, row.created_at)
        for row in rows
    ]


def add_filter(
    session: Session,
    actor: Actor,
    pattern: str,
    *,
    now: datetime,
    user_id: int | None = None,
    own: bool = False,
) -> GuestFilter:
    """Filter an address or a domain as it was typed, for ``user_id`` or for everybody.

    ``own``: it is a domain of the team's. One that is there already is given back.
    Raises Invalid(pattern) and NotAllowed, NotFound.
    """
    _may(session, actor, user_id)
    wanted = pattern_of(pattern)
    present = _rows(session, user_id)
    found = next((row for row in present if row.pattern == wanted), None)
    if found is not None:
        return found
    if len(present) >= _MOST:
        raise Invalid(fields={"pattern": N_("There are too many filters. Filter whole domains.")})
    row = GuestFilter(user_id=user_id, pattern=wanted, own=own, created_at=now)
    session.add(row)
    session.flush()
    _note(session, actor, row, "guest_filter.added")
    review_queue.sweep(session, user_id=user_id, now=now)
    return row


def remove_filter(session: Session, actor: Actor, filter_id: int) -> None:
    """Filter no longer; what was left out stays out until it changes."""
    row = accounts.by_id(session, GuestFilter, filter_id)
    if row is None:
        raise NotFound
    _may(session, actor, row.user_id)
    _note(session, actor, row, "guest_filter.removed")
    session.delete(row)
    session.flush()


def suggested_domains(session: Session, actor: Actor) -> list[str]:
    """The domains of active users' addresses that may be the team's own, most used first.

    Those where everybody has an address, and those that are filtered already, are left out.
    """
    actor.require_admin()
    present = Filters.of(row.pattern for row in _rows(session, None))
    keys = session.exec(select(User.email_key).where(col(User.active).is_(True)))
    counted = Counter(key_of(key).rpartition("@")[2] for key in keys)
    return [
        domain
        for domain, _ in sorted(counted.items(), key=lambda found: (-found[1], found[0]))
        if domain and domain not in FREE_MAIL and not present.cover(f"x@{domain}")
    ]


def _rows(session: Session, user_id: int | None) -> list[GuestFilter]:
    whose = col(GuestFilter.user_id).is_(None) if user_id is None else None
    query = select(GuestFilter).where(
        whose if whose is not None else GuestFilter.user_id == user_id
    )
    return list(session.exec(query.order_by(func.lower(GuestFilter.pattern))))


def _may(session: Session, actor: Actor, user_id: int | None) -> None:
    if user_id is None:
        actor.require_admin()
    else:
        accounts.get_user_to_manage(session, actor, user_id)


def _note(session: Session, actor: Actor, row: GuestFilter, action: str) -> None:
    audit.record(
        session,
        actor,
        action,
        subject_kind="guest_filter",
        subject_id=row.id,
        pattern=row.pattern,
        user_id=row.user_id,
    )
