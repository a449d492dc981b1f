"""Calendars, their members, appointments and the claims that keep two of them apart.

Written by appointments. ``TimeClaim`` is the database's own guard against double booking (CAL-5):
a trigger on SQLite and an exclusion constraint on PostgreSQL (see the first migration) refuse a
second claim of the same user that overlaps.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import (
    AppointmentSource,
    AppointmentStatus,
    CalendarKind,
    DrawMode,
)


class Calendar(SQLModel, table=True):
    """Something that can be booked, with its slot rules (CAL-1, CAL-2). All lengths in minutes."""

    __tablename__ = "calendar"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    kind: CalendarKind = Field(default=CalendarKind.TEAM, sa_type=enum_type(CalendarKind))
    description: str = ""
    location: str = ""
    active: bool = True
    duration: int = 30
    interval: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int = 240
    horizon_days: int = 60
    per_day_cap: int | None = None
    per_slot_cap: int | None = None
    # Class calendars: how many may book the same slot.
    seats: int = 1
    # ``availability.Hours`` as JSON in the member's zone; None: any time that the member works.
    hours: dict[str, Any] | None = Field(default=None, sa_column=Column(json_type(), nullable=True))
    draw_mode: DrawMode = Field(default=DrawMode.EQUAL, sa_type=enum_type(DrawMode))
    # CAL-7: rescheduling keeps the member, or draws anew.
    reschedule_keeps_member: bool = True
    # How long before the start a lead may still change or cancel.
    change_cutoff: int = 60
    # Appointments of this calendar begin as "new" and wait for a yes, instead of "confirmed".
    needs_confirmation: bool = False
    # [{"key", "label", "kind": text|long_text|phone|choice|checkbox, "required", "choices"}]
    form_fields: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    allow_guests: bool = True
    consent_text: str = ""
    # Minutes before the start at which a reminder goes out.
    reminders: list[int] = Field(
        default_factory=lambda: [1440, 60], sa_column=Column(json_type(), nullable=False)
    )
    # Kinds of mail to leads and guests that this calendar does not send (CAL-8): "showed", ...
    muted_mails: list[str] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    color: int = 0
    created_at: datetime


class CalendarMember(SQLModel, table=True):
    """A user serves a calendar. ``credit`` is the balance of the draw ledger, in millionths of a turn."""

    __tablename__ = "calendar_member"
    __table_args__ = (UniqueConstraint("calendar_id", "user_id"),)

    id: int | None = Field(default=None, primary_key=True)
    calendar_id: int = Field(foreign_key="calendar.id", index=True, ondelete="CASCADE")
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    weight: int = 1
    priority: int = 0
    position: int = 0
    active: bool = True
    credit: int = Field(default=0, sa_type=BigInteger)
    last_drawn_at: datetime | None = None
    joined_at: datetime


class CalendarRight(SQLModel, table=True):
    """A member of the workspace may see or book a calendar that he does not serve (USR-3)."""

    __tablename__ = "calendar_right"

    calendar_id: int = Field(foreign_key="calendar.id", primary_key=True, ondelete="CASCADE")
    user_id: int = Field(foreign_key="app_user.id", primary_key=True, ondelete="CASCADE")
    may_see: bool = True
    may_book: bool = False


class ClassSession(SQLModel, table=True):
    """One slot of a class calendar and its seats; the database refuses one seat too many."""

    __tablename__ = "class_session"
    __table_args__ = (
        UniqueConstraint("calendar_id", "starts_at"),
        CheckConstraint("seats_taken >= 0 AND seats_taken <= seats", name="seats_left"),
    )

    id: int | None = Field(default=None, primary_key=True)
    calendar_id: int = Field(foreign_key="calendar.id", ondelete="CASCADE")
    starts_at: datetime
    seats: int
    seats_taken: int = 0


class Appointment(SQLModel, table=True):
    """A meeting with a contact. ``user_id`` is the appointment owner; buffers are those at booking."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_user_time", "user_id", "starts_at"),
        Index("ix_appointment_calendar_time", "calendar_id", "starts_at"),
        Index("ix_appointment_time", "starts_at", "ends_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    # What links and external events carry instead of the id.
    public_id: str = Field(unique=True)
    calendar_id: int = Field(foreign_key="calendar.id")
    user_id: int = Field(foreign_key="app_user.id")
    contact_id: int | None = Field(
        default=None, foreign_key="contact.id", index=True, ondelete="SET NULL"
    )
    class_session_id: int | None = Field(default=None, foreign_key="class_session.id")
    # The name and address that the lead booked with; empty: those of the contact are used.
    lead_name: str = ""
    lead_email: str = ""
    title: str
    starts_at: datetime
    ends_at: datetime
    buffer_before: int = 0
    buffer_after: int = 0
    status: AppointmentStatus = Field(
        default=AppointmentStatus.CONFIRMED, sa_type=enum_type(AppointmentStatus)
    )
    source: AppointmentSource = Field(
        default=AppointmentSource.PAGE, sa_type=enum_type(AppointmentSource)
    )
    # The lead's language and zone at booking: mails and links speak these.
    locale: str = "en"
    time_zone: str = "UTC"
    location: str = ""
    note: str = ""
    answers: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # [{"name", "email"}]
    guests: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    # RFC 5545 UID and SEQUENCE; the UID never changes.
    ical_uid: str = Field(unique=True)
    ical_sequence: int = 0
    # Made from an external event that somebody outside the workspace organises: only he changes it.
    organized_elsewhere: bool = False
    # Whole days in ``time_zone``; only external events are.
    all_day: bool = False
    # False: what happens with it never triggers anything (SYN-4, "Disable trigger").
    triggers: bool = True
    cancelled_by: str = ""
    cancel_reason: str = ""
    created_at: datetime
    changed_at: datetime


class AppointmentContact(SQLModel, table=True):
    """Another contact who takes part, besides ``Appointment.contact_id``."""

    __tablename__ = "appointment_contact"

    appointment_id: int = Field(foreign_key="appointment.id", primary_key=True, ondelete="CASCADE")
    contact_id: int = Field(
        foreign_key="contact.id", primary_key=True, index=True, ondelete="CASCADE"
    )


class TimeClaim(SQLModel, table=True):
    """A user's time, held by an appointment or a class session. Overlaps are refused by the database.

    ``starts_s`` and ``ends_s`` are UTC epoch seconds: integers that both databases compare alike.
    """

    __tablename__ = "time_claim"
    __table_args__ = (
        Index("ix_claim_user", "user_id", "starts_s"),
        CheckConstraint("starts_s < ends_s", name="claim_has_length"),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    starts_s: int = Field(sa_type=BigInteger)
    ends_s: int = Field(sa_type=BigInteger)
    appointment_id: int | None = Field(
        default=None, foreign_key="appointment.id", index=True, ondelete="CASCADE"
    )
    class_session_id: int | None = Field(
        default=None, foreign_key="class_session.id", index=True, ondelete="CASCADE"
    )


class DrawEntry(SQLModel, table=True):
    """One turn of a team calendar's round robin, kept per booking (CAL-4): who was drawn and why."""

    __tablename__ = "draw_entry"

    id: int | None = Field(default=None, primary_key=True)
    calendar_id: int = Field(foreign_key="calendar.id", index=True, ondelete="CASCADE")
    appointment_id: int = Field(foreign_key="appointment.id", index=True, ondelete="CASCADE")
    user_id: int = Field(foreign_key="app_user.id")
    at: datetime
    # {user id: millionths of a turn}; what reverting gives back.
    shares: dict[str, int] = Field(sa_column=Column(json_type(), nullable=False))
    # The ledger as it was: rows that answer "Why Kate?".
    reason: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # Set when a cancellation or a no-show gave the turn back.
    reverted_at: datetime | None = None
