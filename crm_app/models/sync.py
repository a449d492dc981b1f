"""External calendars, the events read from them, and the appointments written to them. Written by sync."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import CalendarRole, LinkNews, LinkState, SyncOption


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
    # By which zone, addresses and settings they were laid out; when those change, all are anew.
    laid_as: str = ""
    # How many objects the listing under way has brought so far.
    events_seen: int = 0
    # Whether tentative and out-of-office times block (SYN-3).
    tentative_blocks: bool = True
    out_of_office_blocks: bool = True
    polled_at: datetime | None = None
    next_attempt_at: datetime | None = None
    failure_count: int = 0
    last_success_at: datetime | None = None
    # A message id for people; empty when the last run went well.
    last_error: str = ""
    # The service says that the calendar itself does not exist any more; its events stay here.
    gone_at: datetime | None = None
    # One run at a time: only the run that holds the token may write (the fencing token).
    lease_until: datetime | None = None
    lease_token: int = 0
    # Somebody wanted a run while one was under way: one more follows it.
    wanted_again: bool = False
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
    # None: the service does not say in which version it gave the object.
    etag: str | None = None
    uid: str = Field(index=True)
    content_hash: str = ""
    raw: str = ""
    generation: int = 0
    # Set when the object is the copy of an appointment that this user holds: it takes no time twice.
    appointment_id: int | None = Field(default=None, index=True)
    # Has instances after the window's end, so that moving the window must lay it out again.
    continues: bool = False
    # A Trouble of providers.occurrence, empty when the object was read without any.
    trouble: str = ""
    # The service no longer has it; it is deleted here at the end of the run, unless that needs a yes.
    missing_since: datetime | None = None


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
    """The copy of an appointment in the calendar of one of its holders, and in which revision.

    ``written`` is what we sent last and ``kept`` how the service was found to keep it
    (``copies.Copy`` as JSON); what differs from them was changed since, here or there. Without
    ``written`` the copy has to be written whatever stands there.
    """

    __tablename__ = "event_link"
    __table_args__ = (
        UniqueConstraint("appointment_id", "external_calendar_id"),
        Index("ix_event_link_calendar", "external_calendar_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", ondelete="CASCADE")
    external_calendar_id: int = Field(foreign_key="external_calendar.id", ondelete="CASCADE")
    href: str = ""
    # None: the server's copy is not known to be ours alone.
    etag: str | None = None
    # The appointment's revision that was written last (its ical_sequence), -1: none yet.
    written_sequence: int = -1
    # The provider's content hash of what was written: how our own echo is known.
    written_hash: str = ""
    written: dict[str, Any] | None = Field(
        default=None, sa_column=Column(json_type(), nullable=True)
    )
    kept: dict[str, Any] | None = Field(default=None, sa_column=Column(json_type(), nullable=True))
    # What was sent since and never answered: found there, it is ours and nobody's change.
    unanswered: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    state: LinkState = Field(default=LinkState.WANTED, sa_type=enum_type(LinkState))
    # What the last pull brought about the copy and is not settled yet.
    news: LinkNews = Field(default=LinkNews.NONE, sa_type=enum_type(LinkNews))
    news_since: datetime | None = None
    # When the copy was deleted outside; what comes back within 30 days is restored (SYN-9).
    deleted_outside_at: datetime | None = None
    # {"at", "message", "ours", "theirs"}: shown on the appointment until somebody reads it.
    conflict: dict[str, Any] | None = Field(
        default=None, sa_column=Column(json_type(), nullable=True)
    )
    attempts: int = 0
    next_attempt_at: datetime | None = None
    last_error: str = ""
    changed_at: datetime
