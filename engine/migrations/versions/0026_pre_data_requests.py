"""Requests for data with the law's clock, the copies made for them, and holds that are reviewed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column("legal_hold", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("legal_hold", sa.Column("data_request_id", sa.Integer(), nullable=True))
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("logged_on", sa.Date(), nullable=False),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("identity_note", sa.String(), nullable=False),
        sa.Column("proved_on", sa.Date(), nullable=True),
        sa.Column("third_party_cases", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_reason", sa.String(), nullable=False),
        sa.Column("more_time_because", sa.String(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_data_request_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index(op.f("ix_data_request_case_id"), "data_request", ["case_id"])
    op.create_table(
        "data_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_data_copy_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["data_request_id"],
            ["data_request.id"],
            name=op.f("fk_data_copy_data_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy")),
    )
    op.create_index(op.f("ix_data_copy_case_id"), "data_copy", ["case_id"])
    op.create_index(op.f("ix_data_copy_data_request_id"), "data_copy", ["data_request_id"])
    op.create_table(
        "data_copy_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("data_copy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_data_copy_part_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["data_copy_id"],
            ["data_copy.id"],
            name=op.f("fk_data_copy_part_data_copy_id_data_copy"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy_part")),
        sa.UniqueConstraint("data_copy_id", "number", name=op.f("uq_data_copy_part_data_copy_id")),
    )
    op.create_index(op.f("ix_data_copy_part_case_id"), "data_copy_part", ["case_id"])
    op.create_table(
        "data_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("data_request_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_data_mark_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["data_request_id"],
            ["data_request.id"],
            name=op.f("fk_data_mark_data_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_mark")),
        sa.UniqueConstraint("data_request_id", "name", name=op.f("uq_data_mark_data_request_id")),
    )
    op.create_index(op.f("ix_data_mark_case_id"), "data_mark", ["case_id"])
    op.create_index(op.f("ix_data_mark_data_request_id"), "data_mark", ["data_request_id"])
