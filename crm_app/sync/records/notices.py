"""What became of news about a copy, said where people see it: on the appointment and the timeline.

Shared by ``settling`` (changed) and ``vanished`` (deleted, restored).
"""

from datetime import datetime

from sqlmodel import Session

from crm_app.contacts import service as contacts
from crm_app.core.access import system
from crm_app.core.i18n import N_
from crm_app.core.kinds import LinkNews
from crm_app.models import Appointment, ConnectedAccount, Contact, EventLink, ExternalCalendar
from crm_app.sync.records import links
from crm_app.sync.rules.copies import Copy

ACTOR = system("sync")
DELETED_OUTSIDE = N_("Deleted in the connected calendar.")
MOVED_AND_TAKEN = N_(
    "It was moved in the connected calendar to a time that is not free; it was put back."
)
NOT_TAKEN_OVER = N_("A change in the connected calendar could not be taken over; it was put back.")
CHANGED_TWICE = N_("It was changed here and in the connected calendar; the version here was kept.")
NOT_RESTORED = N_("It was restored in the connected calendar, but the time is taken by now.")
MADE_ALL_DAY = N_("It was made an all-day entry in the connected calendar; it was put back.")
OTHERS_COPY = N_("Somebody changed his copy of it; the copy was put back.")


def settled(session: Session, link: EventLink) -> None:
    """The news is dealt with."""
    link.news, link.news_since = LinkNews.NONE, None
    session.add(link)


def speaks(session: Session, link: EventLink, appointment: Appointment) -> bool:
    """Whether the copy is the one in the appointment owner's calendar."""
    calendar = session.get_one(ExternalCalendar, link.external_calendar_id)
    account = session.get_one(ConnectedAccount, calendar.account_id)
    return account.user_id == appointment.user_id


def show(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    message: str,
    theirs: Copy | None,
    *,
    now: datetime,
) -> None:
    """Keep what was not taken over, on the appointment and in the contact's timeline."""
    link.conflict = {
        "at": now.isoformat(),
        "message": message,
        "ours": links.ours(session, link, appointment).to_json(),
        "theirs": theirs.to_json() if theirs is not None else None,
    }
    session.add(link)
    if appointment.contact_id is not None:
        contacts.note(
            session,
            ACTOR,
            session.get_one(Contact, appointment.contact_id),
            "appointment",
            message,
            {"title": appointment.title},
            appointment_id=appointment.id,
        )


def dismiss(session: Session, appointment_id: int) -> None:
    """Somebody has read what was shown on the appointment. The caller has checked the right."""
    for link in links.links_of(session, appointment_id):
        link.conflict = None
        session.add(link)
