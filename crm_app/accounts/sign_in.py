"""Signing in with a password, in three steps, so that neither a lock nor a transaction waits.

``begin`` counts the attempt and is committed before anything else; the edge then compares the
password outside any transaction (Argon2 takes its time); ``finish`` looks again and opens the
session. Every attempt counts against the account and the network that it comes from, known
account or not; a success takes the counts back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.accounts import audit, passwords, queries, rate, sessions
from crm_app.core.access import visitor
from crm_app.core.errors import NotSignedIn
from crm_app.core.i18n import N_
from crm_app.models import User

WRONG = N_("The e-mail address or the password is not right.")
PER = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_NETWORK = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt; ``user_id`` and ``password_hash`` are None for nobody's address."""

    account_key: str
    network_key: str
    user_id: int | None
    password_hash: str | None


def begin(session: Session, *, email: str, address: str, now: datetime) -> Attempt:
    """Count an attempt to sign in as ``email`` from the IP address; TooMany when there were enough."""
    attempt = _attempt(session, email, address)
    rate.allow(session, attempt.account_key, PER_ACCOUNT, PER, now)
    rate.allow(session, attempt.network_key, PER_NETWORK, PER, now)
    return attempt


def finish(
    session: Session,
    attempt: Attempt,
    *,
    password: str,
    correct: bool,
    old_cookie: str | None,
    user_agent: str,
    address: str,
    now: datetime,
) -> str | None:
    """The cookie of a new session when the password was ``correct``, else None.

    The session that the browser came with ends, so that no value known before is worth anything
    after. A hash made with older parameters is renewed.
    """
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    # Between the two steps the password may have been set anew, or the user have left.
    if user is None or not user.active or user.password_hash != attempt.password_hash:
        correct = False
    if user is None or not correct:
        _record_failure(session, attempt, address)
        return None
    rate.clear(session, attempt.account_key)
    rate.give_back(session, attempt.network_key)
    if passwords.is_outdated(user.password_hash or ""):
        user.password_hash = passwords.hashed(password)
        session.add(user)
    return open_session(
        session, user, old_cookie=old_cookie, user_agent=user_agent, address=address, now=now
    )


def open_session(
    session: Session,
    user: User,
    *,
    old_cookie: str | None,
    user_agent: str,
    address: str,
    now: datetime,
    way: str = "password",
) -> str:
    """Sign ``user`` in on a browser whose right to it was checked; the cookie's value."""
    if not user.active:
        raise NotSignedIn
    sessions.end(session, old_cookie)
    cookie = sessions.create(session, user, now=now, user_agent=user_agent, address=address)
    audit.record(
        session,
        queries.actor_of(user),
        "user.signed_in",
        subject_kind="user",
        subject_id=user.id,
        way=way,
        address=address,
    )
    return cookie


def sign_out(session: Session, cookie: str | None, *, now: datetime) -> None:
    """End the session of that cookie."""
    user = sessions.user_of_cookie(session, cookie, now)
    sessions.end(session, cookie)
    if user is not None:
        audit.record(
            session,
            queries.actor_of(user),
            "user.signed_out",
            subject_kind="user",
            subject_id=user.id,
        )


def count_confirmation(session: Session, user: User, *, now: datetime) -> None:
    """Count that a signed-in user types his present password again; TooMany after some.

    For pages that change password or address: commit this before checking what was typed.
    """
    rate.allow(session, f"confirm:{user.id}", PER_ACCOUNT, PER, now)


def _attempt(session: Session, email: str, address: str) -> Attempt:
    user = queries.user_by_email(session, email)
    return Attempt(
        account_key=f"sign-in:{rate.account(email)}",
        network_key=f"sign-in:{rate.network(address)}",
        user_id=user.id if user else None,
        password_hash=user.password_hash if user else None,
    )


def _record_failure(session: Session, attempt: Attempt, address: str) -> None:
    # What was typed is not kept: people type passwords into the wrong field.
    audit.record(
        session,
        visitor(),
        "user.sign_in_failed",
        subject_kind="user",
        subject_id=attempt.user_id,
        address=address,
    )
