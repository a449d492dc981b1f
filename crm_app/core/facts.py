"""What happened, in the past tense: written in the same transaction as the change.

A room below never calls a room above. It records a fact; ``worker.py`` holds the visible table of
jobs that listen to it. The table of facts is also the change feed that open tabs follow.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, insert
from sqlmodel import Field, Session, SQLModel, col

from crm_app.core import clock, jobs


class FactRow(SQLModel, table=True):
    """A stored fact. ``topic`` is what open tabs subscribe to."""

    __tablename__ = "fact"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)
    topic: str
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """Base of all facts; fields are ids and plain values.

    Where there is ``triggers``, False means: it happened, and no automation may act on it (SYN-4).
    ``by`` is ``Actor.modified_by``: customer, user, sync, api, campaign, trigger, ...
    ``for_tabs``: only open pages look at it, no job listens.
    """

    topic: ClassVar[str] = ""
    for_tabs: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ContactCreated(Fact):
    """A contact came into the CRM."""

    topic: ClassVar[str] = "contacts"
    contact_id: int
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class ContactChanged(Fact):
    """Fields of a contact changed; ``fields`` names them."""

    topic: ClassVar[str] = "contacts"
    contact_id: int
    fields: tuple[str, ...] = ()
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class ContactTagged(Fact):
    """Tags were put on a contact or taken off; their names."""

    topic: ClassVar[str] = "contacts"
    contact_id: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class ContactAssigned(Fact):
    """A contact's owner changed (CON-5)."""

    topic: ClassVar[str] = "contacts"
    contact_id: int
    from_user_id: int | None
    to_user_id: int | None
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentBooked(Fact):
    """An appointment came to be; ``source`` is an AppointmentSource."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    source: str
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentRescheduled(Fact):
    """Time (and possibly the member) changed. ``sequence`` is the iCalendar revision after it."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    sequence: int
    previous_user_id: int
    previous_starts_at: str
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentMemberChanged(Fact):
    """Another member serves the appointment, at the same time as before (CAL-10)."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    sequence: int
    previous_user_id: int


@dataclass(frozen=True, slots=True)
class AppointmentEdited(Fact):
    """Title, place or note changed; neither time nor member."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    sequence: int
    triggers: bool = True


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(Fact):
    """An appointment was cancelled."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    sequence: int
    by: str
    triggers: bool = True


@dataclass(frozen=True, slots=True)
class AppointmentRestored(Fact):
    """A cancelled appointment stands again, as its owner restored it in his calendar (SYN-9)."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    sequence: int
    triggers: bool = True


@dataclass(frozen=True, slots=True)
class AppointmentStatusChanged(Fact):
    """Confirmed, showed, no-show or invalid (CAL-8)."""

    topic: ClassVar[str] = "appointments"
    appointment_id: int
    status: str
    triggers: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class BusyTimeChanged(Fact):
    """External events of a user were read anew and differ."""

    topic: ClassVar[str] = "appointments"
    for_tabs: ClassVar[bool] = True
    user_id: int


@dataclass(frozen=True, slots=True)
class ConnectionChanged(Fact):
    """A connected account's state or progress changed (SYN-11)."""

    topic: ClassVar[str] = "connections"
    for_tabs: ClassVar[bool] = True
    account_id: int
    state: str


@dataclass(frozen=True, slots=True)
class AppChanged(Fact):
    """Another app registration of a vendor was entered, or its use was switched on or off."""

    topic: ClassVar[str] = "connections"
    provider: str


@dataclass(frozen=True, slots=True)
class MessageChanged(Fact):
    """A message was queued, sent, failed or put in the outbox."""

    topic: ClassVar[str] = "messages"
    for_tabs: ClassVar[bool] = True
    message_id: int


@dataclass(frozen=True, slots=True)
class MessageSent(Fact):
    """A message of a campaign or a person reached the service that carries it."""

    topic: ClassVar[str] = "messages"
    message_id: int
    contact_id: int
    channel: str
    enrolment_id: int | None = None
    step_id: str = ""


@dataclass(frozen=True, slots=True)
class MessageReplied(Fact):
    """A contact wrote to us; ``incoming_id`` is an IncomingMessage."""

    topic: ClassVar[str] = "messages"
    incoming_id: int
    contact_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class LinkClicked(Fact):
    """A contact opened a link of a message."""

    topic: ClassVar[str] = "messages"
    link_id: int
    message_id: int
    contact_id: int
    url: str


@dataclass(frozen=True, slots=True)
class ContactUnsubscribed(Fact):
    """A contact wants no more messages on a channel (CAM-9)."""

    topic: ClassVar[str] = "contacts"
    contact_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class NotificationMade(Fact):
    """There is something new behind a user's bell."""

    topic: ClassVar[str] = "notifications"
    for_tabs: ClassVar[bool] = True
    user_id: int


@dataclass(frozen=True, slots=True)
class ActivityChanged(Fact):
    """Something to do was made, changed or done."""

    topic: ClassVar[str] = "activities"
    for_tabs: ClassVar[bool] = True
    activity_id: int


