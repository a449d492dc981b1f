"""The appointment as a file for the lead's own calendar."""

from datetime import datetime

from crm_app.messaging import imip
from crm_app.models import Appointment, Calendar, User


def ics(
    appointment: Appointment, calendar: Calendar, user: User, *, url: str, now: datetime
) -> str:
    """An iCalendar object (RFC 5546 PUBLISH) with the UID of the invitation that is mailed, so that
    calendars which know one of them update it instead of showing two."""
    meeting = imip.Meeting(
        uid=appointment.ical_uid,
        sequence=appointment.ical_sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        summary=f"{calendar.name} · {user.name}",
        organizer_name=user.name,
        organizer_address=user.email,
        attendees=(),
        location=appointment.location,
        url=url,
    )
    return imip.published(meeting, now=now)
