"""The story of a contact in a campaign: what each visit did and why, and what comes next (CAM-6).

It is told in the reader's language and zone, by the version that the contact was on at each visit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.campaigns.plans import describe
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.plans.reasons import explain
from crm_app.campaigns.running import queries
from crm_app.campaigns.running.case import standing_of
from crm_app.campaigns.running.waiting import why
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import EnrolmentState, MessageState, StepOutcome
from crm_app.models import (
    Calendar,
    Campaign,
    CampaignVersion,
    Enrolment,
    Message,
    StepRun,
    User,
)

_GONE = N_("A step that is no longer there")
_ENTRY = N_("Entry")
_END = N_("End")


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A visit, or where the contact stands now (``outcome`` None). ``at`` is UTC; None: no time yet.

    ``step`` says what the step is, ``why`` why it did what it did; both are for people.
    """

    at: datetime | None
    step_id: str
    step: str
    version: int
    outcome: StepOutcome | None
    why: str
    message_id: int | None = None
    message_state: MessageState | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """All of it, oldest first; ``now`` is the last line while the contact is inside."""

    place: queries.Place
    entered_by: str
    lines: tuple[StoryLine, ...]
    now: StoryLine


@dataclass(frozen=True, slots=True)
class _Reader:
    actor: Actor
    known: Known
    plans: Mapping[int, tuple[int, Plan]]

    def step(self, version_id: int, step_id: str) -> str:
        if not step_id:
            return translate(self.actor.locale, _ENTRY)
        found = self.plans[version_id][1].step(step_id)
        if found is None:
            return translate(self.actor.locale, _GONE)
        return describe.sentence(found, self.known, self.actor.locale)

    def why(self, code: str, detail: Mapping[str, object]) -> str:
        return explain(self.actor.locale, code, detail, self.actor.time_zone) if code else ""


def story(session: Session, actor: Actor, enrolment_id: int) -> Story:
    """What happened and what comes next. NotFound unless ``actor`` may see the contact."""
    enrolment = queries.get_enrolment(session, actor, enrolment_id)
    (place,) = (
        each
        for each in queries.enrolments_of(session, actor, enrolment.contact_id, limit=10_000)
        if each.enrolment_id == enrolment.id
    )
    rows = session.execute(
        select(StepRun, Message.state)
        .join(Message, col(Message.id) == StepRun.message_id, isouter=True)
        .where(StepRun.enrolment_id == enrolment.id)
        .order_by(col(StepRun.visit))
    ).all()
    versions = {enrolment.version_id, *(run.version_id for run, _ in rows)}
    reader = _Reader(actor, _known(session), _plans(session, versions))
    return Story(
        place=place,
        entered_by=enrolment.entered_by,
        lines=tuple(_line(reader, run, state) for run, state in rows),
        now=_now(reader, enrolment),
    )


def _line(reader: _Reader, run: StepRun, state: MessageState | None) -> StoryLine:
    return StoryLine(
        at=run.at,
        step_id=run.step_id,
        step=reader.step(run.version_id, run.step_id),
        version=reader.plans[run.version_id][0],
        outcome=run.outcome,
        why=reader.why(run.reason, run.detail),
        message_id=run.message_id,
        message_state=state,
    )


def _now(reader: _Reader, enrolment: Enrolment) -> StoryLine:
    number, plan = reader.plans[enrolment.version_id]
    over = enrolment.ended_at is not None
    reason, detail = enrolment.reason, dict(enrolment.detail)
    if enrolment.state is EnrolmentState.ACTIVE and not reason:
        code, fills = why(plan, standing_of(enrolment))
        reason, detail = code, dict(fills)
    end = translate(reader.actor.locale, _END)
    return StoryLine(
        at=enrolment.ended_at if over else enrolment.due_at,
        step_id="" if over else enrolment.step_id,
        step=end if over else reader.step(enrolment.version_id, enrolment.step_id),
        version=number,
        outcome=None,
        why=reader.why(reason, detail),
    )


def _plans(session: Session, version_ids: set[int]) -> dict[int, tuple[int, Plan]]:
    found = session.exec(select(CampaignVersion).where(col(CampaignVersion.id).in_(version_ids)))
    return {row.id or 0: (row.number, parse(row.plan)) for row in found}


def _known(session: Session) -> Known:
    """Names for sentences, also of users and calendars that are not used any more."""
    names: Mapping[type[User] | type[Calendar] | type[Campaign], dict[int, str]] = {
        table: dict(tuple(row) for row in session.execute(select(table.id, table.name)).all())
        for table in (User, Calendar, Campaign)
    }
    return Known(users=names[User], calendars=names[Calendar], campaigns=names[Campaign])
