"""Who the people on external events are to the team: users, known contacts, or filtered (SYN-7, SYN-12).

Loaded for many events at once with a fixed number of queries, whatever their number.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import Session, col, select

from crm_app.models import ConnectedAccount, Contact, ContactEmail, GuestFilter, User
from crm_app.sync.rules.guests import Filters, key_of

# So many values fit into one query on every database.
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Company:
    """``known``: key of an address -> the oldest contact that has it (CON-2). ``colleagues``: key ->
    user, for all users but the calendar's own. ``own``: the keys of the calendar's user."""

    known: dict[str, int]
    colleagues: dict[str, int]
    filters: Filters
    own: frozenset[str]


def load(session: Session, user_id: int, keys: Collection[str]) -> Company:
    """What is known about the addresses ``keys`` (``guests.keys_of``) in the calendars of a user."""
    users = _users(session)
    return Company(
        known=_known(session, keys),
        colleagues={key: owner for key, owner in users.items() if owner != user_id},
        filters=filters_for(session, user_id),
        own=frozenset(key for key, owner in users.items() if owner == user_id),
    )


def filters_for(session: Session, user_id: int) -> Filters:
    """The filters that count for a user: everybody's and his own."""
    everybodys_or_his = or_(col(GuestFilter.user_id).is_(None), col(GuestFilter.user_id) == user_id)
    return Filters.of(session.exec(select(GuestFilter.pattern).where(everybodys_or_his)))


def _users(session: Session) -> dict[str, int]:
    """All addresses of all users, also of those who left. A sign-in address wins over an alias."""
    accounts = session.exec(
        select(ConnectedAccount.user_id, ConnectedAccount.username, ConnectedAccount.aliases)
    )
    found = {
        key: user_id
        for user_id, username, aliases in accounts
        for address in (username, *aliases)
        if (key := key_of(address))
    }
    signing_in = session.exec(select(User.email_key, User.id))
    return found | {key: user_id or 0 for key, user_id in signing_in}


def _known(session: Session, keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), _BATCH):
        some = ordered[start : start + _BATCH]
        rows = session.exec(
            select(ContactEmail.key, Contact.id)
            .join(Contact, col(Contact.id) == ContactEmail.contact_id)
            .where(col(ContactEmail.key).in_(some), col(Contact.deleted_at).is_(None))
            .order_by(col(Contact.created_at), col(Contact.id))
        )
        for key, contact_id in rows:
            found.setdefault(key, contact_id or 0)
    return found
