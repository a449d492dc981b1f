"""What an external event means for somebody's time, whichever service it came from.

An ``Occurrence`` is one instance: of a single event or of a series, already placed on the time line.
All instants are UTC-aware; an all-day instance also carries its dates, because a date keeps its
meaning when the zone changes and an instant does not.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm_app.core.i18n import N_


class Transparency(StrEnum):
    """Whether an external event takes up time."""

    BUSY = "busy"
    FREE = "free"


class EventStatus(StrEnum):
    """RFC 5545 §3.8.1.11, as far as events know it."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Trouble(StrEnum):
    """What was odd about an external event. It was read all the same, as far as it could be."""

    BROKEN = "broken"
    UNKNOWN_ZONE = "unknown_zone"
    END_BEFORE_START = "end_before_start"
    TOO_DENSE = "too_dense"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"


TROUBLE_TEXTS: dict[Trouble, str] = {
    Trouble.BROKEN: N_("An entry could not be read and was left out."),
    Trouble.UNKNOWN_ZONE: N_("A time zone is unknown; the calendar's own zone was used."),
    Trouble.END_BEFORE_START: N_("An entry ends before it starts; it takes up no time."),
    Trouble.TOO_DENSE: N_(
        "A series repeats in a way that cannot be followed; only its start counts."
    ),
    Trouble.TOO_MANY: N_("A series has too many instances; only the first ones count."),
    Trouble.TOO_LARGE: N_("An entry is too large to be read and was left out."),
}


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody on an external event. ``email`` is in lower case; ``partstat`` as in RFC 5545 §3.2.12."""

    email: str
    name: str = ""
    partstat: str = "NEEDS-ACTION"
    is_resource: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One instance of an external event.

    ``recurrence_id`` names the instance inside its series by the start that the rule gave it
    (``20260301T080000Z`` or ``20260301``), and is None for a single event. ``local_end_date`` is
    exclusive. ``declined_by_owner`` means that the calendar's owner said no. ``special``: no
    meeting but a working location, a birthday or focus time; its people are not guests.
    """

    uid: str
    recurrence_id: str | None
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False
    local_start_date: date | None = None
    local_end_date: date | None = None
    summary: str = ""
    description: str = ""
    location: str = ""
    private: bool = False
    transparency: Transparency = Transparency.BUSY
    status: EventStatus = EventStatus.CONFIRMED
    out_of_office: bool = False
    special: bool = False
    organizer: str | None = None
    organizer_name: str = ""
    attendees: tuple[Attendee, ...] = ()
    declined_by_owner: bool = False
    recurring: bool = False
    tandem_id: str | None = None
    warnings: tuple[Trouble, ...] = ()

    def blocks(self, *, tentative: bool = True, out_of_office: bool = True) -> bool:
        """Whether the owner's time is taken (SYN-3, SYN-12), given the two settings."""
        if self.status is EventStatus.CANCELLED or self.declined_by_owner:
            return False
        if self.transparency is Transparency.FREE or self.ends_at <= self.starts_at:
            return False
        if self.out_of_office:
            return out_of_office
        return tentative or self.status is not EventStatus.TENTATIVE
