"""Letters on their way, promises withdrawn, meetings in calendars, and who wants which e-mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("promise") as promise:
        promise.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        promise.add_column(sa.Column("withdrawn_because", sa.String(), nullable=True))
    op.create_table(
        "print_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by", sa.String(), nullable=True),
        sa.Column("proof", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_pack")),
    )
    op.create_index(op.f("ix_print_pack_made_by"), "print_pack", ["made_by"])
    op.create_table(
        "sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("third_party_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("sent_to", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("pack_id", sa.Integer(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("status_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_sending_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_sending_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["print_pack.id"], name=op.f("fk_sending_pack_id_print_pack")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending")),
    )
    for column in ("case_id", "letter_id", "outbox_id", "pack_id"):
        op.create_index(op.f(f"ix_sending_{column}"), "sending", [column])
    op.create_index(op.f("ix_sending_to_print"), "sending", ["way", "left_on", "pack_id"])
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at_time", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("invited", sa.JSON(), nullable=False),
        sa.Column("called_off_on", sa.Date(), nullable=True),
        sa.Column("called_off_because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_meeting_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_uid")),
    )
    op.create_index(op.f("ix_meeting_case_id"), "meeting", ["case_id"])
    op.create_index(op.f("ix_meeting_stage_id"), "meeting", ["stage_id"])
    op.create_table(
        "mail_choice",
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("tasks", sa.String(), nullable=False),
        sa.Column("chosen_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"], ["user.name"], name=op.f("fk_mail_choice_user_name_user")
        ),
        sa.PrimaryKeyConstraint("user_name", name=op.f("pk_mail_choice")),
    )
