"""Who is away when, who stands in for each arrangement, and what its customer was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column("work_item", sa.Column("instead_of", sa.String(), nullable=True))
    _absence()
    _stand_in()
    _cover_notice()


def _absence() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("cover", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_name"], ["user.name"], name="fk_absence_user_name_user"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_days", "absence", ["user_name", "until_on", "from_on"])


def _stand_in() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_arrangement("stand_in"),
        sa.Column("user_name", sa.String(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("nobody_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stand_in"),
    )
    op.create_index("ix_stand_in_absence_id", "stand_in", ["absence_id"])
    op.create_index("ix_stand_in_case_id", "stand_in", ["case_id"])
    op.create_index("ix_stand_in_days", "stand_in", ["arrangement_id", "until_on", "from_on"])
    op.create_index(
        "ix_stand_in_person", "stand_in", ["user_name", "until_on", "from_on", "case_id"]
    )


def _cover_notice() -> None:
    op.create_table(
        "cover_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_arrangement("cover_notice"),
        sa.Column("stand_in_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_reason", sa.String(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("told_by", sa.String(), nullable=True),
        sa.Column("dropped_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cover_notice"),
    )
    op.create_index("ix_cover_notice_absence_id", "cover_notice", ["absence_id"])
    op.create_index("ix_cover_notice_case_id", "cover_notice", ["case_id"])


def _of_arrangement(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Give the columns that say of which absence, case and arrangement a row is."""
    return (
        sa.Column("absence_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("arrangement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["absence_id"], ["absence.id"], name=f"fk_{table}_absence_id_absence"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=f"fk_{table}_case_id_case_file"
        ),
        sa.ForeignKeyConstraint(
            ["arrangement_id"], ["arrangement.id"], name=f"fk_{table}_arrangement_id_arrangement"
        ),
    )
