"""What a user says about himself: name, link, zone, language, signature, hours, limits, time off.

He changes his own, an administrator anybody's; each function checks it again, whatever page called.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from crm_app.accounts import audit, checks, passwords, queries, sessions, tokens
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.models import TimeOff, User

LONGEST_TIME_OFF = timedelta(days=731)
SLUG_TAKEN = N_("Somebody else uses this already. Please choose another.")

_CHECKS: dict[str, checks.Check] = {
    "name": checks.line(100, required=True),
    "slug": checks.slug,
    "time_zone": checks.time_zone,
    "locale": checks.locale,
    "signature": checks.paragraph(4000),
    "hours": checks.hours,
    "day_cap": checks.cap,
    "week_cap": checks.cap,
    "color": checks.position(9),
}


def update_profile(session: Session, actor: Actor, user: User, **changes: Any) -> User:
    """Change any of name, slug, time_zone, locale, signature, hours, day_cap, week_cap, color.

    ``hours`` is an ``Hours`` or its JSON, in the user's zone; a cap of None or "" is no limit.
    Raises Invalid by field, NotFound for somebody else's profile.
    """
    _require(actor, user)
    values = checks.cleaned(_CHECKS, changes)
    if "slug" in values:
        _refuse_taken(session, user, values["slug"])
    changed = sorted(name for name, value in values.items() if getattr(user, name) != value)
    for name in changed:
        setattr(user, name, values[name])
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid(fields={"slug": SLUG_TAKEN}) from error
    if changed:
        audit.record(
            session, actor, "user.profile", subject_kind="user", subject_id=user.id, fields=changed
        )
    return user


def change_password(
    session: Session,
    actor: Actor,
    user: User,
    *,
    present: str,
    new: str,
    current_cookie: str | None,
) -> None:
    """Set one's own password; all other browsers are signed out.

    Needs the present one, so that a browser left open is not enough. The edge counts the attempt
    first (``sign_in.count_confirmation``), in a unit of work of its own.
    """
    if actor.user_id != user.id:
        raise NotFound
    if not passwords.verify(user.password_hash, present):
        raise Invalid(fields={"present": N_("This is not your present password.")})
    problem = passwords.problem(new, email=user.email)
    if problem:
        raise Invalid(fields={"new": problem})
    user.password_hash = passwords.hashed(new)
    session.add(user)
    sessions.end_all(session, user, except_cookie=current_cookie)
    tokens.void(session, tokens.RESET, user.id or 0)
    audit.record(session, actor, "user.password", subject_kind="user", subject_id=user.id)


def add_time_off(
    session: Session,
    actor: Actor,
    user: User,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
) -> TimeOff:
    """``user`` is away from ``starts_at`` until ``ends_at``; nothing is offered in between.

    Raises Invalid by field, Conflict when that very span is noted already.
    """
    _require(actor, user)
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise TypeError("time off needs instants with a zone")
    if ends_at <= starts_at:
        raise Invalid(fields={"ends_at": N_("The end must come after the start.")})
    if ends_at - starts_at > LONGEST_TIME_OFF:
        raise Invalid(fields={"ends_at": N_("Please enter two years at most.")})
    values = checks.cleaned({"reason": checks.line(200)}, {"reason": reason})
    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    same = (TimeOff.user_id == user.id, TimeOff.starts_at == starts_at, TimeOff.ends_at == ends_at)
    if session.exec(select(TimeOff.id).where(*same)).first() is not None:
        raise Conflict(N_("This time off is noted already."))
    row = TimeOff(
        user_id=user.id or 0,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=values["reason"],
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "time_off.added", subject_kind="user", subject_id=user.id)
    return row


def remove_time_off(session: Session, actor: Actor, time_off: TimeOff) -> None:
    """``time_off`` (from ``queries.get_time_off``) is off again."""
    user = queries.get_user_to_manage(session, actor, time_off.user_id)
    session.delete(time_off)
    session.flush()
    audit.record(session, actor, "time_off.removed", subject_kind="user", subject_id=user.id)


def _require(actor: Actor, user: User) -> None:
    if not queries.may_manage(actor, user):
        raise NotFound


def _refuse_taken(session: Session, user: User, slug: str) -> None:
    other = session.exec(select(User.id).where(User.slug == slug, col(User.id) != user.id)).first()
    if other is not None:
        raise Invalid(fields={"slug": SLUG_TAKEN})
