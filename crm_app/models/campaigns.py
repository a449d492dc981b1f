"""Campaigns, their published versions, who is inside, and what each visit to a step did.

Written by campaigns. A version never changes; an enrolment names the version that it runs on, so
whoever is inside finishes what he entered unless he is moved (CAM-1). A wait is a row with a due
time, never sleeping code.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import CampaignState, EnrolmentState, StepOutcome

_INSIDE = text("ended_at IS NULL")
_ACTIVE = text("state = 'active'")


class Campaign(SQLModel, table=True):
    """A campaign. ``draft`` is a ``plans.plan.Plan`` as JSON; ``revision`` rises with each save of it."""

    __tablename__ = "campaign"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    state: CampaignState = Field(default=CampaignState.DRAFT, sa_type=enum_type(CampaignState))
    draft: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    revision: int = 0
    # The published version that new contacts enter; no foreign key, since versions point back.
    live_version_id: int | None = None
    # ``revision`` of the draft that was published last: equal means that nothing changed since.
    published_revision: int | None = None
    created_by_id: int | None = None
    created_at: datetime
    changed_at: datetime


class CampaignVersion(SQLModel, table=True):
    """A plan as it was published. Never changed afterwards."""

    __tablename__ = "campaign_version"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    number: int
    plan: dict[str, Any] = Field(sa_column=Column(json_type(), nullable=False))
    published_at: datetime
    published_by_id: int | None = None
    # What its publishing replaced and whom it moved, so that it can be undone.
    replaced: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )


class Enrolment(SQLModel, table=True):
    """A contact inside a campaign: at which step, since when, until when, and why.

    ``visit`` counts the arrivals at steps; (enrolment, visit) is the key of an effect. ``due_at``
    (UTC) is when the step is to be looked at. ``reason`` is a code of ``plans.reasons``.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index("ix_enrolment_due", "due_at", "id", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index("ix_enrolment_place", "campaign_id", "state", "step_id"),
        Index("ix_enrolment_contact", "contact_id", "state"),
        Index(
            "ix_enrolment_once",
            "campaign_id",
            "contact_id",
            "occasion",
            unique=True,
            sqlite_where=_INSIDE,
            postgresql_where=_INSIDE,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    # What made it: the same entry is never made twice ("form:12", "trigger:4:fact:99").
    key: str = Field(unique=True)
    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE")
    version_id: int = Field(foreign_key="campaign_version.id", index=True, ondelete="CASCADE")
    contact_id: int = Field(foreign_key="contact.id", ondelete="CASCADE")
    # The appointment that it is about; each appointment may have an enrolment of its own.
    appointment_id: int | None = Field(
        default=None, foreign_key="appointment.id", index=True, ondelete="SET NULL"
    )
    occasion: str = ""
    state: EnrolmentState = Field(default=EnrolmentState.ACTIVE, sa_type=enum_type(EnrolmentState))
    step_id: str = ""
    visit: int = 0
    arrived_at: datetime
    due_at: datetime | None = None
    # What happened since the entry: [{"what": replied|clicked|booked|..., "at": ISO 8601, "visit": int}]
    heard: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    reason: str = ""
    detail: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    entered_at: datetime
    entered_by: str = ""
    ended_at: datetime | None = None


class StepRun(SQLModel, table=True):
    """What a visit to a step did; written in the transaction of the effect, so there is one per visit."""

    __tablename__ = "step_run"
    __table_args__ = (Index("ix_step_run_step", "campaign_id", "step_id", "outcome"),)

    enrolment_id: int = Field(foreign_key="enrolment.id", primary_key=True, ondelete="CASCADE")
    visit: int = Field(primary_key=True)
    campaign_id: int
    version_id: int
    step_id: str
    at: datetime
    outcome: StepOutcome = Field(sa_type=enum_type(StepOutcome))
    reason: str = ""
    detail: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    message_id: int | None = Field(default=None, index=True)


class CampaignTurn(SQLModel, table=True):
    """A user's balance in a campaign's own round robin, in millionths of a turn (CAM-1, CAL-4)."""

    __tablename__ = "campaign_turn"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    # "" for the assignment on entry, else the id of the assigning step.
    step_id: str = Field(default="", primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", primary_key=True, ondelete="CASCADE")
    credit: int = Field(default=0, sa_type=BigInteger)
    last_drawn_at: datetime | None = None
