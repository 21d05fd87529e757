"""The store through SQLAlchemy: rows, history, dead letters, outbox and positions, one transaction per batch.

SQLite now; no statement here is of one database only (what is, stands in ``streams.database``). Must not know the
log or the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, and_, delete, or_, select, update

from hub.errors import HubError, StoreDown
from hub.picture.delta import Delta
from hub.picture.rows import Row
from hub.picture.rows import Table as Declared
from hub.ports import Batch, DeadLetter, HistoryEntry, Loaded, Outgoing
from streams import database, snapshots
from streams.tables import (
    COUNTER,
    DEAD_LETTER,
    HISTORY,
    INBOX,
    META,
    OUTBOX,
    POSITION,
    ROW,
    SCHEMA,
    SNAPSHOT,
    STATE,
    VERSION,
)

RAW_BYTES = 64 * 1024
"""How much of a refused record is kept."""
_SNAPSHOTS = 2
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_headers = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...])
Values = dict[str, Any]


class SqlStore:
    """``hub.ports.Store``. One thread commits; others may read, and the relay may confirm what it delivered."""

    def __init__(self, url: str) -> None:
        """``url``: ``sqlite:///FILE`` or ``postgresql+psycopg://…``; tables are made when missing. Raises ``HubError``
        for a wrong address or a store of a newer version and ``StoreDown`` when it cannot be reached.
        """
        parts = database.parse(url)
        self._name = database.where(parts)
        self._writing = Lock()
        self._closed = False
        self._schema = ""
        with self._guard():
            self._writer = database.writer(parts)
            self._reader = database.reader(parts)
            self._lead = database.Lead(self._writer)
            self._insert = database.insert(self._writer)
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def load(self, tables: Mapping[str, Declared]) -> Loaded:
        """See ``hub.ports.Store``. A damaged or outdated snapshot is named in the log and the rows are read instead."""
        self._schema = snapshots.schema_hash(tables)
        with self._read() as connection:
            kept = self._kept(connection)
            positions = {(r.topic, r.partition): r.next for r in connection.execute(select(POSITION))}
            counters = {r.name: r.value for r in connection.execute(select(COUNTER))}
            meta = {r.key: r.value for r in connection.execute(select(META))}
        return Loaded(rows=snapshots.rows(kept, tables), positions=positions, counters=counters, meta=meta)

    def commit(self, batch: Batch) -> None:
        """See ``hub.ports.Store``. Committing a batch again changes nothing."""
        new, gone = _rows(batch.rows)
        with self._write() as connection:
            number = self._next_batch(connection)
            self._keep(connection, INBOX, [{"source": source, "id": id_} for source, id_ in batch.inbox])
            self._put_rows(connection, [{**values, "batch": number} for values in new])
            self._remove(connection, gone, number)
            self._keep(connection, HISTORY, [msgspec.structs.asdict(entry) for entry in batch.history])
            self._keep(connection, DEAD_LETTER, [_dead(letter) for letter in batch.dead_letters])
            self._keep(connection, OUTBOX, [_waiting(topic, record) for topic, record in batch.outbox])
            self._set(
                connection, POSITION, [{"topic": t, "partition": p, "next": n} for (t, p), n in batch.positions.items()]
            )
            self._set(connection, COUNTER, [{"name": name, "value": value} for name, value in batch.counters.items()])
            self._set(connection, META, [{"key": key, "value": value} for key, value in batch.meta.items()])

    def snapshot(self) -> None:
        """See ``hub.ports.Store``. The newest two are kept; removed rows that none of them holds are forgotten."""
        with self._write() as connection:
            positions = {(r.topic, r.partition): r.next for r in connection.execute(select(POSITION))}
            data = snapshots.pack(list(_live(connection)), positions)
            values = {"batch": self._batch(connection), "schema": self._schema, "checksum": snapshots.checksum(data)}
            connection.execute(SNAPSHOT.insert().values(**values, data=data))
            held = connection.execute(
                select(SNAPSHOT.c.seq, SNAPSHOT.c.batch).order_by(SNAPSHOT.c.seq.desc()).limit(_SNAPSHOTS)
            ).all()
            connection.execute(delete(SNAPSHOT).where(SNAPSHOT.c.seq < held[-1].seq))
            connection.execute(delete(ROW).where(ROW.c.data.is_(None), ROW.c.batch <= held[-1].batch))

    def dead_letters(self, limit: int = 1000, before: int | None = None) -> list[DeadLetter]:
        """The newest refused records first; ``before``: only those refused earlier, epoch seconds."""
        query = select(DEAD_LETTER).order_by(DEAD_LETTER.c.at.desc(), DEAD_LETTER.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(DEAD_LETTER.c.at < before)
        with self._read() as connection:
            found = connection.execute(query).all()
        return [DeadLetter(r.topic, r.partition, r.offset, r.reason, r.raw, r.at) for r in found]

    def history(self, table: str, entity: str, limit: int = 200) -> list[HistoryEntry]:
        """The newest ``limit`` applied facts of one entity, oldest first."""
        query = select(HISTORY).where(HISTORY.c.table == table, HISTORY.c.entity == entity)
        with self._read() as connection:
            found = connection.execute(query.order_by(HISTORY.c.seq.desc()).limit(limit)).mappings().all()
        fields = HistoryEntry.__struct_fields__
        return [HistoryEntry(**{name: row[name] for name in fields}) for row in reversed(found)]

    def meta(self, key: str) -> str | None:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return connection.execute(select(META.c.value).where(META.c.key == key)).scalar_one_or_none()

    def outbox(self, limit: int) -> list[tuple[int, str, Outgoing]]:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            found = connection.execute(select(OUTBOX).order_by(OUTBOX.c.seq).limit(limit)).all()
        return [(r.seq, r.topic, Outgoing(r.key, r.value, _headers.decode(r.headers))) for r in found]

    def delivered(self, upto: int) -> None:
        """See ``hub.ports.Store``."""
        with self._write() as connection:
            connection.execute(delete(OUTBOX).where(OUTBOX.c.seq <= upto))

    def close(self) -> None:
        """Release all connections. Safe to call twice."""
        with self._writing:
            if not self._closed:
                self._closed = True
                self._reader.dispose()
                self._lead.leave()
                self._writer.dispose()

    # opening

    def _prepare(self) -> None:
        with self._writer.begin() as connection:
            SCHEMA.create_all(connection)
            first = self._insert(STATE).values(one=1, version=VERSION, batch=0).on_conflict_do_nothing()
            connection.execute(first)
            version = connection.execute(select(STATE.c.version)).scalar_one()
        if version > VERSION:
            raise HubError(f"{self._name}: written by a newer version (schema {version}; this one knows {VERSION})")
        self._lead.seek()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except database.FAULTS as error:
            raise StoreDown(f"{self._name}: {database.reason(error)}") from error

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._writing, self._guard():
            self._check_open()
            self._lead.seek()
            with self._writer.begin() as connection:
                yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._guard():
            self._check_open()
            with self._reader.connect() as connection:
                yield connection

    def _check_open(self) -> None:
        if self._closed:
            raise StoreDown(f"{self._name}: closed")

    # writing, inside a transaction

    def _batch(self, connection: Connection) -> int:
        return int(connection.execute(select(STATE.c.batch)).scalar_one())

    def _next_batch(self, connection: Connection) -> int:
        step = update(STATE).values(batch=STATE.c.batch + 1).returning(STATE.c.batch)
        return int(connection.execute(step).scalar_one())

    def _put_rows(self, connection: Connection, values: Sequence[Values]) -> None:
        if not values:
            return
        statement = self._insert(ROW)
        new = statement.excluded
        newer = or_(new.epoch > ROW.c.epoch, and_(new.epoch == ROW.c.epoch, new.rev > ROW.c.rev))
        changed = {name: new[name] for name in values[0] if name not in ("table", "id")}
        keys = [ROW.c.table, ROW.c.id]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed, where=newer), values)

    def _remove(self, connection: Connection, gone: Iterable[tuple[str, str]], number: int) -> None:
        for table, key in gone:
            # order (-1, 0): whatever comes back later is newer
            empty = update(ROW).where(ROW.c.table == table, ROW.c.id == key).where(ROW.c.data.is_not(None))
            connection.execute(empty.values(data=None, epoch=-1, rev=0, batch=number))

    def _keep(self, connection: Connection, table: Table, values: Sequence[Values]) -> None:
        """Insert what is not there yet."""
        if values:
            connection.execute(self._insert(table).on_conflict_do_nothing(), values)

    def _set(self, connection: Connection, table: Table, values: Sequence[Values]) -> None:
        """Insert or overwrite by primary key."""
        if values:
            statement = self._insert(table)
            keys = list(table.primary_key.columns)
            other = {name: statement.excluded[name] for name in values[0] if name not in table.primary_key.columns}
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=other), values)

    # reading

    def _kept(self, connection: Connection) -> Iterable[snapshots.Kept]:
        found = self._newest_snapshot(connection)
        if found is None:
            return list(_live(connection))
        batch, old = found
        rows = {(kept.table, kept.id): kept for kept in old}
        tail = connection.execute(select(ROW).where(ROW.c.batch > batch))
        for row in tail:
            if row.data is None:
                rows.pop((row.table, row.id), None)
            else:
                rows[row.table, row.id] = _kept_row(row)
        return rows.values()

    def _newest_snapshot(self, connection: Connection) -> tuple[int, list[snapshots.Kept]] | None:
        for row in connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.seq.desc())):
            if row.schema != self._schema:
                _log.warning("%s: snapshot %d is of other tables or fact types, not used", self._name, row.seq)
                continue
            rows = snapshots.unpack(row.data, row.checksum)
            if rows is not None:
                return row.batch, rows
            _log.warning("%s: snapshot %d is damaged, not used", self._name, row.seq)
        return None


def _live(connection: Connection) -> Iterator[snapshots.Kept]:
    for row in connection.execute(select(ROW).where(ROW.c.data.is_not(None))):
        yield _kept_row(row)


def _kept_row(row: Any) -> snapshots.Kept:
    return snapshots.Kept(row.table, row.id, row.at, row.seen, row.type, row.source, msgspec.Raw(row.data))


def _rows(delta: Delta) -> tuple[list[Values], list[tuple[str, str]]]:
    """What to write and what to remove. Encoded before the transaction begins."""
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
        "at": row.at,
        "seen": row.seen,
        "type": row.type,
        "source": row.source,
        "data": _encode(row.fact),
    }


def _dead(letter: DeadLetter) -> Values:
    # a reason may quote the record: half a surrogate pair or a NUL cannot be stored as text everywhere
    reason = letter.reason.encode("utf-8", "replace").decode().replace("\x00", "\\0")
    return {**msgspec.structs.asdict(letter), "reason": reason, "raw": letter.raw[:RAW_BYTES]}


def _waiting(topic: str, record: Outgoing) -> Values:
    headers = _pack(record.headers)
    digest = blake2b(_pack((topic, record.key, record.value, headers)), digest_size=16).digest()
    return {"topic": topic, "key": record.key, "value": record.value, "headers": headers, "digest": digest}
