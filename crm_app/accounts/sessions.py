"""Signed-in browsers: a random cookie whose hash is a row; the row alone decides.

A session lives for 30 days after it was last seen. It ends at once when it is revoked, when its
user is deactivated, or when his password is set anew. The cookie itself may stay in a browser for
longer; that means nothing.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select
from starlette.requests import cookie_parser

from crm_app.accounts import audit, queries
from crm_app.core import clock, crypto, db
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.models import User, UserSession

log = logging.getLogger(__name__)

COOKIE = "crm_session"
LIFETIME = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its owner sees it; ``current`` marks the browser that asks."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    address: str
    current: bool


def create(
    session: Session, user: User, *, now: datetime, user_agent: str = "", address: str = ""
) -> str:
    """A new session of ``user``; the value of its cookie, which is stored nowhere."""
    token = crypto.new_token()
    session.add(
        UserSession(
            user_id=user.id or 0,
            token_hash=crypto.token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFETIME,
            user_agent=user_agent.replace("\x00", "")[:300],
            address=address[:64],
        )
    )
    session.flush()
    return token


def user_of_cookie(session: Session, cookie_value: str | None, now: datetime) -> User | None:
    """The active user whose session the cookie is; None for everything else."""
    found = _live(session, cookie_value, now)
    return found[1] if found else None


def touch(session: Session, cookie_value: str, now: datetime) -> None:
    """The session was seen: it now ends 30 days from ``now``. Written once a minute at most."""
    session.execute(
        update(UserSession)
        .where(
            col(UserSession.token_hash) == crypto.token_hash(cookie_value),
            col(UserSession.expires_at) > now,
            col(UserSession.last_seen_at) <= now - _SEEN_EVERY,
        )
        .values(last_seen_at=now, expires_at=now + LIFETIME)
        .execution_options(synchronize_session=False)
    )


def cookie_of_header(cookie_header: str | None) -> str | None:
    """Our cookie's value in a Cookie header (RFC 6265 §5.4)."""
    return cookie_parser(cookie_header or "").get(COOKIE) or None


def resolve_user(cookie_header: str | None) -> User | None:
    """The user behind a Cookie header, looked up in the database now; his session counts as seen.

    Opens its own short transactions; call it in a thread, not on the event loop.
    """
    cookie = cookie_of_header(cookie_header)
    if cookie is None:
        return None
    now = clock.now()
    with db.reading() as session:
        found = _live(session, cookie, now)
    if found is None:
        return None
    if found[0].last_seen_at <= now - _SEEN_EVERY:
        _touch_when_possible(cookie, now)
    return found[1]


def resolve_actor(cookie_header: str | None) -> Actor | None:
    """The actor behind a Cookie header; see ``resolve_user``."""
    user = resolve_user(cookie_header)
    return queries.actor_of(user) if user else None


def resolve(cookie_header: str | None) -> int | None:
    """The id of the user behind a Cookie header; see ``resolve_user``."""
    user = resolve_user(cookie_header)
    return user.id if user else None


def list_sessions(
    session: Session,
    actor: Actor,
    user_id: int,
    *,
    now: datetime,
    current_cookie: str | None = None,
) -> list[SessionRow]:
    """The live sessions of a user, last seen first; his own, or anybody's for administrators."""
    queries.get_user_to_manage(session, actor, user_id)
    current = crypto.token_hash(current_cookie) if current_cookie else ""
    rows = session.exec(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.expires_at > now)
        .order_by(col(UserSession.last_seen_at).desc(), col(UserSession.id).desc())
    )
    return [
        SessionRow(
            id=row.id or 0,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            user_agent=row.user_agent,
            address=row.address,
            current=crypto.same(row.token_hash, current),
        )
        for row in rows
    ]


def revoke(session: Session, actor: Actor, session_id: int) -> None:
    """End a session of one's own, or anybody's for administrators."""
    row = queries.by_id(session, UserSession, session_id)
    if row is None:
        raise NotFound
    user = queries.get_user_to_manage(session, actor, row.user_id)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "session.revoked", subject_kind="user", subject_id=user.id)


def revoke_others(
    session: Session, actor: Actor, user_id: int, *, current_cookie: str | None
) -> None:
    """End all sessions of a user but the one whose cookie is given."""
    user = queries.get_user_to_manage(session, actor, user_id)
    end_all(session, user, except_cookie=current_cookie)
    audit.record(session, actor, "session.revoked_others", subject_kind="user", subject_id=user.id)


def end(session: Session, cookie_value: str | None) -> None:
    """Sign out the browser with that cookie; nothing happens when it is no session."""
    if cookie_value:
        session.execute(
            delete(UserSession).where(
                col(UserSession.token_hash) == crypto.token_hash(cookie_value)
            )
        )


def end_all(session: Session, user: User, *, except_cookie: str | None = None) -> None:
    """End the sessions of ``user``: his password was set anew, or he was deactivated."""
    kept = crypto.token_hash(except_cookie) if except_cookie else ""
    session.execute(
        delete(UserSession).where(
            col(UserSession.user_id) == user.id, col(UserSession.token_hash) != kept
        )
    )


def purge(session: Session, now: datetime) -> None:
    """Remove the sessions that are over."""
    session.execute(delete(UserSession).where(col(UserSession.expires_at) <= now))


def _live(
    session: Session, cookie_value: str | None, now: datetime
) -> tuple[UserSession, User] | None:
    if not cookie_value:
        return None
    return session.exec(
        select(UserSession, User)
        .join(User, col(User.id) == UserSession.user_id)
        .where(
            UserSession.token_hash == crypto.token_hash(cookie_value),
            UserSession.expires_at > now,
            col(User.active).is_(True),
        )
    ).first()


def _touch_when_possible(cookie: str, now: datetime) -> None:
    try:
        with db.unit_of_work() as session:
            touch(session, cookie, now)
    except OperationalError:
        # A long write holds the database: being seen can wait, being signed out would be wrong.
        log.info("a session could not be marked as seen")
