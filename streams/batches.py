"""One batch into the store's tables, inside a transaction that somebody else begins and ends.

Every statement may be repeated without changing anything: old facts never win, what is there is not written twice.
Must not know which database it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, Table, select, update

from hub.picture.delta import Delta
from hub.picture.fixes import told
from hub.picture.rows import Row
from hub.ports import Batch, DeadLetter, Outgoing
from streams import bulk
from streams.bulk import How, Values
from streams.snapshots import fix_bytes
from streams.tables import COUNTER, DEAD_LETTER, GAP, HISTORY, META, OUTBOX, POSITION, ROW, STATE

RAW_BYTES = 64 * 1024
"""How much of a refused record is kept."""
_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_headers = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...])


class Prepared(msgspec.Struct, frozen=True):
    """A batch as rows of tables. ``writes``: what is inserted besides the picture's rows, and how."""

    rows: list[Values]
    gone: list[tuple[str, str]]
    writes: list[tuple[How, Table, Sequence[Values]]]
    size: int


def prepare(batch: Batch) -> Prepared:
    """Encode everything before a transaction begins. ``size``: about how many bytes it is."""
    rows, gone = _rows(batch.rows)
    writes: list[tuple[How, Table, Sequence[Values]]] = [
        ("once", HISTORY, [msgspec.structs.asdict(entry) for entry in batch.history]),
        ("once", GAP, [msgspec.structs.asdict(gap) for gap in batch.gaps]),
        ("once", DEAD_LETTER, [_dead(letter) for letter in batch.dead_letters]),
        ("once", OUTBOX, [_waiting(topic, record) for topic, record in batch.outbox]),
        (
            "latest",
            POSITION,
            [{"topic": t, "partition": p, "next": offset} for (t, p), offset in batch.positions.items()],
        ),
        ("latest", COUNTER, [{"name": name, "value": value} for name, value in batch.counters.items()]),
        ("latest", META, [{"key": key, "value": value} for key, value in batch.meta.items()]),
    ]
    return Prepared(rows, gone, writes, 1000 * (len(rows) + sum(len(values) for _, _, values in writes)))


def write(connection: Connection, prepared: Prepared) -> None:
    """Execute it under the next batch number. From that statement on others wait: numbers of batches, and those of the
    outbox, are given in the order in which transactions end.
    """
    step = update(STATE).values(batch=STATE.c.batch + 1).returning(STATE.c.batch)
    number = int(connection.execute(step).scalar_one())
    bulk.put(connection, "newer", ROW, [{**values, "batch": number} for values in prepared.rows])
    remove(connection, prepared.gone, number)
    for how, table, values in prepared.writes:
        bulk.put(connection, how, table, values)


def remove(connection: Connection, gone: Sequence[tuple[str, str]], number: int) -> None:
    """Empty rows. Their order becomes (-1, 0): whatever comes back later is newer."""
    for table, key in gone:
        held = update(ROW).where(ROW.c.table == table, ROW.c.id == key, ROW.c.data.is_not(None))
        connection.execute(held.values(data=None, fix=None, epoch=-1, rev=0, batch=number))


def waiting(connection: Connection, limit: int) -> list[tuple[int, str, Outgoing]]:
    """The oldest records of the outbox."""
    found = connection.execute(select(OUTBOX).order_by(OUTBOX.c.seq).limit(limit))
    return [(r.seq, r.topic, Outgoing(r.key, r.value, _headers.decode(r.headers))) for r in found]


def _rows(delta: Delta) -> tuple[list[Values], list[tuple[str, str]]]:
    new: list[Values] = []
    gone: list[tuple[str, str]] = []
    for table, rows in delta.items():
        for key, row in rows.items():
            if row is None:
                gone.append((table, key))
            else:
                new.append(_row(table, key, row))
    return new, gone


def _row(table: str, key: str, row: Row) -> Values:
    epoch, rev = row.order
    return {
        "table": table,
        "id": key,
        "epoch": epoch,
        "rev": rev,
        "at": told(row),
        "seen": row.seen,
        "type": row.type,
        "source": row.source,
        "data": _encode(row.fact),
        "fix": fix_bytes(row.fix),
    }


def _dead(letter: DeadLetter) -> Values:
    # a reason may quote the record: half a surrogate pair or a NUL cannot be stored as text everywhere
    reason = letter.reason.encode("utf-8", "replace").decode().replace("\x00", "\\0")
    return {**msgspec.structs.asdict(letter), "reason": reason, "raw": letter.raw[:RAW_BYTES]}


def _waiting(topic: str, record: Outgoing) -> Values:
    headers = _pack(record.headers)
    digest = blake2b(_pack((topic, record.key, record.value, headers)), digest_size=16).digest()
    return {"topic": topic, "key": record.key, "value": record.value, "headers": headers, "digest": digest}
