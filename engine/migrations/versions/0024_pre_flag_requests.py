"""Flags in other systems: each request with its answer, and comparisons with what they show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column("flag", sa.Column("failed_on", sa.Date(), nullable=True))
    _requests()
    _reconciliations()
    _differences()


def _requests() -> None:
    op.create_table(
        "flag_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("person_key", sa.String(), nullable=False),
        sa.Column("former_person_key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_because", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_there", sa.String(), nullable=False),
        sa.Column("confirmed_via", sa.String(), nullable=True),
        sa.Column("evidence_ref", sa.String(), nullable=False),
        sa.Column("answer_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_flag_request_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["flag_id"], ["flag.id"], name=op.f("fk_flag_request_flag_id_flag")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_flag_request_reference")),
    )
    for column in ("case_id", "flag_id", "instance_id", "outbox_id"):
        op.create_index(op.f(f"ix_flag_request_{column}"), "flag_request", [column])
    op.create_index("ix_flag_request_open", "flag_request", ["system", "confirmed_at", "id"])


def _reconciliations() -> None:
    op.create_table(
        "flag_reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("on_its_way", sa.Integer(), nullable=False),
        sa.Column("not_ours", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_reconciliation")),
    )
    op.create_index(op.f("ix_flag_reconciliation_system"), "flag_reconciliation", ["system"])


def _differences() -> None:
    op.create_table(
        "flag_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("flag_id", sa.Integer(), nullable=True),
        sa.Column("person_key", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("evidence_ref", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["flag_reconciliation.id"],
            name=op.f("fk_flag_difference_reconciliation_id_flag_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_difference")),
    )
    for column in ("reconciliation_id", "case_id", "person_key"):
        op.create_index(op.f(f"ix_flag_difference_{column}"), "flag_difference", [column])
