"""${message}

(follows: ${down_revision | comma,n}; this one: ${up_revision})
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import crm_app.core.columns
import crm_app.core.crypto
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
