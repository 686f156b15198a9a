"""Contacts that were corrected, and what a person says of a record that stays."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("corrected_by", sa.String(), nullable=True))
        table.add_column(sa.Column("correction_reason", sa.String(), nullable=True))
        table.add_column(sa.Column("corrects_contact_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("own_view", sa.String(), nullable=True))
    with op.batch_alter_table("evidence") as table:
        table.add_column(sa.Column("own_view", sa.String(), nullable=True))
