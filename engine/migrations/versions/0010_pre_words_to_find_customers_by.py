"""The words a customer is found by, each looked up by how it begins."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SEARCHED = ("name", "address", "tenancy_reference", "email", "phone")
_RUN_TOGETHER = ("tenancy_reference", "phone")
_PART = re.compile(r"[^\W_]+")
_LONGEST_WORD, _AT_ONCE = 60, 1000


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    in_bytes = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    words = op.create_table(
        "customer_word",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("word", in_bytes, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_customer_word_customer_id_customer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "word", name=op.f("pk_customer_word")),
    )
    _fill(words)
    op.create_index("ix_customer_word_word", "customer_word", ["word", "customer_id"])


def _fill(words: sa.Table) -> None:
    """Write the words of each customer there is."""
    customer = sa.table("customer", sa.column("id"), *(sa.column(name) for name in _SEARCHED))
    connection, last = op.get_bind(), 0
    while True:
        some = connection.execute(
            sa.select(customer).where(customer.c.id > last).order_by(customer.c.id).limit(_AT_ONCE)
        ).all()
        if not some:
            return
        last = some[-1].id
        rows = [
            {"customer_id": found.id, "word": word}
            for found in some
            for word in sorted(_words(dict(found._mapping)))
        ]
        if rows:
            connection.execute(words.insert(), rows)


def _words(found: dict[str, str | None]) -> set[str]:
    kept: set[str] = set()
    for column in _SEARCHED:
        plain = unicodedata.normalize("NFKD", (found[column] or "").casefold())
        bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
        parts = _PART.findall(bare.replace("'", "").replace("\u2019", ""))
        kept |= set(parts)
        if column in _RUN_TOGETHER and parts:
            kept.add("".join(parts))
    return {word[:_LONGEST_WORD] for word in kept}
