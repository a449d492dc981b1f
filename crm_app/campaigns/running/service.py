"""Who is in a campaign: entering, leaving, being moved, going on after a person had a look (CAM-1).

Whatever happens to an enrolment happens while its contact's row is held, so it never crosses a step
that is being carried out. Services never commit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import arrival, entering, settling
from crm_app.campaigns.running.case import INSIDE, Case
from crm_app.campaigns.running.entering import Refused
from crm_app.campaigns.running.visits import Visit, go_on
from crm_app.contacts.visibility import require_change
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, NotAllowed
from crm_app.core.i18n import N_
from crm_app.core.kinds import EnrolmentState, StepOutcome
from crm_app.models import Campaign, CampaignVersion, Contact, Enrolment

__all__ = ["Refused", "enrol", "move_to", "remove", "resume", "skip"]
_NOT_WAITING = N_("This contact does not wait for anybody any more.")


def enrol(
    session: Session,
    actor: Actor,
    *,
    campaign: Campaign,
    contact: Contact,
    key: str,
    by: str,
    appointment_id: int | None = None,
    now: datetime,
) -> Enrolment | Refused:
    """Have the contact enter the campaign; with ``appointment_id`` once for each appointment.

    ``key`` makes it happen once: a known one gives what it made, whatever became of that. ``by`` is
    who or what did it ("user:3", "form:12", "trigger:4"). NotAllowed for visitors, and for users who
    may not change the contact.
    """
    _require(actor, contact)
    entered = entering.enter(
        session,
        actor,
        campaign=campaign,
        contact=contact,
        key=key,
        by=by,
        appointment_id=appointment_id,
        now=now,
    )
    if actor.is_user and isinstance(entered, Enrolment):
        _audit(session, actor, "campaign.contact_added", entered)
    return entered


def remove(
    session: Session, actor: Actor, enrolment: Enrolment, *, reason: str = "by_hand"
) -> None:
    """Take the contact out; nothing happens when he is out already. ``reason``: ``plans.reasons``."""
    _hold(session, actor, [enrolment])
    if enrolment.state not in INSIDE:
        return
    now = clock.now()
    values = {
        "state": EnrolmentState.LEFT,
        "due_at": None,
        "ended_at": now,
        "reason": reason,
        "detail": {"who": actor.label},
    }
    settling.put(session, [(enrolment, values)])
    campaign = session.get_one(Campaign, enrolment.campaign_id)
    settling.announce(session, [(enrolment, campaign.name)])
    if actor.is_user:
        _audit(session, actor, "campaign.contact_removed", enrolment)


def move_to(
    session: Session,
    actor: Actor,
    enrolments: Sequence[Enrolment],
    *,
    version: CampaignVersion,
    step_id: str,
) -> None:
    """Have contacts who are inside go on at a step of a version. Administrators only.

    At another step than theirs they have just arrived; at the same step they wait as long as before.
    Conflict when the version has no such step.
    """
    actor.require_admin()
    _hold(session, actor, enrolments)
    now, plan = clock.now(), parse(version.plan)
    if plan.step(step_id) is None:
        raise Conflict(N_("A contact cannot go on at a step that is gone. Choose again."))
    inside = [each for each in enrolments if each.state in INSIDE]
    stays = [each for each in inside if each.step_id == step_id]
    waiting = [each for each in stays if each.state is EnrolmentState.ACTIVE]
    settling.put(session, [(each, {"version_id": version.id}) for each in waiting])
    arriving = [each for each in inside if each not in waiting]
    settling.leave_visits(
        session, arriving, outcome=StepOutcome.SKIPPED, reason="published_move", now=now
    )
    for each in arriving:
        arrived = _arrived(session, each, plan, step_id, now)
        settling.put(session, [(each, {"version_id": version.id, **arrived})])


def resume(session: Session, actor: Actor, enrolment: Enrolment) -> None:
    """A person has mended what the contact waited for: the step is tried again now. Conflict."""
    _require_attention(session, actor, enrolment)
    now = clock.now()
    settling.put(session, [(enrolment, {**_tried_again(enrolment), "due_at": now})])
    if not enrolment.step_id:
        case = _case(session, enrolment, now)
        entering.begin(session, enrolment, case.campaign, case.plan, now=now)
    _audit(session, actor, "campaign.contact_resumed", enrolment)


def skip(session: Session, actor: Actor, enrolment: Enrolment) -> None:
    """The contact goes on without the step at which he waits for a person. Conflict."""
    _require_attention(session, actor, enrolment)
    now = clock.now()
    case = _case(session, enrolment, now)
    step = case.plan.step(enrolment.step_id)
    if step is None:
        raise Conflict(N_("The step at which the contact stood is gone. Choose where it goes on."))
    settling.put(session, [(enrolment, _tried_again(enrolment))])
    visit = Visit(case.plan, step, case.standing, case.world, now)
    case.move = go_on(visit, StepOutcome.SKIPPED, "skipped_by_hand", {"who": actor.label})
    entering.finish(session, [case], now=now)
    _audit(session, actor, "campaign.step_skipped", enrolment)


def _require(actor: Actor, contact: Contact) -> None:
    if actor.kind == "visitor":
        raise NotAllowed
    require_change(actor, contact)


def _require_attention(session: Session, actor: Actor, enrolment: Enrolment) -> None:
    _hold(session, actor, [enrolment])
    if enrolment.state is not EnrolmentState.ATTENTION:
        raise Conflict(_NOT_WAITING)


def _hold(session: Session, actor: Actor, enrolments: Sequence[Enrolment]) -> None:
    """Hold the contacts, and see the enrolments as the last change left them."""
    entering.lock(session, [each.contact_id for each in enrolments])
    for each in enrolments:
        session.refresh(each)
        _require(actor, session.get_one(Contact, each.contact_id))


def _tried_again(enrolment: Enrolment) -> dict[str, Any]:
    """Another visit to the same step: what the last one came to stands in its row."""
    return {
        "state": EnrolmentState.ACTIVE,
        "visit": enrolment.visit + 1,
        "reason": "",
        "detail": {},
    }


def _arrived(
    session: Session, enrolment: Enrolment, plan: Plan, step_id: str, now: datetime
) -> dict[str, Any]:
    step = plan.step(step_id)
    assert step is not None
    seen = entering.load(session, enrolment, plan, now=now)
    return {
        **_tried_again(enrolment),
        "step_id": step_id,
        "arrived_at": now,
        "due_at": arrival.due_at(plan, step, seen, now),
    }


def _case(session: Session, enrolment: Enrolment, now: datetime) -> Case:
    version = session.get_one(CampaignVersion, enrolment.version_id)
    plan = parse(version.plan)
    seen = entering.load(session, enrolment, plan, now=now)
    return Case(enrolment, session.get_one(Campaign, enrolment.campaign_id), plan, seen)


def _audit(session: Session, actor: Actor, action: str, enrolment: Enrolment) -> None:
    audit.record(
        session,
        actor,
        action,
        subject_kind="contact",
        subject_id=enrolment.contact_id,
        campaign_id=enrolment.campaign_id,
        enrolment_id=enrolment.id,
    )
