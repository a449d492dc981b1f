"""Contacts with their addresses, owner history and timeline. Written by contacts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import ContactKind

_PRESENT = text("deleted_at IS NULL")
_DELETED = text("deleted_at IS NOT NULL")
# Folded text sorts by code point on both databases, whatever language the server speaks.
_CODE_POINTS = Text().with_variant(Text(collation="C"), "postgresql")


def _list_index(name: str, *columns: str) -> Index:
    """An index for a sorted list of the contacts that are not deleted."""
    return Index(name, *columns, sqlite_where=_PRESENT, postgresql_where=_PRESENT)


class Contact(SQLModel, table=True):
    """A person, lead or company (CON-1). ``owner_id`` None: nobody owns it yet."""

    __tablename__ = "contact"
    __table_args__ = (
        _list_index("ix_contact_name", "sort_key", "id"),
        _list_index("ix_contact_created", "created_at", "id"),
        _list_index("ix_contact_changed", "changed_at", "id"),
        _list_index("ix_contact_owner_name", "owner_id", "sort_key", "id"),
        Index("ix_contact_deleted", "deleted_at", sqlite_where=_DELETED, postgresql_where=_DELETED),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: ContactKind = Field(default=ContactKind.LEAD, sa_type=enum_type(ContactKind))
    name: str
    first_name: str = ""
    last_name: str = ""
    # Folded name, for lists that sort.
    sort_key: str = Field(default="", sa_type=_CODE_POINTS)
    # Folded names, addresses, numbers and company: all that the search looks into.
    search_text: str = ""
    company_id: int | None = Field(
        default=None, foreign_key="contact.id", index=True, ondelete="SET NULL"
    )
    owner_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    time_zone: str = ""
    locale: str = ""
    # Channels on which the contact wants no messages.
    do_not_disturb: list[str] = Field(
        default_factory=list, sa_column=Column(json_type(), nullable=False)
    )
    custom: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    note: str = ""
    source: str = ""
    # The person's id at our Facebook page; the page may write only after he wrote (Messenger).
    messenger_id: str = Field(default="", index=True)
    created_at: datetime
    changed_at: datetime
    # Deleted contacts can be brought back for 30 days.
    deleted_at: datetime | None = None


class ContactEmail(SQLModel, table=True):
    """An address as typed, and ``key``: the form in which two addresses are compared (CON-2)."""

    __tablename__ = "contact_email"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    address: str
    key: str = Field(index=True)
    label: str = ""
    position: int = 0
    # A mail server said that nobody has it; campaigns leave it out (CAM-9).
    bounced_at: datetime | None = None


class ContactPhone(SQLModel, table=True):
    """A number as typed, and ``e164``: the form in which two numbers are compared, if it has one."""

    __tablename__ = "contact_phone"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    number: str
    e164: str = Field(default="", index=True)
    label: str = ""
    position: int = 0


class ContactAddress(SQLModel, table=True):
    """A postal address."""

    __tablename__ = "contact_address"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    label: str = ""
    position: int = 0


class Tag(SQLModel, table=True):
    """A word that groups contacts."""

    __tablename__ = "tag"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    # Folded name: "VIP" and "vip" are one tag.
    key: str = Field(unique=True)


class ContactTag(SQLModel, table=True):
    """A contact bears a tag."""

    __tablename__ = "contact_tag"

    contact_id: int = Field(foreign_key="contact.id", primary_key=True, ondelete="CASCADE")
    tag_id: int = Field(foreign_key="tag.id", primary_key=True, index=True, ondelete="CASCADE")


class OwnerChange(SQLModel, table=True):
    """A contact changed hands: by whom or which rule, and why (CON-5). Undoing adds another row."""

    __tablename__ = "owner_change"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    from_user_id: int | None = Field(default=None, foreign_key="app_user.id")
    to_user_id: int | None = Field(default=None, foreign_key="app_user.id")
    at: datetime
    actor_user_id: int | None = None
    # An OwnerRule value, "by_hand", "undo", ...
    rule: str
    appointment_id: int | None = None
    undone_at: datetime | None = None


class TimelineEntry(SQLModel, table=True):
    """Something that happened with a contact. ``message`` is a message id, ``params`` fill it."""

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("ix_timeline", "contact_id", "at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", ondelete="CASCADE")
    at: datetime
    # An icon's name: appointment, owner, message, note, created.
    kind: str
    message: str
    params: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    actor_label: str = ""
    appointment_id: int | None = None
