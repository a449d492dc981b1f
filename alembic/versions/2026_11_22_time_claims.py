"""The database itself refuses two overlapping claims of one user's time (CAL-5).

Revision: 0002, after 0001. SQLite does it by triggers, PostgreSQL by an exclusion constraint. The
constraint puts the user and the time into one integer range, so that it needs no extension: a
user's second is ``user_id * 2^36 + epoch second``, and 2^36 seconds last until the year 4147.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OVERLAP = """
CREATE TRIGGER {name} BEFORE {when} ON time_claim
WHEN EXISTS (
    SELECT 1 FROM time_claim AS other
    WHERE other.user_id = NEW.user_id
      AND other.id IS NOT NEW.id
      AND other.starts_s < NEW.ends_s
      AND other.ends_s > NEW.starts_s
)
BEGIN
    SELECT RAISE(ABORT, 'time_claim_overlap');
END
"""
_PER_USER = 1 << 36


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_OVERLAP.format(name="time_claim_overlap_insert", when="INSERT"))
        op.execute(_OVERLAP.format(name="time_claim_overlap_update", when="UPDATE"))
        return
    op.execute(
        "ALTER TABLE time_claim ADD CONSTRAINT time_claim_overlap EXCLUDE USING gist "
        f"(int8range(user_id::bigint * {_PER_USER} + starts_s, "
        f"user_id::bigint * {_PER_USER} + ends_s) WITH &&)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER time_claim_overlap_insert")
        op.execute("DROP TRIGGER time_claim_overlap_update")
        return
    op.execute("ALTER TABLE time_claim DROP CONSTRAINT time_claim_overlap")
