"""Refused contact: its own table, what the card says of it, when a message was confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    _refusals()
    op.add_column("arrangement", sa.Column("refused_on", sa.Date(), nullable=True))
    op.add_column("arrangement", sa.Column("refused_until", sa.Date(), nullable=True))
    op.add_column("contact", sa.Column("acknowledged_on", sa.Date(), nullable=True))


def _refusals() -> None:
    op.create_table(
        "contact_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("arrangement_id", sa.Integer(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("change_first", sa.String(), nullable=False),
        sa.Column("why_no_change", sa.String(), nullable=False),
        sa.Column("breaches", sa.JSON(), nullable=False),
        sa.Column("advice_reference", sa.String(), nullable=False),
        sa.Column("advised_on", sa.Date(), nullable=True),
        sa.Column("advised_by", sa.String(), nullable=True),
        sa.Column("advice", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("stopped", sa.JSON(), nullable=False),
        sa.Column("matter", sa.String(), nullable=True),
        sa.Column("ombudsman", sa.String(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_contact_refusal_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["arrangement_id"],
            ["arrangement.id"],
            name=op.f("fk_contact_refusal_arrangement_id_arrangement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_refusal")),
    )
    for column in ("case_id", "arrangement_id"):
        op.create_index(op.f(f"ix_contact_refusal_{column}"), "contact_refusal", [column])
