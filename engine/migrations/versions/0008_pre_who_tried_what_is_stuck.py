"""Who tried a stuck step last, and who let a message go unanswered, with the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("incident") as incident:
        incident.add_column(sa.Column("tried_by", sa.String(), nullable=True))
        incident.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
        incident.add_column(sa.Column("settled_by", sa.String(), nullable=True))
        incident.add_column(sa.Column("settled_reason", sa.String(), nullable=True))
