"""What the partner tells us: agreements, notices, appeals passed on; whose an arrangement is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column(
        "arrangement",
        sa.Column("partner_contact", sa.String(), server_default="", nullable=False),
    )
    op.add_column("arrangement", sa.Column("owned_from", sa.Date(), nullable=True))
    _agreement()
    _notice()
    _appeal()
    _ownership()


def _agreement() -> None:
    op.create_table(
        "sharing_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sharing_agreement"),
    )
    op.create_index("ix_sharing_agreement_partner", "sharing_agreement", ["partner"])


def _notice() -> None:
    table = "partner_notice"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("arrangement_id", sa.Integer(), nullable=True),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("arrangement_reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("is_linked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("logged_at", _MOMENT, nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("sent_back_because", sa.String(), nullable=True),
        _to(table, "case_id", "case_file"),
        _to(table, "arrangement_id", "arrangement"),
        _to(table, "agreement_id", "sharing_agreement"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_notice"),
        sa.UniqueConstraint("partner", "reference", name="uq_partner_notice_partner"),
    )
    for column in ("case_id", "arrangement_id", "arrangement_reference"):
        op.create_index(f"ix_partner_notice_{column}", table, [column])


def _appeal() -> None:
    table = "passed_appeal"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("arrangement_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("passed_by", sa.String(), nullable=True),
        sa.Column("proof", sa.String(), nullable=False),
        _to(table, "case_id", "case_file"),
        _to(table, "arrangement_id", "arrangement"),
        sa.PrimaryKeyConstraint("id", name="pk_passed_appeal"),
    )
    for column in ("case_id", "arrangement_id"):
        op.create_index(f"ix_passed_appeal_{column}", table, [column])


def _ownership() -> None:
    table = "ownership_change"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("arrangement_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("becomes", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        _to(table, "case_id", "case_file"),
        _to(table, "arrangement_id", "arrangement"),
        sa.PrimaryKeyConstraint("id", name="pk_ownership_change"),
    )
    for column in ("case_id", "arrangement_id"):
        op.create_index(f"ix_ownership_change_{column}", table, [column])


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
