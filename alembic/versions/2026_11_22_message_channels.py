"""Messages on more channels than mail: accounts, answers, clicks, delivery; and the bell.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXT = AutoString()


def upgrade() -> None:
    _channel_account()
    _incoming_message()
    _tracked_link()
    _notification()
    _columns()


def _channel_account() -> None:
    op.create_table(
        "channel_account",
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )


def _incoming_message() -> None:
    op.create_table(
        "incoming_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("external_id", _TEXT, nullable=False),
        sa.Column("from_address", _TEXT, nullable=False),
        sa.Column("to_address", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("text", _TEXT, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("answers_message_id", sa.Integer(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("external_id"),
    )
    op.create_index("ix_incoming_contact", "incoming_message", ["contact_id", "at"])
    op.create_index(
        "ix_incoming_message_answers_message_id", "incoming_message", ["answers_message_id"]
    )
    op.create_index("ix_incoming_message_from_address", "incoming_message", ["from_address"])


def _tracked_link() -> None:
    op.create_table(
        "tracked_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", _TEXT, nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("first_clicked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("ix_tracked_link_message_id", "tracked_link", ["message_id"])


def _notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_notification_user", "notification", ["user_id", "read_at", "id"])


# Table -> new columns that every row has, each with what existing rows get.
_COLUMNS: dict[str, list[tuple[str, sa.types.TypeEngine[object], object]]] = {
    "contact": [("messenger_id", _TEXT, "")],
    "message": [
        ("step_id", _TEXT, ""),
        ("marketing", sa.Boolean(), sa.false()),
        ("external_id", _TEXT, ""),
        ("unfinished", _TEXT, ""),
    ],
}


def _columns() -> None:
    for table, columns in _COLUMNS.items():
        for name, kind, value in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=value))
        with op.batch_alter_table(table) as batch:
            for name, kind, _ in columns:
                batch.alter_column(name, existing_type=kind, server_default=None)
    op.add_column("contact_email", sa.Column("bounced_at", UTCDateTime(), nullable=True))
    for name in ("campaign_id", "enrolment_id"):
        op.add_column("message", sa.Column(name, sa.Integer(), nullable=True))
    for name in ("delivered_at", "opened_at", "clicked_at", "replied_at"):
        op.add_column("message", sa.Column(name, UTCDateTime(), nullable=True))
    op.create_index("ix_contact_messenger_id", "contact", ["messenger_id"])
    for name in ("campaign_id", "enrolment_id", "external_id"):
        op.create_index(f"ix_message_{name}", "message", [name])


def downgrade() -> None:
    for name in ("campaign_id", "enrolment_id", "external_id"):
        op.drop_index(f"ix_message_{name}", "message")
    op.drop_index("ix_contact_messenger_id", "contact")
    gone = ("delivered_at", "opened_at", "clicked_at", "replied_at", "campaign_id", "enrolment_id")
    with op.batch_alter_table("message") as batch:
        for name in (*gone, *(name for name, _, _ in _COLUMNS["message"])):
            batch.drop_column(name)
    with op.batch_alter_table("contact_email") as batch:
        batch.drop_column("bounced_at")
    with op.batch_alter_table("contact") as batch:
        batch.drop_column("messenger_id")
    for table in ("notification", "tracked_link", "incoming_message", "channel_account"):
        op.drop_table(table)
