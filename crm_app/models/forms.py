"""Public forms and surveys, and what was sent with them (FRM-1). Written by campaigns."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from crm_app.core.columns import json_type


class Form(SQLModel, table=True):
    """A form at ``/f/<slug>``. ``draft`` and ``published`` are a ``forms.layout.Layout`` as JSON."""

    __tablename__ = "form"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    draft: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    revision: int = 0
    # None: strangers find nothing at its address.
    published: dict[str, Any] | None = Field(
        default=None, sa_column=Column(json_type(), nullable=True)
    )
    published_revision: int | None = None
    archived_at: datetime | None = None
    created_by_id: int | None = None
    created_at: datetime
    changed_at: datetime


class FormSubmission(SQLModel, table=True):
    """A form that a visitor sent. ``public_id`` comes from the page, so sending twice is one."""

    __tablename__ = "form_submission"
    __table_args__ = (Index("ix_form_submission_form", "form_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    form_id: int = Field(foreign_key="form.id", ondelete="CASCADE")
    contact_id: int | None = Field(
        default=None, foreign_key="contact.id", index=True, ondelete="CASCADE"
    )
    # Whose the contact became by the form's own rule; the next turn is counted from here.
    assigned_to_id: int | None = None
    # [{"field", "label", "value"}] in the form's order, as they were asked.
    answers: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    locale: str = "en"
    at: datetime
