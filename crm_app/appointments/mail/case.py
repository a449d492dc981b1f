"""An appointment as the database has it now, with all that its mails need, and who gets one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.appointments import links, queries
from crm_app.appointments.mail.occasion import Kind, Occasion, Person
from crm_app.core.addresses import email_key, is_email
from crm_app.core.kinds import CalendarKind
from crm_app.core.settings import get_settings
from crm_app.models import Appointment, Calendar, Contact, ContactEmail, User


@dataclass(frozen=True, slots=True)
class Case:
    """``members`` are all who serve it, the appointment owner first; ``lead`` may lack an address."""

    appointment: Appointment
    calendar: Calendar
    members: tuple[User, ...]
    lead: Person
    guests: tuple[Person, ...]
    team: str

    @property
    def owner(self) -> User:
        """The appointment owner."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
class Change:
    """What was before; for occasions that change nothing, nothing."""

    previous: User | None = None
    previous_starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail, as whom, and in which language and zone he reads it."""

    role: str
    key: str
    person: Person
    locale: str
    time_zone: str
    user_id: int


def load(session: Session, appointment_id: int) -> Case | None:
    """The case; None when the appointment is gone."""
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        return None
    calendar = session.get_one(Calendar, appointment.calendar_id)
    return Case(
        appointment=appointment,
        calendar=calendar,
        members=_members(session, appointment, calendar),
        lead=_lead(session, appointment),
        guests=tuple(
            Person(guest.get("name") or guest["email"], guest["email"])
            for guest in appointment.guests
            if is_email(guest.get("email", ""))
        ),
        team=accounts.workspace_name(session),
    )


def _members(session: Session, appointment: Appointment, calendar: Calendar) -> tuple[User, ...]:
    owner = session.get_one(User, appointment.user_id)
    if calendar.kind != CalendarKind.COLLECTIVE:
        return (owner,)
    others = [user for _, user in queries.members_of(session, calendar.id or 0)]
    return (owner, *(user for user in others if user.id != owner.id))


def _lead(session: Session, appointment: Appointment) -> Person:
    contact = session.get(Contact, appointment.contact_id) if appointment.contact_id else None
    if contact is None or contact.deleted_at is not None:
        return Person(appointment.title, "")
    address = (
        appointment.lead_email
        or session.exec(
            select(ContactEmail.address)
            .where(ContactEmail.contact_id == contact.id)
            .order_by(col(ContactEmail.position), col(ContactEmail.id))
        ).first()
    )
    name = appointment.lead_name or contact.name
    return Person(name, address if address and is_email(address) else "")


def recipients(case: Case) -> Iterator[Recipient]:
    """The lead, the guests and the members, each once in his role."""
    appointment = case.appointment
    outside = (appointment.locale, appointment.time_zone, appointment.user_id)
    seen: set[str] = set()
    if case.lead.address:
        seen.add(email_key(case.lead.address))
        yield Recipient("lead", "lead", case.lead, *outside)
    for guest in case.guests:
        key = email_key(guest.address)
        if key not in seen:
            seen.add(key)
            yield Recipient("guest", f"guest:{key}", guest, *outside)
    for member in case.members:
        yield as_member(member)


def as_member(user: User) -> Recipient:
    """``user`` as somebody who serves the appointment, or did."""
    person = Person(user.name, user.email)
    return Recipient(
        "member", f"member:{user.id}", person, user.locale, user.time_zone, user.id or 0
    )


def occasion(
    case: Case, kind: Kind, to: Recipient, change: Change, *, now: datetime, invites: bool
) -> Occasion:
    """The occasion as ``to`` sees it; ``invites`` when a calendar object goes with it."""
    appointment, calendar = case.appointment, case.calendar
    is_lead, is_member = to.role == "lead", to.role == "member"
    changes_until = appointment.starts_at - timedelta(minutes=calendar.change_cutoff)
    return Occasion(
        kind=kind,
        locale=to.locale,
        time_zone=to.time_zone,
        reader=to.person.name,
        title=_title(case, for_member=is_member),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        member=Person(case.owner.name, case.owner.email),
        lead=case.lead,
        team=case.team,
        location=appointment.location,
        note=appointment.note if is_member else "",
        answers=_answers(case) if is_member else (),
        guests=tuple(_named(guest) for guest in case.guests) if is_member else (),
        previous_member=change.previous.name if change.previous else "",
        previous_starts_at=change.previous_starts_at,
        cancelled_by=appointment.cancelled_by,
        reason=_reason(appointment, to),
        invites=invites,
        reminds=bool(calendar.reminders) and Kind.REMINDER not in calendar.muted_mails,
        changes_until=changes_until if is_lead and changes_until > now else None,
        manage_url=links.manage_url(appointment.public_id) if is_lead else "",
        calendar_url=links.calendar_url(calendar.slug) if is_lead and calendar.active else "",
        dashboard_url=_dashboard_url(appointment) if is_member else "",
    )


def _title(case: Case, *, for_member: bool) -> str:
    """What it is about. A booking that bears only the lead's name is called by its calendar."""
    title = case.appointment.title
    if title not in ("", case.lead.name, case.appointment.lead_name):
        return title
    other = case.lead.name if for_member else case.owner.name
    return f"{case.calendar.name} · {other}"


def _answers(case: Case) -> tuple[tuple[str, str], ...]:
    """The lead's answers to the calendar's questions, in their order."""
    given = case.appointment.answers
    return tuple(
        (str(question["label"]), _shown(given[question["key"]]))
        for question in case.calendar.form_fields
        if given.get(question["key"]) not in (None, "", [])
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _named(person: Person) -> str:
    same = person.name in ("", person.address)
    return person.address if same else f"{person.name} <{person.address}>"


def _reason(appointment: Appointment, to: Recipient) -> str:
    """Why it was cancelled: told to the other side only, never back to the one who said it."""
    by_lead = appointment.cancelled_by == "lead"
    return appointment.cancel_reason if by_lead == (to.role == "member") else ""


def _dashboard_url(appointment: Appointment) -> str:
    return f"{get_settings().url}/calendar?appointment={appointment.id}"
