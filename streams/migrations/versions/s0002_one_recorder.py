"""Several servers on one store: who records, and what nobody can read any more. The inbox was never read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the lease and the gaps, drop the inbox."""
    op.create_table(
        "hub_lease",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.Float, nullable=False),
    )
    op.execute("INSERT INTO hub_lease (one, holder, epoch, ends) VALUES (1, '', 0, 0)")
    op.create_table(
        "hub_gap",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("after", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.UniqueConstraint("topic", "partition", "first", "after", "at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hub_history_seen", "hub_history", ["seen"])  # old history is found by it and goes
    op.drop_table("hub_inbox")
    op.execute("UPDATE hub_state SET version = 2")  # the first version then says that this store is not for it
