"""A request for a flag that a later change of the same arrangement replaced (R-069)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column(
        "flag_request", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True)
    )
