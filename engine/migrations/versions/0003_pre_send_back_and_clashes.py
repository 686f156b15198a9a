"""Why a draft was sent back, and which of its files a newer release changed too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("release") as release:
        release.add_column(sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True))
        release.add_column(sa.Column("sent_back_by", sa.String(), nullable=True))
        release.add_column(
            sa.Column("sent_back_reason", sa.String(), nullable=False, server_default="")
        )
    with op.batch_alter_table("release_file") as file:
        file.add_column(sa.Column("clashes_with", sa.Integer(), nullable=True))
