"""Figures of comparisons with the partner, and where late letters and flags are found."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_LETTERS = sa.text("form = 'issue_letter'")


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.create_table(
        "partner_comparison",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("only_theirs", sa.Integer(), nullable=False),
        sa.Column("only_ours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_comparison")),
    )
    op.create_index("ix_flag_system", "flag", ["system", "requested_on", "removed_on"])
    op.create_index(
        "ix_work_item_letter",
        "work_item",
        ["due_on", "completed_at"],
        sqlite_where=_LETTERS,
        postgresql_where=_LETTERS,
    )
