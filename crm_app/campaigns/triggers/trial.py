"""What a trigger would do for a contact now (TRG-1): its real functions, and nothing of it stays.

It is taken for granted that the event happened to the contact; conditions about the contact, his
history and each action are looked at as they are. The actions really run, in a savepoint that is
rolled back, so what they say is what would be said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm_app.campaigns.triggers import acting, considering
from crm_app.campaigns.triggers.acting import CannotAct, Run
from crm_app.campaigns.triggers.catalogue import EVENTS, FILTERS
from crm_app.campaigns.triggers.deciding import Decision
from crm_app.campaigns.triggers.rule import Occurrence, Rule
from crm_app.contacts import queries as contacts
from crm_app.core.access import Actor
from crm_app.core.kinds import HOLDING_STATUSES, TriggerOutcome
from crm_app.models import Appointment, Contact, Message, Notification


@dataclass(frozen=True, slots=True)
class Step:
    """One action: ``problem`` is why it could not be done ("": it can), ``text`` what would be told."""

    action: Mapping[str, Any]
    text: str = ""
    problem: str = ""
    params: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be decided, and what each action would do."""

    decision: Decision
    steps: tuple[Step, ...] = ()


def of(session: Session, actor: Actor, rule: Rule, contact_id: int, *, now: datetime) -> Trial:
    """Try ``rule`` for a contact that ``actor`` may see; NotFound otherwise. Nothing is kept."""
    actor.require_admin()
    contact = contacts.get_contact(session, actor, contact_id)
    asked = tuple(one for one in rule.filters if one.field not in FILTERS)
    tried = replace(rule, filters=asked, enabled=True)
    occurrence = _pretended(session, tried, contact, now)
    decision = considering.decided(session, tried, occurrence, contact, now=now)
    if decision.outcome is not TriggerOutcome.ACTED:
        return Trial(decision)
    return Trial(decision, tuple(_steps(session, Run(tried, occurrence, contact, "", now, {}))))


def _pretended(session: Session, rule: Rule, contact: Contact, now: datetime) -> Occurrence:
    event = EVENTS.get(rule.event)
    appointment = _next(session, contact) if event and event.appointment else None
    return Occurrence(
        event=rule.event,
        contact_id=contact.id or 0,
        # Of a time, its end is tried: whether he booked before is part of the answer.
        at=now,
        key="trial",
        appointment_id=appointment.id if appointment else None,
        phase="due" if rule.event == "not_booked" else "begins" if event and event.waits else "now",
        starts_at=appointment.starts_at if appointment else None,
    )


def _next(session: Session, contact: Contact) -> Appointment | None:
    """The appointment that it would be about: the contact's latest that stands."""
    return session.exec(
        select(Appointment)
        .where(
            Appointment.contact_id == contact.id,
            col(Appointment.status).in_(list(HOLDING_STATUSES)),
        )
        .order_by(col(Appointment.starts_at).desc())
        .limit(1)
    ).first()


def _steps(session: Session, run: Run) -> list[Step]:
    run = replace(run, key=f"trial:{run.rule.id}:{run.now.isoformat()}")
    whole = session.begin_nested()
    found = []
    try:
        for index, action in enumerate(run.rule.actions):
            try:
                with session.begin_nested():
                    acting.act_one(session, run, index)
                    session.flush()
                found.append(Step(action, text=_told(session, acting.key_of(run, index))))
            except CannotAct as failure:
                found.append(Step(action, problem=failure.message, params=failure.params))
    finally:
        whole.rollback()
        session.expire_all()
    return found


def _told(session: Session, key: str) -> str:
    """The text of what an action would send or tell."""
    message = session.exec(select(Message).where(Message.key == key)).first()
    if message is not None:
        return (
            f"{message.subject}\n\n{message.text}".strip() if message.channel != "webhook" else ""
        )
    told = session.exec(
        select(Notification).where(col(Notification.key).startswith(f"{key}:", autoescape=True))
    ).first()
    return str(told.params.get("text", "")) if told else ""
