"""Who is signed in, as whom a provider knows people, and passwords for emergencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("role_holder") as holder:
        holder.add_column(sa.Column("given_by", sa.String(), nullable=True))
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "signed_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("looked_by", sa.String(), nullable=True),
        sa.Column("looked_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_name"], ["user.name"], name=op.f("fk_signed_in_user_name_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signed_in_token_hash")),
    )
    op.create_index("ix_signed_in_way", "signed_in", ["way", "looked_at"])
    op.create_index(op.f("ix_signed_in_user_name"), "signed_in", ["user_name"])
    op.create_index(op.f("ix_signed_in_ends_at"), "signed_in", ["ends_at"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("linked_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"], ["user.name"], name=op.f("fk_identity_user_name_user")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_user_name"), "identity", ["user_name"])
    op.create_table(
        "local_account",
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_name"], ["user.name"], name=op.f("fk_local_account_user_name_user")
        ),
        sa.PrimaryKeyConstraint("user_name", name=op.f("pk_local_account")),
    )
