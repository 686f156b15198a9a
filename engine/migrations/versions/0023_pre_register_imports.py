"""Old registers from a file: the file and its rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "register_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("mapped_at", moment, nullable=True),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("started_by", sa.String(), nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("discarded_at", moment, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    op.create_index(op.f("ix_register_import_sha256"), "register_import", ["sha256"])
    op.create_table(
        "register_import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.Column("exceptions", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["register_import.id"],
            name=op.f("fk_register_import_row_import_id_register_import"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import_row")),
    )
    op.create_index(op.f("ix_register_import_row_case_id"), "register_import_row", ["case_id"])
    for name, columns in (
        ("ix_register_import_row_status", ["import_id", "status", "id"]),
        ("ix_register_import_row_mark", ["import_id", "mark"]),
    ):
        op.create_index(name, "register_import_row", columns)
