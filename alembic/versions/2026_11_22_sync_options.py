"""What connected calendars make of their events: options, filters, links to events, push channels.

Revision: 0003, after 0002. Existing connections go on as One-way, which is what they were.
"""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = AutoString()
_WORD = sa.String(length=32)
# Table -> new columns that every row has, each with what existing rows get.
_COLUMNS: dict[str, list[tuple[str, sa.types.TypeEngine[object], object]]] = {
    "appointment": [
        ("organized_elsewhere", sa.Boolean(), sa.false()),
        ("all_day", sa.Boolean(), sa.false()),
        ("triggers", sa.Boolean(), sa.true()),
    ],
    "connected_account": [("subject", _TEXT, "")],
    "event_link": [
        ("origin", _WORD, "here"),
        ("foreign", sa.Boolean(), sa.false()),
        ("recurrence_id", _TEXT, ""),
    ],
    "external_calendar": [
        ("creation", _WORD, "never"),
        ("triggers", sa.Boolean(), sa.false()),
        ("triggers_per_instance", sa.Boolean(), sa.false()),
        ("review", sa.Boolean(), sa.false()),
        ("for_team", sa.Boolean(), sa.false()),
    ],
    "external_object": [
        ("series", _TEXT, ""),
        ("intake", _WORD, "none"),
        ("history", sa.Boolean(), sa.true()),
        ("declined", sa.JSON(), sa.text("'[]'")),
    ],
    "sign_in_provider": [("for_calendars", sa.Boolean(), sa.false())],
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name, kind, value in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=value))
    op.execute("UPDATE external_object SET series = href")
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, _ in columns:
                batch.alter_column(name, existing_type=kind, server_default=None)
            if table == "external_calendar":
                batch.drop_column("option")
                batch.add_column(sa.Column("default_calendar_id", sa.Integer(), nullable=True))
                batch.add_column(sa.Column("option_changed_at", UTCDateTime(), nullable=True))
                batch.add_column(sa.Column("backfilled_to", sa.Integer(), nullable=True))
                batch.create_foreign_key(
                    "external_calendar_default_calendar_id_fkey",
                    "calendar",
                    ["default_calendar_id"],
                    ["id"],
                    ondelete="SET NULL",
                )
    op.create_index(
        "ix_external_object_series", "external_object", ["external_calendar_id", "series"]
    )
    op.create_index(
        "ix_external_object_intake", "external_object", ["external_calendar_id", "intake"]
    )
    op.create_index(
        "ix_external_object_missing",
        "external_object",
        ["external_calendar_id"],
        sqlite_where=sa.text("missing_since IS NOT NULL"),
        postgresql_where=sa.text("missing_since IS NOT NULL"),
    )
    op.create_index("ix_event_link_href", "event_link", ["external_calendar_id", "href"])
    _appointment_contact()
    _guest_filter()
    _push_channel()


def _appointment_contact() -> None:
    op.create_table(
        "appointment_contact",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("appointment_id", "contact_id"),
    )
    op.create_index("ix_appointment_contact_contact_id", "appointment_contact", ["contact_id"])


def _guest_filter() -> None:
    op.create_table(
        "guest_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("pattern", _TEXT, nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "pattern"),
    )
    op.create_index("ix_guest_filter_user_id", "guest_filter", ["user_id"])


def _push_channel() -> None:
    op.create_table(
        "push_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_calendar_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", _TEXT, nullable=False),
        sa.Column("resource_id", _TEXT, nullable=False),
        sa.Column("token_hash", _TEXT, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("last_message", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["external_calendar_id"], ["external_calendar.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id"),
    )
    op.create_index(
        "ix_push_channel_external_calendar_id", "push_channel", ["external_calendar_id"]
    )


def downgrade() -> None:
    for table in ("push_channel", "guest_filter", "appointment_contact"):
        op.drop_table(table)
    op.drop_index("ix_event_link_href", "event_link")
    op.drop_index("ix_external_object_missing", "external_object")
    op.drop_index("ix_external_object_intake", "external_object")
    op.drop_index("ix_external_object_series", "external_object")
    with op.batch_alter_table("external_calendar") as batch:
        batch.add_column(sa.Column("option", _WORD, nullable=False, server_default="one_way"))
        batch.drop_constraint("external_calendar_default_calendar_id_fkey", type_="foreignkey")
        batch.drop_column("default_calendar_id")
        batch.drop_column("option_changed_at")
        batch.drop_column("backfilled_to")
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, _, _ in columns:
                batch.drop_column(name)
