"""What the contact pages show: small rows of texts in the reader's language and zone. No Reflex here.

Each function takes what a query gave and makes the row that a state holds; nothing of the database
gets into a state.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time

from crm_app.contacts import timeline
from crm_app.contacts.views import AppointmentLine, Card, ContactRow, OwnerLine, TimelineLine
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AppointmentStatus, ContactKind
from crm_app.ui.components.people import initials

KIND_NAMES: dict[ContactKind, str] = {
    ContactKind.LEAD: N_("Lead"),
    ContactKind.CONTACT: N_("Contact"),
    ContactKind.COMPANY: N_("Company"),
}
STATUS_TONES: dict[AppointmentStatus, str] = {
    AppointmentStatus.NEW: "accent",
    AppointmentStatus.CONFIRMED: "accent",
    AppointmentStatus.SHOWED: "good",
    AppointmentStatus.NO_SHOW: "warn",
    AppointmentStatus.CANCELLED: "plain",
    AppointmentStatus.INVALID: "plain",
}


@dataclass(frozen=True)
class ListLine:
    """A line of the list."""

    id: int
    name: str
    initials: str
    kind: str
    kind_name: str
    email: str
    phone: str
    company: str
    owner: str
    owner_initials: str
    owner_color: int
    tags: list[str]
    more_tags: str
    changed: str
    changed_full: str


@dataclass(frozen=True)
class CardHead:
    """What the card shows beside its form."""

    id: int = 0
    name: str = ""
    initials: str = ""
    kind: str = "lead"
    kind_name: str = ""
    company: str = ""
    company_id: int = 0
    email: str = ""
    phone: str = ""
    tags: list[str] = field(default_factory=list)
    owner_id: str = ""
    owner: str = ""
    owner_initials: str = ""
    owner_color: int = 0
    first_name: str = ""
    last_name: str = ""
    time_zone: str = ""
    locale: str = ""
    note: str = ""
    made: str = ""
    deleted: str = ""
    may_change: bool = False
    # Addresses that mail came back from; empty for none.
    bounced: str = ""


@dataclass(frozen=True)
class Entry:
    """An editable line of the card: an address, a number, an own field. ``key`` is its place."""

    key: str
    value: str = ""
    label: str = ""


@dataclass(frozen=True)
class Place:
    """An editable postal address."""

    key: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    label: str = ""


@dataclass(frozen=True)
class Happening:
    """An entry of the timeline."""

    id: int
    kind: str
    text: str
    reason: str
    who: str
    at: str
    at_full: str


@dataclass(frozen=True)
class OwnerChangeLine:
    """A line of the owner's history."""

    id: int
    text: str
    reason: str
    who: str
    at: str
    at_full: str
    undone: bool
    can_undo: bool


@dataclass(frozen=True)
class Meeting:
    """An appointment on the card."""

    id: int
    title: str
    day: str
    time: str
    calendar: str
    member: str
    member_initials: str
    member_color: int
    status: str
    tone: str
    ended: bool


def short(actor: Actor, at: datetime, now: datetime) -> str:
    """``at`` as a list shows it: the time today, the day this year, else the date."""
    zone = ZoneInfo(actor.time_zone)
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return str(format_time(local, "short", tzinfo=zone, locale=actor.locale))
    if local.year == today.year:
        return str(format_skeleton("MMMd", local, tzinfo=zone, locale=actor.locale))
    return str(format_date(local.date(), "medium", locale=actor.locale))


def exact(actor: Actor, at: datetime) -> str:
    """``at`` in full, for tooltips."""
    return str(format_datetime(at, "long", tzinfo=ZoneInfo(actor.time_zone), locale=actor.locale))


def list_line(actor: Actor, row: ContactRow, now: datetime) -> ListLine:
    """A line of the list; two tags are named and the rest counted."""
    return ListLine(
        id=row.id,
        name=row.name,
        initials=initials(row.name),
        kind=row.kind.value,
        kind_name=translate(actor.locale, KIND_NAMES[row.kind]),
        email=row.email,
        phone=row.phone,
        company=row.company,
        owner=row.owner_name,
        owner_initials=initials(row.owner_name),
        owner_color=row.owner_color,
        tags=list(row.tags[:2]),
        more_tags=f"+{len(row.tags) - 2}" if len(row.tags) > 2 else "",
        changed=short(actor, row.deleted_at or row.changed_at, now),
        changed_full=exact(actor, row.deleted_at or row.changed_at),
    )


