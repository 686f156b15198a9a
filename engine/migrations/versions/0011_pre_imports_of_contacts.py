"""Contacts that come in a file: the file, its rows, and by which row a contact came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "contact_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("read_at", moment, nullable=True),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("started_by", sa.String(), nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("logged", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import")),
    )
    op.create_index(op.f("ix_contact_import_sha256"), "contact_import", ["sha256"])
    op.create_table(
        "contact_import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["contact_import.id"],
            name=op.f("fk_contact_import_row_import_id_contact_import"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import_row")),
    )
    op.create_index(
        "ix_contact_import_row_status",
        "contact_import_row",
        ["import_id", "status", "case_id", "id"],
    )
    op.create_index("ix_contact_import_row_content", "contact_import_row", ["import_id", "content"])
    op.create_index(op.f("ix_contact_import_row_case_id"), "contact_import_row", ["case_id"])
    with op.batch_alter_table("contact") as contact:
        contact.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        contact.add_column(sa.Column("source_mark", sa.String(), nullable=True))
        contact.create_foreign_key(
            op.f("fk_contact_import_id_contact_import"), "contact_import", ["import_id"], ["id"]
        )
        contact.create_unique_constraint(op.f("uq_contact_source_mark"), ["source_mark"])
