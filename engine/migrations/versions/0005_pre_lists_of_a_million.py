"""Indexes that lists of tasks are read from in order, and who took part as rows to search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = "completed_at IS NULL AND cancelled_at IS NULL"
_UNTAKEN = f"{_OPEN} AND assignee IS NULL"
_OF_OPEN = {
    "ix_work_item_open": (["due_on", "id"], _OPEN),
    "ix_work_item_holder": (["assignee", "due_on", "id"], _OPEN),
    "ix_work_item_role": (["role", "due_on", "id", "assignee"], _OPEN),
    "ix_work_item_untaken": (["role", "due_on", "id", "assignee"], _UNTAKEN),
}
_OF_ALL = {
    "ix_work_item_case": [
        *("case_id", "completed_at", "cancelled_at", "due_on", "role", "assignee"),
    ],
    "ix_work_item_assignee": ["assignee", "role", "case_id"],
    "ix_work_item_completed_by": ["completed_by", "completed_at", "id", "role", "case_id"],
}
_TIES = (
    ("case_file", "owner"),
    ("case_file", "opened_by"),
    ("stage", "referred_by"),
    ("arrangement", "spoc"),
    ("arrangement", "cover"),
    ("appeal", "director"),
)
_AT_ONCE = 1000


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.drop_index("ix_work_item_open", "work_item")
    for name, (columns, which) in _OF_OPEN.items():
        rows, whole = sa.text(which), [*columns, "completed_at", "cancelled_at"]
        op.create_index(name, "work_item", whole, sqlite_where=rows, postgresql_where=rows)
    for name, columns in _OF_ALL.items():
        op.drop_index(name, "work_item")
        op.create_index(name, "work_item", columns)
    unsettled = sa.text("resolved_at IS NULL")
    op.create_index(
        "ix_incident_open", "incident", ["id"], sqlite_where=unsettled, postgresql_where=unsettled
    )
    for table, column in _TIES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    took_part = op.create_table(
        "took_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("stage_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_took_part_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_took_part")),
    )
    op.create_index("ix_took_part_case_id", "took_part", ["case_id"])
    op.create_index("ix_took_part_person", "took_part", ["user_name", "case_id"])
    _fill(took_part, "decision", "took_part", "decision_id")
    _fill(took_part, "stage", "attendees", "stage_id")


def _fill(took_part: sa.Table, source: str, names: str, column: str) -> None:
    """Write a row for each person that the list of a decision or a stage names."""
    table = sa.table(source, sa.column("id"), sa.column("case_id"), sa.column(names, sa.JSON()))
    connection, last = op.get_bind(), 0
    while True:
        some = connection.execute(
            sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)
        ).all()
        if not some:
            return
        last = some[-1].id
        rows = [row for found in some for row in _rows(found, column)]
        if rows:
            connection.execute(took_part.insert(), rows)


def _rows(found: sa.Row[Any], column: str) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys(found[2] or ()):
        yield {"case_id": found.case_id, "user_name": name, column: found.id}
