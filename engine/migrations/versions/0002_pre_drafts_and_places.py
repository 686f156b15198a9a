"""Drafts of a release with their editors, and where every running instance is now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("release") as release:
        release.add_column(sa.Column("title", sa.String(), nullable=False, server_default=""))
        release.add_column(sa.Column("made_by", sa.String(), nullable=True))
        release.add_column(sa.Column("based_on_id", sa.Integer(), nullable=True))
        release.add_column(sa.Column("submitted_at", moment, nullable=True))
        release.add_column(sa.Column("submitted_by", sa.String(), nullable=True))
        release.add_column(sa.Column("discarded_at", moment, nullable=True))
        release.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        release.create_foreign_key(
            op.f("fk_release_based_on_id_release"), "release", ["based_on_id"], ["id"]
        )
    with op.batch_alter_table("release_file") as file:
        file.add_column(
            sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        file.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        file.add_column(sa.Column("saved_at", moment, nullable=True))
        file.add_column(sa.Column("saved_by", sa.String(), nullable=True))
    op.create_table(
        "release_editor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("first_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_release_editor_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_editor")),
        sa.UniqueConstraint("release_id", "user_name", name=op.f("uq_release_editor_release_id")),
    )
    _create_element_instance()


def _create_element_instance() -> None:
    table = "element_instance"
    moment = sa.DateTime(timezone=True)
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_container", sa.Boolean(), nullable=False),
        sa.Column("entered_at", moment, nullable=False),
        sa.Column("fires_at", moment, nullable=True),
        sa.Column("work_item_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
            )
            for column, other in (
                ("instance_id", "process_instance"),
                ("release_id", "release"),
                ("case_id", "case_file"),
                ("work_item_id", "work_item"),
                ("incident_id", "incident"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name, columns in (
        ("path", ["is_container", "release_id", "path", "due_on", "incident_id"]),
        ("process", ["process_id", "release_id", "instance_id"]),
        ("cases", ["is_container", "case_id", "due_on"]),
        ("due", ["is_container", "due_on"]),
        ("since", ["is_container", "entered_at"]),
    ):
        op.create_index(op.f(f"ix_{table}_{name}"), table, columns)
    op.create_index(op.f(f"ix_{table}_instance"), table, ["instance_id"])
    op.create_index(op.f(f"ix_{table}_case"), table, ["case_id"])
    op.create_index(op.f(f"ix_{table}_work_item_id"), table, ["work_item_id"])
    op.create_index(op.f(f"ix_{table}_incident_id"), table, ["incident_id"])
