"""Making all that a template holds: campaigns as drafts, triggers switched off, forms as drafts.

Nothing of it does anything before somebody has looked at it, published and switched it on.
"""

from sqlmodel import Session, col, select

from crm_app.accounts.slugs import candidates, spelled
from crm_app.campaigns.editing import service
from crm_app.campaigns.plans.drafts import Draft, with_ids
from crm_app.campaigns.plans.templates import TEMPLATES, Choices
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import CalendarKind
from crm_app.models import Calendar, CalendarMember, Campaign, Form, Trigger, User


def make(session: Session, actor: Actor, key: str) -> Campaign:
    """Everything that the template ``key`` holds; the campaign that is to be opened. NotFound."""
    actor.require_admin()
    template = TEMPLATES.get(key)
    if template is None:
        raise NotFound
    draft = template.build(_choices(session, actor))
    made = _campaigns(session, actor, draft)
    ids = {ref: campaign.id or 0 for ref, campaign in made.items()}
    _triggers(session, actor, draft, ids)
    _forms(session, actor, draft, ids)
    return made[draft.campaigns[0].ref]


def _choices(session: Session, actor: Actor) -> Choices:
    """The first team calendar and who serves it: the likely ones, to be changed in the builder."""
    calendar = session.exec(
        select(Calendar)
        .where(Calendar.kind == CalendarKind.TEAM, col(Calendar.active).is_(True))
        .order_by(col(Calendar.id))
    ).first()
    members = (
        session.exec(
            select(CalendarMember.user_id)
            .join(User, col(User.id) == CalendarMember.user_id)
            .where(CalendarMember.calendar_id == calendar.id, col(User.active).is_(True))
            .order_by(col(CalendarMember.position))
        ).all()
        if calendar
        else [actor.user_id]
    )
    users = tuple(user_id for user_id in members if user_id is not None)
    return Choices(actor.locale, users, calendar.id if calendar else None)


def _campaigns(session: Session, actor: Actor, draft: Draft) -> dict[str, Campaign]:
    made = {each.ref: service.create(session, actor, name=each.name) for each in draft.campaigns}
    ids = {ref: campaign.id or 0 for ref, campaign in made.items()}
    for each in draft.campaigns:
        # Only now are the ids known by which campaigns name each other.
        plan = with_ids(each.plan, ids)
        service.save(session, actor, made[each.ref], plan, revision=made[each.ref].revision)
    return made


def _triggers(session: Session, actor: Actor, draft: Draft, ids: dict[str, int]) -> None:
    at = clock.now()
    for each in draft.triggers:
        trigger = Trigger(
            name=each.name,
            event=each.event,
            options=with_ids(each.options, ids),
            filters=with_ids(each.filters, ids),
            actions=with_ids(each.actions, ids),
            enabled=False,
            created_by_id=actor.user_id,
            created_at=at,
            changed_at=at,
        )
        session.add(trigger)
        session.flush()
        facts.record(session, facts.TriggerChanged(trigger.id or 0))


def _forms(session: Session, actor: Actor, draft: Draft, ids: dict[str, int]) -> None:
    at = clock.now()
    for each in draft.forms:
        form = Form(
            slug=_free_slug(session, each.name),
            name=each.name,
            draft=with_ids(each.layout, ids),
            created_by_id=actor.user_id,
            created_at=at,
            changed_at=at,
        )
        session.add(form)
        session.flush()
        facts.record(session, facts.FormChanged(form.id or 0))


def _free_slug(session: Session, name: str) -> str:
    taken = set(session.exec(select(Form.slug)))
    return next(slug for slug in candidates(spelled(name) or "form") if slug not in taken)
