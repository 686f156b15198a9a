"""Long changes of many runs: the whole, and each run it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("planned_at", moment, nullable=True),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("started_by", sa.String(), nullable=True),
        sa.Column("stop_asked_at", moment, nullable=True),
        sa.Column("stop_asked_by", sa.String(), nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("undo_until", moment, nullable=True),
        sa.Column("claimed_until", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_open"), "batch", ["ended_at", "id"])
    op.create_table(
        "batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("planned", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_item")),
    )
    op.create_index(op.f("ix_batch_item_status"), "batch_item", ["batch_id", "status", "id"])
    op.create_index(op.f("ix_batch_item_subject"), "batch_item", ["batch_id", "subject_id"])
    op.create_index(op.f("ix_batch_item_case_id"), "batch_item", ["case_id"])
