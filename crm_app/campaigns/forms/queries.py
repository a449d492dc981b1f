"""Reading forms and what was sent with them, and who may.

Everybody who is signed in may look at forms and pass their links on. What was sent is seen by
administrators, and by members as far as they may see the contact (USR-3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from crm_app.campaigns.forms import layout
from crm_app.campaigns.forms.checks import Known
from crm_app.campaigns.forms.layout import Layout
from crm_app.contacts.visibility import seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import CampaignState
from crm_app.models import Calendar, Campaign, Contact, Form, FormSubmission, User


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission with the contact that it led to; his name is "" once he is gone."""

    submission: FormSubmission
    contact_name: str


def get_form(session: Session, actor: Actor, form_id: int) -> Form:
    """The form, archived or not; NotFound for whoever is not signed in."""
    form = session.get(Form, form_id) if is_id(form_id) else None
    if form is None or not (actor.is_user or actor.is_admin):
        raise NotFound
    return form


def list_forms(session: Session, actor: Actor, *, archived: bool = False) -> Sequence[Form]:
    """The forms, changed last first."""
    if not (actor.is_user or actor.is_admin):
        raise NotFound
    gone = col(Form.archived_at)
    where = gone.is_not(None) if archived else gone.is_(None)
    return session.exec(
        select(Form).where(where).order_by(col(Form.changed_at).desc(), col(Form.id).desc())
    ).all()


def public_form(session: Session, slug: str) -> tuple[Form, Layout]:
    """The form at ``/f/<slug>`` as it was published; NotFound when strangers may not see it."""
    form = session.exec(
        select(Form).where(Form.slug == slug, col(Form.archived_at).is_(None))
    ).first()
    if form is None or form.published is None:
        raise NotFound
    try:
        return form, layout.parse(form.published)
    except Invalid as error:
        raise NotFound from error


def slug_of_published(session: Session, form_id: int) -> str:
    """Where strangers find the form; "" when they do not."""
    form = session.get(Form, form_id)
    shown = form is not None and form.archived_at is None and form.published is not None
    return form.slug if form is not None and shown else ""


def counts(session: Session, actor: Actor) -> dict[int, tuple[int, datetime]]:
    """How often each form was sent, and when last, as far as ``actor`` may see it."""
    form_id = col(FormSubmission.form_id)
    rows = session.execute(
        select(form_id, func.count(), func.max(FormSubmission.at))
        .outerjoin(Contact, col(FormSubmission.contact_id) == Contact.id)
        .where(*_seen(actor))
        .group_by(form_id)
    ).all()
    return {number: (count, latest) for number, count, latest in rows}


def submissions(
    session: Session, actor: Actor, form: Form, *, before_id: int | None = None, limit: int
) -> list[Sent]:
    """What was sent with the form, latest first; at most ``limit`` older than ``before_id``."""
    query = (
        select(FormSubmission, col(Contact.name))
        .outerjoin(Contact, col(FormSubmission.contact_id) == Contact.id)
        .where(FormSubmission.form_id == form.id, *_seen(actor))
        .order_by(col(FormSubmission.id).desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(col(FormSubmission.id) < before_id)
    return [Sent(submission, name or "") for submission, name in session.execute(query).all()]


def by_public_id(session: Session, public_id: str) -> FormSubmission | None:
    """The submission that a token's nonce made."""
    return session.exec(select(FormSubmission).where(FormSubmission.public_id == public_id)).first()


def known(session: Session) -> Known:
    """What a layout's settings may name."""
    shown = select(Form.id).where(
        col(Form.archived_at).is_(None), col(Form.published_revision).is_not(None)
    )

    def ids(query: Any) -> frozenset[int]:
        return frozenset(session.execute(query).scalars())

    return Known(
        users=ids(select(User.id).where(col(User.active))),
        campaigns=ids(select(Campaign.id).where(Campaign.state != CampaignState.ARCHIVED)),
        running=ids(select(Campaign.id).where(Campaign.state == CampaignState.LIVE)),
        calendars=ids(select(Calendar.id).where(col(Calendar.active))),
        forms=ids(shown),
    )


def _seen(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return () if actor.is_admin else (col(Contact.id).is_not(None), seen_contacts(actor))
