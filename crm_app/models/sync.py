"""External calendars, the events read from them, and the appointments written to them. Written by sync."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type
from crm_app.core.kinds import CalendarRole, SyncOption


class ExternalCalendar(SQLModel, table=True):
    """A calendar of a connected account. The cursor is the provider's, saved with each page."""

    __tablename__ = "external_calendar"
    __table_args__ = (UniqueConstraint("account_id", "ref"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="connected_account.id", index=True, ondelete="CASCADE")
    # The provider's id or href.
    ref: str
    name: str
    color: str = ""
    time_zone: str = ""
    writable: bool = True
    role: CalendarRole = Field(default=CalendarRole.UNUSED, sa_type=enum_type(CalendarRole))
    option: SyncOption = Field(default=SyncOption.ONE_WAY, sa_type=enum_type(SyncOption))
    cursor: str | None = None
    # False while a first (or repeated) full listing is under way.
    complete: bool = False
    # Rises with each full listing; rows that a complete listing did not touch are gone.
    generation: int = 0
    # The window for which occurrences have been laid out, UTC.
    window_from: datetime | None = None
    window_until: datetime | None = None
    events_seen: int = 0
    last_success_at: datetime | None = None
    last_error: str = ""
    lease_until: datetime | None = None
    lease_token: int = 0
    # Set when a run wants to delete more than the share that is deleted without a yes (SYN-10).
    deletions_waiting: int = 0


class ExternalObject(SQLModel, table=True):
    """One object of an external calendar as it was last read: a single event or a series with exceptions."""

    __tablename__ = "external_object"
    __table_args__ = (UniqueConstraint("external_calendar_id", "href"),)

    id: int | None = Field(default=None, primary_key=True)
    external_calendar_id: int = Field(
        foreign_key="external_calendar.id", index=True, ondelete="CASCADE"
    )
    href: str
    etag: str = ""
    uid: str = Field(index=True)
    content_hash: str = ""
    raw: str = ""
    generation: int = 0
    # Set when the object is the copy of an appointment that we wrote.
    appointment_id: int | None = Field(default=None, index=True)


class BusyTime(SQLModel, table=True):
    """One occurrence of an external event in a user's time (SYN-2, SYN-3).

    ``blocks`` False: shown, but the time stays open. All-day occurrences carry their dates as ISO
    text and block the whole day in the calendar's zone.
    """

    __tablename__ = "busy_time"
    __table_args__ = (
        Index("ix_busy_user_time", "user_id", "starts_at"),
        Index("ix_busy_object", "external_object_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", ondelete="CASCADE")
    external_calendar_id: int = Field(
        foreign_key="external_calendar.id", index=True, ondelete="CASCADE"
    )
    external_object_id: int = Field(foreign_key="external_object.id", ondelete="CASCADE")
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False
    local_start: str = ""
    local_end: str = ""
    blocks: bool = True
    private: bool = False
    tentative: bool = False
    recurring: bool = False
    summary: str = ""


class EventLink(SQLModel, table=True):
    """Where an appointment of ours stands in its owner's linked calendar, and in which revision."""

    __tablename__ = "event_link"
    __table_args__ = (UniqueConstraint("appointment_id", "external_calendar_id"),)

    id: int | None = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", ondelete="CASCADE")
    external_calendar_id: int = Field(foreign_key="external_calendar.id", ondelete="CASCADE")
    href: str = ""
    etag: str = ""
    # The appointment's revision that was written last (its ical_sequence), -1: none yet.
    written_sequence: int = -1
    written_hash: str = ""
    # wanted: to be written; written; removing; gone.
    state: str = "wanted"
    last_error: str = ""
    changed_at: datetime
