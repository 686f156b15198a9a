"""The outbox is sent: by which way, under which key, how often it was tried, and who gave it up."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; going back is done by restoring a backup."""
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("outbox") as outbox:
        for name in ("channel", "key", "order_key"):
            outbox.add_column(sa.Column(name, sa.String(), nullable=True))
        for name in ("about", "given_up_by", "given_up_reason"):
            outbox.add_column(sa.Column(name, sa.String(), nullable=True))
        for name in ("claimed_until", "dead_at", "given_up_at"):
            outbox.add_column(sa.Column(name, moment, nullable=True))
        outbox.alter_column("next_try_at", existing_type=moment, nullable=True)
        outbox.drop_index(op.f("ix_outbox_next_try_at"))
        outbox.drop_index(op.f("ix_outbox_case_id"))
    _fill()
    with op.batch_alter_table("outbox") as outbox:
        for name in ("channel", "key", "order_key"):
            outbox.alter_column(name, existing_type=sa.String(), nullable=False)
        outbox.create_index("ix_outbox_due", ["channel", "next_try_at"])
        outbox.create_index("ix_outbox_order", ["order_key", "next_try_at"])
        outbox.create_index("ix_outbox_case", ["case_id", "about"])
        outbox.create_index("ix_outbox_dead", ["dead_at"])


def _fill() -> None:
    """Give the e-mails that were written so far, which nothing sent, what a sender asks for."""
    outbox = sa.table(
        "outbox",
        *(sa.column(name) for name in ("id", "kind", "case_id", "channel", "key", "order_key")),
        sa.column("about"),
        sa.column("content", sa.JSON()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(outbox)).all():
        content = dict(row.content)
        connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == row.id)
            .values(
                channel=row.kind,
                key=secrets.token_hex(16),
                order_key=f"{row.kind} {content.get('to', '')} case:{row.case_id or 0}",
                about=content.pop("key", None),
                content=content,
            )
        )
