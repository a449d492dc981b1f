"""Reading all that the contact's card shows, in one go and with the actor's rights. No Reflex here."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm_app.contacts import layout_service, layouts, queries, service
from crm_app.contacts.names import folded
from crm_app.contacts.ui import beside, card_blocks, shown
from crm_app.contacts.ui.card_blocks import CardBlock
from crm_app.contacts.ui.card_form import Shown, as_text
from crm_app.contacts.views import Card
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind

TIMELINE_PAGE = 30


@dataclass(frozen=True)
class CardRead:
    """A contact as its card shows it.

    ``card`` and ``inputs`` stay on the server: what typed values are compared with, and which may come.
    """

    card: Card
    inputs: Shown
    blocks: list[CardBlock]
    top: list[str]
    head: shown.CardHead
    emails: list[shown.Entry]
    phones: list[shown.Entry]
    places: list[shown.Place]
    custom: list[shown.Entry]
    quiet: list[str]
    happenings: list[shown.Happening]
    earlier: int
    meetings: list[shown.Meeting]
    owners: list[shown.OwnerChangeLine]


def read_card(session: Session, actor: Actor, contact_id: int) -> CardRead:
    """The card; NotFound when ``actor`` may not see the contact."""
    now = clock.now()
    card = queries.card(session, actor, contact_id)
    happenings, earlier = read_timeline(session, actor, contact_id, now)
    met = queries.appointments_of(session, actor, contact_id)
    changes = queries.owner_history(session, actor, contact_id)
    stored, _ = layout_service.stored(session, card.kind)
    laid = layouts.complete(stored, card.kind, beside.field_keys())
    may_come = card_blocks.shown(laid, card.custom)
    return CardRead(
        card=card,
        inputs=may_come,
        blocks=card_blocks.blocks(actor.locale, laid, card.custom),
        top=card_blocks.top(laid),
        head=shown.card_head(actor, card, now),
        emails=shown.entries((email.address, email.label) for email in card.emails),
        phones=shown.entries((phone.number, phone.label) for phone in card.phones),
        places=shown.places(card),
        custom=shown.entries(
            (as_text(value), name) for name, value in card.custom.items() if name in may_come.rest
        ),
        quiet=list(card.do_not_disturb),
        happenings=happenings,
        earlier=earlier,
        meetings=[shown.meeting(actor, line, now) for line in met],
        owners=[shown.owner_change(actor, line, now) for line in changes],
    )


def read_timeline(
    session: Session, actor: Actor, contact_id: int, now: datetime, *, before: int | None = None
) -> tuple[list[shown.Happening], int]:
    """A page of the timeline, and the place where the one before it begins; 0 at the end."""
    page = queries.timeline(session, actor, contact_id, before=before, limit=TIMELINE_PAGE)
    return [shown.happening(actor, line, now) for line in page.lines], page.next or 0


def company_named(session: Session, actor: Actor, name: str) -> int | None:
    """The company that ``actor`` typed: the one with that name, made if there is none."""
    if not name:
        return None
    for company_id, known in queries.companies(session, actor, text=name, limit=200):
        if folded(known) == folded(name):
            return company_id
    return service.create(session, actor, kind=ContactKind.COMPANY, name=name).id
