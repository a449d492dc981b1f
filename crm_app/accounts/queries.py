"""Reading users, the workspace and the audit log; every id comes in through here.

Colleagues see each other as rows of a team (``get_user``, ``list_users``); what is one's own
(sessions, time off, identities) goes through ``get_user_to_manage``, which is for the user
himself and administrators. Missing and forbidden look the same: NotFound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, or_
from sqlmodel import Session, SQLModel, col, select

from crm_app.accounts import tokens
from crm_app.core.access import Actor
from crm_app.core.addresses import email_key
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import Role
from crm_app.core.settings import get_settings
from crm_app.models import (
    AuditEntry,
    Identity,
    OneTimeToken,
    SignInProvider,
    TimeOff,
    User,
    UserSession,
    Workspace,
)

WORKSPACE_ID = 1
_Row = TypeVar("_Row", bound=SQLModel)


def by_id(session: Session, table: type[_Row], row_id: int) -> _Row | None:
    """The row with that id; None for a number that is no id at all. Checks no rights."""
    return session.get(table, row_id) if is_id(row_id) else None


def has_users(session: Session) -> bool:
    """Whether anybody was ever set up; until then there is only the set-up page (USR-1)."""
    return session.exec(select(User.id).limit(1)).first() is not None


def get_workspace(session: Session) -> Workspace:
    """The team's settings; NotFound before the set-up."""
    workspace = session.get(Workspace, WORKSPACE_ID)
    if workspace is None:
        raise NotFound
    return workspace


def workspace_name(session: Session) -> str:
    """For the head of public pages; empty before the set-up."""
    return session.exec(select(Workspace.name)).first() or ""


def home_locale(session: Session) -> str:
    """The team's language, for visitors whose browser names none that we speak."""
    return session.exec(select(Workspace.locale)).first() or "en"


def actor_of(user: User) -> Actor:
    """The actor that stands for a signed-in user."""
    return Actor(
        kind="user",
        user_id=user.id,
        role=user.role,
        label=user.name,
        locale=user.locale,
        time_zone=user.time_zone,
    )


def get_user(session: Session, actor: Actor, user_id: int) -> User:
    """A colleague, also one who has left; for users and the system, never for visitors."""
    user = by_id(session, User, user_id) if actor.kind != "visitor" else None
    if user is None:
        raise NotFound
    return user


def get_user_to_manage(session: Session, actor: Actor, user_id: int) -> User:
    """A user whose private settings ``actor`` may see and change: himself, or as administrator."""
    user = get_user(session, actor, user_id)
    if not may_manage(actor, user):
        raise NotFound
    return user


def may_manage(actor: Actor, user: User) -> bool:
    """Whether ``actor`` may see and change what belongs to ``user`` alone."""
    return actor.is_admin or (actor.is_user and actor.user_id == user.id)


def list_users(session: Session, actor: Actor, active_only: bool = True) -> list[User]:
    """The team by name; NotFound for visitors."""
    if actor.kind == "visitor":
        raise NotFound
    wanted = select(User).order_by(func.lower(User.name), col(User.id))
    if active_only:
        wanted = wanted.where(col(User.active).is_(True))
    return list(session.exec(wanted))


def administrators(session: Session) -> list[User]:
    """All who may change the workspace's settings, for rules that tell them something."""
    return list(
        session.exec(
            select(User)
            .where(User.role == Role.ADMIN, col(User.active).is_(True))
            .order_by(col(User.id))
        )
    )


def user_by_email(session: Session, address: str) -> User | None:
    """The active user with that address (CON-2); None for anything else that was typed."""
    try:
        key = email_key(address)
    except ValueError:
        return None
    return session.exec(
        select(User).where(User.email_key == key, col(User.active).is_(True))
    ).first()


def list_time_off(
    session: Session, actor: Actor, user_id: int, *, since: datetime | None = None
) -> list[TimeOff]:
    """The absences of a user that end after ``since``, earliest first; reasons are private."""
    get_user_to_manage(session, actor, user_id)
    wanted = select(TimeOff).where(TimeOff.user_id == user_id).order_by(col(TimeOff.starts_at))
    return list(session.exec(wanted.where(TimeOff.ends_at > since) if since else wanted))


