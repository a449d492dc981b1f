"""Address books with their cards and links; work on many contacts, saved views, layouts.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = AutoString()
_WORD = sa.String(length=32)
_COLUMNS = (
    ("connected_account", "purpose", _WORD, "calendars"),
    ("sign_in_provider", "for_contacts", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    _card_layout()
    _bulk_run()
    _bulk_change()
    _distinct_pair()
    _card_rule()
    _contact_import()
    _saved_view()
    _address_book()
    _contact_merge()
    _import_row()
    _card_link()
    _external_card()
    _columns()


def _card_layout() -> None:
    op.create_table(
        "card_layout",
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("kind"),
    )


def _bulk_run() -> None:
    op.create_table(
        "bulk_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("act", _TEXT, nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("up_to_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bulk_run_user_id", "bulk_run", ["user_id"], unique=False)


def _bulk_change() -> None:
    op.create_table(
        "bulk_change",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "contact_id"),
    )
    op.create_index("ix_bulk_change_contact_id", "bulk_change", ["contact_id"], unique=False)


def _distinct_pair() -> None:
    op.create_table(
        "distinct_pair",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["contact.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
    )
    op.create_index("ix_distinct_pair_second_id", "distinct_pair", ["second_id"], unique=False)


def _card_rule() -> None:
    op.create_table(
        "card_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("field", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("mark", _WORD, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_card_rule_user_id", "card_rule", ["user_id"], unique=False)


def _contact_import() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("file_name", _TEXT, nullable=False),
        sa.Column("format", _TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("error", _TEXT, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_import_user_id", "contact_import", ["user_id"], unique=False)


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_saved_view_user_id", "saved_view", ["user_id"], unique=False)


def _address_book() -> None:
    op.create_table(
        "address_book",
        sa.Column("cursor", _TEXT, nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("events_seen", sa.Integer(), nullable=False),
        sa.Column("polled_at", UTCDateTime(), nullable=True),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=True),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("last_success_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", _TEXT, nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("lease_token", sa.Integer(), nullable=False),
        sa.Column("wanted_again", sa.Boolean(), nullable=False),
        sa.Column("deletions_waiting", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("ref", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("writable", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("relist_at", UTCDateTime(), nullable=True),
        sa.Column("stopped_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["connected_account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "ref"),
    )
    op.create_index("ix_address_book_account_id", "address_book", ["account_id"], unique=False)


def _contact_merge() -> None:
    op.create_table(
        "contact_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["gone_id"], ["contact.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["kept_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_merge_gone_id", "contact_merge", ["gone_id"], unique=False)
    op.create_index("ix_contact_merge_kept_id", "contact_merge", ["kept_id"], unique=False)


def _import_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", _WORD, nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["import_id"], ["contact_import.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_import_row", "import_row", ["import_id", "outcome", "position"], unique=False
    )
    op.create_index("ix_import_row_contact_id", "import_row", ["contact_id"], unique=False)


def _card_link() -> None:
    op.create_table(
        "card_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("address_book_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("origin", _WORD, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("href", _TEXT, nullable=False),
        sa.Column("uid", _TEXT, nullable=False),
        sa.Column("etag", _TEXT, nullable=True),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("ours", sa.JSON(), nullable=True),
        sa.Column("theirs", sa.JSON(), nullable=True),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("replaced", sa.JSON(), nullable=False),
        sa.Column("unanswered", sa.JSON(), nullable=False),
        sa.Column("verify_at", UTCDateTime(), nullable=True),
        sa.Column("why_ended", _WORD, nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("removed", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", _TEXT, nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["address_book_id"], ["address_book.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_card_link_contact_id", "card_link", ["contact_id"], unique=False)
    op.create_index("ix_card_link_state", "card_link", ["address_book_id", "state"], unique=False)
    op.create_index("ix_card_link_user", "card_link", ["user_id", "contact_id"], unique=False)
    op.create_index(
        "ix_card_link_verify",
        "card_link",
        ["address_book_id"],
        unique=False,
        sqlite_where=sa.text("verify_at IS NOT NULL"),
        postgresql_where=sa.text("verify_at IS NOT NULL"),
    )
    op.create_index(
        "ux_card_link_contact",
        "card_link",
        ["contact_id", "address_book_id"],
        unique=True,
        sqlite_where=sa.text("state != 'ended'"),
        postgresql_where=sa.text("state != 'ended'"),
    )
    op.create_index(
        "ux_card_link_href",
        "card_link",
        ["address_book_id", "href"],
        unique=True,
        sqlite_where=sa.text("state != 'ended' AND href != ''"),
        postgresql_where=sa.text("state != 'ended' AND href != ''"),
    )


def _external_card() -> None:
    op.create_table(
        "external_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_book_id", sa.Integer(), nullable=False),
        sa.Column("href", _TEXT, nullable=False),
        sa.Column("etag", _TEXT, nullable=True),
        sa.Column("uid", _TEXT, nullable=False),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("sort_key", _TEXT, nullable=False),
        sa.Column("search_text", _TEXT, nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("trouble", _TEXT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("mark", _WORD, nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("ignored", sa.Boolean(), nullable=False),
        sa.Column("importing", sa.Boolean(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("missing_since", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["address_book_id"], ["address_book.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule_id"], ["card_rule.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address_book_id", "href"),
    )
    op.create_index(
        "ix_external_card_address_book_id", "external_card", ["address_book_id"], unique=False
    )
    op.create_index(
        "ix_external_card_importing",
        "external_card",
        ["address_book_id"],
        unique=False,
        sqlite_where=sa.text("importing"),
        postgresql_where=sa.text("importing"),
    )
    op.create_index(
        "ix_external_card_mark", "external_card", ["address_book_id", "mark"], unique=False
    )
    op.create_index(
        "ix_external_card_missing",
        "external_card",
        ["address_book_id"],
        unique=False,
        sqlite_where=sa.text("missing_since IS NOT NULL"),
        postgresql_where=sa.text("missing_since IS NOT NULL"),
    )
    op.create_index(
        "ix_external_card_name",
        "external_card",
        ["address_book_id", "sort_key", "id"],
        unique=False,
    )


def _columns() -> None:
    for table, name, kind, value in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=value))
        with op.batch_alter_table(table) as batch:
            batch.alter_column(name, existing_type=kind, server_default=None)


def downgrade() -> None:
    for table, name, _, _ in reversed(_COLUMNS):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)
    op.drop_table("external_card")
    op.drop_table("card_link")
    op.drop_table("import_row")
    op.drop_table("contact_merge")
    op.drop_table("address_book")
    op.drop_table("saved_view")
    op.drop_table("contact_import")
    op.drop_table("card_rule")
    op.drop_table("distinct_pair")
    op.drop_table("bulk_change")
    op.drop_table("bulk_run")
    op.drop_table("card_layout")
