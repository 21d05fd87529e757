"""The schema as the first version made it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _small()
    op.create_table(
        "hub_row",
        sa.Column("table", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("data", sa.LargeBinary),
        sa.Column("batch", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_hub_row_batch", "hub_row", ["batch"])
    op.create_table(
        "hub_history",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("table", sa.String, nullable=False),
        sa.Column("entity", sa.String, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("source", "event", "table", "entity"),
        sqlite_autoincrement=True,
    )
    op.create_index("hub_history_entity", "hub_history", ["table", "entity", "seq"])
    _waiting()


def _small() -> None:
    op.create_table(
        "hub_state",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO hub_state (one, version, batch) VALUES (1, 1, 0)")
    op.create_table(
        "hub_meta", sa.Column("key", sa.String, primary_key=True), sa.Column("value", sa.String, nullable=False)
    )
    op.create_table(
        "hub_counter", sa.Column("name", sa.String, primary_key=True), sa.Column("value", sa.BigInteger, nullable=False)
    )
    op.create_table(
        "hub_position",
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "hub_inbox", sa.Column("source", sa.String, primary_key=True), sa.Column("id", sa.String, primary_key=True)
    )


def _waiting() -> None:
    op.create_table(
        "hub_dead_letter",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.UniqueConstraint("topic", "partition", "offset"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hub_dead_letter_at", "hub_dead_letter", ["at"])
    op.create_table(
        "hub_outbox",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary),
        sa.Column("headers", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "hub_snapshot",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sa.Column("schema", sa.String, nullable=False),
        sa.Column("checksum", sa.String, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
