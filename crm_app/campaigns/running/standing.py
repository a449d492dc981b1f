"""What the rules look at: the contact, his owner, the appointment, and where he stands. Pure.

The engine fills these from the database, the rehearsal from what a person pretends; the rules cannot
tell the difference, which is why a rehearsal shows what would happen (CAM-7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from crm_app.core.kinds import EnrolmentState

What = Literal[
    "replied",
    "clicked",
    "booked",
    "cancelled",
    "no_show",
    "rescheduled",
    "tagged",
    "unsubscribed",
]


@dataclass(frozen=True, slots=True)
class Person:
    """A contact. ``email`` and ``phone`` (E.164) are those that can be used; empty: there is none.

    ``tags`` are folded names, ``do_not_disturb`` the channels on which he wants nothing. ``messenger``
    is his id at our page, and ``messenger_until`` (UTC) the end of the time in which we may answer.
    """

    id: int = 0
    kind: str = "lead"
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    messenger: str = ""
    messenger_until: datetime | None = None
    # He has an address, but mail to it came back.
    bounced: bool = False
    locale: str = "en"
    time_zone: str = ""
    owner_id: int | None = None
    source: str = ""
    tags: frozenset[str] = frozenset()
    do_not_disturb: frozenset[str] = frozenset()
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Host:
    """A user as texts name him. ``calendar_link`` leads to his slots only; empty: he serves none."""

    id: int
    name: str
    email: str = ""
    slug: str = ""
    signature: str = ""
    time_zone: str = "UTC"
    calendar_link: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Meeting:
    """The appointment that an enrolment is about, else the contact's next one."""

    id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    status: str
    calendar_id: int
    calendar_name: str = ""
    calendar_slug: str = ""
    user_name: str = ""
    location: str = ""
    time_zone: str = "UTC"
    reschedule_link: str = ""
    cancel_link: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """All that a step may look at, besides the plan. Zones are IANA names."""

    person: Person
    owner: Host | None = None
    meeting: Meeting | None = None
    workspace_name: str = ""
    workspace_zone: str = "UTC"
    # The campaign's calendar's booking page for the whole team; empty: none is chosen.
    calendar_link: str = ""
    # Users by id, for senders and notifications that name one.
    users: Mapping[int, Host] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that happened to the contact while inside.

    ``about``: an appointment's id (booked, cancelled, no_show, rescheduled), a tag's folded name, a
    clicked link's address, the channel of a reply or of an unsubscription. ``cancelled`` is told of
    appointments that became invalid too.
    """

    what: What
    at: datetime
    visit: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contact stands. All instants UTC; ``id`` 0 in a rehearsal.

    ``appointment_id`` is the appointment that the enrolment is about, None: about none.
    """

    step_id: str
    visit: int
    arrived_at: datetime
    due_at: datetime | None
    entered_at: datetime
    state: EnrolmentState = EnrolmentState.ACTIVE
    heard: tuple[Heard, ...] = ()
    id: int = 0
    appointment_id: int | None = None

    @property
    def news(self) -> tuple[Heard, ...]:
        """What happened since the entry; news that came late, and of the entry itself, are none."""
        return tuple(each for each in self.heard if not self.is_old(each))

    def is_own(self, heard: Heard) -> bool:
        """Whether it happened to the appointment that the enrolment is about."""
        return self.appointment_id is not None and heard.about == str(self.appointment_id)

    def is_old(self, heard: Heard) -> bool:
        """Whether it happened before the entry, or is what led to it."""
        if heard.what == "booked" and self.is_own(heard):
            return True
        # A no-show lets the contact into the very campaign that follows it up, at the same instant.
        return (
            heard.at <= self.entered_at if heard.what == "no_show" else heard.at < self.entered_at
        )
