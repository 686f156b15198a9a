"""To whom a case applies, found by every name on the tenancy; homes customers have left."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_PART = re.compile(r"[^\W_]+")
_LONGEST_WORD = 60


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    op.add_column(
        "case_file",
        sa.Column("also_applies_to", sa.JSON(), nullable=False, server_default="[]"),
    )
    op.add_column(
        "third_party",
        sa.Column("carried_over", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "former_home",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("tenancy_reference", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_former_home_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_home")),
    )
    op.create_index("ix_former_home_case_id", "former_home", ["case_id"])
    _write_words_of_others()


def _write_words_of_others() -> None:
    customer = sa.table("customer", sa.column("id"), sa.column("other_tenants"))
    kept = sa.table("customer_word", sa.column("customer_id"), sa.column("word"))
    connection = op.get_bind()
    shared = connection.execute(sa.select(customer).where(customer.c.other_tenants != "")).all()
    for row in shared:
        known = sa.select(kept.c.word).where(kept.c.customer_id == row.id)
        new = _words(row.other_tenants) - set(connection.scalars(known))
        for word in sorted(new):
            connection.execute(kept.insert().values(customer_id=row.id, word=word))


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    parts = _PART.findall(bare.replace("'", "").replace("\u2019", ""))
    return {word[:_LONGEST_WORD] for word in parts}
