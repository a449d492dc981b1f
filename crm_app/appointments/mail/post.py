"""Queue the mails of an occasion: one to each person, each once, whatever is run twice.

A message's key names the appointment, its revision, and the reader. So of two changes that follow
each other before the first was told, one mail tells both: it always shows the appointment as it
is now. What came from a connected calendar is never mailed about here: its organizer does that.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments.mail import case as cases
from crm_app.appointments.mail import invitations, letters, timing, words
from crm_app.appointments.mail.case import Case, Change, Recipient
from crm_app.appointments.mail.invitations import Revision
from crm_app.appointments.mail.occasion import INVITING, MUTABLE, WITHDRAWING, Kind, Occasion
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AppointmentSource, AppointmentStatus
from crm_app.messaging import imip, sender, service
from crm_app.messaging.imip import Attendee
from crm_app.messaging.letter import as_html, as_text
from crm_app.models import Message, User

_WORDS = {"lead": words.LEAD, "guest": words.GUEST, "member": words.MEMBER}
_LETTERS = {
    "lead": letters.for_lead,
    "guest": letters.for_guest,
    "member": letters.for_member,
}


def tell(
    session: Session,
    case: Case,
    kind: Kind,
    *,
    now: datetime,
    change: Change | None = None,
    revision: str = "",
) -> None:
    """Queue the mails of ``kind`` to all whom it concerns.

    ``revision`` takes the place of the appointment's sequence in the keys.
    """
    if case.appointment.source == AppointmentSource.SYNC:
        return
    change = change or Change()
    for to in cases.recipients(case):
        own = _kind_for(case, kind, to, change)
        if own is not None and _concerns(session, case, own, to):
            _queue(session, case, own, to, change, now=now, revision=revision)


def tell_previous_member(session: Session, case: Case, previous: User, *, now: datetime) -> None:
    """Take the appointment back from the member who served it until now, if he ever heard of it."""
    to = cases.as_member(previous)
    serves_still = any(member.id == previous.id for member in case.members)
    if case.appointment.source == AppointmentSource.SYNC or serves_still:
        return
    if _heard_of_it(session, case, to):
        _queue(session, case, Kind.HANDED_OVER, to, Change(), now=now, revision="")


def _kind_for(case: Case, kind: Kind, to: Recipient, change: Change) -> Kind | None:
    """What the occasion is for ``to``; None when he is told nothing."""
    if kind not in _WORDS[to.role]:
        return None
    if to.role == "member":
        took_over = change.previous is not None and change.previous.id != case.owner.id
        is_new = kind is Kind.RESCHEDULED and took_over
        return Kind.MEMBER_CHANGED if is_new else kind
    muted = kind in MUTABLE and kind.value in case.calendar.muted_mails
    return None if muted else kind


def _concerns(session: Session, case: Case, kind: Kind, to: Recipient) -> bool:
    """Guests hear of an appointment when it is certain, and of its end when they heard of it."""
    if to.role != "guest":
        return True
    if kind in WITHDRAWING:
        return _heard_of_it(session, case, to)
    return case.appointment.status != AppointmentStatus.NEW


def _queue(
    session: Session,
    case: Case,
    kind: Kind,
    to: Recipient,
    change: Change,
    *,
    now: datetime,
    revision: str,
) -> None:
    appointment = case.appointment
    until = timing.last_use(kind, appointment.starts_at, appointment.ends_at)
    if until <= now:
        return
    occasion = cases.occasion(
        case, kind, to, change, now=now, invites=_invites(session, case, kind, to)
    )
    subject, letter = _LETTERS[to.role](occasion)
    ics, method = invitations.attached(occasion, _revision(session, case, kind, to), now=now)
    of_member = to.role == "member"
    service.queue(
        session,
        key=f"appointment:{appointment.id}:{revision or _part(case, kind)}:{to.key}",
        kind=kind.value,
        to_name=to.person.name,
        to_address=to.person.address,
        from_name="" if of_member else _signature(occasion),
        reply_to=case.lead.address if of_member else case.owner.email,
        subject=subject,
        text=as_text(letter),
        html=as_html(letter),
        ics=ics,
        ics_method=method,
        locale=to.locale,
        user_id=to.user_id,
        contact_id=appointment.contact_id if to.role == "lead" else None,
        appointment_id=appointment.id,
        expires_at=until,
    )


def _part(case: Case, kind: Kind) -> str:
    """The part of the key that two mails share when one of them makes the other needless."""
    name = "request" if kind in INVITING else "cancel" if kind in WITHDRAWING else kind.value
    return f"{case.appointment.ical_sequence}:{name}"


def _signature(occasion: Occasion) -> str:
    return translate(
        occasion.locale, N_("{name} via {team}"), name=occasion.member.name, team=occasion.team
    )


def _invites(session: Session, case: Case, kind: Kind, to: Recipient) -> bool:
    """Whether a calendar object goes along: not before a yes, and nothing is taken back unasked."""
    if kind in WITHDRAWING:
        return _was_invited(session, case, to)
    return kind in INVITING and case.appointment.status != AppointmentStatus.NEW


def _revision(session: Session, case: Case, kind: Kind, to: Recipient) -> Revision:
    former = kind is Kind.HANDED_OVER
    return Revision(
        uid=case.appointment.ical_uid,
        sequence=case.appointment.ical_sequence,
        attendees=(_chair(to.person.name, to.person.address),) if former else _attendees(case),
        organizer_name=to.person.name if former else case.owner.name,
        organizer_address=to.person.address if former else case.owner.email,
        sent_by=sender.configured_address(session),
    )


def _attendees(case: Case) -> tuple[Attendee, ...]:
    asked = [person for person in (case.lead, *case.guests) if person.address]
    return (
        *(_chair(member.name, member.email) for member in case.members),
        *(Attendee(person.name, person.address) for person in asked),
    )


def _chair(name: str, address: str) -> Attendee:
    return Attendee(name, address, role="CHAIR", accepted=True)


def _was_invited(session: Session, case: Case, to: Recipient) -> bool:
    return _has_message(session, case, to, Message.ics_method == imip.REQUEST)


def _heard_of_it(session: Session, case: Case, to: Recipient) -> bool:
    return _has_message(session, case, to)


def _has_message(session: Session, case: Case, to: Recipient, *conditions: bool) -> bool:
    query = select(Message.id).where(
        Message.appointment_id == case.appointment.id,
        col(Message.key).endswith(f":{to.key}", autoescape=True),
        *conditions,
    )
    return session.exec(query).first() is not None
