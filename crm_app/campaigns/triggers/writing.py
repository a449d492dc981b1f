"""Messages of triggers: to the contact by mail or SMS, and calls to web addresses.

Each is queued with a key of its own and leaves by messaging's job; whether the contact may be written
to is asked here, so that the run log says why not.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.campaigns.plans.reasons import REASONS as CAMPAIGN_REASONS
from crm_app.campaigns.running.standing import Standing, World
from crm_app.campaigns.running.values import payload_of
from crm_app.campaigns.triggers import reasons
from crm_app.messaging import plain_mail
from crm_app.messaging import service as messages
from crm_app.messaging.drafts import EMAIL, SMS, WEBHOOK

KIND = "trigger"


def nowhere(now: datetime) -> Standing:
    """The place of a contact whom a trigger looks at: in no campaign."""
    return Standing(step_id="", visit=0, arrived_at=now, due_at=None, entered_at=now)


def refusal(code: str) -> str:
    """Why a campaign took nobody in, as a message id."""
    return CAMPAIGN_REASONS.get(code, code)


def mail(session: Session, world: World, key: str, subject: str, body: str, marketing: bool) -> str:
    """Queue a mail from the contact's owner, else from the workspace; why not, or ""."""
    person, owner = world.person, world.owner
    if EMAIL in person.do_not_disturb:
        return reasons.UNWANTED
    if not person.email:
        return reasons.BOUNCED if person.bounced else reasons.NO_EMAIL
    sender = owner if owner and owner.active else None
    name = sender.name if sender else world.workspace_name
    messages.queue(
        session,
        key=key,
        kind=KIND,
        channel=EMAIL,
        to_name=person.name,
        to_address=person.email,
        from_name=sender.name if sender else "",
        reply_to=sender.email if sender else "",
        # A line break in a subject would begin another header.
        subject=" ".join(subject.split()),
        text=body,
        html=plain_mail.as_mail(body, locale=person.locale, sender=name),
        locale=person.locale,
        user_id=sender.id if sender else None,
        contact_id=person.id,
        appointment_id=world.meeting.id if world.meeting else None,
        marketing=marketing,
        track_links=True,
    )
    return ""


def sms(session: Session, world: World, key: str, body: str) -> str:
    """Queue an SMS; why not, or ""."""
    person = world.person
    if SMS in person.do_not_disturb:
        return reasons.UNWANTED
    if not person.phone:
        return reasons.NO_PHONE
    messages.queue(
        session,
        key=key,
        kind=KIND,
        channel=SMS,
        to_name=person.name,
        to_address=person.phone,
        text=body,
        locale=person.locale,
        user_id=person.owner_id,
        contact_id=person.id,
        track_links=True,
    )
    return ""


def call(
    session: Session,
    world: World,
    key: str,
    url: str,
    trigger: Mapping[str, Any],
    now: datetime,
) -> None:
    """Queue a signed call that tells the trigger, the contact, his owner and the appointment."""
    told = payload_of(world, nowhere(now))
    body = {"trigger": dict(trigger), **{k: told[k] for k in ("contact", "owner", "appointment")}}
    messages.queue(
        session,
        key=key,
        kind=KIND,
        channel=WEBHOOK,
        to_name=str(trigger.get("name") or ""),
        to_address=url,
        text=json.dumps(body, ensure_ascii=False),
        user_id=world.person.owner_id,
        contact_id=world.person.id,
    )
