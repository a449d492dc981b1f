"""Work on many contacts, the views people keep, and the layout of the card. Written by contacts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.kinds import ContactKind, RowOutcome, WorkState


class SavedView(SQLModel, table=True):
    """Search, filters and order of the contact list under a name (CON-3).

    ``wanted`` is a ``ViewSpec`` of ``contacts.saved_views`` as JSON. ``shared``: everybody sees it,
    its maker and administrators change it.
    """

    __tablename__ = "saved_view"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    name: str
    shared: bool = False
    wanted: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    position: int = 0
    created_at: datetime


class BulkRun(SQLModel, table=True):
    """One act on many contacts, carried out piece by piece; it can be stopped (CON-3, Q-2).

    ``wanted`` says which (ids, or what was searched for), ``act`` and ``params`` what. ``after_id`` is
    how far it came, in the order of ids. What is needed to undo it is in ``BulkChange``.
    """

    __tablename__ = "bulk_run"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    act: str
    params: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    wanted: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    state: WorkState = Field(default=WorkState.RUNNING, sa_type=enum_type(WorkState))
    # Contacts that came later are left alone.
    up_to_id: int = 0
    after_id: int = 0
    total: int = 0
    done: int = 0
    # Those that the user may not change, or that refused.
    refused: int = 0
    created_at: datetime
    ended_at: datetime | None = None


class BulkChange(SQLModel, table=True):
    """What a contact was like before a bulk act changed it; gone once that was undone."""

    __tablename__ = "bulk_change"

    run_id: int = Field(foreign_key="bulk_run.id", primary_key=True, ondelete="CASCADE")
    contact_id: int = Field(
        foreign_key="contact.id", primary_key=True, index=True, ondelete="CASCADE"
    )
    before: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )


class DistinctPair(SQLModel, table=True):
    """Somebody said that two records alike are two people. ``first_id`` is the smaller id."""

    __tablename__ = "distinct_pair"

    first_id: int = Field(foreign_key="contact.id", primary_key=True, ondelete="CASCADE")
    second_id: int = Field(
        foreign_key="contact.id", primary_key=True, index=True, ondelete="CASCADE"
    )
    by_user_id: int | None = None
    at: datetime


class ContactImport(SQLModel, table=True):
    """A file of contacts on its way in: mapping, dry run, import, undo (CON-3).

    ``mapping`` says which column is which field, ``options`` what happens to rows that are known.
    The file is kept until the import is undone or 30 days old.
    """

    __tablename__ = "contact_import"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    file_name: str
    # "csv" or "vcard".
    format: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    mapping: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    options: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    state: WorkState = Field(default=WorkState.PREPARING, sa_type=enum_type(WorkState))
    total: int = 0
    # How many rows were gone through, in the file's order.
    done: int = 0
    made: int = 0
    updated: int = 0
    skipped: int = 0
    refused: int = 0
    error: str = ""
    created_at: datetime
    ended_at: datetime | None = None


class ImportRow(SQLModel, table=True):
    """What became of a row of a file. ``reason`` is a message id, ``params`` fill it."""

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row", "import_id", "outcome", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="contact_import.id", ondelete="CASCADE")
    # Counted from 1, as people count rows.
    position: int
    outcome: RowOutcome = Field(sa_type=enum_type(RowOutcome))
    contact_id: int | None = Field(
        default=None, foreign_key="contact.id", index=True, ondelete="SET NULL"
    )
    reason: str = ""
    params: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # The fields of a known contact before the import changed them.
    before: dict[str, Any] | None = Field(
        default=None, sa_column=Column(json_type(), nullable=True)
    )


class ContactMerge(SQLModel, table=True):
    """Two records were one (CON-3). ``gone_id`` is deleted and kept for undoing.

    ``moved`` names the rows that were given to the kept record, by table; ``before`` holds the kept
    record's own fields before ("kept") and after ("merged"). The gone one keeps its own.
    """

    __tablename__ = "contact_merge"

    id: int | None = Field(default=None, primary_key=True)
    kept_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    gone_id: int = Field(foreign_key="contact.id", index=True, ondelete="CASCADE")
    by_user_id: int | None = None
    at: datetime
    moved: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    before: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    undone_at: datetime | None = None


class CardLayout(SQLModel, table=True):
    """How the contact's card is arranged for one kind (CON-4). No row: as it comes.

    ``layout`` is a ``Layout`` of ``contacts.layouts`` as JSON.
    """

    __tablename__ = "card_layout"

    kind: ContactKind = Field(sa_column=Column(enum_type(ContactKind), primary_key=True))
    layout: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    revision: int = 0
    changed_at: datetime
    changed_by: int | None = None
