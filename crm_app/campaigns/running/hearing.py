"""What happens to contacts outside of their campaigns, heard by those in which they are (CAM-1, CAM-2).

A reply, a click, a booking brings a wait forward, reaches a goal, or ends the enrolment. It is heard
while the contact's row is held, so it comes before or after a step, never in its midst; and each fact
once, however often it is told.

Bookings count whoever made them and whatever a calendar's option says about triggers (SYN-4): an
option that keeps automation from starting does not make anybody ask a contact to book who has
booked. For the same reason appointments that were over when we learnt of them do not count. Tags
that were put on silently stay unheard.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import queries as appointments
from crm_app.campaigns.plans.plan import parse
from crm_app.campaigns.running import entering, rules, settling
from crm_app.campaigns.running.case import INSIDE, Case
from crm_app.campaigns.running.standing import Heard, What
from crm_app.contacts.names import folded
from crm_app.core import facts
from crm_app.core.facts import Fact
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentStatus
from crm_app.models import Appointment, Campaign, CampaignVersion, Enrolment, Message

# A busy contact's list stays short; what is older has had its effect.
_KEPT = 50


@dataclass(frozen=True, slots=True)
class News:
    """What a fact means to the campaigns of some contacts; ``enrolment_id``: only to that one."""

    what: What
    contact_ids: tuple[int, ...]
    about: str = ""
    enrolment_id: int | None = None


def hear(session: Session, fact: Fact, *, fact_id: int, at: datetime, now: datetime) -> int:
    """Let the campaigns of the contacts know what happened ``at`` (UTC); how many enrolments changed."""
    changed = 0
    for news in _news(session, fact, now):
        entering.lock(session, news.contact_ids)
        for enrolment in _inside(session, news):
            if not any(each.get("fact") == fact_id for each in enrolment.heard):
                changed += _heard(session, enrolment, news, fact_id, at, now)
    return changed


def _inside(session: Session, news: News) -> Collection[Enrolment]:
    query = (
        select(Enrolment)
        .where(
            col(Enrolment.contact_id).in_(news.contact_ids),
            col(Enrolment.state).in_(INSIDE),
        )
        .order_by(col(Enrolment.id))
        .execution_options(populate_existing=True)
    )
    if news.enrolment_id is not None:
        query = query.where(Enrolment.id == news.enrolment_id)
    return session.exec(query).all()


def _heard(
    session: Session, enrolment: Enrolment, news: News, fact_id: int, at: datetime, now: datetime
) -> bool:
    version = session.get_one(CampaignVersion, enrolment.version_id)
    plan = parse(version.plan)
    seen = entering.load(session, enrolment, plan, now=now)
    case = Case(enrolment, session.get_one(Campaign, enrolment.campaign_id), plan, seen)
    heard = Heard(news.what, at, enrolment.visit, news.about)
    case.move = rules.hear(plan, case.standing, heard, seen, now)
    _note(session, enrolment, heard, fact_id)
    if case.move is not None:
        entering.finish(session, [case], now=now)
    return case.move is not None


def _note(session: Session, enrolment: Enrolment, heard: Heard, fact_id: int) -> None:
    line = {
        "what": heard.what,
        "at": heard.at.isoformat(),
        "visit": heard.visit,
        "about": heard.about,
        "fact": fact_id,
    }
    settling.put(session, [(enrolment, {"heard": [*enrolment.heard, line][-_KEPT:]})])


def _news(session: Session, fact: Fact, now: datetime) -> list[News]:
    match fact:
        case facts.MessageReplied():
            return [News("replied", (fact.contact_id,), fact.channel)]
        case facts.ContactUnsubscribed():
            return [News("unsubscribed", (fact.contact_id,), fact.channel)]
        case facts.LinkClicked():
            message = session.get(Message, fact.message_id)
            # A click tells of the campaign whose link it was, and of no other.
            if message is None or message.enrolment_id is None:
                return []
            return [News("clicked", (fact.contact_id,), fact.url, message.enrolment_id)]
        case facts.ContactTagged():
            names = fact.added if fact.triggers else ()
            return [News("tagged", (fact.contact_id,), folded(name)) for name in names]
        case (
            facts.AppointmentBooked()
            | facts.AppointmentRestored()
            | facts.AppointmentRescheduled()
            | facts.AppointmentCancelled()
            | facts.AppointmentStatusChanged()
        ):
            return _about_appointment(session, fact, now)
    return []


def _about_appointment(
    session: Session,
    fact: facts.AppointmentBooked
    | facts.AppointmentRestored
    | facts.AppointmentRescheduled
    | facts.AppointmentCancelled
    | facts.AppointmentStatusChanged,
    now: datetime,
) -> list[News]:
    appointment = session.get(Appointment, fact.appointment_id)
    what = _what(fact, appointment, now) if appointment else None
    if appointment is None or what is None:
        return []
    taking_part = appointments.contacts_of(session, appointment)
    ids = tuple(sorted(contact.id or 0 for contact in taking_part))
    return [News(what, ids, str(fact.appointment_id))]


def _what(fact: Fact, appointment: Appointment, now: datetime) -> What | None:
    match fact:
        case facts.AppointmentBooked() | facts.AppointmentRestored():
            stands = appointment.status in HOLDING_STATUSES and appointment.ends_at > now
            return "booked" if stands else None
        case facts.AppointmentRescheduled():
            return "rescheduled"
        case facts.AppointmentCancelled():
            return "cancelled"
        case facts.AppointmentStatusChanged(status=AppointmentStatus.INVALID):
            return "cancelled"
        case facts.AppointmentStatusChanged(status=AppointmentStatus.NO_SHOW):
            return "no_show"
    return None