def get_time_off(session: Session, actor: Actor, time_off_id: int) -> TimeOff:
    """An absence of one's own, or anybody's for administrators."""
    row = by_id(session, TimeOff, time_off_id)
    if row is None:
        raise NotFound
    get_user_to_manage(session, actor, row.user_id)
    return row


def list_identities(session: Session, actor: Actor, user_id: int) -> list[Identity]:
    """The sign-in providers that a user connected."""
    get_user_to_manage(session, actor, user_id)
    return list(
        session.exec(
            select(Identity).where(Identity.user_id == user_id).order_by(col(Identity.provider))
        )
    )


def enabled_providers(session: Session) -> list[str]:
    """What the sign-in page offers besides a password: google, microsoft."""
    return list(
        session.exec(
            select(SignInProvider.provider)
            .where(col(SignInProvider.enabled).is_(True))
            .order_by(col(SignInProvider.provider))
        )
    )


def list_sign_in_providers(session: Session, actor: Actor) -> list[SignInProvider]:
    """The entered OpenID Connect apps, for administrators; the secret never leaves the server."""
    actor.require_admin()
    return list(session.exec(select(SignInProvider).order_by(col(SignInProvider.provider))))


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """What a mail about a one-time link needs. ``url`` is a secret; ``expires_at`` is UTC."""

    purpose: str
    user: User
    url: str
    expires_at: datetime


def one_time_link(session: Session, token_id: int, *, now: datetime) -> OneTimeLink | None:
    """The link behind a PasswordResetRequested or UserInvited fact.

    None when there is nothing to send: nobody has the address, or the link was used or is over.
    """
    row = by_id(session, OneTimeToken, token_id)
    user = session.get(User, row.user_id) if row and row.user_id is not None else None
    token = tokens.readable(row, now) if row else None
    if row is None or user is None or token is None or not user.active:
        return None
    return OneTimeLink(
        purpose=row.purpose,
        user=user,
        url=f"{get_settings().url}/{row.purpose}/{token}",
        expires_at=row.expires_at,
    )


def invitation_link(
    session: Session, actor: Actor, user_id: int, *, now: datetime
) -> OneTimeLink | None:
    """The newest invitation of a user that still works, for an administrator to pass on himself."""
    actor.require_admin()
    newest = session.exec(
        select(OneTimeToken.id)
        .where(OneTimeToken.user_id == user_id, OneTimeToken.purpose == tokens.INVITE)
        .order_by(col(OneTimeToken.id).desc())
    ).first()
    return one_time_link(session, newest, now=now) if newest is not None else None


def mail_goes_out(session: Session) -> bool:
    """Whether a mail server is set, here or in the environment; else mail waits in the outbox (Q-3)."""
    workspace = session.get(Workspace, WORKSPACE_ID)
    return bool((workspace.smtp_url if workspace else "") or get_settings().smtp_url)


def last_seen(session: Session) -> dict[int, datetime]:
    """When each user with a session was last seen, by his id; sessions end after some weeks."""
    newest = func.max(UserSession.last_seen_at)
    found = session.exec(select(UserSession.user_id, newest).group_by(col(UserSession.user_id)))
    return dict(found.all())


def search_audit(
    session: Session,
    actor: Actor,
    *,
    text: str = "",
    action: str = "",
    user_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """Entries of the audit log, newest first, for administrators (Q-5).

    ``text`` is looked for in who, what and whereto; ``action`` is the beginning of one
    (``user.``); ``before_id`` is the last id of the page before.
    """
    actor.require_admin()
    wanted = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(max(1, min(limit, 500)))
    for word in text.split():
        wanted = wanted.where(
            or_(
                col(AuditEntry.actor_label).icontains(word, autoescape=True),
                col(AuditEntry.action).icontains(word, autoescape=True),
                col(AuditEntry.subject_kind).icontains(word, autoescape=True),
            )
        )
    if action:
        wanted = wanted.where(col(AuditEntry.action).startswith(action, autoescape=True))
    if user_id is not None:
        wanted = wanted.where(AuditEntry.actor_user_id == user_id)
    if since is not None:
        wanted = wanted.where(AuditEntry.at >= since)
    if until is not None:
        wanted = wanted.where(AuditEntry.at < until)
    if before_id is not None:
        wanted = wanted.where(col(AuditEntry.id) < before_id)
    return session.exec(wanted).all()
