"""An index of undelivered messages without those that were dropped, which grow for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    still_wanted = sa.text("dropped_at IS NULL")
    op.drop_index("ix_message_undelivered", "message")
    op.create_index(
        "ix_message_undelivered",
        "message",
        ["delivered_at", "name", "key"],
        sqlite_where=still_wanted,
        postgresql_where=still_wanted,
    )
