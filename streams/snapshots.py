"""Stored rows as bytes and back, and the snapshot that holds all of them. Must not know any database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from struct import Struct

import msgspec

from hub.errors import HubError
from hub.picture.fixes import row
from hub.picture.rows import Fix, Row, Table
from hub.ports import Partition


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A stored row; ``data`` is the fact as JSON, of ``at``; ``fix`` as ``fix_bytes`` writes it."""

    table: str
    id: str
    at: float
    seen: float
    type: str
    source: str
    data: msgspec.Raw
    fix: bytes | None = None


class _Snapshot(msgspec.Struct, frozen=True):
    positions: list[tuple[str, int, int]]
    rows: list[Kept]


_decoder = msgspec.json.Decoder(_Snapshot)
_encode = msgspec.json.Encoder().encode
_FIX = Struct(">QIIII")
_LOW = (0, -(1 << 31), -(1 << 31), -(1 << 31), -(1 << 31))


def pack(rows: list[Kept], positions: Mapping[Partition, int]) -> bytes:
    """A snapshot as bytes."""
    return _encode(_Snapshot([(topic, partition, at) for (topic, partition), at in positions.items()], rows))


def unpack(data: object, expected: str) -> list[Kept] | None:
    """The rows of a snapshot; ``None`` when it is damaged: no snapshot, or not of the expected checksum."""
    if not isinstance(data, bytes) or checksum(data) != expected:
        return None
    try:
        return _decoder.decode(data).rows
    except msgspec.MsgspecError:
        return None


def checksum(data: bytes) -> str:
    """What must be found again when a snapshot is read."""
    return blake2b(data, digest_size=16).hexdigest()


def schema_hash(tables: Mapping[str, Table]) -> str:
    """Changes when a table appears or goes, or its fact type changes."""
    shapes = {name: msgspec.json.schema(table.data) for name, table in tables.items()}
    return checksum(json.dumps(shapes, sort_keys=True).encode())


def rows(kept: Iterable[Kept], tables: Mapping[str, Table]) -> dict[str, dict[str, Row]]:
    """Table → id → row, of the declared tables. Raises ``HubError`` naming the row whose fact no longer fits."""
    decoders = {name: msgspec.json.Decoder(table.data) for name, table in tables.items()}
    out: dict[str, dict[str, Row]] = {name: {} for name in tables}
    for item in kept:
        decoder = decoders.get(item.table)
        if decoder is None:
            continue
        try:
            fact = decoder.decode(item.data)
        except msgspec.MsgspecError as error:
            shape = tables[item.table].data.__name__
            raise HubError(f"table {item.table}, row {item.id}: no longer fits {shape}: {error}") from error
        out[item.table][item.id] = row(fact, item.at, item.seen, item.type, item.source, fix_of(item.fix))
    return out


def fix_bytes(fix: Fix | None) -> bytes | None:
    """A fix as 24 bytes whose order is that of fixes: whole numbers from their least value on, highest byte first."""
    if fix is None:
        return None
    ms, lon, lat, heading, speed = _LOW
    return _FIX.pack(fix.ms - ms, fix.lon - lon, fix.lat - lat, fix.heading - heading, fix.speed - speed)


def fix_of(data: bytes | None) -> Fix | None:
    """What ``fix_bytes`` wrote."""
    return None if data is None else Fix(*(value + low for value, low in zip(_FIX.unpack(data), _LOW, strict=True)))
