"""An index of the few copies about which there is news, asked for by every run of a calendar.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_event_link_news",
        "event_link",
        ["external_calendar_id"],
        sqlite_where=sa.text("news_since IS NOT NULL"),
        postgresql_where=sa.text("news_since IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_event_link_news", "event_link")
