"""What a mail about an appointment is about, in plain values. Pure.

An ``Occasion`` is one appointment on one occasion (booked, moved, ...), as one reader sees it: its
instants are UTC, the reader's language and zone stand beside them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crm_app.messaging import when


class Kind(StrEnum):
    """The occasions on which mail is sent; each has its own words (CAL-8)."""

    RECEIVED = "received"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    RESCHEDULED = "rescheduled"
    MEMBER_CHANGED = "member_changed"
    HANDED_OVER = "handed_over"
    EDITED = "edited"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    REMINDER = "reminder"
    SHOWED = "showed"
    NO_SHOW = "no_show"
    INVALID = "invalid"


# What a calendar can leave out for leads and guests; who was invited always hears of changes.
MUTABLE: tuple[Kind, ...] = (
    Kind.RECEIVED,
    Kind.BOOKED,
    Kind.CONFIRMED,
    Kind.REMINDER,
    Kind.SHOWED,
    Kind.NO_SHOW,
    Kind.INVALID,
)
# Mails that carry an invitation or the update of one.
INVITING: frozenset[Kind] = frozenset(
    {
        Kind.BOOKED,
        Kind.CONFIRMED,
        Kind.RESCHEDULED,
        Kind.MEMBER_CHANGED,
        Kind.EDITED,
        Kind.RESTORED,
    }
)
# Mails that take one back.
WITHDRAWING: frozenset[Kind] = frozenset({Kind.CANCELLED, Kind.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a bare address; the address may be empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """``previous_*`` say what was before a change; ``invites`` when an invitation is attached.

    Addresses of pages may be empty.
    """

    kind: Kind
    locale: str
    time_zone: str
    reader: str
    title: str
    starts_at: datetime
    ends_at: datetime
    member: Person
    lead: Person
    team: str
    location: str = ""
    note: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    guests: tuple[str, ...] = ()
    previous_member: str = ""
    previous_starts_at: datetime | None = None
    cancelled_by: str = ""
    reason: str = ""
    invites: bool = False
    reminds: bool = False
    changes_until: datetime | None = None
    manage_url: str = ""
    calendar_url: str = ""
    dashboard_url: str = ""
    fields: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        filled = {
            "name": self.reader,
            "what": self.title,
            "member": self.member.name,
            "previous": self.previous_member,
            "lead": self.lead.name,
            "team": self.team,
            "when": self.moment(self.starts_at),
        }
        object.__setattr__(self, "fields", filled)

    def moment(self, at: datetime) -> str:
        """``at`` within a sentence, in the reader's zone."""
        return when.short_line(self.locale, self.time_zone, at)

    @property
    def has_new_member(self) -> bool:
        """Whether somebody else serves it than before."""
        return bool(self.previous_member) and self.previous_member != self.member.name
