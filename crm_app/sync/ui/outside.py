"""What the appointment dialog, one room below, is told of connected calendars."""

from sqlmodel import Session

from crm_app.appointments.ui.outside import Clash, Outside, Version
from crm_app.core.access import Actor
from crm_app.models import Appointment
from crm_app.sync import queries
from crm_app.sync.outgoing import clashes
from crm_app.sync.rules.copies import Copy


class Calendars:
    """The ``Source`` that the map of the product gives to the dialog."""

    def look(self, session: Session, actor: Actor, appointment: Appointment) -> Outside:
        """Where it comes from, who invites to it, and what both sides changed."""
        calendar, organizer = clashes.came_from(session, appointment)
        found = queries.clash_of(session, appointment)
        return Outside(
            calendar=calendar,
            organizer=organizer,
            clash=Clash(
                message=found.message,
                at=found.at,
                calendar=found.calendar,
                ours=_version(found.ours),
                theirs=_version(found.theirs),
            )
            if found
            else None,
        )

    def keep_ours(self, session: Session, actor: Actor, appointment: Appointment) -> None:
        """The version here stands; the notice goes."""
        clashes.keep_ours(session, appointment)

    def take_theirs(self, session: Session, actor: Actor, appointment: Appointment) -> None:
        """Change the appointment to the version there."""
        clashes.take_theirs(session, actor, appointment)


def _version(copy: Copy | None) -> Version | None:
    if copy is None:
        return None
    return Version(copy.title, copy.starts_at, copy.ends_at, copy.location)
