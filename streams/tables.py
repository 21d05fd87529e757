"""The store's schema as the newest migration leaves it. Must not know who writes a row or what a fact is.

A change here needs a migration in ``streams.migrations``; a test compares the two.
"""

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

SCHEMA = MetaData()
APART = "apart"
"""Marks a column that does not follow the (epoch, rev) of its row: the ``greater`` value stays, or it is written
``always``."""
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
"""One row: the number of the newest batch, and a version for programs from before there were migrations."""

LEASE = Table(
    "hub_lease",
    SCHEMA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("holder", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("ends", Float, nullable=False),
)
"""One row: who records, until when (epoch seconds of the database's clock); ``""`` for nobody."""

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
    Column("fix", LargeBinary, info={APART: "greater"}),
    Column("batch", BigInteger, nullable=False, index=True, info={APART: "always"}),
)
"""``data``: the fact as JSON, of ``at``; null marks a removed row until no kept snapshot can still hold it. ``fix``:
the newest fix of a thing that moves, as ``streams.snapshots`` writes it; its order as bytes is that of fixes. Fact and
fix are kept each by itself, whichever transaction brings the newer one.
"""

HISTORY = Table(
    "hub_history",
    SCHEMA,
    _serial("seq"),
    Column("event", String, nullable=False),
    Column("source", String, nullable=False),
    Column("type", String, nullable=False),
    Column("table", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Column("seen", Float, nullable=False, index=True),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("table", "entity", "epoch", "rev", name="hub_history_once"),
    sqlite_autoincrement=True,
)
"""A fact is applied when its (epoch, rev) is newer than its entity's: so that names it, and is what a reader asks for.
One short index does for both; one over event ids cost two and a half times the work of a whole insert.
"""

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

GAP = Table(
    "hub_gap",
    SCHEMA,
    _serial("seq"),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    UniqueConstraint("topic", "partition", "first", "after", "at"),
    sqlite_autoincrement=True,
)

REPLAYED = Table(
    "hub_replayed",
    SCHEMA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    Column("at", Float, nullable=False),
    Column("by", String, nullable=False),
)
"""Dead letters that were fed back. ``digest``: of what was sent; ``at``: epoch seconds; ``by``: who did it."""

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

ANSWER = Table(
    "hub_answer",
    SCHEMA,
    Column("key", String, primary_key=True),
    Column("answer", LargeBinary, nullable=False),
    Column("at", Float, nullable=False, index=True),
)
"""What a decision was answered, by the key it was asked under."""

AUDIT = Table(
    "hub_audit",
    SCHEMA,
    Column("seq", _SERIAL, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False, index=True),
    Column("actor", String, nullable=False),
    Column("role", String, nullable=False),
    Column("action", String, nullable=False),
    Column("table", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("purpose", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("facts", String, nullable=False),
    Column("request", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("node", String, nullable=False),
    Column("mac", String, nullable=False),
    Index("hub_audit_entity", "table", "entity", "seq"),
)
"""Who did what (``hub.audit``). ``seq`` has no gaps; a trigger lets rows be added at the end only, none be changed, and
none be deleted that ``hub_audit_base`` has not left behind. ``facts``: JSON, a list of ``hub.audit.Place``.
"""

AUDIT_BASE = Table(
    "hub_audit_base",
    SCHEMA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("mac", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("key", String, nullable=False),
    Column("seal", String, nullable=False),
)
"""One row: the entry before the first one that is kept (0 at first), which key the chain is of, and the key's seal on
it. A trigger lets it only go forward, along entries that are there.
"""

DRAFT = Table(
    "hub_draft",
    SCHEMA,
    Column("actor", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("at", Float, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)
"""What somebody is writing and has not given yet."""
