"""Taking a form that a visitor sent: contact, tags, owner, campaign, in the caller's transaction.

What always holds: a token makes one submission, however often its form is sent; a known contact
only gets what he lacks, since whoever knows an address must not be able to change what we know of
its owner; and nobody becomes the owner unless the form's author said so (seed 001).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.campaigns.forms import answers, given, queries
from crm_app.campaigns.forms.answers import Values
from crm_app.campaigns.forms.given import Given
from crm_app.campaigns.forms.layout import Assign, Layout
from crm_app.campaigns.running import service as running
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import Address, ContactFields
from crm_app.contacts.making import make
from crm_app.contacts.names import folded
from crm_app.contacts.queries import addresses_of
from crm_app.core import facts
from crm_app.core.access import Actor, system, visitor
from crm_app.core.i18n import N_
from crm_app.core.kinds import CampaignState, ContactKind
from crm_app.models import Campaign, Contact, Form, FormSubmission, User

SENT = N_("Sent the form {form}")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent it, as far as his browser says; ``contact`` when a link of his own led him here."""

    locale: str = "en"
    time_zone: str = ""
    contact: Contact | None = None


def submit(
    session: Session,
    *,
    form: Form,
    layout: Layout,
    values: Values,
    sender: Sender,
    public_id: str,
    now: datetime,
) -> FormSubmission:
    """Take the checked ``values``; the first submission again when ``public_id`` was sent before."""
    # Turns are drawn and repeats are noticed one after another.
    session.exec(select(Form.id).where(Form.id == form.id).with_for_update()).one()
    if (before := queries.by_public_id(session, public_id)) is not None:
        return before
    said = given.read(layout, values)
    contact, made = contacts.find_or_make(
        session,
        visitor(said.email, locale=sender.locale, time_zone=sender.time_zone or "UTC"),
        email=said.email,
        name=said.full_name,
        phone=said.phone,
        locale=sender.locale,
        time_zone=said.time_zone or sender.time_zone,
        source=f"form:{form.slug}"[:60],
        meant=sender.contact,
    )
    rule = system(f"form:{form.slug}")
    _fill(session, rule, contact, said, made=made)
    contacts.change_tags(session, rule, contact, add=said.tags)
    submission = FormSubmission(
        public_id=public_id,
        form_id=form.id or 0,
        contact_id=contact.id,
        assigned_to_id=_assign(session, rule, form, contact, layout.assign),
        answers=[dict(row) for row in answers.written(layout, values)],
        locale=sender.locale,
        at=now,
    )
    session.add(submission)
    session.flush()
    contacts.note(session, rule, contact, "form", SENT, {"form": form.name})
    _enter(session, rule, layout, contact, submission, now)
    facts.record(
        session,
        facts.FormSubmitted(
            form_id=form.id or 0, submission_id=submission.id or 0, contact_id=contact.id or 0
        ),
    )
    return submission


def _fill(session: Session, rule: Actor, contact: Contact, said: Given, *, made: bool) -> None:
    """Put the answers where the contact has nothing yet."""
    gaps: ContactFields = {}
    if made and (said.first_name or said.last_name) and not said.name:
        gaps["first_name"], gaps["last_name"] = said.first_name, said.last_name
    if said.note and not contact.note:
        gaps["note"] = said.note
    if said.time_zone and not contact.time_zone:
        gaps["time_zone"] = said.time_zone
    if said.place and not addresses_of(session, contact):
        gaps["addresses"] = [Address(**said.place)]
    new = {name: text for name, text in said.custom.items() if not contact.custom.get(name)}
    if new:
        gaps["custom"] = {**contact.custom, **new}
    if said.company and contact.company_id is None and contact.kind is not ContactKind.COMPANY:
        gaps["company_id"] = _company(session, rule, said.company).id
    if gaps:
        contacts.update(session, rule, contact, **gaps)


def _company(session: Session, rule: Actor, name: str) -> Contact:
    """The company of that name, made when there is none."""
    known = session.exec(
        select(Contact)
        .where(
            Contact.kind == ContactKind.COMPANY,
            Contact.sort_key == folded(name),
            col(Contact.deleted_at).is_(None),
        )
        .order_by(col(Contact.created_at), col(Contact.id))
    ).first()
    return known or make(session, rule, "form", {"kind": ContactKind.COMPANY, "name": name})


def _assign(session: Session, rule: Actor, form: Form, contact: Contact, how: Assign) -> int | None:
    """Make somebody the owner as the form says; who it was, None when nobody became it."""
    if how.mode == "none":
        return None
    contacts.lock_owner(session, contact)
    if how.only_unassigned and contact.owner_id is not None:
        return None
    chosen = how.user_id if how.mode == "user" else _whose_turn(session, form, how.user_ids)
    if chosen is None or not _works_here(session, chosen):
        return None
    contacts.set_owner(session, rule, contact, chosen, rule="form")
    return chosen


def _whose_turn(session: Session, form: Form, user_ids: tuple[int, ...]) -> int | None:
    """The next one after whoever had the last turn, leaving out who does not work here any more."""
    active = [user_id for user_id in user_ids if _works_here(session, user_id)]
    if not active:
        return None
    last = session.exec(
        select(FormSubmission.assigned_to_id)
        .where(FormSubmission.form_id == form.id, col(FormSubmission.assigned_to_id).in_(user_ids))
        .order_by(col(FormSubmission.id).desc())
        .limit(1)
    ).first()
    if last is None:
        return active[0]
    at = user_ids.index(last) + 1
    return next(each for each in (*user_ids[at:], *user_ids[:at]) if each in active)


def _works_here(session: Session, user_id: int) -> bool:
    user = session.get(User, user_id)
    return user is not None and user.active


def _enter(
    session: Session,
    rule: Actor,
    layout: Layout,
    contact: Contact,
    submission: FormSubmission,
    now: datetime,
) -> None:
    """Into the form's campaign, if that runs."""
    campaign = session.get(Campaign, layout.campaign_id) if layout.campaign_id else None
    if campaign is None or campaign.state is not CampaignState.LIVE:
        return
    running.enrol(
        session,
        rule,
        campaign=campaign,
        contact=contact,
        key=f"form:{submission.id}",
        by=rule.label,
        now=now,
    )
