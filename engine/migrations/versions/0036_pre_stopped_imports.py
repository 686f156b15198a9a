"""An import of contacts or of a register can be stopped, and says by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    for name in ("contact_import", "register_import"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
            table.add_column(sa.Column("stopped_by", sa.String(), nullable=True))
