"""Instances of external events and the appointments that they are: how each is found again, and
what it says about who takes part."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, or_, select

from crm_app.appointments import external
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentSource,
    LinkOrigin,
    LinkState,
)
from crm_app.models import (
    Appointment,
    AppointmentContact,
    Contact,
    EventLink,
    ExternalCalendar,
)
from crm_app.providers.occurrence import Occurrence
from crm_app.sync.records import outside
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.records.series import Series
from crm_app.sync.rules.copies import Copy
from crm_app.sync.rules.guests import Guest, key_of
from crm_app.sync.rules.ingest import Decision
from crm_app.sync.rules.pairing import name_of

# How Google names the second half of a series that was split ("this and following").
SPLIT = re.compile(r"_R\d{8}(T\d{6}Z?)?(?=[@#]|$)")


@dataclass(frozen=True, slots=True)
class Case:
    """An instance about which something is to be done. ``colleagues`` are users by id; ``loud``:
    contacts made by it fire; ``triggers``: what ever happens with the appointment may."""

    group: Series
    one: Occurrence
    guests: tuple[Guest, ...]
    colleagues: Mapping[int, Guest]
    decision: Decision
    present: Appointment | None
    loud: bool
    triggers: bool


@dataclass(frozen=True, slots=True)
class There:
    """What is known of a series: its appointments by instance, the contacts of each by its id, the
    keys of all who were on them, and whether it has begun, so that its booking has fired already."""

    instances: Mapping[str, Appointment] = field(default_factory=dict)
    contacts: Mapping[int, frozenset[int | None]] = field(default_factory=dict)
    everybody: frozenset[str] = frozenset()
    begun: bool = False


def appointments_at(session: Session, group: Series, followed: Mapping[str, int]) -> There:
    """What is known of ``group``; ``followed`` are its appointments' ids by instance."""
    if not followed:
        base = SPLIT.sub("", group.root.uid)
        begun = base != group.root.uid and _has_appointments(session, base)
        return There(begun=begun)
    rows = session.exec(select(Appointment).where(col(Appointment.id).in_(set(followed.values()))))
    by_id = {row.id or 0: row for row in rows}
    return There(
        instances={name: by_id[key] for name, key in followed.items()},
        contacts=_contacts_on(session, by_id),
        everybody=frozenset(key for row in by_id.values() for key in keys_on(row)),
        begun=True,
    )