@dataclass(frozen=True, slots=True)
class CampaignChanged(Fact):
    """A campaign was saved, published, paused or archived."""

    topic: ClassVar[str] = "campaigns"
    campaign_id: int


@dataclass(frozen=True, slots=True)
class CampaignEntered(Fact):
    """A contact was added to a campaign."""

    topic: ClassVar[str] = "enrolments"
    campaign_id: int
    enrolment_id: int
    contact_id: int
    appointment_id: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class CampaignLeft(Fact):
    """A contact came to the end of a campaign (``finished``) or left it before."""

    topic: ClassVar[str] = "enrolments"
    campaign_id: int
    enrolment_id: int
    contact_id: int
    finished: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepsTaken(Fact):
    """Contacts went on in a campaign; told once for many of them."""

    topic: ClassVar[str] = "enrolments"
    for_tabs: ClassVar[bool] = True
    campaign_id: int


@dataclass(frozen=True, slots=True)
class FormChanged(Fact):
    """A form was saved, published or archived."""

    topic: ClassVar[str] = "forms"
    form_id: int


@dataclass(frozen=True, slots=True)
class FormSubmitted(Fact):
    """A visitor sent a form."""

    topic: ClassVar[str] = "forms"
    form_id: int
    submission_id: int
    contact_id: int


@dataclass(frozen=True, slots=True)
class TriggerChanged(Fact):
    """A trigger was saved, switched or removed, or has looked at something."""

    topic: ClassVar[str] = "triggers"
    for_tabs: ClassVar[bool] = True
    trigger_id: int


@dataclass(frozen=True, slots=True)
class AddressBooksChanged(Fact):
    """Something about a user's connected address books or their queue changed: progress, health."""

    topic: ClassVar[str] = "address_books"
    for_tabs: ClassVar[bool] = True
    user_id: int


@dataclass(frozen=True, slots=True)
class CardLinkChanged(Fact):
    """A user's "Sync mobile" flag of a contact went on or off, or what is said beside it changed."""

    topic: ClassVar[str] = "card_links"
    for_tabs: ClassVar[bool] = True
    contact_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class ContactWorkChanged(Fact):
    """An import or a bulk act of a user came further, ended or was undone."""

    topic: ClassVar[str] = "contact_work"
    for_tabs: ClassVar[bool] = True
    user_id: int


@dataclass(frozen=True, slots=True)
class ContactsMerged(Fact):
    """Two records became one, or (``undone``) two again (CON-3)."""

    topic: ClassVar[str] = "contacts"
    kept_id: int
    gone_id: int
    undone: bool = False


@dataclass(frozen=True, slots=True)
class LayoutChanged(Fact):
    """The cards of a kind are arranged anew (CON-4)."""

    topic: ClassVar[str] = "layouts"
    for_tabs: ClassVar[bool] = True
    kind: str


@dataclass(frozen=True, slots=True)
class SavedViewsChanged(Fact):
    """A saved view of the contact list was made, changed or removed."""

    topic: ClassVar[str] = "saved_views"
    for_tabs: ClassVar[bool] = True
    view_id: int


@dataclass(frozen=True, slots=True)
class PasswordResetRequested(Fact):
    """Somebody asked for a reset link; the token's row may belong to nobody (USR-2)."""

    topic: ClassVar[str] = "users"
    token_id: int


@dataclass(frozen=True, slots=True)
class UserInvited(Fact):
    """A user is to set his first password by the link of that token."""

    topic: ClassVar[str] = "users"
    token_id: int


def record(session: Session, fact: Fact) -> None:
    """Store ``fact`` with the change that made it and have its listeners called after the commit."""
    row = FactRow(
        kind=type(fact).__name__,
        topic=fact.topic,
        data=_plain(asdict(fact)),
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    if not fact.for_tabs:
        jobs.enqueue(session, "facts.dispatch", key=f"fact:{row.id}", fact_id=row.id)


def record_all(session: Session, happened: Sequence[Fact], *, told: bool = True) -> None:
    """The same for many facts in a few statements; ``told`` False: open pages hear of them and no job
    does, as when there is nothing yet that one could act on."""
    if not happened:
        return
    now = clock.now()
    rows = [
        {
            "kind": type(fact).__name__,
            "topic": fact.topic,
            "data": _plain(asdict(fact)),
            "at": now,
        }
        for fact in happened
    ]
    ids = session.scalars(
        insert(FactRow).returning(col(FactRow.id), sort_by_parameter_order=True), rows
    ).all()
    heard = [
        number for number, fact in zip(ids, happened, strict=True) if told and not fact.for_tabs
    ]
    jobs.enqueue_all(
        session, "facts.dispatch", [(f"fact:{each}", {"fact_id": each}) for each in heard]
    )


def load(session: Session, fact_id: int) -> Fact:
    """The fact that a listening job was called for; LookupError when there is no such fact."""
    row = session.get(FactRow, fact_id)
    if row is None or row.kind not in _KINDS:
        raise LookupError(fact_id)
    kind = _KINDS[row.kind]
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in row.data.items()}
    return kind(**values)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in data.items()
    }


_KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in Fact.__subclasses__()}
