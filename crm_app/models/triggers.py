"""Triggers: when something happens, if it fits, then act; with a log of every look. Written by campaigns."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import TimerState, TriggerOutcome


class Trigger(SQLModel, table=True):
    """When ``event`` + if ``filters`` -> then ``actions`` (TRG-1, TRG-2). Off: it looks at nothing."""

    __tablename__ = "trigger"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    # A key of ``triggers.catalogue.EVENTS``.
    event: str = Field(index=True)
    # What the event itself asks for: minutes, from what on, most repeats, ...
    options: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # [{"field", "op", "value"}], all of which must hold.
    filters: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    # [{"kind", ...}], carried out in this order.
    actions: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    enabled: bool = False
    # The unguessable part of an inbound webhook's address, hashed.
    hook_hash: str = Field(default="", index=True)
    revision: int = 0
    created_by_id: int | None = None
    created_at: datetime
    changed_at: datetime
    # Deleted triggers can be brought back for 30 days.
    deleted_at: datetime | None = None


class TriggerRun(SQLModel, table=True):
    """One look of a trigger at one thing that happened, and why it did or did not act."""

    __tablename__ = "trigger_run"
    __table_args__ = (
        Index("ix_trigger_run_log", "trigger_id", "at", "id"),
        Index("ix_trigger_run_contact", "contact_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    trigger_id: int = Field(foreign_key="trigger.id", ondelete="CASCADE")
    # "trigger:4:fact:99": a fact that is told twice is looked at once.
    key: str = Field(unique=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", ondelete="CASCADE")
    at: datetime
    outcome: TriggerOutcome = Field(sa_type=enum_type(TriggerOutcome))
    # A code of ``triggers.reasons``.
    reason: str = ""
    detail: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )


class TriggerTimer(SQLModel, table=True):
    """A time that a trigger waits for: "not booked within 10 minutes", "starts in 1 hour"."""

    __tablename__ = "trigger_timer"
    __table_args__ = (Index("ix_trigger_timer_due", "state", "due_at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    trigger_id: int = Field(foreign_key="trigger.id", index=True, ondelete="CASCADE")
    contact_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    appointment_id: int | None = Field(
        default=None, foreign_key="appointment.id", index=True, ondelete="CASCADE"
    )
    key: str = Field(unique=True)
    # From when the time runs (the entry, the link's sending, the form), and how often it has begun.
    started_at: datetime
    round: int = 1
    due_at: datetime
    state: TimerState = Field(default=TimerState.WAITING, sa_type=enum_type(TimerState))
    reason: str = ""
