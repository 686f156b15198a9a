"""A flag that an old register says is set, until somebody has looked."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("flag") as table:
        table.add_column(sa.Column("claimed_on", sa.Date(), nullable=True))
