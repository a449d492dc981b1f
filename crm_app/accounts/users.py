"""Who belongs to the team: the first administrator, invitations, roles, and leaving.

What always holds: once somebody was set up there is at least one active administrator, also when
two administrators act on each other at the same moment.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from crm_app.accounts import audit, checks, passwords, queries, sessions, tokens
from crm_app.accounts.slugs import candidates, slug_of
from crm_app.core import clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.addresses import email_key
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import Role
from crm_app.models import User, Workspace

INVITATION_LIFETIME = timedelta(days=7)
EMAIL_TAKEN = N_("Another user has this address already.")
LAST_ADMIN = N_("The team needs an administrator. Make somebody else one first.")
MEMBER_COLORS = 10

_CHECKS: dict[str, checks.Check] = {
    "name": checks.line(100, required=True),
    "email": checks.email,
    "role": checks.one_of(Role),
    "time_zone": checks.time_zone,
    "locale": checks.locale,
}


def set_up(
    session: Session,
    *,
    workspace_name: str,
    name: str,
    email: str,
    password: str,
    time_zone: str,
    locale: str,
    now: datetime,
) -> User:
    """Make the workspace and its first administrator (USR-1).

    NotFound when there is any user already; of two set-ups at the same moment one wins.
    """
    values = _first_values(workspace_name, name, email, password, time_zone, locale)
    _make_workspace(session, values, now)
    # The row lock makes a second set-up wait here until the first is committed.
    session.exec(select(Workspace).with_for_update()).one()
    if queries.has_users(session):
        raise NotFound
    values.pop("workspace_name")
    user = _add(session, values | {"role": Role.ADMIN}, password=password, now=now)
    actor = queries.actor_of(user)
    audit.record(session, actor, "workspace.set_up", subject_kind="user", subject_id=user.id)
    return user


def create_user(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    password: str | None = None,
    role: Role = Role.MEMBER,
    time_zone: str | None = None,
    locale: str | None = None,
    now: datetime | None = None,
) -> User:
    """A new user; without a password he gets one by an invitation or a reset link.

    Zone and language default to the workspace's. Raises Invalid by field, NotAllowed.
    """
    actor.require_admin()
    workspace = queries.get_workspace(session)
    values = checks.cleaned(
        _CHECKS,
        {
            "name": name,
            "email": email,
            "role": role,
            "time_zone": time_zone or workspace.time_zone,
            "locale": locale or workspace.locale,
        },
    )
    if password is not None:
        _refuse_weak(password, values["email"])
    user = _add(session, values, password=password, now=now or clock.now())
    audit.record(session, actor, "user.created", subject_kind="user", subject_id=user.id, role=role)
    return user


def invite_user(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: Role = Role.MEMBER,
    time_zone: str | None = None,
    locale: str | None = None,
    now: datetime,
) -> User:
    """A new user who sets his password through the link that is mailed to him."""
    user = create_user(
        session,
        actor,
        email=email,
        name=name,
        role=role,
        time_zone=time_zone,
        locale=locale,
        now=now,
    )
    invite_again(session, actor, user, now=now)
    return user


def invite_again(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    """Mail a fresh invitation; earlier ones stop working. For users who never set a password."""
    actor.require_admin()
    if not user.active or user.password_hash is not None:
        raise Conflict(N_("{name} needs no invitation."), name=user.name)
    tokens.void(session, tokens.INVITE, user.id or 0)
    row, _ = tokens.issue(
        session,
        tokens.INVITE,
        user_id=user.id,
        lifetime=INVITATION_LIFETIME,
        now=now,
        readable=True,
    )
    facts.record(session, facts.UserInvited(token_id=row.id or 0))
    audit.record(session, actor, "user.invited", subject_kind="user", subject_id=user.id)


def set_role(session: Session, actor: Actor, user: User, role: Role) -> None:
    """Change what ``user`` may do; Conflict when he is the last active administrator."""
    actor.require_admin()
    if user.role is role:
        return
    if role is not Role.ADMIN:
        _refuse_last_admin(session, user)
    user.role = role
    _save(session, user)
    audit.record(session, actor, "user.role", subject_kind="user", subject_id=user.id, role=role)


def deactivate(session: Session, actor: Actor, user: User) -> None:
    """``user`` leaves: no session or link of his works from now on; what he did stays (USR-5)."""
    actor.require_admin()
    if not user.active:
        return
    _refuse_last_admin(session, user)
    user.active = False
    _save(session, user)
    sessions.end_all(session, user)
    for purpose in (tokens.INVITE, tokens.RESET, tokens.OPENID):
        tokens.void(session, purpose, user.id or 0)
    audit.record(session, actor, "user.deactivated", subject_kind="user", subject_id=user.id)


def activate(session: Session, actor: Actor, user: User) -> None:
    """``user`` is back, with the password and rights that he had."""
    actor.require_admin()
    if user.active:
        return
    user.active = True
    _save(session, user)
    audit.record(session, actor, "user.activated", subject_kind="user", subject_id=user.id)


def change_email(
    session: Session, actor: Actor, user: User, *, email: str, password: str | None = None
) -> None:
    """Give ``user`` another address to sign in with; open links to the old one stop working.

    His own address needs his present ``password``, so that a browser left open is not enough to
    take an account over; an administrator changes others' without.
    """
    if not queries.may_manage(actor, user):
        raise NotFound
    values = checks.cleaned({"email": checks.email}, {"email": email})
    if actor.user_id == user.id and not passwords.verify(user.password_hash, password or ""):
        raise Invalid(fields={"password": N_("This is not your present password.")})
    _refuse_taken(session, values["email"], but=user.id)
    user.email, user.email_key = values["email"], email_key(values["email"])
    _save(session, user)
    for purpose in (tokens.INVITE, tokens.RESET):
        tokens.void(session, purpose, user.id or 0)
    audit.record(session, actor, "user.email", subject_kind="user", subject_id=user.id)


def _first_values(
    workspace_name: str, name: str, email: str, password: str, time_zone: str, locale: str
) -> dict[str, Any]:
    values = {
        "workspace_name": workspace_name,
        "name": name,
        "email": email,
        "time_zone": time_zone,
        "locale": locale,
    }
    with_password = {"password": lambda typed: _checked_password(typed, email)}
    stored = checks.cleaned(
        {**_CHECKS, "workspace_name": checks.line(100, required=True), **with_password},
        values | {"password": password},
    )
    stored.pop("password")
    return stored


def _make_workspace(session: Session, values: dict[str, Any], now: datetime) -> None:
    fresh = Workspace(
        name=values["workspace_name"],
        locale=values["locale"],
        time_zone=values["time_zone"],
        created_at=now,
    )
    insert = sqlite.insert if db.is_sqlite(session) else postgresql.insert
    session.execute(insert(Workspace).values(**fresh.model_dump()).on_conflict_do_nothing())


def _add(session: Session, values: dict[str, Any], *, password: str | None, now: datetime) -> User:
    _refuse_taken(session, values["email"])
    user = User(
        **values,
        slug=_free_slug(session, values["name"]),
        email_key=email_key(values["email"]),
        password_hash=passwords.hashed(password) if password is not None else None,
        color=len(session.exec(select(User.id)).all()) % MEMBER_COLORS,
        created_at=now,
    )
    _save(session, user)
    return user


def _free_slug(session: Session, name: str) -> str:
    wanted = slug_of(name)
    taken = set(
        session.exec(select(User.slug).where(col(User.slug).startswith(wanted, autoescape=True)))
    )
    return next(slug for slug in candidates(wanted) if slug not in taken)


def _refuse_taken(session: Session, address: str, *, but: int | None = None) -> None:
    key = email_key(address)
    holder = session.exec(select(User.id).where(User.email_key == key)).first()
    if holder is not None and holder != but:
        raise Invalid(fields={"email": EMAIL_TAKEN})


def _save(session: Session, user: User) -> None:
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody else took the address or the slug between the look and the write.
        raise Conflict from error


def _checked_password(password: str, email: str) -> str:
    problem = passwords.problem(password, email=email)
    if problem:
        raise ValueError(problem)
    return password


def _refuse_weak(password: str, email: str) -> None:
    problem = passwords.problem(password, email=email)
    if problem:
        raise Invalid(fields={"password": problem})


def _refuse_last_admin(session: Session, user: User) -> None:
    # Locks the administrators, in one order, so that two who demote each other act in turn.
    admins = session.exec(
        select(User.id)
        .where(User.role == Role.ADMIN, col(User.active).is_(True))
        .order_by(col(User.id))
        .with_for_update()
    ).all()
    if set(admins) <= {user.id}:
        raise Conflict(LAST_ADMIN)
