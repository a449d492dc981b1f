"""What the room's queries give back: plain values for pages and answers. Pure.

Times are UTC. Sentences are message ids with their values; whoever shows them translates them
(``timeline.sentence``, ``timeline.reason``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_app.contacts.fields import Address, Email, Phone
from crm_app.core.kinds import AppointmentStatus, ContactKind


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A line of the list: the first address and number, the names of company, owner and tags."""

    id: int
    kind: ContactKind
    name: str
    email: str
    phone: str
    company: str
    owner_id: int | None
    owner_name: str
    owner_color: int
    tags: tuple[str, ...]
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the cursor of the next page; None at the end."""

    rows: tuple[ContactRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """All of a contact that its card shows. ``may_change`` is the actor's right."""

    id: int
    kind: ContactKind
    name: str
    first_name: str
    last_name: str
    emails: tuple[Email, ...]
    phones: tuple[Phone, ...]
    addresses: tuple[Address, ...]
    tags: tuple[str, ...]
    company_id: int | None
    company: str
    owner_id: int | None
    owner_name: str
    owner_color: int
    time_zone: str
    locale: str
    do_not_disturb: tuple[str, ...]
    note: str
    custom: Mapping[str, Any]
    source: str
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None
    may_change: bool
    # Addresses that mail came back from (CAM-9).
    bounced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """An appointment of a contact, as its card lists it."""

    id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    status: AppointmentStatus
    calendar_name: str
    user_id: int
    user_name: str
    user_color: int


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """A change of owner: who or which rule did it, and whether the actor can undo it now (CON-5)."""

    id: int
    at: datetime
    from_name: str
    to_name: str
    rule: str
    actor_name: str
    appointment_id: int | None
    undone_at: datetime | None
    can_undo: bool


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """An entry of the timeline. ``kind`` is an icon's name."""

    id: int
    at: datetime
    kind: str
    message: str
    params: Mapping[str, Any]
    actor_label: str
    appointment_id: int | None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, newest first; ``next`` is given as ``before`` for older ones, None at the end."""

    lines: tuple[TimelineLine, ...]
    next: int | None
