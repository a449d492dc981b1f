"""The calendar in which appointments from a user's connected calendar are filed, unless another one
was chosen. It is made at first need and not active, so nobody can book it."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from crm_app.core import clock
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import CalendarKind
from crm_app.models import Calendar, CalendarMember, User

NAME = N_("Connected calendar of {name}")


def calendar_for(session: Session, user: User) -> Calendar:
    """The user's own calendar for them."""
    slug = f"connected-{user.id}"
    found = _by_slug(session, slug)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            made = _make_calendar(session, user, slug)
    except IntegrityError:
        # Another calendar's page needed it at the same time.
        again = _by_slug(session, slug)
        if again is None:
            raise
        return again
    return made


def _by_slug(session: Session, slug: str) -> Calendar | None:
    return session.exec(select(Calendar).where(Calendar.slug == slug)).first()


def _make_calendar(session: Session, user: User, slug: str) -> Calendar:
    now = clock.now()
    made = Calendar(
        slug=slug,
        name=translate(user.locale, NAME, name=user.name)[:120],
        kind=CalendarKind.PERSONAL,
        active=False,
        reminders=[],
        color=user.color % 10,
        created_at=now,
    )
    session.add(made)
    session.flush()
    session.add(CalendarMember(calendar_id=made.id or 0, user_id=user.id or 0, joined_at=now))
    session.flush()
    return made
