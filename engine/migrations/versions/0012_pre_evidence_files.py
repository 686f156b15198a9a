"""Files of evidence, sealed and in parts; who corrected a record, why, and what takes its place."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("corrected_by", sa.String(), nullable=True))
        evidence.add_column(sa.Column("correction_reason", sa.String(), nullable=True))
        evidence.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.Column("removed_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_evidence_file_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_file_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
    )
    op.create_index(op.f("ix_evidence_file_case_id"), "evidence_file", ["case_id"])
    op.create_index(op.f("ix_evidence_file_evidence_id"), "evidence_file", ["evidence_id"])
    op.create_table(
        "evidence_file_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_evidence_file_part_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["evidence_file.id"],
            name=op.f("fk_evidence_file_part_file_id_evidence_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file_part")),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_evidence_file_part_file_id")),
    )
    op.create_index(op.f("ix_evidence_file_part_case_id"), "evidence_file_part", ["case_id"])
