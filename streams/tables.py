"""The store's schema. Must not know who writes a row or what a fact is."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

VERSION = 1
"""Raised when a table changes; a store of a higher version is not touched."""

SCHEMA = MetaData()
_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def _serial(name: str) -> Column[int]:
    return Column(name, _SERIAL, primary_key=True, autoincrement=True)


STATE = Table(
    "hub_state",
    SCHEMA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("batch", BigInteger, nullable=False),
)
"""One row: the schema's version and the number of the newest batch."""

META = Table("hub_meta", SCHEMA, Column("key", String, primary_key=True), Column("value", String, nullable=False))

COUNTER = Table(
    "hub_counter", SCHEMA, Column("name", String, primary_key=True), Column("value", BigInteger, nullable=False)
)

POSITION = Table(
    "hub_position",
    SCHEMA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
)

INBOX = Table("hub_inbox", SCHEMA, Column("source", String, primary_key=True), Column("id", String, primary_key=True))

ROW = Table(
    "hub_row",
    SCHEMA,
    Column("table", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("type", String, nullable=False),
    Column("source", String, nullable=False),
    Column("data", LargeBinary),
    Column("batch", BigInteger, nullable=False, index=True),
)
"""``data``: the fact as JSON; null marks a removed row until no kept snapshot can still hold it."""

HISTORY = Table(
    "hub_history",
    SCHEMA,
    _serial("seq"),
    Column("event", String, nullable=False),
    Column("source", String, nullable=False),
    Column("type", String, nullable=False),
    Column("table", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("source", "event", "table", "entity"),
    Index("hub_history_entity", "table", "entity", "seq"),
    sqlite_autoincrement=True,
)

DEAD_LETTER = Table(
    "hub_dead_letter",
    SCHEMA,
    _serial("seq"),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("at", Float, nullable=False, index=True),
    UniqueConstraint("topic", "partition", "offset"),
    sqlite_autoincrement=True,
)

OUTBOX = Table(
    "hub_outbox",
    SCHEMA,
    _serial("seq"),
    Column("topic", String, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    sqlite_autoincrement=True,
)
"""``seq`` is never used twice. ``digest``: the same record waits only once, so a repeated batch adds nothing."""

SNAPSHOT = Table(
    "hub_snapshot",
    SCHEMA,
    _serial("seq"),
    Column("batch", BigInteger, nullable=False),
    Column("schema", String, nullable=False),
    Column("checksum", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
