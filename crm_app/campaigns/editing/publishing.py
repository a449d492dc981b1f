"""Publishing a draft as a version that never changes again, and taking that back (CAM-1).

Contacts inside finish the version that they entered, unless the publisher decides otherwise for the
step at which they stand: to go on at a step of the new version, or to leave. What was replaced and
who was moved is kept with the version, so that publishing can be undone; who has gone on meanwhile
is left where he is then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.campaigns.editing.queries import INSIDE
from crm_app.campaigns.plans import checks
from crm_app.campaigns.plans.checks import Known
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import service as running
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import CampaignState, EnrolmentState
from crm_app.models import Campaign, CampaignVersion, Enrolment

KEEP, EXIT = "keep", "exit"
REASON = "published_exit"
Row = dict[str, Any]


def publish(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    known: Known,
    moves: Mapping[str, str] | None = None,
) -> CampaignVersion:
    """Make the draft the version that new contacts enter, and the campaign live.

    ``moves`` says for steps at which contacts stand: "keep" (the default), "exit", or the id of the
    step of the new version at which they go on. Invalid when ``checks`` finds an error.
    """
    actor.require_admin()
    session.refresh(campaign, with_for_update=True)
    plan = parse(campaign.draft)
    _require_sound(plan, known)
    version = _version(session, actor, campaign)
    version.replaced = {
        "version_id": campaign.live_version_id,
        "revision": campaign.published_revision,
        "state": campaign.state.value,
        "people": _move_all(session, actor, campaign, version, plan, moves or {}),
    }
    campaign.live_version_id, campaign.published_revision = version.id, campaign.revision
    campaign.state = CampaignState.LIVE
    _note(session, actor, campaign, "campaign.published", version)
    return version


def undo_publish(session: Session, actor: Actor, campaign: Campaign) -> int:
    """Take the last publishing back; how many contacts stand where they stood before.

    The version stays, for those who entered it meanwhile; the draft stays as it is. Conflict when
    there is nothing to take back.
    """
    actor.require_admin()
    session.refresh(campaign, with_for_update=True)
    version = session.get(CampaignVersion, campaign.live_version_id or 0)
    if version is None or not version.replaced:
        raise Conflict(N_("There is nothing to take back."))
    replaced = version.replaced
    back = sum(_put_back(session, version, row) for row in replaced["people"])
    campaign.live_version_id = replaced["version_id"]
    campaign.published_revision = replaced["revision"]
    campaign.state = CampaignState(replaced["state"])
    _note(session, actor, campaign, "campaign.unpublished", version)
    return back


def _require_sound(plan: Plan, known: Known) -> None:
    if any(mistake.severity == "error" for mistake in checks.check(plan, known)):
        raise Invalid(N_("Mend the marked steps first, then publish."))


def _version(session: Session, actor: Actor, campaign: Campaign) -> CampaignVersion:
    newest = session.exec(
        select(func.max(CampaignVersion.number)).where(CampaignVersion.campaign_id == campaign.id)
    ).one()
    version = CampaignVersion(
        campaign_id=campaign.id or 0,
        number=(newest or 0) + 1,
        plan=campaign.draft,
        published_at=clock.now(),
        published_by_id=actor.user_id,
    )
    session.add(version)
    session.flush()
    return version


def _move_all(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    version: CampaignVersion,
    plan: Plan,
    moves: Mapping[str, str],
) -> list[Row]:
    """Carry the choices out; where everybody stood who was moved."""
    chosen = {step_id: to for step_id, to in moves.items() if to != KEEP}
    if any(to != EXIT and plan.step(to) is None for to in chosen.values()):
        raise Invalid(N_("A contact cannot go on at a step that is gone. Choose again."))
    people = session.exec(
        select(Enrolment)
        .where(
            Enrolment.campaign_id == campaign.id,
            col(Enrolment.state).in_(INSIDE),
            col(Enrolment.step_id).in_(chosen),
        )
        .order_by(col(Enrolment.id))
        .with_for_update()
    ).all()
    return [_moved(session, actor, each, version, chosen[each.step_id]) for each in people]


def _moved(
    session: Session, actor: Actor, enrolment: Enrolment, version: CampaignVersion, to: str
) -> Row:
    stood = {
        "id": enrolment.id,
        "version_id": enrolment.version_id,
        "step_id": enrolment.step_id,
        "state": enrolment.state.value,
        "arrived_at": enrolment.arrived_at.isoformat(),
        "due_at": enrolment.due_at.isoformat() if enrolment.due_at else None,
        "reason": enrolment.reason,
        "detail": dict(enrolment.detail),
    }
    if to == EXIT:
        running.remove(session, actor, enrolment, reason=REASON)
    else:
        running.move_to(session, actor, [enrolment], version=version, step_id=to)
    return {**stood, "visit": enrolment.visit}


def _put_back(session: Session, version: CampaignVersion, row: Row) -> bool:
    """Give a contact his old place again, unless he went on since, or entered anew."""
    enrolment = session.get(Enrolment, row["id"], with_for_update=True)
    if enrolment is None or enrolment.visit != row["visit"]:
        return False
    if enrolment.ended_at is not None:
        if enrolment.reason != REASON or _is_inside(session, enrolment):
            return False
    elif enrolment.version_id != version.id:
        return False
    # The next number, so that what this visit did by then is never counted as another's.
    enrolment.visit += 1
    enrolment.version_id, enrolment.step_id = row["version_id"], row["step_id"]
    enrolment.state, enrolment.ended_at = EnrolmentState(row["state"]), None
    enrolment.arrived_at = datetime.fromisoformat(row["arrived_at"])
    enrolment.due_at = datetime.fromisoformat(row["due_at"]) if row["due_at"] else None
    enrolment.reason, enrolment.detail = row["reason"], row["detail"]
    session.add(enrolment)
    session.flush()
    return True


def _is_inside(session: Session, enrolment: Enrolment) -> bool:
    """Whether the contact is in the campaign by another entry now; he is never in it twice."""
    found = session.exec(
        select(Enrolment.id).where(
            Enrolment.campaign_id == enrolment.campaign_id,
            Enrolment.contact_id == enrolment.contact_id,
            Enrolment.occasion == enrolment.occasion,
            col(Enrolment.ended_at).is_(None),
        )
    ).first()
    return found is not None


def _note(
    session: Session, actor: Actor, campaign: Campaign, action: str, version: CampaignVersion
) -> None:
    campaign.changed_at = clock.now()
    session.add_all([campaign, version])
    session.flush()
    audit.record(
        session,
        actor,
        action,
        subject_kind="campaign",
        subject_id=campaign.id,
        version=version.number,
    )
    facts.record(session, facts.CampaignChanged(campaign.id or 0))
