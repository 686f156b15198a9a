"""Requests for flags that a later change replaced; removals asked of a system (R-067, R-069)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column("flag_request", sa.Column("replaced_at", _MOMENT, nullable=True))
    for column in (
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("adapter", sa.String(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("failed_at", _MOMENT, nullable=True),
        sa.Column("failed_because", sa.String(), nullable=False, server_default=""),
        sa.Column("done_there", sa.String(), nullable=False, server_default=""),
        sa.Column("done_via", sa.String(), nullable=True),
        sa.Column("answer_key", sa.String(), nullable=True),
    ):
        op.add_column("flag_difference", column)
    op.create_index("uq_flag_difference_reference", "flag_difference", ["reference"], unique=True)
