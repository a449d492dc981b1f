"""Adding many contacts to a campaign at once: the act that the contact list offers (CON-3, CAM-1)."""

import secrets
from typing import Any

from sqlmodel import Session

from crm_app.campaigns.editing import of_contact
from crm_app.campaigns.editing.queries import get_campaign
from crm_app.campaigns.running import service as engine
from crm_app.campaigns.running.service import Refused
from crm_app.contacts.bulk_acts import Act, Before, Params
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.models import Contact, Enrolment


def _check(session: Session, actor: Actor, params: Params) -> dict[str, Any]:
    choice = str(params.get("choice", ""))
    number = int(choice) if choice.isascii() and choice.isdigit() else 0
    if number not in of_contact.open_to(session):
        raise Invalid(fields={"choice": N_("Choose a campaign that is published.")})
    return {"choice": str(get_campaign(session, actor, number).id)}


def _enter(session: Session, actor: Actor, contact: Contact, params: Params) -> Before:
    entered = engine.enrol(
        session,
        actor,
        campaign=get_campaign(session, actor, int(params["choice"])),
        contact=contact,
        key=f"hand:{secrets.token_hex(8)}",
        by=f"user:{actor.require_user()}",
        now=clock.now(),
    )
    if isinstance(entered, Refused):
        raise Conflict(N_("This contact cannot enter the campaign."))
    return {"enrolment_id": entered.id}


def _leave(session: Session, actor: Actor, _contact: Contact, _: Params, before: Before) -> None:
    enrolment = session.get(Enrolment, before["enrolment_id"])
    if enrolment is not None:
        engine.remove(session, actor, enrolment)


def _choices(session: Session, _actor: Actor) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in of_contact.open_to(session).items()]


ADD_TO_CAMPAIGN = Act(
    "campaign", N_("Add to a campaign"), _check, _enter, _leave, _choices, "log-in"
)
