"""Getting in without the password: reset links and invitations, both mailed, both used once.

Whether an address belongs to anybody shows neither in the answer nor in its time: a request for
a reset leaves the same rows either way, and the mail job finds out that there is nobody to write
to. The mail itself is made above, from the facts PasswordResetRequested and UserInvited.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.accounts import audit, passwords, queries, rate, sessions, tokens
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.models import OneTimeToken, User

RESET_LIFETIME = timedelta(hours=1)
_PER = timedelta(hours=1)
_PER_ACCOUNT = 3
_PER_NETWORK = 10


def request_reset(session: Session, *, email: str, address: str, now: datetime) -> None:
    """Have a reset link mailed to ``email`` if that is somebody here (USR-2).

    ``address`` is the IP address that asks. Raises TooMany.
    """
    rate.allow(session, f"reset:{rate.account(email)}", _PER_ACCOUNT, _PER, now)
    rate.allow(session, f"reset:{rate.network(address)}", _PER_NETWORK, _PER, now)
    user = queries.user_by_email(session, email)
    row, _ = tokens.issue(
        session,
        tokens.RESET,
        user_id=user.id if user else None,
        lifetime=RESET_LIFETIME,
        now=now,
        readable=True,
    )
    facts.record(session, facts.PasswordResetRequested(token_id=row.id or 0))


def send_link(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    """Mail ``user`` a link to a new password: he asks for it himself, or an administrator does.

    NotFound for somebody else's account, Conflict when he has left, TooMany.
    """
    if not queries.may_manage(actor, user):
        raise NotFound
    if not user.active:
        raise Conflict(N_("{name} is not active."), name=user.name)
    rate.allow(session, f"reset:{rate.account(user.email)}", _PER_ACCOUNT, _PER, now)
    row, _ = tokens.issue(
        session, tokens.RESET, user_id=user.id, lifetime=RESET_LIFETIME, now=now, readable=True
    )
    facts.record(session, facts.PasswordResetRequested(token_id=row.id or 0))
    audit.record(session, actor, "user.reset_sent", subject_kind="user", subject_id=user.id)


def holder(session: Session, purpose: str, token: str, now: datetime) -> User:
    """Whose reset link or invitation that is, without using it; NotFound when it is over."""
    return _holder_of(session, tokens.find(session, purpose, token, now))


def set_password(
    session: Session, purpose: str, *, token: str, password: str, now: datetime
) -> User:
    """Use a reset link or an invitation: set the password and end all sessions of before.

    Raises NotFound when the link is over, Invalid by field when the password will not do; the
    link can then be used again.
    """
    row = tokens.use(session, purpose, token, now)
    user = _holder_of(session, row)
    problem = passwords.problem(password, email=user.email)
    if problem:
        raise Invalid(fields={"password": problem})
    user.password_hash = passwords.hashed(password)
    session.add(user)
    sessions.end_all(session, user)
    for kind in (tokens.RESET, tokens.INVITE):
        tokens.void(session, kind, user.id or 0)
    rate.clear(session, f"sign-in:{rate.account(user.email_key)}")
    audit.record(
        session,
        queries.actor_of(user),
        f"user.{purpose}_used",
        subject_kind="user",
        subject_id=user.id,
    )
    return user


def _holder_of(session: Session, row: OneTimeToken) -> User:
    user = session.get(User, row.user_id) if row.user_id is not None else None
    if user is None or not user.active:
        raise NotFound(tokens.LINK_IS_OVER)
    return user
