"""Address books of connected accounts, the cards read from them, and contacts that follow them. Written by sync."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import CardLinkState, ContactKind, LinkEnd, LinkOrigin
from crm_app.models.following import Followed

_ALIVE = text("state != 'ended'")
_NAMED = text("state != 'ended' AND href != ''")


class AddressBook(Followed, table=True):
    """An address book of an account that somebody connected for contacts (SCT-1)."""

    __tablename__ = "address_book"
    __table_args__ = (UniqueConstraint("account_id", "ref"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="connected_account.id", index=True, ondelete="CASCADE")
    # The provider's id or URL.
    ref: str
    name: str
    writable: bool = True
    # Whether it is read, and may be written to.
    used: bool = True
    # Where what the user ticks is written to; one per user.
    main: bool = False
    # When all of it is read anew although the cursor still works; some cursors age (Google's).
    relist_at: datetime | None = None
    # Somebody stopped the first download; it goes on when he says so (SCT-2).
    stopped_at: datetime | None = None


class ExternalCard(SQLModel, table=True):
    """One card of an address book as it was last read.

    It waits in the queue (SCT-3) until somebody says what it is, unless a link to a contact of the
    same href is alive. ``fields`` is a ``Card`` of the port as JSON.
    """

    __tablename__ = "external_card"
    __table_args__ = (
        UniqueConstraint("address_book_id", "href"),
        Index("ix_external_card_name", "address_book_id", "sort_key", "id"),
        Index("ix_external_card_mark", "address_book_id", "mark"),
        Index(
            "ix_external_card_missing",
            "address_book_id",
            sqlite_where=text("missing_since IS NOT NULL"),
            postgresql_where=text("missing_since IS NOT NULL"),
        ),
        Index(
            "ix_external_card_importing",
            "address_book_id",
            sqlite_where=text("importing"),
            postgresql_where=text("importing"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    address_book_id: int = Field(foreign_key="address_book.id", index=True, ondelete="CASCADE")
    href: str
    etag: str | None = None
    uid: str = ""
    content_hash: str = ""
    fields: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # What the queue's table shows, sorts and searches by.
    name: str = ""
    sort_key: str = ""
    search_text: str = ""
    # A group or list of cards: nobody to import.
    is_group: bool = False
    # Why it cannot be read or imported: a message id; empty when it can.
    trouble: str = ""
    generation: int = 0
    # What somebody said that it is; None: nothing yet.
    mark: ContactKind | None = Field(
        default=None, sa_column=Column(enum_type(ContactKind), nullable=True)
    )
    # The rule that marked it; None: a person did.
    rule_id: int | None = Field(default=None, foreign_key="card_rule.id", ondelete="SET NULL")
    # Nobody wants to be asked about it again.
    ignored: bool = False
    # "Import all" was pressed while it was marked; off again when it is done or was stopped.
    importing: bool = False
    read_at: datetime
    # It was marked, and is not in the address book any more.
    missing_since: datetime | None = None


class CardLink(SQLModel, table=True):
    """A contact and its entry in somebody's address book: the "Sync mobile" flag (SCT-5).

    The flag of a user and a contact is on while he has a link that is not ended. ``ours`` and
    ``theirs`` are the details of both sides when they were last in step (``Details`` of
    ``sync.rules.card_merge`` as JSON); what differs from them was changed since, here or there. They
    may differ from each other: what the service cannot keep is in ours only.
    """

    __tablename__ = "card_link"
    __table_args__ = (
        Index(
            "ux_card_link_contact",
            "contact_id",
            "address_book_id",
            unique=True,
            sqlite_where=_ALIVE,
            postgresql_where=_ALIVE,
        ),
        Index(
            "ux_card_link_href",
            "address_book_id",
            "href",
            unique=True,
            sqlite_where=_NAMED,
            postgresql_where=_NAMED,
        ),
        Index("ix_card_link_user", "user_id", "contact_id"),
        Index("ix_card_link_state", "address_book_id", "state"),
        Index(
            "ix_card_link_verify",
            "address_book_id",
            sqlite_where=text("verify_at IS NOT NULL"),
            postgresql_where=text("verify_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    address_book_id: int = Field(foreign_key="address_book.id", ondelete="CASCADE")
    user_id: int = Field(foreign_key="app_user.id", ondelete="CASCADE")
    # HERE: we made the entry. OUTSIDE: it was there, and was imported or linked.
    origin: LinkOrigin = Field(default=LinkOrigin.HERE, sa_type=enum_type(LinkOrigin))
    state: CardLinkState = Field(default=CardLinkState.WANTED, sa_type=enum_type(CardLinkState))
    # Empty until the entry was made.
    href: str = ""
    uid: str = ""
    etag: str | None = None
    # What an entry is made with, so that a repeated request makes no second one.
    key: str
    ours: dict[str, Any] | None = Field(default=None, sa_column=Column(json_type(), nullable=True))
    theirs: dict[str, Any] | None = Field(
        default=None, sa_column=Column(json_type(), nullable=True)
    )
    # The content hash of the entry at the last step.
    content_hash: str = ""
    # Content hashes that we wrote over, each with the instant until which it may still turn up
    # because the service is slow to show what was written.
    replaced: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    # What was sent and never answered, oldest first: both sides as they were to be (``ours``,
    # ``theirs``). It may have reached the service.
    unanswered: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    # When the entry is asked for by itself, because what came may have been old.
    verify_at: datetime | None = None
    why_ended: LinkEnd | None = Field(
        default=None, sa_column=Column(enum_type(LinkEnd), nullable=True)
    )
    ended_at: datetime | None = None
    # The entry as it was when we removed it, for 30 days.
    removed: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    # A message id for people; empty when the last attempt went well.
    last_error: str = ""
    changed_at: datetime


class CardRule(SQLModel, table=True):
    """What cards of a user's address books are, by what stands in them (SCT-3). First match wins."""

    __tablename__ = "card_rule"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    # A field of ``sync.rules.card_marks`` and what it is compared with.
    field: str
    value: str = ""
    mark: ContactKind | None = Field(
        default=None, sa_column=Column(enum_type(ContactKind), nullable=True)
    )
    # Without a mark: such cards are left out of the queue.
    position: int = 0
    created_at: datetime
