"""Users, their sessions, the workspace, connected accounts, and the audit log. Written by accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.crypto import EncryptedText
from crm_app.core.kinds import AccountPurpose, AccountState, Role


class Workspace(SQLModel, table=True):
    """The one row of settings that the whole team shares; its id is always 1."""

    __tablename__ = "workspace"

    id: int = Field(default=1, primary_key=True)
    name: str
    locale: str = "en"
    time_zone: str = "UTC"
    # SPEC §4: A and B of Settings > Teams > Team calendar configuration.
    assign_owner_on_booking: bool = True
    keep_existing_owner: bool = True
    logo_path: str = ""
    show_logo: bool = False
    accent: str = ""
    privacy_url: str = ""
    # When an external calendar cannot be asked before a booking commits (SYN-11): "keep" or "block".
    when_unreachable: str = "keep"
    mail_from: str = ""
    # smtp(s)://user:password@host:port; empty means that mail waits on the Outbox page.
    smtp_url: str | None = Field(default=None, sa_type=EncryptedText)
    created_at: datetime


class User(SQLModel, table=True):
    """A person who signs in. ``hours`` is ``availability.Hours`` as JSON, in the user's zone."""

    __tablename__ = "app_user"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    slug: str = Field(unique=True)
    email: str
    # The match rule's form of ``email`` (CON-2).
    email_key: str = Field(unique=True)
    password_hash: str | None = None
    role: Role = Field(default=Role.MEMBER, sa_type=enum_type(Role))
    locale: str = "en"
    time_zone: str = "UTC"
    signature: str = ""
    hours: dict[str, Any] = Field(
        default_factory=lambda: {"weekly": {str(day): [[540, 1020]] for day in range(5)}},
        sa_column=Column(json_type(), nullable=False),
    )
    # Most appointments a day and an ISO week over all calendars (CAL-2); None: no limit.
    day_cap: int | None = None
    week_cap: int | None = None
    # Position in the palette of member colours.
    color: int = 0
    active: bool = True
    created_at: datetime


class TimeOff(SQLModel, table=True):
    """An absence of a user, UTC instants."""

    __tablename__ = "time_off"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


class UserSession(SQLModel, table=True):
    """A signed-in browser. Only the hash of its cookie is kept."""

    __tablename__ = "user_session"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str = ""
    address: str = ""


class OneTimeToken(SQLModel, table=True):
    """A link that works once: password reset, invitation, OpenID Connect state."""

    __tablename__ = "one_time_token"

    id: int | None = Field(default=None, primary_key=True)
    purpose: str
    token_hash: str = Field(unique=True)
    user_id: int | None = Field(default=None, foreign_key="app_user.id", ondelete="CASCADE")
    data: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    expires_at: datetime
    used_at: datetime | None = None


class Identity(SQLModel, table=True):
    """A user's subject at a sign-in provider (OpenID Connect)."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    provider: str
    subject: str


class SignInProvider(SQLModel, table=True):
    """An app registration that an administrator entered; ``provider`` is google or microsoft.

    ``enabled`` is its use for signing in (OpenID Connect)."""

    __tablename__ = "sign_in_provider"

    provider: str = Field(primary_key=True)
    client_id: str
    client_secret: str = Field(sa_type=EncryptedText)
    # Where the discovery document lies; empty: the vendor's own.
    issuer: str = ""
    enabled: bool = True
    # Whether users may connect their calendars with it (SYN-1).
    for_calendars: bool = False
    # Whether users may connect their address books with it (SCT-1).
    for_contacts: bool = False


class RateWindow(SQLModel, table=True):
    """How often ``key`` happened since ``started_at`` (failed sign-ins, bookings per address)."""

    __tablename__ = "rate_window"

    key: str = Field(primary_key=True)
    started_at: datetime
    count: int = 0


class ConnectedAccount(SQLModel, table=True):
    """An account of a user at an outside service, with its secret encrypted (SYN-1, SYN-13)."""

    __tablename__ = "connected_account"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    # Connected for calendars and for contacts it is two rows, each with its own consent and health.
    purpose: AccountPurpose = Field(
        default=AccountPurpose.CALENDARS, sa_type=enum_type(AccountPurpose)
    )
    provider: str
    label: str
    server_url: str = ""
    username: str = ""
    # A password, a feed's address, or what an OAuth library keeps (tokens, cache) as JSON.
    secret: str = Field(sa_type=EncryptedText)
    # Who the account is at the service, for those that say so; it survives a change of address.
    subject: str = ""
    # The owner's own addresses there, besides the one he signs in with.
    aliases: list[str] = Field(default_factory=list, sa_column=Column(json_type(), nullable=False))
    state: AccountState = Field(default=AccountState.ACTIVE, sa_type=enum_type(AccountState))
    # A message id for people, and its detail for the log page.
    last_error: str = ""
    last_error_at: datetime | None = None
    last_success_at: datetime | None = None
    failure_count: int = 0
    next_attempt_at: datetime | None = None
    created_at: datetime


class AuditEntry(SQLModel, table=True):
    """Who did what to what, for administrators (Q-5). Never holds secrets."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_subject", "subject_kind", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor_kind: str
    actor_user_id: int | None = None
    actor_label: str = ""
    action: str = Field(index=True)
    subject_kind: str = ""
    subject_id: int | None = None
    detail: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
