"""The calendar object that goes with a mail about an appointment (INV-4). Pure.

Everybody's object bears the same UID and SEQUENCE; the text inside is the reader's own, since each
gets his own mail. The organizer is the member, so answers go to his mailbox.
"""

from dataclasses import dataclass
from datetime import datetime

from crm_app.appointments.mail import letters
from crm_app.appointments.mail.occasion import INVITING, WITHDRAWING, Occasion
from crm_app.messaging import imip
from crm_app.messaging.imip import Attendee, Meeting


@dataclass(frozen=True, slots=True)
class Revision:
    """Which meeting and which state of it: RFC 5545 UID and SEQUENCE. ``sent_by`` may be empty."""

    uid: str
    sequence: int
    attendees: tuple[Attendee, ...]
    organizer_name: str
    organizer_address: str
    sent_by: str = ""


def attached(occasion: Occasion, revision: Revision, *, now: datetime) -> tuple[str, str]:
    """The object and its METHOD; two empty texts for a mail without one."""
    meeting = _meeting(occasion, revision)
    if occasion.kind in INVITING and occasion.invites:
        return imip.request(meeting, now=now), imip.REQUEST
    if occasion.kind in WITHDRAWING and occasion.invites:
        return imip.cancel(meeting, now=now), imip.CANCEL
    return "", ""


def _meeting(occasion: Occasion, revision: Revision) -> Meeting:
    return Meeting(
        uid=revision.uid,
        sequence=revision.sequence,
        starts_at=occasion.starts_at,
        ends_at=occasion.ends_at,
        summary=occasion.title,
        organizer_name=revision.organizer_name,
        organizer_address=revision.organizer_address,
        attendees=revision.attendees,
        description=letters.calendar_text(occasion),
        location=occasion.location,
        url=occasion.manage_url or occasion.dashboard_url,
        sent_by=revision.sent_by,
    )
