"""The policy document itself: versions, who read them, reviews, assessments, training."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    _policy_version()
    _policy_distribution()
    _policy_reading()
    _policy_review()
    _impact_assessment()
    _policy_of_release()
    _training_record()


def _policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("contact_officer", sa.String(), nullable=False),
        sa.Column("responsible_officer", sa.String(), nullable=False),
        sa.Column("changes", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("stated_desktop", sa.String(), nullable=False),
        sa.Column("stated_formal", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_officer"], ["user.name"], name="fk_policy_version_contact_officer_user"
        ),
        sa.ForeignKeyConstraint(
            ["responsible_officer"],
            ["user.name"],
            name="fk_policy_version_responsible_officer_user",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_version"),
        sa.UniqueConstraint("number", name="uq_policy_version_number"),
    )


def _policy_distribution() -> None:
    op.create_table(
        "policy_distribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("to_whom", sa.String(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_policy_distribution_version_id_policy_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_distribution"),
    )
    op.create_index("ix_policy_distribution_version_id", "policy_distribution", ["version_id"])


def _policy_reading() -> None:
    op.create_table(
        "policy_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_policy_reading_version_id_policy_version",
        ),
        sa.ForeignKeyConstraint(
            ["user_name"], ["user.name"], name="fk_policy_reading_user_name_user"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_reading"),
        sa.UniqueConstraint("version_id", "user_name", name="uq_policy_reading_version_id"),
    )


def _policy_review() -> None:
    op.create_table(
        "policy_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_reason", sa.String(), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("reviewer", sa.String(), nullable=True),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("findings", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["policy_version.id"], name="fk_policy_review_version_id_policy_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_review"),
    )
    op.create_index("ix_policy_review_version_id", "policy_review", ["version_id"])


def _impact_assessment() -> None:
    op.create_table(
        "impact_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("written_by", sa.JSON(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("sent_back", sa.JSON(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("comments", sa.String(), nullable=False),
        sa.Column("directorate", sa.String(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_impact_assessment_version_id_policy_version",
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["policy_review.id"], name="fk_impact_assessment_review_id_policy_review"
        ),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["impact_assessment.id"],
            name="fk_impact_assessment_based_on_id_impact_assessment",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_impact_assessment"),
    )
    op.create_index("ix_impact_assessment_review_id", "impact_assessment", ["review_id"])
    op.create_index("ix_impact_assessment_version_id", "impact_assessment", ["version_id"])


def _policy_of_release() -> None:
    op.create_table(
        "policy_of_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("exemption", sa.String(), nullable=False),
        sa.Column("exempted_by", sa.String(), nullable=True),
        sa.Column("exempted_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_policy_of_release_release_id_release"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_version.id"],
            name="fk_policy_of_release_version_id_policy_version",
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["impact_assessment.id"],
            name="fk_policy_of_release_assessment_id_impact_assessment",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_policy_of_release"),
        sa.UniqueConstraint("release_id", name="uq_policy_of_release_release_id"),
    )


def _training_record() -> None:
    op.create_table(
        "training_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"], ["user.name"], name="fk_training_record_user_name_user"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_training_record"),
    )
    op.create_index("ix_training_record_user_name", "training_record", ["user_name"])