def card_head(actor: Actor, card: Card, now: datetime) -> CardHead:
    """The card's head and the plain fields of its form."""
    return CardHead(
        id=card.id,
        name=card.name,
        initials=initials(card.name),
        kind=card.kind.value,
        kind_name=translate(actor.locale, KIND_NAMES[card.kind]),
        company=card.company,
        company_id=card.company_id or 0,
        email=card.emails[0].address if card.emails else "",
        phone=(card.phones[0].e164 or card.phones[0].number) if card.phones else "",
        tags=list(card.tags),
        owner_id=str(card.owner_id or ""),
        owner=card.owner_name,
        owner_initials=initials(card.owner_name),
        owner_color=card.owner_color,
        first_name=card.first_name,
        last_name=card.last_name,
        time_zone=card.time_zone,
        locale=card.locale,
        note=card.note,
        made=timeline.instant(actor.locale, actor.time_zone, card.created_at),
        deleted=short(actor, card.deleted_at, now) if card.deleted_at else "",
        may_change=card.may_change,
        bounced=", ".join(card.bounced),
    )


def happening(actor: Actor, line: TimelineLine, now: datetime) -> Happening:
    """An entry of the timeline, with the reason for a change of owner."""
    rule = str(line.params.get("rule", "")) if line.kind == "owner" else ""
    return Happening(
        id=line.id,
        kind=line.kind,
        text=timeline.sentence(actor.locale, line.message, line.params, time_zone=actor.time_zone),
        reason=timeline.reason(actor.locale, rule) if rule else _planned(actor, line),
        who=line.actor_label,
        at=short(actor, line.at, now),
        at_full=exact(actor, line.at),
    )


def _planned(actor: Actor, line: TimelineLine) -> str:
    starts_at = line.params.get("starts_at")
    if line.kind != "appointment" or not isinstance(starts_at, str):
        return ""
    return timeline.instant(actor.locale, actor.time_zone, datetime.fromisoformat(starts_at))


def owner_change(actor: Actor, line: OwnerLine, now: datetime) -> OwnerChangeLine:
    """A line of the owner's history: what changed, by whom, why."""
    message = timeline.owner_message(bool(line.from_name), bool(line.to_name))
    names = {"from_name": line.from_name, "to_name": line.to_name}
    return OwnerChangeLine(
        id=line.id,
        text=timeline.sentence(actor.locale, message, names),
        reason=timeline.reason(actor.locale, line.rule),
        who=line.actor_name,
        at=short(actor, line.at, now),
        at_full=exact(actor, line.at),
        undone=line.undone_at is not None,
        can_undo=line.can_undo,
    )


def meeting(actor: Actor, line: AppointmentLine, now: datetime) -> Meeting:
    """An appointment of the contact."""
    zone = ZoneInfo(actor.time_zone)
    begin, end = line.starts_at.astimezone(zone), line.ends_at.astimezone(zone)
    status = timeline.STATUS_NAMES[line.status]
    return Meeting(
        id=line.id,
        title=line.title,
        day=str(format_skeleton("yMMMEd", begin, tzinfo=zone, locale=actor.locale)),
        time="–".join(
            str(format_time(at, "short", tzinfo=zone, locale=actor.locale)) for at in (begin, end)
        ),
        calendar=line.calendar_name,
        member=line.user_name,
        member_initials=initials(line.user_name),
        member_color=line.user_color,
        status=translate(actor.locale, status),
        tone=STATUS_TONES[line.status],
        ended=line.ends_at < now,
    )


def entries(rows: Iterable[tuple[str, str]]) -> list[Entry]:
    """Editable lines of pairs of value and label, numbered in their order."""
    return [Entry(str(place), value, label) for place, (value, label) in enumerate(rows)]


def places(card: Card) -> list[Place]:
    """The postal addresses as editable lines."""
    return [
        Place(
            str(position),
            each.street,
            each.postal_code,
            each.city,
            each.region,
            each.country,
            each.label,
        )
        for position, each in enumerate(card.addresses)
    ]
