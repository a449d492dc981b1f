"""External calendars, the events read from them, and the appointments written to them. Written by sync."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import (
    CalendarRole,
    ContactCreation,
    Intake,
    LinkNews,
    LinkOrigin,
    LinkState,
)
from crm_app.models.following import Followed


class ExternalCalendar(Followed, table=True):
    """A calendar of a connected account."""

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
    # The sync option (SYN-4) is these two; ``sync.options`` names the combinations.
    creation: ContactCreation = Field(
        default=ContactCreation.NEVER, sa_type=enum_type(ContactCreation)
    )
    triggers: bool = False
    # A series fires once unless this is on (SYN-8).
    triggers_per_instance: bool = False
    # Guests who are not in the CRM wait for a decision instead of becoming contacts (SYN-7).
    review: bool = False
    # The settings of team calendars decide (SYN-5): contacts are made once a calendar is chosen.
    for_team: bool = False
    # Where appointments made from external events stand; None: the user's own calendar for them.
    default_calendar_id: int | None = Field(
        default=None, foreign_key="calendar.id", ondelete="SET NULL"
    )
    option_changed_at: datetime | None = None
    # Somebody asked to take in what was there already: done up to this object's id; None: nothing asked.
    backfilled_to: int | None = None
    # The window for which occurrences have been laid out, UTC.
    window_from: datetime | None = None
    window_until: datetime | None = None
    # By which zone, addresses and settings they were laid out; when those change, all are anew.
    laid_as: str = ""
    # Whether tentative and out-of-office times block (SYN-3).
    tentative_blocks: bool = True
    out_of_office_blocks: bool = True


class ExternalObject(SQLModel, table=True):
    """One object of an external calendar as it was last read: a single event or a series with exceptions."""

    __tablename__ = "external_object"
    __table_args__ = (
        UniqueConstraint("external_calendar_id", "href"),
        Index("ix_external_object_series", "external_calendar_id", "series"),
        Index("ix_external_object_intake", "external_calendar_id", "intake"),
        # Asked for by every run, and there are next to none.
        Index(
            "ix_external_object_missing",
            "external_calendar_id",
            sqlite_where=text("missing_since IS NOT NULL"),
            postgresql_where=text("missing_since IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_calendar_id: int = Field(
        foreign_key="external_calendar.id", index=True, ondelete="CASCADE"
    )
    href: str
    # The objects of a series that the service keeps in several share this name; else it is the href.
    series: str = ""
    # None: the service does not say in which version it gave the object.
    etag: str | None = None
    uid: str = Field(index=True)
    content_hash: str = ""
    raw: str = ""
    generation: int = 0
    # Set when the object is the copy of an appointment that this user holds: it takes no time twice.
    appointment_id: int | None = Field(default=None, index=True)
    intake: Intake = Field(default=Intake.NONE, sa_type=enum_type(Intake))
    # The keys of the guests whom somebody decided against for this event; they are not asked about again.
    declined: list[str] = Field(default_factory=list, sa_column=Column(json_type(), nullable=False))
    # It was here before the sync option was chosen or the first listing ended: it triggers nothing.
    history: bool = False
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
    """An appointment and what stands for it in an external calendar, and in which revision.

    ``origin`` HERE: our copy of an appointment, in the calendar of one of its holders. OUTSIDE: an
    external event (or one instance of a series, named by ``recurrence_id``) from which the
    appointment was made; ``href`` is then the series' name, and ``foreign`` means that somebody else
    organises it, so that we never write it (SYN-9).

    ``written`` is what we sent last and ``kept`` how the service was found to keep it
    (``copies.Copy`` as JSON); what differs from them was changed since, here or there. Without
    ``written`` the copy has to be written whatever stands there.
    """

    __tablename__ = "event_link"
    __table_args__ = (
        UniqueConstraint("appointment_id", "external_calendar_id"),
        Index("ix_event_link_calendar", "external_calendar_id", "state"),
        Index("ix_event_link_href", "external_calendar_id", "href"),
        # Asked for by every run, and there are next to none.
        Index(
            "ix_event_link_news",
            "external_calendar_id",
            sqlite_where=text("news_since IS NOT NULL"),
            postgresql_where=text("news_since IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", ondelete="CASCADE")
    external_calendar_id: int = Field(foreign_key="external_calendar.id", ondelete="CASCADE")
    origin: LinkOrigin = Field(default=LinkOrigin.HERE, sa_type=enum_type(LinkOrigin))
    foreign: bool = False
    href: str = ""
    # Names the instance by the start that the series' rule gave it; empty for a single event.
    recurrence_id: str = ""
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
    # Set wherever there is news.
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


class GuestFilter(SQLModel, table=True):
    """Whose addresses never become contacts by sync (SYN-7).

    ``pattern`` is an address, ``@domain``, or ``@*.domain`` for a domain and all below it, in the
    match rule's form (CON-2). Without a user it counts for everybody. ``own``: a domain of the team's.
    """

    __tablename__ = "guest_filter"
    __table_args__ = (UniqueConstraint("user_id", "pattern"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int | None = Field(
        default=None, foreign_key="app_user.id", index=True, ondelete="CASCADE"
    )
    pattern: str
    own: bool = False
    created_at: datetime


class PushChannel(SQLModel, table=True):
    """A promise of a service to wake us when a calendar changes (SYN-10).

    ``token_hash`` is the SHA-256 of the secret that comes back with each call.
    """

    __tablename__ = "push_channel"

    id: int | None = Field(default=None, primary_key=True)
    external_calendar_id: int = Field(
        foreign_key="external_calendar.id", index=True, ondelete="CASCADE"
    )
    # Ours, unguessable; for Microsoft the subscription's id.
    channel_id: str = Field(unique=True)
    resource_id: str = ""
    token_hash: str
    expires_at: datetime
    # Of the last call that woke us: a repeated one does nothing.
    last_message: int = 0
    created_at: datetime
