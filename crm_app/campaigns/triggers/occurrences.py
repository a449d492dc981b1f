"""What a fact is to triggers: which events it is, to whom it happened, and what filters may ask.

A fact about an appointment happened to everybody who takes part. The values are those of the moment
when the job looks, which is right after the commit.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm_app.appointments import queries as appointments
from crm_app.campaigns.triggers.catalogue import STATUS_EVENTS
from crm_app.campaigns.triggers.rule import Occurrence
from crm_app.core import facts
from crm_app.core.kinds import AppointmentSource
from crm_app.models import (
    Appointment,
    Contact,
    Enrolment,
    IncomingMessage,
    Message,
    TrackedLink,
)

# Part of every address under which one can book.
BOOKING_PATH = "/cal/"
# Who cancelled, in the words of ``Actor.modified_by``; by itself only a trigger cancels.
_BY = {"lead": "customer", "system": "trigger"}

Found = Iterator[tuple[str, int, Mapping[str, Any]]]


def occurrences_of(
    session: Session, fact: facts.Fact, *, fact_id: int, at: datetime
) -> list[Occurrence]:
    """Everything that the fact is to triggers, whether or not any trigger asks for it.

    Nothing where automation may not act on it (SYN-4). ``at`` (UTC) is when it happened.
    """
    if not getattr(fact, "triggers", True):
        return []
    meeting = _meeting(session, fact)
    read = _READERS.get(type(fact))
    found = read(session, fact) if read else iter(())
    return [
        Occurrence(
            event=event,
            contact_id=contact_id,
            at=_began(session, fact, at),
            key=f"fact:{fact_id}:{event}:{contact_id}",
            values=values,
            appointment_id=meeting.id if meeting else getattr(fact, "appointment_id", None),
            phase="begins" if event in ("not_booked", "appointment_starts_in") else "now",
            starts_at=meeting.starts_at if meeting else None,
        )
        for event, contact_id, values in found
    ]


def _meeting(session: Session, fact: facts.Fact) -> Appointment | None:
    wanted = getattr(fact, "appointment_id", None)
    return session.get(Appointment, wanted) if wanted else None


def _began(session: Session, fact: facts.Fact, at: datetime) -> datetime:
    """A time that runs from an entry runs from the moment of the entry."""
    if isinstance(fact, facts.CampaignEntered):
        enrolment = session.get(Enrolment, fact.enrolment_id)
        return enrolment.entered_at if enrolment else at
    return at


def _origin(session: Session, contact_id: int, by: str) -> dict[str, Any]:
    contact = session.get(Contact, contact_id)
    from_sync = by == "sync" or (contact is not None and contact.source.startswith("sync"))
    return {"modified_by": by, "from_sync": "yes" if from_sync else "no"}


def _created(session: Session, fact: facts.ContactCreated) -> Found:
    yield "contact_created", fact.contact_id, _origin(session, fact.contact_id, fact.by)


def _changed(session: Session, fact: facts.ContactChanged) -> Found:
    # Tags and owners have facts of their own; a note on the timeline is no field.
    fields = [name for name in fact.fields if name not in ("tags", "owner_id", "timeline")]
    if fields:
        values = {**_origin(session, fact.contact_id, fact.by), "changed_field": fields}
        yield "field_changed", fact.contact_id, values


def _tagged(session: Session, fact: facts.ContactTagged) -> Found:
    origin = _origin(session, fact.contact_id, fact.by)
    for event, tags in (("tag_added", fact.added), ("tag_removed", fact.removed)):
        if tags:
            yield event, fact.contact_id, {**origin, "changed_tag": list(tags)}


def _assigned(session: Session, fact: facts.ContactAssigned) -> Found:
    if fact.to_user_id is not None:
        yield "contact_assigned", fact.contact_id, _origin(session, fact.contact_id, fact.by)


def _submitted(_session: Session, fact: facts.FormSubmitted) -> Found:
    values = {"form": str(fact.form_id)}
    yield "form_submitted", fact.contact_id, values
    yield "not_booked", fact.contact_id, {**values, "since": "form"}


def _entered(_session: Session, fact: facts.CampaignEntered) -> Found:
    values = {"campaign": str(fact.campaign_id), "modified_by": fact.by.partition(":")[0]}
    yield "campaign_entered", fact.contact_id, values
    yield "not_booked", fact.contact_id, {**values, "since": "campaign"}


def _left(_session: Session, fact: facts.CampaignLeft) -> Found:
    event = "campaign_finished" if fact.finished else "campaign_left"
    yield event, fact.contact_id, {"campaign": str(fact.campaign_id)}


def _sent(session: Session, fact: facts.MessageSent) -> Found:
    message = session.get(Message, fact.message_id)
    if message is not None and _asks_to_book(session, message):
        campaign = str(message.campaign_id or "")
        values = {"channel": fact.channel, "campaign": campaign, "since": "link"}
        yield "not_booked", fact.contact_id, values


def _asks_to_book(session: Session, message: Message) -> bool:
    """Whether one can book by it: a counted link hides where it leads, so those are looked up."""
    if BOOKING_PATH in message.text + message.html:
        return True
    counted = select(TrackedLink.id).where(
        TrackedLink.message_id == message.id, col(TrackedLink.url).contains(BOOKING_PATH)
    )
    return session.exec(counted.limit(1)).first() is not None


def _replied(session: Session, fact: facts.MessageReplied) -> Found:
    incoming = session.get(IncomingMessage, fact.incoming_id)
    answered = incoming.answers_message_id if incoming else None
    message = session.get(Message, answered) if answered else None
    yield (
        "message_replied",
        fact.contact_id,
        {
            "channel": fact.channel,
            "text": f"{incoming.subject}\n{incoming.text}" if incoming else "",
            "campaign": str(message.campaign_id or "") if message else "",
        },
    )


def _clicked(session: Session, fact: facts.LinkClicked) -> Found:
    message = session.get(Message, fact.message_id)
    campaign = str(message.campaign_id or "") if message else ""
    yield "link_clicked", fact.contact_id, {"link": fact.url, "campaign": campaign}


def _unsubscribed(_session: Session, fact: facts.ContactUnsubscribed) -> Found:
    yield "unsubscribed", fact.contact_id, {"channel": fact.channel}


def _about(session: Session, appointment_id: int, by: str, *events: str) -> Found:
    """Events that happened to everybody who takes part in an appointment."""
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        return
    from_sync = appointment.source == AppointmentSource.SYNC
    values = {
        "calendar": str(appointment.calendar_id),
        "modified_by": _BY.get(by, by),
        "from_sync": "yes" if from_sync else "no",
    }
    for contact in appointments.contacts_of(session, appointment):
        for event in events:
            yield event, contact.id or 0, values


def _status(session: Session, fact: facts.AppointmentStatusChanged) -> Found:
    named = STATUS_EVENTS.get(fact.status)
    events = (named, "appointment_starts_in") if named else ("appointment_starts_in",)
    return _about(session, fact.appointment_id, fact.by, *events)


_READERS: Mapping[type[facts.Fact], Callable[[Session, Any], Found]] = {
    facts.ContactCreated: _created,
    facts.ContactChanged: _changed,
    facts.ContactTagged: _tagged,
    facts.ContactAssigned: _assigned,
    facts.FormSubmitted: _submitted,
    facts.CampaignEntered: _entered,
    facts.CampaignLeft: _left,
    facts.MessageSent: _sent,
    facts.MessageReplied: _replied,
    facts.LinkClicked: _clicked,
    facts.ContactUnsubscribed: _unsubscribed,
    facts.AppointmentBooked: lambda session, fact: _about(
        session, fact.appointment_id, fact.by, "appointment_booked", "appointment_starts_in"
    ),
    facts.AppointmentRescheduled: lambda session, fact: _about(
        session, fact.appointment_id, fact.by, "appointment_rescheduled", "appointment_starts_in"
    ),
    facts.AppointmentCancelled: lambda session, fact: _about(
        session, fact.appointment_id, fact.by, "appointment_cancelled"
    ),
    facts.AppointmentRestored: lambda session, fact: _about(
        session, fact.appointment_id, "sync", "appointment_starts_in"
    ),
    facts.AppointmentStatusChanged: _status,
}
