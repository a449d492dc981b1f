"""How often something may happen: fixed windows, counted in the database, so in all processes.

``allow`` counts first and decides after, in one statement, so a crowd of requests at the same
moment cannot slip through together. Whoever calls it commits the count before doing what it
guards. Keys never hold what was typed: ``hidden`` turns that into something unreadable.
"""

import hashlib
import hmac
import ipaddress
import math
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from crm_app.core import db
from crm_app.core.addresses import email_key
from crm_app.core.crypto import derived_key
from crm_app.core.errors import TooMany
from crm_app.core.i18n import N_
from crm_app.models import RateWindow

# Longer than any window in use, so that what is older can be forgotten.
LONGEST_WINDOW = timedelta(days=1)


def allow(session: Session, key: str, limit: int, per: timedelta, now: datetime) -> None:
    """Count ``key`` once more; TooMany when it happened over ``limit`` times within ``per``."""
    insert = sqlite.insert if db.is_sqlite(session) else postgresql.insert
    started_at = col(RateWindow.started_at)
    over = started_at <= now - per
    statement = insert(RateWindow).values(key=key, started_at=now, count=1)
    count, since = session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((over, 1), else_=col(RateWindow.count) + 1),
                "started_at": case((over, statement.excluded.started_at), else_=started_at),
            },
        ).returning(col(RateWindow.count), started_at)
    ).one()
    if count > limit:
        seconds = max(1.0, (since + per - now).total_seconds())
        raise TooMany(
            N_("Too many attempts. Please try again in {minutes} min."),
            retry_after=seconds,
            minutes=math.ceil(seconds / 60),
        )


def give_back(session: Session, key: str) -> None:
    """Take one count of ``key`` back: what was counted turned out to be harmless."""
    session.execute(
        update(RateWindow)
        .where(col(RateWindow.key) == key, col(RateWindow.count) > 0)
        .values(count=col(RateWindow.count) - 1)
    )


def clear(session: Session, key: str) -> None:
    """Forget all counts of ``key``."""
    session.execute(delete(RateWindow).where(col(RateWindow.key) == key))


def purge(session: Session, now: datetime) -> None:
    """Remove the windows that are over whatever their length."""
    session.execute(delete(RateWindow).where(col(RateWindow.started_at) < now - LONGEST_WINDOW))


def hidden(text: str) -> str:
    """``text`` for use in a key: the same every time, unreadable in the database."""
    return hmac.new(derived_key("rate"), text.encode(), hashlib.sha256).hexdigest()[:32]


def account(email: str) -> str:
    """Whom a typed address means, for a key; the same for every way to write it (CON-2)."""
    try:
        return hidden(email_key(email))
    except ValueError:
        return hidden(email.strip().casefold()[:300])


def network(address: str) -> str:
    """The part of an IP address that one customer has: IPv4 itself, the /64 of IPv6 (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def turn(session: Session, key: str, apart: timedelta, now: datetime) -> datetime:
    """Take the next free instant of ``key``, ``apart`` after the one that was taken before.

    Now, when there is nobody before. Those who ask get their turns in the order in which they ask.
    """
    insert = sqlite.insert if db.is_sqlite(session) else postgresql.insert
    first = insert(RateWindow).values(key=key, started_at=now - apart, count=1)
    session.execute(first.on_conflict_do_nothing(index_elements=["key"]))
    row = session.get_one(RateWindow, key, with_for_update=True, populate_existing=True)
    row.started_at = max(now, row.started_at + apart)
    session.add(row)
    session.flush()
    return row.started_at
