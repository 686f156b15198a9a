"""Language, forms and ways a customer can use; who shares the tenancy; how authority is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    for name in ("other_tenants", "language"):
        op.add_column("customer", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in ("formats", "cannot_use"):
        op.add_column("customer", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "third_party",
        sa.Column("authority_proof", sa.String(), nullable=False, server_default=""),
    )