def _contacts_on(
    session: Session, by_id: Mapping[int, Appointment]
) -> dict[int, frozenset[int | None]]:
    found: dict[int, set[int | None]] = {key: {row.contact_id} for key, row in by_id.items()}
    others = session.exec(
        select(AppointmentContact).where(col(AppointmentContact.appointment_id).in_(by_id))
    )
    for other in others:
        found[other.appointment_id].add(other.contact_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def is_complete(case: Case, there: There, known: Mapping[str, int]) -> bool:
    """Whether everybody on the instance is on its appointment already."""
    row = case.present
    if row is None or case.decision.make or case.decision.review:
        return False
    contacts = there.contacts.get(row.id or 0, frozenset())
    lead = key_of(row.lead_email)
    return (
        all(known.get(guest.key) in contacts for guest in case.decision.link)
        and listed(case, lead, row.user_id, row.guests) == row.guests
    )


def _has_appointments(session: Session, uid: str) -> bool:
    query = select(Appointment.id).where(
        Appointment.source == AppointmentSource.SYNC,
        or_(
            col(Appointment.ical_uid) == uid,
            col(Appointment.ical_uid).startswith(f"{uid}#", autoescape=True),
        ),
    )
    return session.exec(query.limit(1)).first() is not None


def without_event(session: Session, user_id: int) -> frozenset[str]:
    """The UIDs of events whose appointments with the user lost their calendar: when it is connected
    again, they follow it again."""
    linked = select(EventLink.appointment_id).where(EventLink.origin == LinkOrigin.OUTSIDE)
    rows = session.exec(
        select(Appointment.ical_uid).where(
            Appointment.user_id == user_id,
            Appointment.source == AppointmentSource.SYNC,
            col(Appointment.id).not_in(linked),
        )
    )
    return frozenset(uid.partition("#")[0] for uid in rows)


def keys_on(appointment: Appointment) -> list[str]:
    """The addresses, in the match rule's form, that were on the event when it was read last."""
    given = (appointment.lead_email, *(guest.get("email", "") for guest in appointment.guests))
    return [key for address in given if (key := key_of(address))]


def uid_of(where: Whose, case: Case) -> str:
    """The UID that the appointment of an instance has, in whichever calendar it is met."""
    uid = case.group.root.uid or f"{where.calendar_id}:{case.group.name}"
    name = name_of(case.one)
    return f"{uid}#{name}" if name else uid


def by_uid(session: Session, uids: Collection[str]) -> dict[str, Appointment]:
    """Appointments by UID; of the second half of a split series by what they were before too."""
    before = {uid: SPLIT.sub("", uid, count=1) for uid in uids}
    rows = session.exec(
        select(Appointment).where(col(Appointment.ical_uid).in_({*before.keys(), *before.values()}))
    )
    known = {row.ical_uid: row for row in rows}
    found = {uid: known.get(uid) or known.get(base) for uid, base in before.items()}
    return {uid: row for uid, row in found.items() if row is not None}


def listed(
    case: Case, lead: str, owner_id: int, before: Iterable[Mapping[str, str]] = ()
) -> list[dict[str, str]]:
    """Who is on it besides the first contact and the owner, as appointments list them.

    ``user`` marks colleagues (SYN-12). Each calendar names another set of them, as none names its
    own user, so those listed ``before`` stay.
    """
    listed = [
        {"name": guest.name, "email": guest.email} for guest in case.guests if guest.key != lead
    ]
    users = {one["user"]: dict(one) for one in before if one.get("user")}
    for user_id, guest in case.colleagues.items():
        entry = {"name": guest.name, "email": guest.email, "user": str(user_id)}
        users.setdefault(str(user_id), entry)
    users.pop(str(owner_id), None)
    return [*listed, *users.values()]


def is_foreign(session: Session, where: Whose, case: Case) -> bool:
    """Whether somebody else organises it, or the calendar may only be read."""
    organizer = key_of(case.one.organizer or "")
    own = {key_of(address) for address in where.own_addresses}
    if organizer and organizer not in own:
        return True
    return not session.get_one(ExternalCalendar, where.calendar_id).writable


def link(
    session: Session,
    where: Whose,
    appointment: Appointment,
    case: Case,
    copy: Copy,
    *,
    foreign: bool,
    now: datetime,
) -> None:
    session.add(
        EventLink(
            appointment_id=appointment.id or 0,
            external_calendar_id=where.calendar_id,
            origin=LinkOrigin.OUTSIDE,
            foreign=foreign,
            href=case.group.name,
            recurrence_id=name_of(case.one),
            state=LinkState.WRITTEN,
            written=copy.to_json(),
            kept=copy.to_json(),
            changed_at=now,
        )
    )


def complete(
    session: Session, appointment: Appointment, case: Case, who: Mapping[str, Contact]
) -> bool:
    """Guests who came to the event since take part too; whether there were any."""
    if appointment.status not in HOLDING_STATUSES:
        return False
    known = set(keys_on(appointment))
    guests = listed(case, key_of(appointment.lead_email), appointment.user_id, appointment.guests)
    if guests != appointment.guests:
        appointment.guests = guests
        session.add(appointment)
    actor = outside.actor_for(silent=not case.loud)
    joined = external.join(session, actor, appointment, each_once(who))
    return joined or any(guest.key not in known for guest in case.guests)


def who_of(case: Case, made: Mapping[str, Contact]) -> dict[str, Contact]:
    """The contacts who take part by key, in the order of the event's guests."""
    wanted = {guest.key for guest in (*case.decision.make, *case.decision.link)}
    return {
        guest.key: made[guest.key] for guest in case.guests if guest.key in wanted & made.keys()
    }


def each_once(who: Mapping[str, Contact]) -> list[Contact]:
    return list({one.id: one for one in who.values()}.values())
