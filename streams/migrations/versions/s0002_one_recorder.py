"""Several servers on one store: who records, and what nobody can read any more. The inbox was never read.

History is found, and kept from being written twice, by one index over (entity, epoch, rev) instead of two.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the lease and the gaps, drop the inbox, change the indexes of history."""
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
    if op.get_bind().dialect.name == "sqlite":
        _history_again()
    else:
        _history_in_place()
    op.create_index("ix_hub_history_seen", "hub_history", ["seen"])  # old history is found by it and goes
    op.drop_table("hub_inbox")
    op.execute("UPDATE hub_state SET version = 2")  # the first version then says that this store is not for it


_COLUMNS = 'seq, event, source, type, "table", entity, rev, at, seen, topic, partition, "offset", data'


def _history_again() -> None:
    """SQLite cannot take a constraint away: the table is written anew. Facts of one (epoch, rev) stay once."""
    op.execute("ALTER TABLE hub_history RENAME TO hub_history_old")
    op.drop_index("hub_history_entity", "hub_history_old")
    op.create_table(
        "hub_history",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("table", sa.String, nullable=False),
        sa.Column("entity", sa.String, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("table", "entity", "epoch", "rev", name="hub_history_once"),
        sqlite_autoincrement=True,
    )
    epoch = "coalesce(json_extract(CAST(data AS TEXT), '$.epoch'), 0)"
    op.execute(
        f"INSERT OR IGNORE INTO hub_history ({_COLUMNS}, epoch) "  # noqa: S608 - nothing here is anybody's input
        f"SELECT {_COLUMNS}, {epoch} FROM hub_history_old ORDER BY seq"
    )
    op.drop_table("hub_history_old")


def _history_in_place() -> None:
    op.add_column("hub_history", sa.Column("epoch", sa.BigInteger))
    op.execute("UPDATE hub_history SET epoch = coalesce((convert_from(data, 'UTF8')::json->>'epoch')::bigint, 0)")
    op.alter_column("hub_history", "epoch", nullable=False)
    op.execute(
        "DELETE FROM hub_history WHERE seq IN (SELECT seq FROM (SELECT seq, row_number() OVER "
        '(PARTITION BY "table", entity, epoch, rev ORDER BY seq) AS nth FROM hub_history) AS numbered WHERE nth > 1)'
    )
    op.drop_constraint("hub_history_source_event_table_entity_key", "hub_history")
    op.drop_index("hub_history_entity", "hub_history")
    op.create_unique_constraint("hub_history_once", "hub_history", ["table", "entity", "epoch", "rev"])
