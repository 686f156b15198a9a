"""A hold has a review of its own, from the day on which that began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("legal_hold") as table:
        table.add_column(sa.Column("begun_on", sa.Date(), nullable=True))
