"""Home's left side: the first steps of a new workspace, today's agenda, and the newest leads.

Small rows of texts in the reader's language and zone. No Reflex here.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.appointments import queries
from crm_app.contacts import queries as contacts
from crm_app.contacts.search import Sort
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AccountPurpose, AppointmentSource, AppointmentStatus, ContactKind
from crm_app.models import (
    Appointment,
    Calendar,
    CalendarMember,
    ConnectedAccount,
    Contact,
    User,
)
from crm_app.ui import moments
from crm_app.ui.components.people import initials

Row = dict[str, str]
NEW_LEADS = timedelta(days=7)
SHOWN_LEADS = 6
_GONE = (AppointmentStatus.CANCELLED, AppointmentStatus.INVALID)
_DAY = timedelta(days=1)
# Two weeks ahead is as far as "next" means something.
_SOON = timedelta(days=14)


def local_midnight(actor: Actor, now: datetime) -> datetime:
    """When today began in the reader's zone."""
    local = now.astimezone(moments.zone_of(actor.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def agenda(session: Session, actor: Actor, now: datetime) -> list[Row]:
    """The reader's own appointments of today, in order."""
    since = local_midnight(actor, now)
    found = _standing(session, actor, since, since + _DAY)
    return _rows(session, actor, found, now)


def next_one(session: Session, actor: Actor, now: datetime) -> Row:
    """His next appointment after today; empty when there is none soon."""
    tomorrow = local_midnight(actor, now) + _DAY
    found = _standing(session, actor, tomorrow, tomorrow + _SOON)
    # What began today and lasts beyond midnight is on today's list.
    ahead = [one for one in found if one.starts_at >= tomorrow][:1]
    return next(iter(_rows(session, actor, ahead, now)), {})


def _standing(
    session: Session, actor: Actor, since: datetime, until: datetime
) -> list[Appointment]:
    found = queries.appointments_between(
        session, actor, since, until, user_ids=[actor.require_user()]
    )
    return [one for one in found if one.status not in _GONE]


def _rows(session: Session, actor: Actor, found: list[Appointment], now: datetime) -> list[Row]:
    calendars = _calendars(session, found)
    names = _contact_names(session, found)
    return [_row(one, calendars, names, actor, now) for one in found]


def _row(
    one: Appointment,
    calendars: dict[int, Calendar],
    names: dict[int, str],
    actor: Actor,
    now: datetime,
) -> Row:
    calendar = calendars[one.calendar_id]
    lead = one.lead_name or names.get(one.contact_id or 0, "")
    return {
        "id": str(one.id),
        "start": moments.clock_time(actor.locale, actor.time_zone, one.starts_at),
        "end": moments.clock_time(actor.locale, actor.time_zone, one.ends_at),
        "day": moments.day(actor.locale, actor.time_zone, one.starts_at, now),
        "title": one.title,
        # A booking is called like the lead unless somebody gave it another title.
        "with": lead if lead not in one.title else "",
        "calendar": calendar.name,
        "color": str(calendar.color),
        "place": one.location,
        "link": one.location if one.location.startswith("https://") else "",
        "state": _state(one, now),
        "unconfirmed": "yes" if one.status == AppointmentStatus.NEW else "",
    }


def _state(one: Appointment, now: datetime) -> str:
    if one.ends_at <= now:
        return "over"
    return "now" if one.starts_at <= now else "ahead"


def _calendars(session: Session, found: list[Appointment]) -> dict[int, Calendar]:
    ids = {one.calendar_id for one in found}
    rows = session.exec(select(Calendar).where(col(Calendar.id).in_(ids)))
    return {row.id or 0: row for row in rows}


def _contact_names(session: Session, found: list[Appointment]) -> dict[int, str]:
    ids = {one.contact_id for one in found if one.contact_id}
    rows = session.exec(select(Contact.id, Contact.name).where(col(Contact.id).in_(ids)))
    return {contact_id or 0: name for contact_id, name in rows}


def leads(session: Session, actor: Actor, now: datetime) -> tuple[list[Row], str]:
    """The newest leads that the reader may see, and how many came in the last seven days."""
    page = contacts.search(session, actor, sort=Sort.CREATED_DOWN, kind=ContactKind.LEAD, limit=100)
    fresh = [row for row in page.rows if row.created_at > now - NEW_LEADS]
    more = "+" if len(fresh) == len(page.rows) and page.next else ""
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "initials": initials(row.name),
            "email": row.email,
            "owner": row.owner_name,
            "owner_initials": initials(row.owner_name) if row.owner_name else "",
            "owner_color": str(row.owner_color),
            "came": moments.ago(actor.locale, row.created_at, now),
        }
        for row in fresh[:SHOWN_LEADS]
    ], f"{len(fresh)}{more}"


def first_steps(session: Session, actor: Actor) -> list[Row]:
    """What a new workspace still needs, with what is done ticked; empty once it is in use.

    In use: the reader can be booked somewhere, and somebody booked by a page.
    """
    serves = _served(session, actor)
    calendar = serves or (actor.is_admin and session.exec(select(Calendar.id)).first() is not None)
    booked = session.exec(
        select(Appointment.id).where(Appointment.source == AppointmentSource.PAGE).limit(1)
    ).first()
    if serves and booked is not None:
        return []
    user = session.get_one(User, actor.require_user())
    connected = session.exec(
        select(ConnectedAccount.id)
        .where(
            ConnectedAccount.user_id == user.id,
            ConnectedAccount.purpose == AccountPurpose.CALENDARS,
        )
        .limit(1)
    ).first()
    steps = (
        (
            "calendar",
            "/settings/calendars" if actor.is_admin else "",
            N_("Make a calendar")
            if actor.is_admin
            else N_("Ask an administrator for a place in a calendar"),
            N_("It is the page on which people book a time."),
            bool(calendar),
        ),
        (
            "connect",
            "/settings/connections",
            N_("Connect your calendar"),
            N_("What is in it keeps your slots honest, and bookings appear in it."),
            connected is not None,
        ),
        (
            "hours",
            "/settings/hours",
            N_("Set your working hours"),
            N_("People can book you only when you work."),
            user.hours != User.model_fields["hours"].get_default(call_default_factory=True),
        ),
        (
            "share",
            "/settings/profile",
            N_("Share your link"),
            N_("Send it to somebody, or put it on your website."),
            booked is not None,
        ),
    )
    following = next((key for key, page, _, _, done in steps if page and not done), "")
    return [
        {
            "key": key,
            "page": page,
            "title": translate(actor.locale, title),
            "text": translate(actor.locale, text),
            "done": "yes" if done else "",
            "next": "yes" if key == following else "",
        }
        for key, page, title, text, done in steps
    ]


def _served(session: Session, actor: Actor) -> bool:
    found = session.exec(
        select(CalendarMember.id)
        .join(Calendar, col(Calendar.id) == CalendarMember.calendar_id)
        .where(CalendarMember.user_id == actor.user_id, col(Calendar.active).is_(True))
        .limit(1)
    ).first()
    return found is not None
