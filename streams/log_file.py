"""How records lie in a SQLite file: the schema and the queries. Used by the live log and by recordings.

Must not know who writes when, or how long anyone waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from hub.ports import Outgoing, Partition, Record
from streams.records import check_position

SCHEMA = MetaData()

PLACE = Table(
    "place",
    SCHEMA,
    Column("id", Integer, primary_key=True),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("next", Integer, nullable=False),
    UniqueConstraint("topic", "partition"),
)
"""One row per topic and partition. ``next`` outlives the records, so an offset is never given twice."""

RECORD = Table(
    "record",
    SCHEMA,
    Column("place", Integer, ForeignKey("place.id"), primary_key=True),
    Column("offset", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", LargeBinary),
    sqlite_with_rowid=False,
)

Headers = tuple[tuple[str, bytes], ...]
_headers = msgspec.msgpack.Decoder(Headers)
_pack = msgspec.msgpack.Encoder().encode

_TAKE: Select[Any] = (
    select(RECORD.c.offset, RECORD.c.at, RECORD.c.key, RECORD.c.value, RECORD.c.headers)
    .where(RECORD.c.place == bindparam("place"), RECORD.c.offset >= bindparam("offset"))
    .where(RECORD.c.offset < bindparam("end"))
    .order_by(RECORD.c.offset)
    .limit(bindparam("many"))
)
_INSERT = RECORD.insert()


class Place(msgspec.Struct, frozen=True):
    """A partition in the file: its number there, its oldest offset and the offset after its newest."""

    id: int
    first: int
    next: int


def reserve(connection: Connection, topic: str, partition: int, count: int) -> Place:
    """Take ``count`` offsets of a partition, which is made when it is not there. ``next`` is the first one taken."""
    connection.execute(insert(PLACE).values(topic=topic, partition=partition, first=0, next=0).on_conflict_do_nothing())
    row = connection.execute(
        update(PLACE)
        .where(PLACE.c.topic == topic, PLACE.c.partition == partition)
        .values(next=PLACE.c.next + count)
        .returning(PLACE.c.id, PLACE.c.first, PLACE.c.next)
    ).one()
    return Place(row.id, row.first, row.next - count)


def put(connection: Connection, place: int, rows: Sequence[tuple[int, float, Outgoing]]) -> None:
    """Write (offset, at, record) of one partition."""
    if rows:
        connection.execute(
            _INSERT,
            [
                {
                    "place": place,
                    "offset": offset,
                    "at": at,
                    "key": record.key,
                    "value": record.value,
                    "headers": _pack(record.headers) if record.headers else None,
                }
                for offset, at, record in rows
            ],
        )


def places(connection: Connection, topics: Iterable[str] | None = None) -> dict[Partition, Place]:
    """The partitions in the file, of those topics or of all."""
    query = select(PLACE)
    if topics is not None:
        query = query.where(PLACE.c.topic.in_(list(topics)))
    return {(row.topic, row.partition): Place(row.id, row.first, row.next) for row in connection.execute(query)}


def take(
    connection: Connection, name: str, place: Place, at: Partition, offset: int, limit: int, end: int | None = None
) -> list[Record]:
    """Up to ``limit`` records of a partition from ``offset`` on and below ``end``. Raises ``PositionLost``."""
    check_position(name, at, offset, place.first, place.next)
    topic, partition = at
    values = {"place": place.id, "offset": offset, "many": limit, "end": place.next if end is None else end}
    return [
        Record(topic, partition, row[0], row[2], row[3], _headers.decode(row[4]) if row[4] else (), row[1])
        for row in connection.execute(_TAKE, values)
    ]


def seen(connection: Connection, place: Place, now: float) -> int:
    """Offset after the newest record that is not stamped later than ``now``."""
    late = select(func.min(RECORD.c.offset)).where(RECORD.c.place == place.id, RECORD.c.at > now)
    found = connection.execute(late).scalar_one()
    return place.next if found is None else int(found)
