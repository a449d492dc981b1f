"""External events become appointments: made anew, completed, or joined to what is here already.

``Appointment.ical_uid`` is unique, so that two runs that bring the same meeting at the same time
make it once.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from crm_app.appointments import connected_calendar, external
from crm_app.appointments.external import Meeting
from crm_app.models import Appointment, Calendar, Contact, User
from crm_app.sync.incoming import joining, meetings
from crm_app.sync.incoming.meetings import Case
from crm_app.sync.records import outside
from crm_app.sync.records.busy_rows import Whose


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
    """Make or complete the appointments of ``cases``; whether anything came of it.

    They are filed in ``target``, or else in the user's own calendar for them.
    """
    todo = [case for case in cases if case.decision.takes and meetings.who_of(case, made)]
    known = meetings.by_uid(session, [meetings.uid_of(where, case) for case in todo])
    greeted: dict[str, set[int]] = defaultdict(set)
    changed = False
    for case in sorted(todo, key=lambda case: (case.group.name, case.one.starts_at)):
        who = meetings.who_of(case, made)
        if case.present is not None:
            changed |= meetings.complete(session, case.present, case, who)
            continue
        uid = meetings.uid_of(where, case)
        present = known.get(uid)
        if present is not None and joining.is_another(session, where, present, case.one):
            uid = f"{where.calendar_id}:{uid}"
            present = meetings.by_uid(session, [uid]).get(uid)
        if present is None:
            target = target or connected_calendar.calendar_for(session, user)
            everyone = meetings.each_once(who)
            fresh = [one for one in everyone if one.id not in greeted[case.group.name]]
            known_now = _adopt(session, where, target, user, case, who, fresh, uid, now=now)
            greeted[case.group.name].update(one.id or 0 for one in everyone)
            changed |= known_now is not None
            # Whoever was faster has made it by now.
            present = None if known_now else meetings.by_uid(session, [uid]).get(uid)
        if present is not None:
            changed |= joining.join(session, where, user, present, case, who, now=now)
    return changed


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
    foreign = meetings.is_foreign(session, where, case)
    lead = next(guest for guest in case.guests if guest.key in who)
    people = meetings.each_once(who)
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
            guests=meetings.listed(case, lead.key, user.id or 0),
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
        meetings.link(session, where, appointment, case, copy, foreign=foreign, now=now)
    return appointment
