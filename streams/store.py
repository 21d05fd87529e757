"""The store through SQLAlchemy: rows, history, dead letters, outbox and positions, one transaction per batch.

SQLite or PostgreSQL; no statement here is of one database only (what is, stands in ``streams.database``). Must not know
the log or the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from hub.errors import HubError, StoreDown
from hub.picture.rows import Table
from hub.ports import (
    Anchor,
    AuditEntry,
    Batch,
    DeadLetter,
    Draft,
    Gap,
    HistoryEntry,
    Judged,
    Lease,
    Loaded,
    Look,
    Outgoing,
    Partition,
    Past,
)
from hub.settings import Secret
from streams import audit, batches, database, decisions, lease, migrations, past, retention, snapshots
from streams.tables import COUNTER, DEAD_LETTER, GAP, HISTORY, META, OUTBOX, POSITION, ROW, SNAPSHOT, STATE

_SNAPSHOTS = 2
_IN_PARTS = {"yield_per": 5000}  # each part is an answer of its own: however many rows there are, none is late
_COMMIT_BYTES, _STEP_BYTES, _DECIDED_BYTES = 16_384, 2_000_000, 32_768  # in the WAL, about
_NO_KEY = Secret()
_log = logging.getLogger(__name__)


class SqlStore:
    """``hub.ports.Store``. One thread commits; others may read, and the relay may confirm what it delivered."""

    def __init__(self, url: str, *, audit_key: Secret = _NO_KEY) -> None:
        """``url``: ``sqlite:///FILE`` or ``postgresql+psycopg://…``; its schema is made or brought to that of this
        version. ``audit_key``: of the audit chain; without one nothing can be decided. Raises ``HubError`` for a wrong
        address or a store of a newer version and ``StoreDown`` when it cannot be reached.
        """
        parts = database.parse(url)
        self._audit_key = audit_key
        self._name = database.where(parts)
        self._parts = parts
        self._writing = Lock()
        self._closed = False
        self._schema = ""
        try:
            self._open()
        except StoreDown as error:
            advice = database.advice(str(error), parts)
            if not advice:
                raise
            raise HubError(f"{error}; {advice} (--store)") from None

    def load(self, tables: Mapping[str, Table]) -> Loaded:
        """See ``hub.ports.Store``. A damaged or outdated snapshot is named in the log and the rows are read instead."""
        self._schema = snapshots.schema_hash(tables)
        with self._read() as connection:
            kept = self._kept(connection)
            positions = _positions(connection)
            counters = {r.name: r.value for r in connection.execute(select(COUNTER))}
            meta = {r.key: r.value for r in connection.execute(select(META))}
        return Loaded(rows=snapshots.rows(kept, tables), positions=positions, counters=counters, meta=meta)

    def commit(self, batch: Batch, epoch: int | None = None) -> None:
        """See ``hub.ports.Store``. Committing a batch again changes nothing."""
        prepared = batches.prepare(batch)
        with self._write(prepared.size) as connection:
            if epoch is not None:
                lease.check(connection, epoch)
            batches.write(connection, prepared)

    def decide(self, key: str, judge: Callable[[Look], Judged]) -> tuple[bytes, bool]:
        """See ``hub.ports.Store``. Raises ``Unaudited`` without the audit chain's key."""
        secret = audit.key_of(self._audit_key)
        with self._write(_DECIDED_BYTES) as connection:
            return decisions.decide(connection, secret, key, judge)

    def audit(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return audit.entries(connection, after, limit)

    def anchor(self) -> Anchor | None:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return audit.newest(connection)

    def draft(self, actor: str, key: str) -> Draft | None:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return decisions.draft(connection, actor, key)

    def keep_draft(self, actor: str, key: str, draft: Draft) -> None:
        """See ``hub.ports.Store``."""
        with self._write(len(draft.body)) as connection:
            decisions.keep_draft(connection, actor, key, draft)

    def drop_draft(self, actor: str, key: str) -> None:
        """See ``hub.ports.Store``."""
        with self._write(0) as connection:
            decisions.drop_draft(connection, actor, key)

    def lease(self, holder: str, ttl_s: float) -> Lease:
        """See ``hub.ports.Store``. Looking at somebody else's lease locks nothing."""
        with self._read() as connection:
            held = lease.look(connection, self._now)
        if ttl_s <= 0 or (held.holder != holder and held.left_s > 0):
            return held
        with self._write(0) as connection:
            return lease.ask(connection, self._now, holder, ttl_s)

    def release(self, holder: str) -> None:
        """See ``hub.ports.Store``."""
        with self._write(0) as connection:
            lease.release(connection, holder)

    def positions(self) -> dict[Partition, int]:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return _positions(connection)

    def snapshot(self) -> None:
        """See ``hub.ports.Store``. The newest two are kept; removed rows that none of them holds are forgotten.

        What it holds is read without holding anybody up: all of it is of one state.
        """
        with self._read() as connection:
            batch = connection.execute(select(STATE.c.batch)).scalar_one()
            data = snapshots.pack(list(_live(connection)), _positions(connection))
        values = {"batch": batch, "schema": self._schema, "checksum": snapshots.checksum(data), "data": data}
        with self._write(len(data)) as connection:
            connection.execute(SNAPSHOT.insert().values(**values))
            held = connection.execute(
                select(SNAPSHOT.c.seq, SNAPSHOT.c.batch).order_by(SNAPSHOT.c.seq.desc()).limit(_SNAPSHOTS)
            ).all()
            connection.execute(delete(SNAPSHOT).where(SNAPSHOT.c.seq < held[-1].seq))
            oldest = min(each.batch for each in held)  # a server that was held up may have written an old state late
            connection.execute(delete(ROW).where(ROW.c.data.is_(None), ROW.c.batch <= oldest))

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
            database.in_order(connection)
            newest = query.order_by(HISTORY.c.epoch.desc(), HISTORY.c.rev.desc()).limit(limit)
            found = connection.execute(newest).mappings().all()
        return [past.entry(row) for row in reversed(found)]

    def past(
        self, since: float, until: float, tables: Sequence[str], expected: Mapping[str, float], limit: int
    ) -> Past:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return past.past(connection, since, until, tables, expected, limit)

    def gaps(self, limit: int = 1000) -> list[Gap]:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            found = connection.execute(select(GAP).order_by(GAP.c.seq.desc()).limit(limit)).all()
        return [Gap(r.topic, r.partition, r.first, r.after, r.at) for r in found]

    def meta(self, key: str) -> str | None:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return connection.execute(select(META.c.value).where(META.c.key == key)).scalar_one_or_none()

    def outbox(self, limit: int) -> list[tuple[int, str, Outgoing]]:
        """See ``hub.ports.Store``."""
        with self._read() as connection:
            return batches.waiting(connection, limit)

    def delivered(self, upto: int) -> None:
        """See ``hub.ports.Store``."""
        with self._write(1000) as connection:
            connection.execute(delete(OUTBOX).where(OUTBOX.c.seq <= upto))

    def retain(self, days: Mapping[str, float], now: float, budget_s: float = 1.0) -> dict[str, int]:
        """Delete what has been kept long enough, for about ``budget_s``; what is left goes the next time. ``days``:
        where it differs from ``streams.retention.KEEP``. ``now``: hub time. Gives the number of deleted rows by name;
        commits wait for a fraction of it. Without the audit chain's key no audit entry goes. Raises ``StoreDown``.
        """
        secret = self._audit_key.reveal().encode() or None
        return retention.retain(lambda: self._write(_STEP_BYTES), days, now, budget_s, secret)

    def held(self, days: Mapping[str, float] | None = None) -> list[retention.Held]:
        """What is kept for how long, and how much of it there is. Raises ``StoreDown``."""
        with self._read() as connection:
            return retention.held(connection, days)

    def close(self) -> None:
        """Release all connections. Safe to call twice."""
        with self._writing:
            if not self._closed:
                self._closed = True
                self._reader.dispose()
                self._writer.dispose()

    # opening

    def _open(self) -> None:
        with self._guard():
            self._writer = database.writer(self._parts)
            self._reader = database.reader(self._parts)
            self._checkpoints = database.Checkpoints(self._writer)
            self._now = database.clock(self._writer)
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def _prepare(self) -> None:
        with self._writer.begin() as connection:
            if migrations.current(connection) == migrations.HEAD:
                return
        patient = database.writer(self._parts, patient=True)
        try:
            with patient.begin() as connection:
                database.alone(connection)
                migrations.bring(connection)
        except HubError as error:
            raise HubError(f"{self._name}: {error}") from None
        finally:
            patient.dispose()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except database.FAULTS as error:
            raise StoreDown(f"{self._name}: {database.reason(error, self._parts.password)}") from error

    @contextmanager
    def _write(self, size: int) -> Iterator[Connection]:
        with self._writing, self._guard():
            self._check_open()
            with self._writer.begin() as connection:
                yield connection
            self._checkpoints.wrote(_COMMIT_BYTES + size)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._guard():
            self._check_open()
            with self._reader.connect() as connection:
                yield connection

    def _check_open(self) -> None:
        if self._closed:
            raise StoreDown(f"{self._name}: closed")

    # reading

    def _kept(self, connection: Connection) -> Iterable[snapshots.Kept]:
        found = self._newest_snapshot(connection)
        if found is None:
            return list(_live(connection))
        batch, old = found
        rows = {(kept.table, kept.id): kept for kept in old}
        tail = connection.execute(select(ROW).where(ROW.c.batch > batch), execution_options=_IN_PARTS)
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


def _positions(connection: Connection) -> dict[Partition, int]:
    return {(r.topic, r.partition): r.next for r in connection.execute(select(POSITION))}


def _live(connection: Connection) -> Iterator[snapshots.Kept]:
    for row in connection.execute(select(ROW).where(ROW.c.data.is_not(None)), execution_options=_IN_PARTS):
        yield _kept_row(row)


def _kept_row(row: Any) -> snapshots.Kept:
    return snapshots.Kept(row.table, row.id, row.at, row.seen, row.type, row.source, msgspec.Raw(row.data), row.fix)
