"""The appointments that instances of external events become, and those that they are already.

One meeting may stand in the linked calendars of several users, and comes to each of them at another
time: it is one appointment with a link to each (trap: the same UID may also be another meeting, so
the start or the organizer has to agree). ``Appointment.ical_uid`` is unique, which holds for two
runs at the same time as well.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, or_, select

from crm_app.appointments import external
from crm_app.appointments.external import Meeting
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentSource,
    AppointmentStatus,
    LinkOrigin,
    LinkState,
)
from crm_app.models import (
    Appointment,
    Calendar,
    Contact,
    EventLink,
    ExternalCalendar,
    ExternalObject,
    User,
)
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import Occurrence
from crm_app.sync import copies, following, outside
from crm_app.sync.busy_rows import Whose
from crm_app.sync.copies import Copy
from crm_app.sync.following import Voice
from crm_app.sync.guests import Guest, key_of
from crm_app.sync.ingest import Decision
from crm_app.sync.pairing import name_of
from crm_app.sync.series import Series

# How Google names the second half of a series that was split ("this and following").
_SPLIT = re.compile(r"_R\d{8}(T\d{6}Z?)?(?=[@#]|$)")


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
    """What is known of a series: its appointments by instance, and whether it has begun, so that its
    booking has fired already."""

    instances: Mapping[str, Appointment] = field(default_factory=dict)
    begun: bool = False


def appointments_at(session: Session, group: Series, followed: Mapping[str, int]) -> There:
    """What is known of ``group``; ``followed`` are its appointments' ids by instance."""
    if not followed:
        base = _SPLIT.sub("", group.root.uid)
        begun = base != group.root.uid and _has_appointments(session, base)
        return There(begun=begun)
    rows = session.exec(select(Appointment).where(col(Appointment.id).in_(set(followed.values()))))
    by_id = {row.id or 0: row for row in rows}
    return There(
        instances={name: by_id[key] for name, key in followed.items()},
        begun=True,
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


def carry_out(
    session: Session,
    where: Whose,
    target: Calendar | None,
    user: User,
    cases: Sequence[Case],
    made: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """Make or complete the appointments of ``cases``; whether anything came of it."""
    todo = [case for case in cases if case.decision.takes and _who(case, made)]
    known = _by_uid(session, [uid_of(where, case) for case in todo])
    greeted: dict[str, set[int]] = defaultdict(set)
    changed = False
    for case in sorted(todo, key=lambda case: (case.group.name, case.one.starts_at)):
        who = _who(case, made)
        if case.present is not None:
            changed |= _complete(session, case.present, case, who)
            continue
        uid = uid_of(where, case)
        present = known.get(uid)
        if present is None:
            target = target or external.calendar_for(session, user)
            everyone = _each_once(who)
            fresh = [one for one in everyone if one.id not in greeted[case.group.name]]
            present = _adopt(session, where, target, user, case, who, fresh, uid, now=now)
            greeted[case.group.name].update(one.id or 0 for one in everyone)
            if present is not None:
                known[uid] = present
                changed = True
                continue
            present = _by_uid(session, [uid])[uid]
        changed |= _join(session, where, target, user, present, case, who, now=now)
    return changed


def uid_of(where: Whose, case: Case) -> str:
    """The UID that the appointment of an instance has, in whichever calendar it is met."""
    uid = case.group.root.uid or f"{where.calendar_id}:{case.group.name}"
    name = name_of(case.one)
    return f"{uid}#{name}" if name else uid


def _who(case: Case, made: Mapping[str, Contact]) -> dict[str, Contact]:
    """The contacts who take part by key, in the order of the event's guests."""
    wanted = {guest.key for guest in (*case.decision.make, *case.decision.link)}
    return {
        guest.key: made[guest.key] for guest in case.guests if guest.key in wanted & made.keys()
    }


def _each_once(who: Mapping[str, Contact]) -> list[Contact]:
    return list({one.id: one for one in who.values()}.values())


def _by_uid(session: Session, uids: Collection[str]) -> dict[str, Appointment]:
    """Appointments by UID; of the second half of a split series by what they were before too."""
    before = {uid: _SPLIT.sub("", uid, count=1) for uid in uids}
    rows = session.exec(
        select(Appointment).where(col(Appointment.ical_uid).in_({*before.keys(), *before.values()}))
    )
    known = {row.ical_uid: row for row in rows}
    found = {uid: known.get(uid) or known.get(base) for uid, base in before.items()}
    return {uid: row for uid, row in found.items() if row is not None}


def _adopt(
    session: Session,
    where: Whose,
    filed: Calendar,
    user: User,
    case: Case,
    who: Mapping[str, Contact],
    fresh: Collection[Contact],
    uid: str,
    *,
    now: datetime,
) -> Appointment | None:
    copy = outside.as_copy(case.one, before=None, fallback=next(iter(who.values())).name)
    foreign = is_foreign(session, where, case)
    lead = next(guest for guest in case.guests if guest.key in who)
    people = _each_once(who)
    appointment = external.adopt(
        session,
        outside.actor_for(silent=not case.triggers),
        Meeting(
            ical_uid=uid,
            title=copy.title,
            starts_at=copy.starts_at,
            ends_at=copy.ends_at,
            time_zone=where.zone,
            location=copy.location,
            all_day=case.one.all_day,
            organized_elsewhere=foreign,
            lead_name=lead.name,
            lead_email=lead.email,
            guests=_listed(case, lead.key, user.id or 0),
        ),
        public_id=uuid.uuid4().hex,
        calendar=filed,
        user=user,
        contacts=people,
        greet=fresh,
        triggers=case.triggers,
        fires=case.decision.fires,
        tells=bool(fresh) or case.decision.fires,
    )
    if appointment is not None:
        _link(session, where, appointment, case, copy, foreign=foreign, now=now)
    return appointment


def _listed(
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


def _link(
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


def _complete(
    session: Session, appointment: Appointment, case: Case, who: Mapping[str, Contact]
) -> bool:
    """Guests who came to the event since take part too; whether there were any."""
    if appointment.status not in HOLDING_STATUSES:
        return False
    known = set(keys_on(appointment))
    guests = _listed(case, key_of(appointment.lead_email), appointment.user_id, appointment.guests)
    if guests != appointment.guests:
        appointment.guests = guests
        session.add(appointment)
    actor = outside.actor_for(silent=not case.loud)
    joined = external.join(session, actor, appointment, _each_once(who))
    return joined or any(guest.key not in known for guest in case.guests)


# --- a meeting that is here already ----------------------------------------------------------------


def _join(
    session: Session,
    where: Whose,
    target: Calendar | None,
    user: User,
    present: Appointment,
    case: Case,
    who: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """The event belongs to an appointment that came from elsewhere, or was here before."""
    if present.source != AppointmentSource.SYNC:
        # An appointment of ours, met in somebody else's calendar.
        return False
    appointment = outside.locked(session, [present.id or 0])[present.id or 0]
    mine = next(
        (
            link
            for link in outside.links_of(session, appointment.id or 0)
            if link.external_calendar_id == where.calendar_id
        ),
        None,
    )
    if mine is not None:
        return _take_up(session, mine, appointment, case, who, now=now)
    if not _same_meeting(session, appointment, case.one):
        filed = target or external.calendar_for(session, user)
        own = f"{where.calendar_id}:{uid_of(where, case)}"
        known = _by_uid(session, [own]).get(own)
        made = known or _adopt(
            session, where, filed, user, case, who, _each_once(who), own, now=now
        )
        return made is not None and known is None
    return _share(session, where, appointment, user, case, who, now=now)


def _take_up(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    case: Case,
    who: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """The event was here before, under another name in the same calendar."""
    if link.state == LinkState.GONE:
        voice = Voice(loud=False, each=True)
        if not following.back(session, link, appointment, case.one, voice, now=now):
            return False
    elif link.state == LinkState.REMOVING or not _left(session, link, case):
        return False
    link.href, link.recurrence_id = case.group.name, name_of(case.one)
    session.add(link)
    session.flush()
    return _complete(session, appointment, case, who)


def _left(session: Session, link: EventLink, case: Case) -> bool:
    """Whether the event is no longer where the link says: carried on, or split off its series."""
    if _SPLIT.search(case.group.root.uid):
        return True
    there = session.exec(
        select(ExternalObject.id).where(
            ExternalObject.external_calendar_id == link.external_calendar_id,
            ExternalObject.series == link.href,
            col(ExternalObject.missing_since).is_(None),
        )
    ).first()
    return there is None


def _share(
    session: Session,
    where: Whose,
    appointment: Appointment,
    user: User,
    case: Case,
    who: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """A second calendar has the same meeting: a link more, nothing else new."""
    ended_there = appointment.cancel_reason in (outside.DELETED, outside.DECLINED)
    if appointment.status == AppointmentStatus.CANCELLED:
        if not ended_there:
            return False
        # Its first calendar let it go, here it goes on.
        appointment.user_id = user.id or 0
        external.stand_again(session, outside.actor_for(silent=True), appointment, tells=True)
    copy = outside.as_copy(case.one, before=None, fallback=appointment.title)
    foreign = is_foreign(session, where, case)
    _link(session, where, appointment, case, copy, foreign=foreign, now=now)
    session.flush()
    outside.weigh(session, appointment)
    _complete(session, appointment, case, who)
    if copies.same(copies.Part.TIME, copy, outside.ours(appointment)):
        external.confirmed(session, [appointment.id or 0])
    return True


def _same_meeting(session: Session, appointment: Appointment, one: Occurrence) -> bool:
    """The same UID is not enough: the start or the organizer agrees too."""
    if appointment.starts_at == one.starts_at:
        return True
    organizer = key_of(one.organizer or "")
    return bool(organizer) and organizer in _organizers(session, appointment)


def _organizers(session: Session, appointment: Appointment) -> set[str]:
    rows = session.exec(
        select(ExternalObject.raw)
        .join(EventLink, col(EventLink.href) == ExternalObject.series)
        .where(
            EventLink.appointment_id == appointment.id,
            EventLink.origin == LinkOrigin.OUTSIDE,
            EventLink.external_calendar_id == ExternalObject.external_calendar_id,
        )
    )
    return {
        key_of(one.organizer)
        for raw in rows
        for one in reading.read_occurrences(
            raw, since=appointment.starts_at, until=appointment.ends_at, calendar_zone="UTC"
        )
        if one.organizer
    }
